/* large_test.c -- large pages: when they are made, what they cost, what takes them apart.
 * Counts and times are worked out by hand from the costs of timed.h. */
#include "workload/large_rig.h"

/* --- mapping ---------------------------------------------------------------------------- */

/* One fault, n zeroings, one entry in the TLB, and a walk that ends a level or two earlier
 * (the upper level of PAE is in registers). */
START_TEST(a_large_page_is_one_fault_and_one_translation)
{
    static const struct {
        const char *mmu;
        unsigned page_shift, large, reads;
    } cases[] = {
        {"x86-64", 12, 21, 3},  {"x86-64", 21, 30, 2}, {"x86-32", 12, 22, 1},
        {"x86-pae", 12, 21, 1}, {"srmmu", 12, 18, 3},
    };
    const uint64_t n = UINT64_C(1) << (cases[_i].large - cases[_i].page_shift);
    const uint64_t pages = UINT64_C(1) << (cases[_i].large - 12);
    char text[96];
    rig_mmu(cases[_i].mmu, cases[_i].page_shift);
    rig_frames(n);
    rig_region(0, pages, pages, cases[_i].large);
    snprintf(text, sizeof text, "L%" PRIu64 " L%" PRIu64 " L%" PRIu64 " L%" PRIu64,
             pages + 1, pages, 2 * pages - 1, pages + pages / 2);
    rig_program(0, text);
    rig_run();
    ck_assert_uint_eq(rig.counts.faults, 1);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 1);
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.large_page_failures, 0);
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.mmu.l1_misses[1], 1);
    ck_assert_uint_eq(rig.mmu.walks, 1);
    ck_assert_uint_eq(rig.mmu.walk_accesses, cases[_i].reads);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 4 * REFERENCE + FAULT + n * ZERO);
}
END_TEST

/* The first store sets the one dirty bit; stores into other pages of it do not. */
START_TEST(a_large_page_has_one_dirty_bit)
{
    rig_alone("L64 S100 S64 S127 L64");
    ck_assert_uint_eq(rig.mmu.walks, 1);
    ck_assert_uint_eq(rig.mmu.modify_walks, 1);
}
END_TEST

/* Frame 0 is page 1000's, so that the first run of 64 frames begins at 64. */
START_TEST(without_a_run_of_frames_base_pages_are_mapped)
{
    rig_frames(63);
    rig_alone("S64 L65 L100 S64");
    ck_assert_uint_eq(rig.counts.large_page_failures, 1);
    ck_assert_uint_eq(rig.counts.large_pages, 0);
    ck_assert_uint_eq(rig.counts.faults, 3);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 4 * REFERENCE + 3 * (FAULT + ZERO));
    rig_frames(64);
    rig_alone("S64 L65 L100 S64");
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    rig_frames(127);
    rig_alone("S1000 S64 S65");
    ck_assert_uint_eq(rig.counts.large_page_failures, 1);
    ck_assert_uint_eq(rig.counts.faults, 3);
    rig_frames(128);
    rig_alone("S1000 S64 S65");
    ck_assert_uint_eq(rig.counts.large_page_failures, 0);
    ck_assert_uint_eq(rig.counts.faults, 2);
}
END_TEST

/* Frames 1 to 63, which the run has left out. */
START_TEST(frames_that_a_run_leaves_out_are_used)
{
    char text[1024] = "S1000 S64";
    rig_stores(text, 1001, N - 1);
    rig_frames(2 * N);
    rig_alone(text);
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.faults, 1 + N);
    ck_assert_uint_eq(rig.counts.page_outs, 0);
    strcat(text, " S1999");
    rig_alone(text);
    ck_assert_uint_eq(rig.counts.page_outs, 1);
}
END_TEST

/* The memory of an ended mapping is a run again, out of order as it was given back. */
START_TEST(frames_that_come_back_are_a_run_again)
{
    char text[2048] = "S1000";
    for (int i = 1; i < N; i++)
        snprintf(text + strlen(text), 16, " S%d", 1000 + i * 37 % N);
    strcat(text, " @unmap 0x3e8000 256KiB; S64 @advise 0x40000 256KiB dontneed; S128");
    rig_frames(N);
    rig_alone(text);
    ck_assert_uint_eq(rig.counts.large_pages, 2);
    ck_assert_uint_eq(rig.counts.large_page_failures, 0);
    ck_assert_uint_eq(rig.counts.faults, N + 2);
}
END_TEST

/* Pages 60 to 63 and 192 to 199 are at the ends of what is no whole large page. */
START_TEST(a_large_page_lies_wholly_in_its_region)
{
    rig_region(0, 60, 140, LARGE);
    rig_program(0, "S60 S63 S192 S199 S64 S128 S65 S129");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 2);
    ck_assert_uint_eq(rig.counts.faults, 6);
    ck_assert_uint_eq(rig.counts.large_page_failures, 0);
}
END_TEST

