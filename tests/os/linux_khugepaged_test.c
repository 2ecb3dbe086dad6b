/* linux_khugepaged_test.c -- huge pages made of small ones, worked out by hand: those of the
 * SPARC reference MMU of large_rig.h, 256 KiB, which are 64 pages of 4 KiB, in four regions'
 * worth of them.  What must hold is looked at after every event. */
#include "os/linux_io_rig.h"

/* 100 pages are two ranges, and what is counted for the process: 1 + 64 + 1 + 64. */
static void setup(void)
{
    rig_linux_setup();
    rig_linux.every = 50 * MS;
    rig_linux.watch = rig_linux_holds;
    rig_large_pages();
    rig_linux_kernel("khugepaged_pages_to_scan", "100");
    rig_frames(1024);
}

static void again(void)
{
    rig_teardown();
    setup();
}

static void run(const char *text)
{
    rig_region(0, 0, 4 * N, 0);
    rig_program(0, text);
    rig_linux_run();
}

/* n pages of the first range in use, then what follows, then it is advised. */
static void run_range(unsigned n, const char *then)
{
    char text[4096] = "";
    rig_stores(text, 0, n);
    sprintf(text + strlen(text), " %s @advise 0x0 256KiB hugepage; @sleep 1s;", then);
    run(text + 1);
}

/* As many pages of the first range as there are are stored into, and `out` of them swapped
 * out. */
static const char *swapped(unsigned out)
{
    static char text[128];
    sprintf(text, "@advise 0x0 %uKiB pageout; @sleep 100ms;", 4 * out);
    return text;
}

/* --- when --------------------------------------------------------------------------------- */

START_TEST(advice_wakes_it_and_it_goes_on_after_its_sleep)
{
    static const struct {
        const char *sleep;
        uint64_t collapsed, full_scans;
    } cases[] = {{"9900ms", 2, 0}, {"10100ms", 4, 0}, {"19900ms", 4, 0}, {"20100ms", 4, 1}};
    char text[200];
    sprintf(text, "S0 S64 S65 S128 S255 @advise 0x0 1MiB hugepage; @sleep %s; S1",
            cases[_i].sleep);
    run(text);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, cases[_i].collapsed);
    ck_assert_uint_eq(rig_linux.counts.thp_collapse_alloc, cases[_i].collapsed);
    ck_assert_uint_eq(rig_linux.counts.full_scans, cases[_i].full_scans);
    ck_assert_uint_eq(rig.counts.large_pages, cases[_i].collapsed);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 5);
}
END_TEST

/* One for the process and 64 for the first range. */
START_TEST(it_looks_at_no_more_pages_than_it_may)
{
    rig_linux_kernel("khugepaged_pages_to_scan", _i == 0 ? "65" : "66");
    run("S0 S64 S128 S192 @advise 0x0 1MiB hugepage; @sleep 1s;");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, _i == 0 ? 1 : 2);
}
END_TEST

/* 2 ranges with 1 and 2 pages. */
START_TEST(it_spends_the_time_of_copying_and_zeroing)
{
    run("S0 S64 S65 @advise 0x0 1MiB hugepage; @sleep 1s;");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 2);
    ck_assert_uint_eq(rig.totals.kernel, 3 * COPY + (2 * N - 3) * ZERO);
}
END_TEST

/* With `always` a fault in a region that cannot have huge pages yet is the first. */
START_TEST(a_fault_in_a_region_that_may_have_huge_pages_wakes_it)
{
    rig_linux_kernel("thp", "always");
    run("@advise 0x0 1MiB nohugepage; S0 @sleep 20s; "
        "@map 0x1000000 128KiB rw; S4096 @map 0x1020000 128KiB rw; S4159 @sleep 9s; S4097");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 1);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 3);
}
END_TEST

START_TEST(it_can_be_left_out)
{
    rig_linux_kernel("khugepaged_pages_to_scan", "0");
    run("S0 @advise 0x0 1MiB hugepage; @sleep 30s; S1");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 0);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
}
END_TEST

START_TEST(files_and_what_has_never_been_used_are_passed_over)
{
    run("@map 0x1000000 256KiB rw file f; L4096 @advise 0x0 1MiB hugepage; "
        "@advise 0x1000000 256KiB hugepage; @sleep 30s; S0");
    ck_assert_uint_eq(rig_linux.counts.thp_collapse_alloc, 0);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
}
END_TEST

/* --- what must hold ----------------------------------------------------------------------- */

START_TEST(at_most_so_many_pages_may_be_empty)
{
    const unsigned pages[] = {4, 3};
    rig_linux_kernel("khugepaged_max_ptes_none", "60");
    run_range(pages[_i], "");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, _i == 0);
    ck_assert_uint_eq(rig_linux.counts.thp_scan_exceed_none_pte, _i == 1);
}
END_TEST

