/* shootdown_test.c -- who is told when a translation is taken back, what it costs, and what
 * TLBs hold meanwhile.  Costs are reckoned by hand. */
#include "unit/mmu_rig.h"

enum { SEND = 100, RECEIVE = 1000, INVALIDATE = 7, FLUSH = 50 };

static struct rig rig;

static void start(struct shootdown_params shootdown, unsigned ncpus)
{
    struct mmu_params params = rig_params("x86-64", &rig_unified, 1);
    shootdown.send = SEND;
    shootdown.receive = RECEIVE;
    shootdown.invalidate = INVALIDATE;
    shootdown.flush = FLUSH;
    params.shootdown = shootdown;
    params.ncpus = ncpus;
    rig_init(&rig, &params, 2);
}

static void stop(void)
{
    RIG_CHECK(&rig);
    rig_release(&rig);
}

static const struct shootdown_params eager = {.batch = 1, .flush_ceiling = UINT64_MAX};
static const struct shootdown_params batched = {.batch = UINT64_MAX,
                                                .flush_ceiling = UINT64_MAX};
static const struct shootdown_params lazy = {
    .batch = UINT64_MAX, .flush_ceiling = UINT64_MAX, .lazy = true};

/* Pages 0 .. n-1 of space 0, which the first `ncpus` CPUs run and have used. */
static void share_pages(page_t *pages, unsigned n, unsigned ncpus)
{
    for (unsigned cpu = 0; cpu < ncpus; cpu++)
        mmu_switch(&rig.mmu, cpu, 0);
    for (unsigned i = 0; i < n; i++) {
        pages[i] = rig_map(&rig, 0, i);
        for (unsigned cpu = 0; cpu < ncpus; cpu++)
            rig_load(&rig, cpu, pages[i]);
    }
}

START_TEST(page_by_page_interrupts_every_cpu_for_every_page)
{
    page_t pages[3];
    start(eager, 4);
    share_pages(pages, 3, 3); /* CPU 3 has never run the space */
    for (int i = 0; i < 3; i++)
        mmu_unmap(&rig.mmu, pages[i]);
    RIG_CHECK(&rig);
    ck_assert_uint_eq(mmu_finish_shootdown(&rig.mmu), 3 * (2 * SEND + INVALIDATE));
    for (unsigned cpu = 1; cpu < 4; cpu++)
        ck_assert_uint_eq(rig.mmu.cpus[cpu].stolen,
                          cpu < 3 ? 3 * (RECEIVE + INVALIDATE) : 0);
    const struct mmu_counts counts = rig_counts(&rig);
    ck_assert_uint_eq(counts.shootdowns, 3);
    ck_assert_uint_eq(counts.ipis, 6);
    ck_assert_uint_eq(counts.pages_shot_down, 3);
    ck_assert_uint_eq(counts.shootdown, 6 * SEND + 6 * (RECEIVE + INVALIDATE));
    stop();
}
END_TEST

START_TEST(batch_interrupts_every_cpu_once)
{
    page_t pages[3];
    start(batched, 3);
    share_pages(pages, 3, 3);
    for (int i = 0; i < 3; i++)
        mmu_unmap(&rig.mmu, pages[i]);
    ck_assert_uint_eq(mmu_finish_shootdown(&rig.mmu), 2 * SEND + 3 * INVALIDATE);
    ck_assert_uint_eq(mmu_finish_shootdown(&rig.mmu), 0);
    ck_assert_uint_eq(rig.mmu.cpus[1].stolen, RECEIVE + 3 * INVALIDATE);
    const struct mmu_counts counts = rig_counts(&rig);
    ck_assert_uint_eq(counts.shootdowns, 1);
    ck_assert_uint_eq(counts.ipis, 2);
    ck_assert_uint_eq(counts.pages_shot_down, 3);
    stop();
}
END_TEST

