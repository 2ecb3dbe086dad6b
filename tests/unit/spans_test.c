/* spans_test.c -- what spans of steps touch, against the references taken one by one. */
#include "trace/spans.h"

#include "random_batches.h"
#include "trace/paged_batch.h"

#include <stdlib.h>
#include <string.h>

enum { TRIALS = 60, PAGE_SHIFTS = 4 };

/* --- the slow definition ----------------------------------------------------------------- */

struct slow_entry {
    uint32_t id; /* of the block, or the page                                            */
    uint32_t first; /* touch                                                             */
    bool stored;
};

/* A span; times are 2 * step for what is touched first in the step and + 1 for the other. */
struct slow_span {
    struct slow_entry entries[SPAN_ENTRIES]; /* in the order of their last touches       */
    uint32_t n, references, crossings;
    uint32_t streams[2];
};

/* Note a touch: the entry goes to the list's end. */
static void slow_touch(struct slow_span *span, uint32_t id, uint32_t time, bool store)
{
    struct slow_entry entry = {.id = id, .first = time};
    uint32_t i = 0;
    while (i < span->n && span->entries[i].id != id)
        i++;
    if (i < span->n) {
        entry = span->entries[i];
        memmove(&span->entries[i], &span->entries[i + 1], (span->n - i - 1) * sizeof entry);
        span->n--;
    }
    entry.stored |= store;
    span->entries[span->n++] = entry;
}

/* The span from step `from` on.  streams: the blocks where they are before it.  In pages:
 * pages is not NULL. */
static void slow_span(struct slow_span *span, const struct batch *batch, uint32_t from,
                      const uint32_t streams[2], const uint32_t *pages)
{
    *span = (struct slow_span){.streams = {streams[0], streams[1]}};
    for (uint32_t i = 0; i < SPAN_STEPS && from + i < batch->nsteps; i++) {
        const uint32_t step = batch->steps[from + i], block = step >> STEP_SHAPE_BITS;
        const struct shape *shape = step_shape(batch, step);
        bool any = false, first = false;
        span->streams[shape->data & 1] = block;
        for (unsigned j = 0; j < shape->length; j++) {
            const bool stream = shape->data >> j & 1, part = j == 0 && shape->continued;
            span->references += !part;
            span->crossings += part && (!pages || pages[block] & 1);
            if (part && pages && !(pages[block] & 1))
                continue; /* of the page the part before it has been the touch */
            first = any ? first : stream;
            any = true;
            const uint32_t at = span->streams[stream];
            slow_touch(span, pages ? pages[at] >> 1 : at, 2 * i + (stream != first),
                       shape->store >> j & 1);
        }
    }
}

/* --- comparison -------------------------------------------------------------------------- */

static struct random_batches batches;
static struct spans spans;
static uint8_t classes[2 * BATCH_SHAPES];
static uint32_t pages[BATCH_BLOCKS];
static struct rng rng;

static void setup(void)
{
    for (size_t i = 0; i < RANDOM_BATCHES_MAX; i++)
        ck_assert_int_eq(batch_init(&batches.batch[i], NULL), OK);
    ck_assert_int_eq(spans_init(&spans, NULL), OK);
}

static void teardown(void)
{
    for (size_t i = 0; i < RANDOM_BATCHES_MAX; i++)
        batch_release(&batches.batch[i]);
    spans_release(&spans);
}

static void make(int trial)
{
    static const unsigned shifts[] = {9, 9, 6, 4, 12};
    rng_seed(&rng, (uint64_t)trial + 1);
    random_batches_make(
        &batches, &rng, shifts[rng_below(&rng, 5)], 1 + (unsigned)rng_below(&rng, 60),
        1 + rng_below(&rng, RANDOM_BATCHES_MAX), 1 + (unsigned)rng_below(&rng, 20000));
}

/* Check's own assertions note each success, which would take most of the time here. */
static void same(const char *what, uint64_t got, uint64_t expected)
{
    if (got != expected)
        ck_abort_msg("%s: %llu, not %llu", what, (unsigned long long)got,
                     (unsigned long long)expected);
}

static void same_span(const struct span *span, const struct slow_span *slow)
{
    same("references", span->references, slow->references);
    same("crossings", span->crossings, slow->crossings);
    same("instruction stream", span->streams[0], slow->streams[0]);
    same("data stream", span->streams[1], slow->streams[1]);
    same("entries", span[1].first - span[0].first, slow->n);
}