START_TEST(a_page_that_was_only_read_is_as_good_as_empty)
{
    rig_linux_kernel("khugepaged_max_ptes_none", "60");
    run_range(3, "L5 L6 L7 L8");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 0);
    again();
    rig_linux_kernel("khugepaged_max_ptes_none", "60");
    run_range(4, "L5 L6 L7 L8");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 1);
    ck_assert_uint_eq(rig.totals.kernel, 4 * COPY + (N - 4) * ZERO);
}
END_TEST

START_TEST(memory_that_cannot_be_stored_into_is_left_alone)
{
    run_range(N, "@protect 0x0 1MiB r;");
    ck_assert_uint_eq(rig_linux.counts.thp_collapse_alloc, 0);
}
END_TEST

START_TEST(one_page_at_least_must_have_been_used)
{
    run_range(N, "@advise 0x0 256KiB cold;");
    ck_assert_uint_eq(rig_linux.counts.thp_collapse_alloc, 0);
    again();
    run_range(N, "@advise 0x0 256KiB cold; L7");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 1);
}
END_TEST

/* --- swap space ----------------------------------------------------------------------------*/

/* Most of pages 0 to 63 lose their frames to others, which are dropped; all but 0 and 1 are used
 * again, which have been written before if the release knows pageout. */
static void run_pressed(const char *sleep)
{
    char text[8192] = "", *end = text;
    rig_limit(140);
    rig_linux_kernel("page_cluster", "0");
    rig_stores(text, 0, N);
    strcat(text, " @advise 0x0 8KiB pageout; @sleep 100ms;");
    rig_stores(text, N, 3 * N);
    strcat(text, " @advise 0x40000 768KiB dontneed;");
    rig_stores(text, 2, N - 2);
    end += strlen(text);
    sprintf(end, " @advise 0x0 256KiB hugepage; @sleep %s;", sleep);
    run(text + 1);
}

static void rig_zram(void)
{
    rig.params.swap.ops = device_find("zram");
    param_defaults(device_find("zram")->params, rig.device.bytes);
}

START_TEST(at_most_so_many_pages_may_be_swapped_out)
{
    const unsigned out[] = {2, 3};
    rig_zram();
    rig_linux_kernel("khugepaged_max_ptes_swap", "2");
    run_range(N, swapped(out[_i]));
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, _i == 0);
    ck_assert_uint_eq(rig_linux.counts.thp_scan_exceed_swap_pte, _i == 1);
    ck_assert_uint_eq(rig_linux.counts.pswpin, _i == 0 ? 2 : 0);
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, _i == 0 ? 2 : 0);
    ck_assert_uint_eq(rig_linux.slots, _i == 0 ? 0 : 3);
}
END_TEST

/* Of 64 pages two are out, and 32 or 31 have been used since. */
START_TEST(half_must_have_been_used_if_some_are_swapped_out)
{
    char text[200];
    rig_zram();
    sprintf(text, "%s @advise 0x2000 %uKiB cold;", swapped(2), _i == 0 ? 120 : 124);
    run_range(N, text);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, _i == 0);
}
END_TEST

START_TEST(what_is_in_the_swap_cache_still_is_not_read)
{
    run_range(N, swapped(2));
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 1);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 2);
    ck_assert_uint_eq(rig_linux.counts.pswpin, 0);
    ck_assert_uint_eq(rig_linux.slots, 0);
}
END_TEST

START_TEST(from_a_device_one_page_is_read_each_time)
{
    static const struct {
        const char *sleep;
        uint64_t tried, collapsed;
    } cases[] = {{"9s", 1, 0}, {"19s", 2, 0}, {"21s", 3, 1}};
    run_pressed(cases[_i].sleep);
    ck_assert_uint_eq(rig_linux.counts.thp_collapse_alloc, cases[_i].tried);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, cases[_i].collapsed);
    ck_assert_uint_eq(rig_linux.slots, cases[_i].collapsed ? 0 : 2);
}
END_TEST

START_TEST(before_4_8_none_may_be_swapped_out)
{
    static const char *const versions[] = {"3.16", "4.19"};
    rig_zram();
    rig_linux_kernel("version", versions[_i]);
    run_pressed("1s");
    ck_assert_uint_gt(rig_linux.counts.pswpout, 0);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, _i == 1);
}
END_TEST

/* --- sharing ------------------------------------------------------------------------------ */

/* The parent has `own` pages to itself again, the child none. */
static void run_fork(unsigned own)
{
    char text[4096] = "";
    rig_stores(text, 0, N);
    strcat(text, " @fork 1; @sleep 100ms;");
    rig_stores(text, 0, own);
    strcat(text, " @advise 0x0 256KiB hugepage; @sleep 30s; S1 L63 S64");
    rig_region(0, 0, 4 * N, 0);
    rig_program(0, text + 1);
    rig_program(0, "@sleep 50s; S3 L63");
    rig_linux_run();
}

