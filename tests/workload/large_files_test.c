/* large_files_test.c -- large pages that are read, and global pages.  Counts and times are
 * worked out by hand. */
#include "workload/large_rig.h"

/* --- what is read ----------------------------------------------------------------------- */

/* One request for 64 slots that follow each other. */
START_TEST(a_large_page_on_the_store_is_read_at_once)
{
    rig.params.slots.allocation = SLOTS_ADDRESS;
    rig.params.slots.cluster = N;
    rig_region(0, 64, N, LARGE)->backing = BACKING_STORE;
    rig_program(0, "L100 L64 L127");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.faults_major, 1);
    ck_assert_uint_eq(rig.counts.faults, 1);
    ck_assert_uint_eq(rig.counts.page_ins, N);
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 0);
    ck_assert_uint_eq(rig.swap.reads, 1);
    ck_assert_uint_eq(rig.swap.bytes_read, N * PROGRAM_PAGE);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 3 * REFERENCE + FAULT + LATENCY);
}
END_TEST

/* Page 100 has the first slot, so that the others are in two pieces; the fault waits for all
 * three requests. */
START_TEST(a_large_page_in_pieces_is_read_piece_by_piece)
{
    rig_region(0, 64, N, LARGE)->backing = BACKING_STORE;
    rig_program(0, "L100 L64 L127");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.page_ins, N);
    ck_assert_uint_eq(rig.swap.reads, 3);
    ck_assert_uint_eq(rig.swap.bytes_read, N * PROGRAM_PAGE);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 3 * REFERENCE + FAULT + 3 * LATENCY);
}
END_TEST

/* Pages 32 to 95 of the file: the second half lies in an extent that is there already,
 * before the first half's.  The fault waits for both requests. */
START_TEST(a_large_page_in_two_extents_is_two_requests)
{
    rig_file(0, 64, N, LARGE, 32);
    rig_file(0, 1000, 1, 0, 100);
    rig_program(0, "L1000 L64 L127");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.page_ins, 1 + N);
    ck_assert_uint_eq(rig.swap.reads, 3);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 3 * REFERENCE + 2 * FAULT + 3 * LATENCY);
}
END_TEST

/* Page 64 has been written by itself, where there was no run.  When frames 0 to 63 are free
 * again it is read, with the other pages, which are zero; if another page of them is used
 * first, each comes by itself. */
START_TEST(what_is_partly_zero_is_read_in_part)
{
    char text[1200] = "S1000 S64";
    rig_stores(text, 1001, N);
    strcat(text, " @unmap 0x3e8000 512KiB;");
    const size_t length = strlen(text);
    rig_frames(N);
    rig_alone(strcat(text, " L64 L65"));
    ck_assert_uint_eq(rig.counts.large_page_failures, 1);
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.page_ins, 1);
    ck_assert_uint_eq(rig.counts.faults_major, 1);
    ck_assert_uint_eq(rig.counts.faults, N + 3);
    ck_assert_uint_eq(rig.swap.reads, 1);
    text[length] = '\0';
    rig_alone(strcat(text, " L65 L64"));
    ck_assert_uint_eq(rig.counts.large_page_failures, 1);
    ck_assert_uint_eq(rig.counts.large_pages, 0);
    ck_assert_uint_eq(rig.counts.page_ins, 1);
    ck_assert_uint_eq(rig.counts.faults, N + 4);
}
END_TEST

/* Page 100 of a private file has been copied and written to slot 36 of the swap device; the
 * others are read from the file's device, where page 100's would be at the same place. */
START_TEST(pieces_of_two_devices_are_read_from_both)
{
    char text[1200] = "S100";
    rig.params.files = rig.params.swap;
    rig.params.slots.allocation = SLOTS_ADDRESS;
    rig.params.slots.cluster = N;
    rig_frames(N);
    rig_file(0, 64, N, LARGE, 0);
    rig_region(0, 1000, 1000, 0);
    rig_stores(text, 1000, N);
    strcat(text, " @unmap 0x3e8000 512KiB; L100 L64 L127");
    rig_program(0, text);
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.page_ins, 1 + N);
    ck_assert_uint_eq(rig.swap.reads, 1);
    ck_assert_uint_eq(rig.swap.bytes_read, PROGRAM_PAGE);
}
END_TEST