START_TEST(spans_of_blocks_are_what_the_references_touch)
{
    make(_i);
    for (size_t b = 0; b < batches.n; b++) {
        const struct batch *batch = &batches.batch[b];
        uint32_t streams[2] = {batch->start[0], batch->start[1]};
        batch_classify(batch, classes);
        spans_find(&spans, batch, classes);
        same("spans", spans.nspans, (batch->nsteps + SPAN_STEPS - 1) / SPAN_STEPS);
        for (uint32_t i = 0; i < spans.nspans; i++) {
            struct slow_span slow;
            slow_span(&slow, batch, i * SPAN_STEPS, streams, NULL);
            same_span(&spans.spans[i], &slow);
            for (uint32_t k = 0; k < slow.n; k++) {
                const uint32_t entry = spans.blocks[spans.spans[i].first + k];
                same("block", span_entry_block(entry), slow.entries[k].id);
                same("first use", span_entry_use(entry), slow.entries[k].first);
                same("stored into", entry & 1, slow.entries[k].stored);
            }
            memcpy(streams, slow.streams, sizeof streams);
        }
    }
}
END_TEST

/* The order of the first uses, and the step of each, must be right. */
static void same_uses(const uint16_t *uses, const struct slow_span *slow)
{
    for (uint32_t k = 0; k < slow->n; k++) {
        same("step of the first use", uses[k] / 2, slow->entries[k].first / 2);
        for (uint32_t j = 0; j < k; j++)
            same("order of first uses", uses[j] < uses[k],
                 slow->entries[j].first < slow->entries[k].first);
    }
}

static void same_pages(const struct paged_batch *batch, const struct paged_spans *paged,
                       const uint16_t *uses)
{
    uint32_t streams[2] = {batch->batch->start[0], batch->batch->start[1]};
    same("spans", paged->nspans, (batch->batch->nsteps + SPAN_STEPS - 1) / SPAN_STEPS);
    for (uint32_t i = 0; i < paged->nspans; i++) {
        const uint32_t first = paged->spans[i].first;
        struct slow_span slow;
        for (int s = 0; s < 2; s++)
            same("page of a stream", span_stream(paged->spans, batch, i, s),
                 streams[s] == BLOCK_NONE ? PAGE_NONE : pages[streams[s]] >> 1);
        slow_span(&slow, batch->batch, i * SPAN_STEPS, streams, pages);
        same_span(&paged->spans[i], &slow);
        for (uint32_t k = 0; k < slow.n; k++) {
            same("page", paged->pages[first + k] >> 1, slow.entries[k].id);
            same("stored into", paged->pages[first + k] & 1, slow.entries[k].stored);
        }
        same_uses(uses + first, &slow);
        memcpy(streams, slow.streams, sizeof streams);
    }
}

/* mark: of the finder before. */
static void compare_pages(unsigned page_shift, uint32_t mark)
{
    struct page_index index;
    struct page_space space;
    struct span_finder finder;
    struct paged_spans paged;
    page_index_init(&index);
    page_space_init(&space, &index, 0, page_shift, batches.granule_shift);
    ck_assert_int_eq(span_finder_init(&finder, NULL), OK);
    ck_assert_int_eq(paged_spans_init(&paged, NULL), OK);
    finder.mark = mark;
    for (size_t b = 0; b < batches.n; b++) {
        const struct batch *batch = &batches.batch[b];
        ck_assert_int_eq(page_space_translate(&space, batch, pages, NULL), OK);
        batch_classify(batch, classes);
        const struct paged_batch paged_batch = {.batch = batch,
                                                .classes = classes,
                                                .pages = pages,
                                                .index = &index,
                                                .npages = index.npages};
        spans_find(&spans, batch, classes);
        ck_assert_int_eq(span_finder_run(&finder, &paged, &spans, &paged_batch, NULL), OK);
        same_pages(&paged_batch, &paged, finder.uses);
    }
    paged_spans_release(&paged);
    span_finder_release(&finder);
    page_space_release(&space);
    page_index_release(&index);
}

START_TEST(spans_of_pages_are_what_the_references_touch)
{
    make(_i);
    for (unsigned k = 0; k < PAGE_SHIFTS; k++)
        compare_pages(batches.granule_shift + k * (1 + (unsigned)_i % 2), 0);
}
END_TEST

/* At once, or after the first batch. */
START_TEST(marks_of_pages_begin_anew_before_they_overflow)
{
    make(_i);
    const uint32_t nspans = _i % 2 ? 2 : SPANS_MAX + 2;
    compare_pages(batches.granule_shift + 2, UINT32_MAX - nspans * SPAN_ENTRIES);
}
END_TEST

/* As many steps as the builder puts in one. */
START_TEST(full_batch_has_room)
{
    rng_seed(&rng, 1);
    random_batches_make(&batches, &rng, 6, 40, 1, 1u << 30);
    ck_assert_uint_gt(batches.batch[0].nsteps, BATCH_STEPS / 16 * 15);
    compare_pages(12, 0);
}
END_TEST

static Suite *spans_suite(void)
{
    Suite *suite = suite_create("spans");
    TCase *tests = tcase_create("spans");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, spans_of_blocks_are_what_the_references_touch, 0, TRIALS);
    tcase_add_loop_test(tests, spans_of_pages_are_what_the_references_touch, 0, TRIALS);
    tcase_add_loop_test(tests, marks_of_pages_begin_anew_before_they_overflow, 0, 10);
    tcase_add_test(tests, full_batch_has_room);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(spans_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
