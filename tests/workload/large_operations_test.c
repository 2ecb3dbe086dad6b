/* large_operations_test.c -- what is done to parts of large pages, and who shares them.
 * Counts and times are worked out by hand. */
#include "workload/large_rig.h"

#define OPERATION FAULT

/* --- unmap, advise, protect ------------------------------------------------------------- */

START_TEST(unmapping_a_part_splits_a_large_page)
{
    rig_alone("S64 @unmap 0x40000 4KiB; L65 L127");
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.faults, 1);
    rig_alone("S64 @unmap 0x42000 248KiB; L64 L65");
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.faults, 1);
    rig_alone("S64 @unmap 0x40000 256KiB; L128");
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.counts.large_pages, 2);
}
END_TEST

/* The other CPU runs in the same space all the time, and is told of one page; and the first
 * one of two, page 1000 and a large one, when the space ends. */
START_TEST(unmapping_the_whole_takes_back_one_translation)
{
    rig.params.pager.mmu.ncpus = 2;
    rig_region(0, 0, 4 * N, LARGE);
    rig_region(0, 1000, 1, 0)->backing = BACKING_STORE;
    rig_program(0, "S64 @thread 1; L1000 @unmap 0x40000 256KiB; L1000");
    rig_program(0, "L128x4000");
    rig_run();
    ck_assert_uint_eq(rig.mmu.shootdowns, 2);
    ck_assert_uint_eq(rig.mmu.pages_shot_down, 3);
}
END_TEST

/* A part is zero again page by page, even if the frames are in order; the whole, at once. */
START_TEST(what_is_not_needed_comes_back_as_it_went)
{
    rig_alone("S64 @advise 0x40000 4KiB dontneed; L64 L66");
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.faults, 2);
    rig_alone("S64 @advise 0x40000 8KiB dontneed; L64 L65 L66");
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.faults, 3);
    rig_alone("S64 @advise 0x40000 256KiB dontneed; L64 L65 L66");
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.counts.large_pages, 2);
    ck_assert_uint_eq(rig.counts.faults, 2);
    ck_assert_uint_eq(rig.totals.elapsed,
                      SWITCH + OPERATION + 4 * REFERENCE + 2 * (FAULT + N * ZERO));
}
END_TEST

/* The store into page 64 is let through, and that only. */
START_TEST(protecting_the_whole_keeps_a_large_page)
{
    rig_alone("S64 @protect 0x40000 256KiB r; L64 L100 L127");
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.counts.faults, 1);
    rig_alone("S64 @protect 0x40000 256KiB r; S64 S100 S64");
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.faults_protection, 2);
    ck_assert_uint_eq(rig.counts.faults, 3);
    rig_alone("S64 @protect 0x40000 256KiB r; @protect 0x40000 256KiB rw; S64 S100");
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.counts.faults, 1);
}
END_TEST

START_TEST(protecting_a_part_splits_a_large_page)
{
    rig_alone("S64 @protect 0x40000 4KiB r; S65 S127 L64");
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.faults, 1);
    rig_alone("S64 @protect 0x40000 4KiB r; S64");
    ck_assert_uint_eq(rig.counts.faults_protection, 1);
}
END_TEST

/* What could not be accessed for a while is still in its run of frames; while it cannot, a
 * load is let through for its page only. */
START_TEST(a_large_page_is_mapped_again_where_it_was)
{
    rig_alone("S64 @protect 0x40000 256KiB -; @protect 0x40000 256KiB rw; S70 L64 S127");
    ck_assert_uint_eq(rig.counts.large_pages, 2);
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 1);
    ck_assert_uint_eq(rig.counts.faults_reclaim, 1);
    ck_assert_uint_eq(rig.counts.faults, 2);
    rig_alone("S64 @protect 0x40000 256KiB -; L70 L64");
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.faults_protection, 2);
}
END_TEST

/* Frames 1 to 64 hold the pages in their order, but are no run. */
START_TEST(pages_in_other_frames_than_a_run_stay_base_pages)
{
    char text[1024] = "S1000";
    rig_frames(100);
    rig_stores(text, 64, N);
    strcat(text, " @protect 0x40000 256KiB -; @protect 0x40000 256KiB rw; L64 L65");
    rig_alone(text);
    ck_assert_uint_eq(rig.counts.large_page_failures, 1);
    ck_assert_uint_eq(rig.counts.large_pages, 0);
    ck_assert_uint_eq(rig.counts.faults, 1 + N + 2);
}
END_TEST