START_TEST(at_most_so_many_pages_may_be_shared)
{
    rig_linux_kernel("khugepaged_max_ptes_shared", "32");
    run_fork(_i == 0 ? 32 : 31);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, _i == 0);
    ck_assert_uint_eq(rig_linux.counts.thp_scan_exceed_share_pte > 0, _i == 1);
}
END_TEST

/* 3 is the parent's own since it stored into it, and so the child's too; 63 was copied. */
START_TEST(what_was_shared_is_the_childs_alone_afterwards)
{
    run_fork(32);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 1);
    ck_assert_uint_eq(rig.totals.kernel, N * COPY);
    ck_assert_uint_eq(rig.counts.faults_copy, 32);
}
END_TEST

START_TEST(before_5_8_none_may_be_shared)
{
    rig_linux_kernel("version", "5.7");
    run_fork(_i == 0 ? 63 : 64);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, _i == 1);
}
END_TEST

/* --- processes ---------------------------------------------------------------------------- */

/* Each has one range; what ends is not looked at any more. */
START_TEST(processes_take_turns_in_the_order_in_which_they_came)
{
    rig_linux_kernel("khugepaged_pages_to_scan", "60");
    for (size_t i = 0; i < 3; i++) {
        rig_region(i, 0, N, 0);
        rig_program(i, i == 1 ? "S0 @advise 0x0 256KiB hugepage; @sleep 5s;"
                              : "S0 @advise 0x0 256KiB hugepage; @sleep 25s;");
    }
    rig_linux_run();
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 2);
}
END_TEST

/* --- frames ------------------------------------------------------------------------------- */

/* 128 frames, of which 60 hold pages: above the watermark of 32 there is no block, and but one
 * page cannot be swapped out.  It sleeps for 60 seconds, ends the scan, and sleeps for 10; the
 * loads are since reclaim has taken the accessed bits. */
START_TEST(without_a_block_of_frames_it_sleeps_longer)
{
    static const struct {
        const char *sleep;
        uint64_t failed;
    } cases[] = {{"4s", 1}, {"6s", 2}};
    char text[4096] = "";
    rig_frames(128);
    rig.params.slots.nslots = 2;
    rig_stores(text, 0, 60);
    sprintf(text + strlen(text),
            " @advise 0x0 256KiB hugepage; @sleep 15s; L0 @sleep 50s; L0 @sleep %s;",
            cases[_i].sleep);
    run(text + 1);
    ck_assert_uint_eq(rig_linux.counts.thp_collapse_alloc_failed, cases[_i].failed);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 0);
}
END_TEST

/* 26 pages and 64 more are charged while they are copied, and then 64. */
START_TEST(a_cgroup_pays_for_what_is_copied_and_its_copy)
{
    rig_limit(_i == 0 ? 90 : 89);
    rig.params.slots.nslots = 2;
    run_range(26, "");
    ck_assert_uint_eq(rig_linux.counts.thp_collapse_alloc, 1);
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, _i == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_khugepaged");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, rig_teardown);
    tcase_add_loop_test(tcase, advice_wakes_it_and_it_goes_on_after_its_sleep, 0, 4);
    tcase_add_loop_test(tcase, it_looks_at_no_more_pages_than_it_may, 0, 2);
    tcase_add_test(tcase, it_spends_the_time_of_copying_and_zeroing);
    tcase_add_test(tcase, a_fault_in_a_region_that_may_have_huge_pages_wakes_it);
    tcase_add_test(tcase, it_can_be_left_out);
    tcase_add_test(tcase, files_and_what_has_never_been_used_are_passed_over);
    tcase_add_loop_test(tcase, at_most_so_many_pages_may_be_empty, 0, 2);
    tcase_add_test(tcase, a_page_that_was_only_read_is_as_good_as_empty);
    tcase_add_test(tcase, memory_that_cannot_be_stored_into_is_left_alone);
    tcase_add_test(tcase, one_page_at_least_must_have_been_used);
    tcase_add_loop_test(tcase, at_most_so_many_pages_may_be_swapped_out, 0, 2);
    tcase_add_loop_test(tcase, half_must_have_been_used_if_some_are_swapped_out, 0, 2);
    tcase_add_test(tcase, what_is_in_the_swap_cache_still_is_not_read);
    tcase_add_loop_test(tcase, from_a_device_one_page_is_read_each_time, 0, 3);
    tcase_add_loop_test(tcase, at_most_so_many_pages_may_be_shared, 0, 2);
    tcase_add_test(tcase, what_was_shared_is_the_childs_alone_afterwards);
    tcase_add_loop_test(tcase, before_4_8_none_may_be_swapped_out, 0, 2);
    tcase_add_loop_test(tcase, before_5_8_none_may_be_shared, 0, 2);
    tcase_add_test(tcase, processes_take_turns_in_the_order_in_which_they_came);
    tcase_add_loop_test(tcase, without_a_block_of_frames_it_sleeps_longer, 0, 2);
    tcase_add_loop_test(tcase, a_cgroup_pays_for_what_is_copied_and_its_copy, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
