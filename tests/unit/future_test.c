/* future_test.c -- when pages are used next: the index by steps against the touches found one
 * by one, and the index by spans against that by steps. */
#include "pager/future.h"

#include "random_batches.h"

#include <stdlib.h>
#include <string.h>

enum { TRIALS = 40 };

static struct random_batches batches;
static struct rng rng;
static uint8_t classes[2 * BATCH_SHAPES];
static uint32_t pages[BATCH_BLOCKS];
static struct page_index page_index;
static struct page_space space;
static struct spans spans;

static void setup(void)
{
    for (size_t i = 0; i < RANDOM_BATCHES_MAX; i++)
        ck_assert_int_eq(batch_init(&batches.batch[i], NULL), OK);
    ck_assert_int_eq(spans_init(&spans, NULL), OK);
}

static void teardown(void)
{
    page_space_release(&space);
    page_index_release(&page_index);
    for (size_t i = 0; i < RANDOM_BATCHES_MAX; i++)
        batch_release(&batches.batch[i]);
    spans_release(&spans);
}

static void make(int trial)
{
    static const unsigned shifts[] = {4, 6, 9, 12};
    rng_seed(&rng, (uint64_t)trial + 1);
    random_batches_make(
        &batches, &rng, shifts[rng_below(&rng, 4)], 1 + (unsigned)rng_below(&rng, 60),
        1 + rng_below(&rng, RANDOM_BATCHES_MAX), 1 + (unsigned)rng_below(&rng, 20000));
    page_index_init(&page_index);
    page_space_init(&space, &page_index, 0,
                    batches.granule_shift + (unsigned)rng_below(&rng, 5),
                    batches.granule_shift);
}

/* Check's own assertions note each success, which would take most of the time here. */
static void same(const char *what, uint64_t at, uint64_t got, uint64_t expected)
{
    if (got != expected)
        ck_abort_msg("%s %llu: %llu, not %llu", what, (unsigned long long)at,
                     (unsigned long long)got, (unsigned long long)expected);
}

static struct paged_batch page_batch(const struct batch *batch)
{
    batch_classify(batch, classes);
    ck_assert_int_eq(page_space_translate(&space, batch, pages, NULL), OK);
    return (struct paged_batch){.batch = batch,
                                .classes = classes,
                                .pages = pages,
                                .index = &page_index,
                                .npages = page_index.npages};
}

static void build(struct future *future, bool by_spans)
{
    for (size_t i = 0; i < batches.n; i++) {
        const struct paged_batch batch = page_batch(&batches.batch[i]);
        if (by_spans) {
            spans_find(&spans, batch.batch, classes);
            ck_assert_int_eq(future_add_spans(future, &spans, &batch, NULL), OK);
        } else {
            ck_assert_int_eq(future_add(future, &batch, NULL), OK);
        }
    }
    future_finish(future);
}

/* --- by steps ---------------------------------------------------------------------------- */

/* A touch of a page: its step, whether it is the step's first one, its reference. */
struct slow_touch {
    page_t page;
    uint64_t step, reference;
    bool other;
};

static struct slow_touch *touches;
static size_t ntouches;

/* The touches of all steps; a step touches a page once, or once by each stream if both are
 * in it. */
static void list_touches(void)
{
    uint64_t step = 0, reference = 0;
    touches = calloc(1 << 17, sizeof *touches);
    ck_assert_ptr_nonnull(touches);
    ntouches = 0;
    for (size_t b = 0; b < batches.n; b++) {
        const struct paged_batch batch = page_batch(&batches.batch[b]);
        page_t current[2] = {paged_batch_start(&batch, 0), paged_batch_start(&batch, 1)};
        for (uint32_t i = 0; i < batch.batch->nsteps; i++, step++) {
            const uint32_t word = batch.batch->steps[i];
            const struct shape *shape = step_shape(batch.batch, word);
            const uint32_t entry = pages[word >> STEP_SHAPE_BITS];
            bool touched[2] = {false, false};
            current[shape->data & 1] = entry >> 1;
            for (unsigned j = 0; j < shape->length; j++) {
                const bool stream = shape->data >> j & 1, part = j == 0 && shape->continued;
                reference += !part;
                if (touched[stream] || (part && !(entry & 1)))
                    continue;
                ck_assert(ntouches < 1 << 17);
                touches[ntouches++] =
                    (struct slow_touch){current[stream], step, reference, touched[!stream]};
                touched[stream] = true;
            }
        }
    }
}

