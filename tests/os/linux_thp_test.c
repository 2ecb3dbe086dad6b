/* linux_thp_test.c -- huge pages of faults, worked out by hand: those of the SPARC reference
 * MMU of large_rig.h, 256 KiB, which are 64 pages of 4 KiB, in four regions' worth of them. */
#include "os/linux_io_rig.h"

static void setup(void)
{
    rig_linux_setup();
    rig_large_pages();
    rig_linux_kernel("thp", "always");
    rig_linux_kernel("khugepaged_pages_to_scan", "0");
    rig_frames(1024);
}

static void run(const char *text)
{
    rig_region(0, 0, 4 * N, 0);
    rig_program(0, text);
    rig_linux_run();
}

static void again(const char *setting)
{
    rig_teardown();
    setup();
    rig_linux_kernel("thp", setting);
}

/* --- who gets one ------------------------------------------------------------------------- */

START_TEST(one_fault_zeroes_and_maps_a_huge_page)
{
    run("S70 S64 L127 S128");
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 2);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_fallback, 0);
    ck_assert_uint_eq(rig.counts.large_pages, 2);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + 4 * REFERENCE + 2 * (FAULT + N * ZERO));
}
END_TEST

START_TEST(the_setting_and_the_advice_say_who_has_huge_pages)
{
    static const struct {
        const char *setting, *text;
        uint64_t huge;
    } cases[] = {
        {"always", "S0 S64", 2},
        {"madvise", "S0 S64", 0},
        {"never", "S0 S64", 0},
        {"always", "@advise 0x0 256KiB nohugepage; S0 S64", 1},
        {"madvise", "@advise 0x0 256KiB hugepage; S0 S64", 1},
        {"never", "@advise 0x0 256KiB hugepage; S0 S64", 0},
        {"madvise", "@advise 0x0 512KiB hugepage; @advise 0x0 256KiB nohugepage; S0 S64",
         1},
        {"always", "@advise 0x0 128KiB sequential; S0 S64",
         1}, /* not all in one area     */
    };
    again(cases[_i].setting);
    run(cases[_i].text);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, cases[_i].huge);
    ck_assert_uint_eq(rig.counts.large_pages, cases[_i].huge);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
}
END_TEST

START_TEST(files_shared_memory_and_old_releases_have_none)
{
    run("@map 0x1000000 256KiB rw file f; L4096 @map 0x2000000 256KiB rw shared; S8192");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 0);
    again("always");
    rig_linux_kernel("version", "2.6.32");
    run("S0");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 0);
}
END_TEST

/* 65 is a base page, and so are the others then. */
START_TEST(a_range_that_has_base_pages_gets_none)
{
    run("@advise 0x0 1MiB nohugepage; S65 @advise 0x0 1MiB hugepage; S66 S128");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_fallback, 0);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 3);
}
END_TEST

/* The heap grows from half of 64 to 127 to all of it before it is used. */
START_TEST(areas_that_follow_each_other_and_are_alike_are_one)
{
    run("@map 0x1000000 128KiB rw; @map 0x1020000 128KiB rw; S4096 S4159");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 1);
    again("always");
    run("@map 0x1000000 128KiB rw; @map 0x1020000 128KiB r; S4096 L4159");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 0);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
}
END_TEST

/* --- frames ------------------------------------------------------------------------------- */

/* 128 frames are two blocks of 64; the watermark, which is 32 frames at least, leaves one. */
START_TEST(without_a_block_of_frames_above_the_watermark_base_pages_are_mapped)
{
    rig_frames(2 * N);
    run("S0 S64 S65 S128");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_fallback, 2);
    ck_assert_uint_eq(rig.counts.large_page_failures, 2);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 4);
}
END_TEST

/* The cgroup has room for one, and for base pages beside it. */
START_TEST(a_cgroup_without_room_for_a_huge_page_gets_base_pages)
{
    rig_limit(N + 10);
    run("S0 S64 S65");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_fallback, 1);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 3);
    ck_assert_uint_eq(rig_linux.lists.pgscan[RECLAIM_ANON], 0);
}
END_TEST

START_TEST(memory_without_end_has_huge_pages_too)
{
    rig_frames(UINT64_MAX);
    run("S0 S64 S128 @advise 0x0 256KiB dontneed; S0");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 4);
}
END_TEST

/* --- what becomes of them ----------------------------------------------------------------- */

START_TEST(a_huge_page_dropped_in_part_is_split)
{
    run("S0 @advise 0x0 4KiB dontneed; S0 S1");
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
}
END_TEST

/* Of all of it the frames are one block again. */
START_TEST(a_huge_page_dropped_as_a_whole_is_not)
{
    run("S0 @advise 0x0 256KiB dontneed; S0 S1");
    ck_assert_uint_eq(rig.counts.large_page_splits, 0);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 2);
}
END_TEST

START_TEST(reclaim_splits_a_huge_page)
{
    rig_linux_kernel("swappiness", "200");
    rig_limit(N + 10);
    run("S0 S64 S65 S66 S67 S68 S69 S70 S71 S72 S73 S74 S75 S76 S77");
    ck_assert_uint_eq(rig.counts.large_page_splits, 1);
    ck_assert_uint_gt(rig_linux.counts.pswpout, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_thp");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, rig_teardown);
    tcase_add_test(tcase, one_fault_zeroes_and_maps_a_huge_page);
    tcase_add_loop_test(tcase, the_setting_and_the_advice_say_who_has_huge_pages, 0, 8);
    tcase_add_test(tcase, files_shared_memory_and_old_releases_have_none);
    tcase_add_test(tcase, a_range_that_has_base_pages_gets_none);
    tcase_add_test(tcase, areas_that_follow_each_other_and_are_alike_are_one);
    tcase_add_test(tcase,
                   without_a_block_of_frames_above_the_watermark_base_pages_are_mapped);
    tcase_add_test(tcase, a_cgroup_without_room_for_a_huge_page_gets_base_pages);
    tcase_add_test(tcase, memory_without_end_has_huge_pages_too);
    tcase_add_test(tcase, a_huge_page_dropped_in_part_is_split);
    tcase_add_test(tcase, a_huge_page_dropped_as_a_whole_is_not);
    tcase_add_test(tcase, reclaim_splits_a_huge_page);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