/* Stores copy a page of a private file, as a base page; page 64 first stands in the way. */
START_TEST(a_private_file_is_mapped_for_loads)
{
    rig_file(0, 64, 2 * N, LARGE, 0);
    rig_program(0, "L64 S65 L66 S128 L129");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig.counts.faults_copy, 1);
    ck_assert_uint_eq(rig.counts.faults, 4);
}
END_TEST

/* The second process finds the file in its run of frames. */
START_TEST(a_file_in_memory_is_mapped_as_it_lies)
{
    for (size_t i = 0; i < 2; i++) {
        rig_file(i, 64, N, LARGE, 0)->shared = true;
        rig_program(i, "L64 L100");
    }
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 2);
    ck_assert_uint_eq(rig.counts.page_ins, N);
    ck_assert_uint_eq(rig.counts.faults_reclaim + rig.counts.faults_in_transfer, 1);
    ck_assert_uint_eq(rig.counts.faults, 2);
}
END_TEST

/* A page of the file is in memory already, in a frame that cannot be that of a run. */
START_TEST(what_is_in_memory_elsewhere_is_mapped_page_by_page)
{
    rig_file(0, 64, N, LARGE, 0);
    rig_file(0, 1000, 1, 0, 10);
    rig_program(0, "L1000 L64 L74");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 0);
    ck_assert_uint_eq(rig.counts.large_page_failures, 0);
    ck_assert_uint_eq(rig.counts.page_ins, 2);
    ck_assert_uint_eq(rig.counts.faults, 3);
}
END_TEST

/* Both wait for the same transfer, for different pages of it. */
START_TEST(threads_wait_for_one_large_page)
{
    for (unsigned cpus = 1; cpus <= 2; cpus++) {
        rig_machine();
        rig.params.pager.mmu.ncpus = cpus;
        rig_region(0, 64, N, LARGE)->backing = BACKING_STORE;
        rig_program(0, "@thread 1; L64 L65");
        rig_program(0, "L127 L64");
        rig_run();
        ck_assert_uint_eq(rig.counts.large_pages, 1);
        ck_assert_uint_eq(rig.counts.page_ins, N);
        ck_assert_uint_eq(rig.counts.faults_in_transfer, 1);
        ck_assert_uint_eq(rig.counts.faults, 2);
    }
}
END_TEST

/* Page 64's thread goes on first, since its frame does, and uses all pages; the one whose
 * fault has the run comes after it. */
START_TEST(a_large_page_can_be_used_before_its_fault_ends)
{
    rig_policy("lru");
    rig_frames(N + 1);
    rig_region(0, 64, N, LARGE)->backing = BACKING_STORE;
    rig_region(0, 1000, 10, 0);
    rig_program(0, "@thread 1; L127 L65 S1000 S1001 S1002");
    rig_program(0, "L64 L65 L127 L64");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.faults, 5);
    ck_assert_uint_eq(rig.counts.page_outs, 2);
}
END_TEST

/* Another thread forbids all access while the large page is being read: only the page that
 * faults is mapped, and the other frames of the run can be evicted. */
START_TEST(a_large_page_that_cannot_be_mapped_is_let_go)
{
    rig_frames(N + 1);
    rig_region(0, 64, N, LARGE)->backing = BACKING_STORE;
    rig_region(0, 1000, 10, 0);
    rig_program(0, "@thread 1; L64 S1000 S1001 S1002 S1003 S1004 L1000 L1001");
    rig_program(0, "@protect 0x40000 256KiB -;");
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 0);
    ck_assert_uint_eq(rig.counts.faults, 6);
    ck_assert_uint_eq(rig.counts.page_outs, 4);
    ck_assert_uint_eq(rig.counts.page_outs_dirty, 0);
}
END_TEST

/* Process b evicts pages all the time, and has the CPU when what a waits for has come: that
 * stays in memory until a has used it. */