static uint64_t slow_next(size_t touch, bool in_references)
{
    for (size_t i = touch + 1; i < ntouches; i++)
        if (touches[i].page == touches[touch].page && touches[i].step > touches[touch].step)
            return in_references ? touches[i].reference
                                 : 2 * touches[i].step + touches[i].other;
    return FUTURE_NEVER;
}

static void compare_steps(bool in_references)
{
    struct future future = {.in_references = in_references};
    build(&future, false);
    list_touches();
    for (size_t i = 0; i < ntouches; i++) {
        const uint32_t *next = future_of_steps(&future, touches[i].step);
        same("touch", i, next[touches[i].other], slow_next(i, in_references));
    }
    ck_assert_uint_eq(future_bytes(&future), (future.nnext + 1) * sizeof *future.next);
    free(touches);
    future_release(&future);
}

START_TEST(index_by_steps_has_the_next_touch_of_each_page)
{
    make(_i);
    compare_steps(false);
}
END_TEST

START_TEST(in_references_it_has_the_numbers_of_the_next_references)
{
    make(_i);
    compare_steps(true);
}
END_TEST

/* --- by spans ---------------------------------------------------------------------------- */

/* What the index by spans says where that by steps says so: the step must be the same, and
 * two touches of one step in their order. */
static uint32_t *times;

/* True if a step begins with the rest of a reference within its page: then the page touched
 * first may have the time of the other one, which has just been used. */
static bool begins_inside(uint64_t step)
{
    size_t b = 0;
    for (; step >= batches.batch[b].nsteps; b++)
        step -= batches.batch[b].nsteps;
    const struct paged_batch batch = page_batch(&batches.batch[b]);
    const uint32_t word = batch.batch->steps[step];
    return step_shape(batch.batch, word)->continued &&
           !(batch.pages[word >> STEP_SHAPE_BITS] & 1);
}

static void same_time(uint64_t at, uint32_t by_steps, uint32_t by_spans)
{
    if (by_steps == FUTURE_NEVER || by_spans == FUTURE_NEVER) {
        same("never at", at, by_spans, by_steps);
        return;
    }
    same("step at", at, by_spans / 2, by_steps / 2);
    times[by_steps] = by_spans;
}

static void times_are_in_order(uint64_t nsteps)
{
    for (uint64_t step = 0; step < nsteps; step++) {
        const uint32_t first = times[2 * step], other = times[2 * step + 1];
        if (first == FUTURE_NEVER || other == FUTURE_NEVER || first < other)
            continue;
        if (first > other || !begins_inside(step))
            ck_abort_msg("order of the touches of step %llu", (unsigned long long)step);
    }
}

/* The next touches of a step's pages. */
static void same_step(const struct paged_batch *batch, uint32_t i, const uint32_t *by_steps,
                      const uint32_t *by_spans)
{
    const uint32_t step = batch->batch->steps[i];
    const unsigned class =
        classes[2 * (step & STEP_SHAPE_MASK) + (pages[step >> STEP_SHAPE_BITS] & 1)];
    if (class & STEP_TOUCHES)
        same_time(2 * (uint64_t)i, by_steps[0], by_spans[0]);
    if (class & STEP_OTHER)
        same_time(2 * (uint64_t)i + 1, by_steps[1], by_spans[1]);
}