START_TEST(batch_of_two_is_closed_when_it_is_full)
{
    page_t pages[5];
    struct shootdown_params two = batched;
    two.batch = 2;
    start(two, 2);
    share_pages(pages, 5, 2);
    for (int i = 0; i < 5; i++)
        mmu_unmap(&rig.mmu, pages[i]);
    ck_assert_uint_eq(mmu_finish_shootdown(&rig.mmu), 3 * SEND + 5 * INVALIDATE);
    ck_assert_uint_eq(rig_counts(&rig).ipis, 3);
    stop();
}
END_TEST

/* With 2 pages at most to be dropped one by one, 3 flush everything, others' pages too. */
START_TEST(many_pages_flush_the_whole_tlb)
{
    page_t pages[4];
    struct shootdown_params low = batched;
    low.flush_ceiling = 2;
    for (int n = 2; n <= 3; n++) {
        start(low, 2);
        share_pages(pages, 4, 2);
        for (int i = 0; i < n; i++)
            mmu_unmap(&rig.mmu, pages[i]);
        ck_assert_uint_eq(mmu_finish_shootdown(&rig.mmu),
                          (psec_t)(SEND + (n == 3 ? FLUSH : n * INVALIDATE)));
        const uint64_t walks = rig_counts(&rig).walks;
        rig_load(&rig, 0, pages[3]);
        rig_load(&rig, 1, pages[3]);
        ck_assert_uint_eq(rig_counts(&rig).walks - walks, n == 3 ? 2 : 0);
        stop();
    }
}
END_TEST

START_TEST(idle_cpu_is_told_when_it_runs_again)
{
    page_t pages[2];
    start(lazy, 2);
    share_pages(pages, 2, 2);
    mmu_leave(&rig.mmu, 1);
    mmu_unmap(&rig.mmu, pages[0]);
    ck_assert_uint_eq(mmu_finish_shootdown(&rig.mmu), INVALIDATE);
    ck_assert(tlb_holds(&rig.mmu.cpus[1].arrays[0], pages[0])); /* stale, and meant so */
    RIG_CHECK(&rig);
    ck_assert_uint_eq(rig_counts(&rig).ipis, 0);
    ck_assert_uint_eq(rig_counts(&rig).ipis_saved, 1);
    ck_assert_uint_eq(mmu_switch(&rig.mmu, 1, 0), INVALIDATE);
    ck_assert(!tlb_holds(&rig.mmu.cpus[1].arrays[0], pages[0]));
    ck_assert(tlb_holds(&rig.mmu.cpus[1].arrays[0], pages[1]));
    stop();
}
END_TEST

START_TEST(cpu_that_runs_another_space_is_told_later_only_if_lazy)
{
    page_t pages[1];
    for (int is_lazy = 0; is_lazy < 2; is_lazy++) {
        start(is_lazy ? lazy : batched, 2);
        share_pages(pages, 1, 2);
        mmu_switch(&rig.mmu, 1, 1);
        mmu_unmap(&rig.mmu, pages[0]);
        mmu_finish_shootdown(&rig.mmu);
        ck_assert_uint_eq(rig_counts(&rig).ipis, !is_lazy);
        ck_assert(tlb_holds(&rig.mmu.cpus[1].arrays[0], pages[0]) == is_lazy);
        stop();
    }
}
END_TEST

/* More than the CPU keeps a list of: it flushes. */
START_TEST(long_absence_ends_in_a_flush)
{
    enum { N = MMU_LAZY_MAX + 1 };
    page_t pages[N], kept;
    start(lazy, 2);
    share_pages(pages, N, 2);
    kept = rig_map(&rig, 0, 1000);
    rig_load(&rig, 1, kept);
    mmu_leave(&rig.mmu, 1);
    for (int i = 0; i < N; i++)
        mmu_unmap(&rig.mmu, pages[i]);
    RIG_CHECK(&rig);
    ck_assert_uint_eq(mmu_switch(&rig.mmu, 1, 0), FLUSH);
    ck_assert(!tlb_holds(&rig.mmu.cpus[1].arrays[0], kept));
    stop();
}
END_TEST