START_TEST(a_large_page_that_was_read_waits_for_its_fault)
{
    char text[4096] = "";
    rig_frames(N + 4);
    rig_region(0, 64, N, LARGE)->backing = BACKING_STORE;
    rig_region(1, 1000, 100, 0);
    rig_program(0, "L64 L65");
    for (unsigned i = 0; i < 400; i++)
        sprintf(text + strlen(text), " L%u", 1000 + i % 10);
    rig_program(1, text);
    rig_run();
    ck_assert_uint_eq(rig.counts.large_pages, 1);
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig.counts.faults, 401);
}
END_TEST

/* --- global pages ----------------------------------------------------------------------- */

/* Two processes with a page (or a large one) of a file; the first one waits while the second
 * runs, so that its translation is in the TLB. */
START_TEST(a_global_page_needs_one_walk_for_all_spaces)
{
    for (unsigned i = 0; i < 4; i++) {
        const bool global = i & 1, large = i & 2;
        rig_machine();
        for (size_t k = 0; k < 2; k++) {
            rig_file(k, 64, N, large ? LARGE : 0, 0)->global = global;
            rig_region(k, 1000, 1, 0)->backing = BACKING_STORE;
            rig_program(k, k == 0 ? "L64 L1000" : "L64");
        }
        rig_run();
        ck_assert_uint_eq(rig.counts.large_pages, large ? 2 : 0);
        ck_assert_uint_eq(rig.mmu.walks, global ? 2 : 3);
    }
}
END_TEST

/* The first process maps memory of its own where the global page was; the second one must
 * not take its translation for that of the file. */
START_TEST(a_page_is_global_only_as_long_as_its_region_is_there)
{
    for (size_t k = 0; k < 2; k++) {
        rig_file(k, 64, N, 0, 0)->global = true;
        rig_region(k, 1000, 1, 0)->backing = BACKING_STORE;
    }
    rig_program(0, "L64 @map 0x40000 4KiB rw; S64 L1000");
    rig_program(1, "L64");
    rig_run();
    ck_assert_uint_eq(rig.mmu.walks, 4);
}
END_TEST

/* The child's page of a global region is global, too. */
START_TEST(a_child_has_the_global_pages_of_its_parent)
{
    for (unsigned global = 0; global < 2; global++) {
        rig_machine();
        rig_file(0, 64, N, 0, 0)->global = global;
        rig_region(0, 1000, 1, 0)->backing = BACKING_STORE;
        rig_program(0, "L64 @fork 1; L1000");
        rig_program(0, "L64");
        rig_run();
        ck_assert_uint_eq(rig.mmu.walks, global ? 2 : 3);
    }
}
END_TEST

static Suite *large_files_suite(void)
{
    Suite *suite = suite_create("large pages, files");
    TCase *tcase = tcase_create("large pages, files");
    tcase_add_checked_fixture(tcase, rig_setup, rig_teardown);
    tcase_add_test(tcase, a_large_page_on_the_store_is_read_at_once);
    tcase_add_test(tcase, a_large_page_in_pieces_is_read_piece_by_piece);
    tcase_add_test(tcase, a_large_page_in_two_extents_is_two_requests);
    tcase_add_test(tcase, what_is_partly_zero_is_read_in_part);
    tcase_add_test(tcase, pieces_of_two_devices_are_read_from_both);
    tcase_add_test(tcase, a_private_file_is_mapped_for_loads);
    tcase_add_test(tcase, a_file_in_memory_is_mapped_as_it_lies);
    tcase_add_test(tcase, what_is_in_memory_elsewhere_is_mapped_page_by_page);
    tcase_add_test(tcase, threads_wait_for_one_large_page);
    tcase_add_test(tcase, a_large_page_can_be_used_before_its_fault_ends);
    tcase_add_test(tcase, a_large_page_that_cannot_be_mapped_is_let_go);
    tcase_add_test(tcase, a_large_page_that_was_read_waits_for_its_fault);
    tcase_add_test(tcase, a_global_page_needs_one_walk_for_all_spaces);
    tcase_add_test(tcase, a_page_is_global_only_as_long_as_its_region_is_there);
    tcase_add_test(tcase, a_child_has_the_global_pages_of_its_parent);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return run_suite(large_files_suite());
}