static void same_batch(const struct future *by_steps, struct future *by_spans,
                       const struct batch *batch, uint64_t before)
{
    const struct paged_spans *found;
    struct paged_batch paged = page_batch(batch);
    ck_assert_int_eq(future_next_batch(by_spans, &paged, &found, NULL), OK);
    paged.spans = found;
    for (uint32_t left = found->nspans; left > 0; left--) /* in any order */
        future_spread(by_spans, &paged, left - 1);
    for (uint32_t i = 0; i < batch->nsteps; i++)
        same_step(&paged, i, future_of_steps(by_steps, before) + 2 * (size_t)i,
                  future_of_steps(by_spans, before) + 2 * (size_t)i);
    /* An entry has the next touch after the span, as the page's last touch in it has. */
    uint32_t *last = calloc(page_index.npages + 1, sizeof *last);
    ck_assert_ptr_nonnull(last);
    page_t current[2] = {paged_batch_start(&paged, 0), paged_batch_start(&paged, 1)};
    for (uint32_t i = 0, span = 0; i < batch->nsteps; i++) {
        const uint32_t step = batch->steps[i], entry = pages[step >> STEP_SHAPE_BITS];
        const unsigned class = classes[2 * (step & STEP_SHAPE_MASK) + (entry & 1)];
        const uint32_t *next = future_of_steps(by_spans, before) + 2 * (size_t)i;
        const bool first = class & STEP_FIRST_DATA;
        current[class & STEP_MOVER_DATA] = entry >> 1;
        if (class & STEP_TOUCHES)
            last[current[first]] = next[0];
        if (class & STEP_OTHER)
            last[current[!first]] = next[1];
        if (i % SPAN_STEPS != SPAN_STEPS - 1 && i + 1 < batch->nsteps)
            continue;
        for (uint32_t k = found->spans[span].first; k < found->spans[span + 1].first; k++)
            same("entry", k, found->next[k], last[found->pages[k] >> 1]);
        span++;
    }
    free(last);
}

START_TEST(index_by_spans_says_the_same_as_that_by_steps)
{
    make(_i);
    struct future by_steps = {0}, by_spans = {0};
    uint64_t before = 0;
    build(&by_steps, false);
    build(&by_spans, true);
    times = malloc((2 * by_steps.nsteps + 2) * sizeof *times);
    ck_assert_ptr_nonnull(times);
    memset(times, 0xff, (2 * by_steps.nsteps + 2) * sizeof *times);
    ck_assert_uint_eq(by_spans.nsteps, by_steps.nsteps);
    for (size_t b = 0; b < batches.n; b++) {
        same_batch(&by_steps, &by_spans, &batches.batch[b], before);
        before += batches.batch[b].nsteps;
    }
    times_are_in_order(before);
    free(times);
    future_release(&by_steps);
    future_release(&by_spans);
}
END_TEST

START_TEST(batch_that_was_not_added_is_refused)
{
    make(_i);
    struct future future = {0};
    const struct paged_spans *found;
    struct error err = {0};
    build(&future, true);
    for (size_t b = 0; b < batches.n; b++) {
        const struct paged_batch batch = page_batch(&batches.batch[b]);
        ck_assert_int_eq(future_next_batch(&future, &batch, &found, &err), OK);
    }
    const struct paged_batch again = page_batch(&batches.batch[0]);
    ck_assert_int_eq(future_next_batch(&future, &again, &found, &err), ERR_IO);
    ck_assert_str_eq(err.text, "the trace changed while it was read");
    future_release(&future);
}
END_TEST

static Suite *future_suite(void)
{
    Suite *suite = suite_create("future");
    TCase *tests = tcase_create("future");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, index_by_steps_has_the_next_touch_of_each_page, 0, 10);
    tcase_add_loop_test(tests, in_references_it_has_the_numbers_of_the_next_references, 0,
                        10);
    tcase_add_loop_test(tests, index_by_spans_says_the_same_as_that_by_steps, 0, TRIALS);
    tcase_add_loop_test(tests, batch_that_was_not_added_is_refused, 0, 4);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(future_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