/* Four sets, so that what a page was before lies elsewhere. */
static void start_lazy_with_sets(void)
{
    static struct tlb_array_params sets;
    sets = rig_unified;
    sets.tlb.ways = 4;
    struct mmu_params params = rig_params("x86-64", &sets, 1);
    params.shootdown = lazy;
    params.ncpus = 2;
    rig_init(&rig, &params, 1);
}

START_TEST(number_of_a_page_may_be_used_again_while_a_cpu_is_idle)
{
    page_t pages[3];
    start_lazy_with_sets();
    share_pages(pages, 3, 2);
    mmu_leave(&rig.mmu, 1);
    mmu_unmap(&rig.mmu, pages[2]);
    rig.index.vpns[pages[2]] = 1001; /* of another set */
    RIG_OK(mmu_renew_page(&rig.mmu, pages[2], &err));
    RIG_OK(mmu_map(&rig.mmu, pages[2], 77, &err));
    RIG_CHECK(&rig);
    mmu_switch(&rig.mmu, 1, 0);
    stop();
}
END_TEST

START_TEST(large_page_may_be_split_while_a_cpu_is_idle)
{
    page_t pages[512];
    start_lazy_with_sets();
    mmu_switch(&rig.mmu, 0, 0);
    mmu_switch(&rig.mmu, 1, 0);
    for (unsigned i = 0; i < 512; i++)
        pages[i] = rig_page(&rig, 0, 512 + i);
    RIG_OK(mmu_map_large(&rig.mmu, pages, 21, 512, &err));
    rig_load(&rig, 0, pages[7]);
    rig_load(&rig, 1, pages[8]);
    rig_load(&rig, 1, pages[9]);
    ck_assert_uint_eq(rig_counts(&rig).walks, 2);
    RIG_CHECK(&rig);
    mmu_leave(&rig.mmu, 1);
    mmu_unmap(&rig.mmu, pages[3]);
    RIG_CHECK(&rig);
    mmu_switch(&rig.mmu, 1, 0);
    RIG_CHECK(&rig);
    rig_load(&rig, 1, pages[8]);
    ck_assert_uint_eq(rig_counts(&rig).walks, 3);
    stop();
}
END_TEST

/* The page's entry was tagged with its number; it is in a large page when the CPU is told. */
START_TEST(page_may_become_part_of_a_large_one_while_a_cpu_is_idle)
{
    page_t pages[512];
    start_lazy_with_sets();
    mmu_switch(&rig.mmu, 0, 0);
    mmu_switch(&rig.mmu, 1, 0);
    for (unsigned i = 0; i < 512; i++)
        pages[i] = rig_page(&rig, 0, 512 + i);
    RIG_OK(mmu_map(&rig.mmu, pages[7], 3, &err));
    rig_load(&rig, 1, pages[7]);
    mmu_leave(&rig.mmu, 1);
    mmu_unmap(&rig.mmu, pages[7]);
    RIG_OK(mmu_map_large(&rig.mmu, pages, 21, 512, &err));
    mmu_switch(&rig.mmu, 1, 0);
    stop();
}
END_TEST

START_TEST(cpu_that_never_ran_the_space_is_left_alone)
{
    start(eager, 2);
    mmu_switch(&rig.mmu, 1, 0);
    rig.mmu.at_cpu = 1;
    const page_t page = rig_map(&rig, 0, 5);
    rig_load(&rig, 1, page);
    mmu_unmap(&rig.mmu, page);
    mmu_finish_shootdown(&rig.mmu);
    ck_assert_uint_eq(rig_counts(&rig).ipis, 0);
    ck_assert_uint_eq(rig.mmu.cpus[0].stolen, 0);
    stop();
}
END_TEST