START_TEST(exec_begins_with_large_pages_again)
{
    rig_alone("S64 S128 @exec; S64 S65");
    ck_assert_uint_eq(rig.counts.large_pages, 3);
    ck_assert_uint_eq(rig.counts.faults, 3);
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
}
END_TEST

/* --- fork ------------------------------------------------------------------------------- */

/* The parent has the CPU until it ends; then nobody shares what the child stores into. */
START_TEST(a_store_that_must_copy_splits_a_large_page)
{
    rig_region(0, 0, 4 * N, LARGE);
    rig_program(0, "S64 @fork 1; L100 S66 L67 S66");
    rig_program(0, "L64 L100 S70");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.faults_copy, 1);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 1);
    ck_assert_uint_eq(rig.counts.faults_reclaim, 1);
    ck_assert_uint_eq(rig.counts.faults, 3);
}
END_TEST

/* The child copies page 66 and ends while the parent waits for page 1000.  Then the parent
 * can store into all of its large page, after one fault. */
START_TEST(a_large_page_that_is_shared_no_more_is_whole)
{
    rig_region(0, 0, 4 * N, LARGE);
    rig_region(0, 1000, 1, 0)->backing = BACKING_STORE;
    rig_program(0, "S64 @fork 1; L1000 S66 S67 S127");
    rig_program(0, "L65 S66");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.counts.faults_copy, 1);
    ck_assert_uint_eq(rig.counts.faults_major, 1);
    ck_assert_uint_eq(rig.counts.faults, 4);
}
END_TEST

/* The child copies page 66, so that the parent has its own alone; the other pages are still
 * shared when the parent stores into page 66, and then into page 67. */
START_TEST(a_page_that_is_shared_no_more_is_split_off)
{
    rig_region(0, 0, 4 * N, LARGE);
    rig_region(0, 1000, 2, 0)->backing = BACKING_STORE;
    rig_program(0, "S64 @fork 1; L1000 S66 S67 S66");
    rig_program(0, "S66 L1001");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.faults_copy, 2);
    ck_assert_uint_eq(rig.counts.faults_reclaim, 1);
    ck_assert_uint_eq(rig.counts.faults, 6);
}
END_TEST

/* What is shared must still be copied when the whole can be written again. */
START_TEST(protection_does_not_let_stores_into_what_is_shared)
{
    rig_region(0, 0, 4 * N, LARGE);
    rig_program(0, "S64 @fork 1; @protect 0x40000 256KiB rw; S66");
    rig_program(0, "L64");
    rig_run();
    ck_assert_uint_eq(rig.counts.faults_copy, 1);
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
}
END_TEST

/* As above, but nothing is mapped: page 66 can be stored into, the others only loaded. */
START_TEST(a_store_does_not_map_what_it_may_not_store_into)
{
    rig_region(0, 0, 4 * N, LARGE);
    rig_region(0, 1000, 2, 0)->backing = BACKING_STORE;
    rig_program(0, "S64 @fork 1; @protect 0x40000 256KiB -; @protect 0x40000 256KiB rw; "
                   "L1000 S66 L67 S66");
    rig_program(0, "S66 L1001");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.faults_copy, 1);
    ck_assert_uint_eq(rig.counts.faults_reclaim, 2);
    ck_assert_uint_eq(rig.counts.faults, 6);
}
END_TEST

static Suite *large_operations_suite(void)
{
    Suite *suite = suite_create("large pages, operations");
    TCase *tcase = tcase_create("large pages, operations");
    tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
    tcase_add_test(tcase, unmapping_a_part_splits_a_large_page);
    tcase_add_test(tcase, unmapping_the_whole_takes_back_one_translation);
    tcase_add_test(tcase, what_is_not_needed_comes_back_as_it_went);
    tcase_add_test(tcase, protecting_the_whole_keeps_a_large_page);
    tcase_add_test(tcase, protecting_a_part_splits_a_large_page);
    tcase_add_test(tcase, a_large_page_is_mapped_again_where_it_was);
    tcase_add_test(tcase, pages_in_other_frames_than_a_run_stay_base_pages);
    tcase_add_test(tcase, exec_begins_with_large_pages_again);
    tcase_add_test(tcase, a_store_that_must_copy_splits_a_large_page);
    tcase_add_test(tcase, a_large_page_that_is_shared_no_more_is_whole);
    tcase_add_test(tcase, a_page_that_is_shared_no_more_is_split_off);
    tcase_add_test(tcase, protection_does_not_let_stores_into_what_is_shared);
    tcase_add_test(tcase, a_store_does_not_map_what_it_may_not_store_into);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(large_operations_suite());
}
