/* runs_test.c -- taking frames one by one and in runs, against a model that looks at all
 * frames each time. */
#include "pager/frame.h"
#include "pager/runs.h"

#include <check.h>
#include <stdlib.h>

enum { FRAMES_MAX = 200, STEPS = 20000 };

struct frames {
    struct pager pager;
    struct pager_params params;
    bool taken[FRAMES_MAX];
    struct rng rng;
};

static void must(enum status status, const struct error *err)
{
    ck_assert_msg(status == OK, "%s", err->text);
}

static void begin(struct frames *frames, pfn_t nframes, uint64_t seed)
{
    static unsigned char kernel[PARAM_VALUES_MAX];
    struct error err = {0};
    *frames = (struct frames){
        .params = {.mmu = {.format = pagetable_find("ideal"), .page_shift = 12, .ncpus = 1},
                   .frames = nframes,
                   .kernel = kernel_find("textbook"),
                   .kernel_params = kernel,
                   .policy = policy_find("fifo")}};
    rng_seed(&frames->rng, seed);
    param_defaults(frames->params.kernel->params, kernel);
    must(pager_init(&frames->pager, &frames->params, &err), &err);
}

static bool run_is_free(const struct frames *frames, pfn_t first, pfn_t n)
{
    for (pfn_t pfn = first; pfn < first + n; pfn++)
        if (pfn >= frames->pager.nframes || frames->taken[pfn])
            return false;
    return true;
}

static void take_run(struct frames *frames, pfn_t n)
{
    struct error err = {0};
    pfn_t first, expected = 0;
    while (expected < frames->pager.nframes && !run_is_free(frames, expected, n))
        expected += n;
    must(frame_take_run(&frames->pager, &first, n, &err), &err);
    ck_assert_uint_eq(first, expected < frames->pager.nframes ? expected : PFN_NONE);
    for (pfn_t i = 0; i < n && first != PFN_NONE; i++) {
        ck_assert_int_eq(frames->pager.frames[first + i].state, FRAME_GRANTED);
        frames->taken[first + i] = true;
    }
}

static void take(struct frames *frames)
{
    const pfn_t free_frames = pager_free_frames(&frames->pager);
    const pfn_t pfn = frame_take(&frames->pager);
    ck_assert_int_eq(pfn == PFN_NONE, free_frames == 0);
    if (pfn == PFN_NONE)
        return;
    ck_assert(!frames->taken[pfn]);
    frames->taken[pfn] = true;
}

static void give(struct frames *frames, pfn_t pfn)
{
    if (!frames->taken[pfn])
        return;
    frame_free(&frames->pager, pfn);
    frames->taken[pfn] = false;
}

static void check(const struct frames *frames)
{
    pfn_t free_frames = 0;
    for (pfn_t pfn = 0; pfn < frames->pager.nframes; pfn++)
        free_frames += !frames->taken[pfn];
    ck_assert_uint_eq(pager_free_frames(&frames->pager), free_frames);
    const char *wrong = pager_check(&frames->pager);
    ck_assert_msg(!wrong, "%s", wrong);
}

/* Memory fills and empties in turn; there is a part of a run at its end. */
START_TEST(the_lowest_free_run_is_taken)
{
    static struct frames frames;
    begin(&frames, _i == 0 ? FRAMES_MAX - 1 : 40 + (pfn_t)_i, (uint64_t)_i);
    const pfn_t nframes = frames.pager.nframes;
    for (unsigned i = 0; i < STEPS; i++) {
        const unsigned filling = i / 500 % 2 ? 60 : 20;
        if (rng_below(&frames.rng, 100) < filling / 6)
            take_run(&frames, rng_below(&frames.rng, 3) ? 4 : 16);
        else if (rng_below(&frames.rng, 100) < filling)
            take(&frames);
        else
            give(&frames, (pfn_t)rng_below(&frames.rng, nframes));
        if (i % 16 == 0)
            check(&frames);
    }
    pager_release(&frames.pager);
}
END_TEST

/* Frames that were never used count as free; those before the run stay so. */
START_TEST(a_run_begins_at_a_multiple_of_its_length)
{
    static struct frames frames;
    begin(&frames, 40, 1);
    take(&frames);
    take_run(&frames, 16);
    ck_assert(frames.taken[16] && frames.taken[31] && !frames.taken[32]);
    for (unsigned i = 0; i < 15; i++)
        take(&frames);
    ck_assert(frames.taken[1] && frames.taken[15] && !frames.taken[32]);
    take_run(&frames, 16); /* 32 to 39 are no whole run */
    take_run(&frames, 4);
    ck_assert(frames.taken[32] && frames.taken[35] && !frames.taken[36]);
    check(&frames);
    pager_release(&frames.pager);
}
END_TEST

/* Some of its frames were used and are free again, the others never were. */
START_TEST(a_run_may_be_free_in_part_and_new_in_part)
{
    static struct frames frames;
    begin(&frames, 40, 1);
    take_run(&frames, 4);
    take(&frames);
    give(&frames, 2);
    give(&frames, 4);
    take_run(&frames, 4);
    ck_assert(frames.taken[4] && frames.taken[7] && !frames.taken[2]);
    check(&frames);
    pager_release(&frames.pager);
}
END_TEST

/* What it holds next has not been used yet. */
START_TEST(a_frame_that_comes_back_is_not_referenced)
{
    static struct frames frames;
    begin(&frames, 8, 1);
    take_run(&frames, 4);
    runs_set_referenced(&frames.pager, 3, true);
    ck_assert(frame_referenced(&frames.pager, 3) && !frame_referenced(&frames.pager, 2));
    give(&frames, 3);
    take(&frames);
    ck_assert(frames.taken[3] && !frame_referenced(&frames.pager, 3));
    pager_release(&frames.pager);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runs of frames");
    TCase *tcase = tcase_create("runs of frames");
    tcase_add_loop_test(tcase, the_lowest_free_run_is_taken, 0, 8);
    tcase_add_test(tcase, a_run_begins_at_a_multiple_of_its_length);
    tcase_add_test(tcase, a_run_may_be_free_in_part_and_new_in_part);
    tcase_add_test(tcase, a_frame_that_comes_back_is_not_referenced);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