/* 1 GiB would be 262144 frames. */
START_TEST(a_large_page_that_memory_cannot_hold_fails)
{
    rig_mmu("x86-64", 12);
    rig_region(0, 1 << 18, 1 << 18, 30);
    rig_program(0, "S262144 S262145 L262144");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 0);
    ck_assert_uint_eq(rig.counts.large_page_failures, 1);
    ck_assert_uint_eq(rig.counts.faults, 2);
}
END_TEST

START_TEST(pages_of_the_base_size_are_not_large)
{
    rig_mmu("srmmu", LARGE);
    rig_region(0, 64, 2 * N, LARGE);
    rig_program(0, "S64 S127 S128");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 0);
    ck_assert_uint_eq(rig.counts.faults, 2);
}
END_TEST

/* Regions with pages of several sizes above the base size. */
START_TEST(sizes_do_not_disturb_each_other)
{
    rig_frames(3 * 4096);
    rig_region(0, 4096, 4096, 24);
    rig_region(0, 64, 128, LARGE);
    rig_program(0, "S64 S4096 S128 S8191 S191");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 3);
    ck_assert_uint_eq(rig.counts.faults, 3);
    ck_assert_uint_eq(rig.mmu.walks, 3);
    ck_assert_uint_eq(rig.totals.elapsed,
                      SWITCH + 5 * REFERENCE + 3 * FAULT + (4096 + 2 * N) * ZERO);
}
END_TEST

/* Tables take frame 0, and with it the run that begins there. */
START_TEST(page_tables_take_frames_from_runs)
{
    rig.params.pager.mmu.tables_apart = false;
    rig_frames(127);
    rig_alone("S64 S65");
    ck_assert_uint_eq(rig.counts.large_page_failures, 1);
    rig_frames(128);
    rig_alone("S64 S65");
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.faults, 1);
}
END_TEST

/* The tables of the large page at 1 GiB are two frames more, which are taken from the page
 * that came last before it: its own frames are not with the policy yet.  The first 512
 * frames hold 4 tables and 508 pages. */
START_TEST(tables_are_paid_before_a_large_page_can_be_evicted)
{
    char text[4096] = "";
    rig_mmu("x86-64", 12);
    rig.params.pager.mmu.tables_apart = false;
    rig_policy("mru");
    rig_frames(1024);
    rig_region(0, 0, 1000, 0);
    rig_region(0, 1 << 18, 512, 21);
    rig_stores(text, 0, 508);
    strcat(text, " S262144 L262145 L262655");
    rig_program(0, text);
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.counts.page_outs, 2);
    ck_assert_uint_eq(rig.counts.faults, 509);
}
END_TEST

/* The frame with the page of the file has been there longest, and is evicted for the tables
 * that its second mapping needs. */
START_TEST(what_tables_take_from_a_fault_is_brought_back)
{
    char text[512] = "L0";
    rig_mmu("x86-64", 12);
    rig.params.pager.mmu.tables_apart = false;
    rig_frames(40);
    rig_file(0, 0, 1, 0, 0);
    rig_file(0, 1 << 18, 1, 0, 0);
    rig_region(0, 100, 100, 0);
    rig_stores(text, 100, 35);
    strcat(text, " L262144");
    rig_program(0, text);
    rig_run();
    ck_assert_uint_eq(rig.counts.faults, 37);
    ck_assert_uint_eq(rig.counts.page_ins, 2);
}
END_TEST

/* Arrays over pages grow while references are replayed. */
START_TEST(faults_may_bring_any_number_of_pages)
{
    rig_frames(3 * 4096);
    rig_region(0, 0, 3 * 4096, 24);
    rig_program(0, "S0 S1 S4096 S4097 S8192 S8193 S0");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 3);
    ck_assert_uint_eq(rig.counts.faults, 3);
}
END_TEST

/* --- eviction --------------------------------------------------------------------------- */

/* The large page has frames 0 to 63, page 1000 frame 64; page 1001 evicts page 64, which is
 * zero again when it is used next, in place of page 65. */
START_TEST(eviction_splits_a_large_page)
{
    rig_frames(65);
    rig_alone("L100 S1000 L64 S1001 L65 L127 L66");
    ck_assert_uint_eq(rig.counts.faults, 3);
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.page_outs, 1);
    ck_assert_uint_eq(rig.counts.page_outs_dirty, 0);
    /* Large page, 1000, 1001, and 65, 127, 66 by themselves: their entries are new. */
    ck_assert_uint_eq(rig.mmu.walks, 6);
    rig_alone("L100 S1000 S1001 L64 L66");
    ck_assert_uint_eq(rig.counts.faults, 4);
    ck_assert_uint_eq(rig.counts.faults_cold, 3);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 4);
    ck_assert_uint_eq(rig.counts.page_outs, 2);
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.large_pages, 1);
}
END_TEST