START_TEST(flush_at_a_switch_leaves_nobody_to_be_told)
{
    page_t pages[1];
    struct mmu_params params = rig_params("x86-64", &rig_unified, 1);
    params.asids = 0;
    params.ncpus = 2;
    rig_init(&rig, &params, 2);
    share_pages(pages, 1, 2);
    mmu_switch(&rig.mmu, 1, 1); /* without identifiers: all entries are gone */
    mmu_unmap(&rig.mmu, pages[0]);
    mmu_finish_shootdown(&rig.mmu);
    ck_assert_uint_eq(rig_counts(&rig).ipis, 0);
    stop();
}
END_TEST

/* Space numbers, page numbers and CPUs at random, against a list of what each CPU has been
 * told of: mmu_check sees every entry that should be gone. */
START_TEST(random_operations_leave_no_stale_entry)
{
    enum { VPNS = 24, STEPS = 20000 };
    static bool mapped[2][VPNS];
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i);
    struct shootdown_params shootdown = _i & 1 ? lazy : batched;
    shootdown.batch = 1 + rng_below(&rng, 4);
    shootdown.flush_ceiling = 1 + rng_below(&rng, 5);
    start(shootdown, 3);
    memset(mapped, 0, sizeof mapped);
    for (int i = 0; i < STEPS; i++) {
        const unsigned cpu = (unsigned)rng_below(&rng, 3);
        const uint32_t space = (uint32_t)rng_below(&rng, 2);
        const vpn_t vpn = rng_below(&rng, VPNS);
        const page_t page = rig_page(&rig, space, vpn);
        rig.mmu.at_cpu = cpu;
        const uint64_t what = rng_below(&rng, 10);
        if (what == 0) {
            mmu_switch(&rig.mmu, cpu, space);
        } else if (what == 1) {
            mmu_leave(&rig.mmu, cpu);
        } else if (what == 2 && mapped[space][vpn]) {
            mmu_unmap(&rig.mmu, page);
            mapped[space][vpn] = false;
        } else if (what == 3 && mapped[space][vpn]) {
            mmu_clear_modified(&rig.mmu, page, rng_below(&rng, 2));
        } else if (what == 4 && mapped[space][vpn]) {
            mmu_clear_referenced(&rig.mmu, page, rng_below(&rng, 2));
        } else if (what == 5) {
            mmu_finish_shootdown(&rig.mmu);
        } else if (rig.mmu.cpus[cpu].running && rig.mmu.cpus[cpu].space == space) {
            if (!mapped[space][vpn])
                rig_map(&rig, space, vpn);
            mapped[space][vpn] = true;
            mmu_access(&rig.mmu, &rig.mmu.cpus[cpu], what & 1, page, what > 7);
        }
        rig.next %= RIG_FRAMES;
        RIG_CHECK(&rig);
    }
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shootdown");
    TCase *tcase = tcase_create("shootdown");
    tcase_add_test(tcase, page_by_page_interrupts_every_cpu_for_every_page);
    tcase_add_test(tcase, batch_interrupts_every_cpu_once);
    tcase_add_test(tcase, batch_of_two_is_closed_when_it_is_full);
    tcase_add_test(tcase, many_pages_flush_the_whole_tlb);
    tcase_add_test(tcase, idle_cpu_is_told_when_it_runs_again);
    tcase_add_test(tcase, cpu_that_runs_another_space_is_told_later_only_if_lazy);
    tcase_add_test(tcase, long_absence_ends_in_a_flush);
    tcase_add_test(tcase, number_of_a_page_may_be_used_again_while_a_cpu_is_idle);
    tcase_add_test(tcase, large_page_may_be_split_while_a_cpu_is_idle);
    tcase_add_test(tcase, page_may_become_part_of_a_large_one_while_a_cpu_is_idle);
    tcase_add_test(tcase, cpu_that_never_ran_the_space_is_left_alone);
    tcase_add_test(tcase, flush_at_a_switch_leaves_nobody_to_be_told);
    tcase_add_loop_test(tcase, random_operations_leave_no_stale_entry, 0, 8);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