/* One store, and no page of it is known to be clean: pages 64, 65 and 66 are written. */
START_TEST(every_page_of_a_dirty_large_page_is_dirty)
{
    rig_frames(65);
    rig_alone("S100 S1000 S1001 S1002 S1003 L64");
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.page_outs_dirty, 4);
    ck_assert_uint_eq(rig.counts.page_outs, 4);
    ck_assert_uint_eq(rig.counts.faults_major, 1);
    ck_assert_uint_eq(rig.counts.page_ins, 1);
}
END_TEST

/* Each of the 64 frames is written for the one store; page by page no other is. */
START_TEST(writing_back_a_frame_leaves_the_others_dirty)
{
    rig_kernel("write_back", "100 us");
    rig_device("latency", "1 us");
    rig_alone("S100 L100x3000");
    ck_assert_uint_eq(rig.counts.write_backs, N);
    ck_assert_uint_eq(rig.swap.writes, N);
    rig_alone("S100 L100x3000 S64 L64x3000");
    ck_assert_uint_eq(rig.counts.write_backs, 2 * N);
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
}
END_TEST

/* Under `dirty: unsaved` what was never written is dirty, all of it. */
START_TEST(what_has_no_copy_is_dirty_where_the_kernel_says_so)
{
    rig_frames(65);
    rig_kernel("dirty", "unsaved");
    rig_alone("L100 S1000 S1001 S1002");
    ck_assert_uint_eq(rig.counts.page_outs, 2);
    ck_assert_uint_eq(rig.counts.page_outs_dirty, 2);
}
END_TEST

/* The hand looks at each frame as it would if each had a bit of its own: at 128 that have
 * been used, and at frame 0 again, where page 64 is. */
START_TEST(a_used_large_page_is_used_in_each_of_its_frames)
{
    for (int simulated = 0; simulated < 2; simulated++) {
        char text[1200] = "S64";
        rig_stores(text, 1000, N + 1);
        rig_frames(2 * N);
        rig_policy("clock");
        rig_kernel("referenced", simulated ? "simulated" : "hardware");
        rig_alone(text);
        ck_assert_uint_eq(rig.counts.scans, 2 * N + 1);
        ck_assert_uint_eq(rig.counts.page_outs, 1);
        const uint64_t faults = rig.counts.faults - rig.counts.faults_referenced;
        strcat(text, " L65");
        rig_alone(text);
        ck_assert_uint_eq(rig.counts.faults - rig.counts.faults_referenced, faults);
        strcat(text, " L64");
        rig_alone(text);
        ck_assert_uint_eq(rig.counts.faults - rig.counts.faults_referenced, faults + 1);
    }
}
END_TEST

static Suite *large_suite(void)
{
    Suite *suite = suite_create("large pages");
    TCase *tcase = tcase_create("large pages");
    tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
    tcase_add_loop_test(tcase, a_large_page_is_one_fault_and_one_translation, 0, 5);
    tcase_add_test(tcase, a_large_page_has_one_dirty_bit);
    tcase_add_test(tcase, without_a_run_of_frames_base_pages_are_mapped);
    tcase_add_test(tcase, frames_that_a_run_leaves_out_are_used);
    tcase_add_test(tcase, frames_that_come_back_are_a_run_again);
    tcase_add_test(tcase, a_large_page_lies_wholly_in_its_region);
    tcase_add_test(tcase, a_large_page_that_memory_cannot_hold_fails);
    tcase_add_test(tcase, pages_of_the_base_size_are_not_large);
    tcase_add_test(tcase, sizes_do_not_disturb_each_other);
    tcase_add_test(tcase, page_tables_take_frames_from_runs);
    tcase_add_test(tcase, tables_are_paid_before_a_large_page_can_be_evicted);
    tcase_add_test(tcase, what_tables_take_from_a_fault_is_brought_back);
    tcase_add_test(tcase, faults_may_bring_any_number_of_pages);
    tcase_add_test(tcase, eviction_splits_a_large_page);
    tcase_add_test(tcase, every_page_of_a_dirty_large_page_is_dirty);
    tcase_add_test(tcase, writing_back_a_frame_leaves_the_others_dirty);
    tcase_add_test(tcase, what_has_no_copy_is_dirty_where_the_kernel_says_so);
    tcase_add_test(tcase, a_used_large_page_is_used_in_each_of_its_frames);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(large_suite());
}
