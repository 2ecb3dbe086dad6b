/* linux_compaction_test.c -- frames for huge pages where memory is in pieces, worked out by hand:
 * those of the SPARC reference MMU of large_rig.h, which are 64 pages of 4 KiB.  What must hold
 * is looked at after every event. */
#include "os/linux_io_rig.h"

enum { FRAMES = 5 * N, USED = 270, FRESH = 512 };

static void setup(void)
{
    rig_linux_setup();
    rig_linux.every = 50 * MS;
    rig_linux.watch = rig_linux_holds;
    rig_large_pages();
    rig_linux_kernel("thp", "always");
    rig_linux_kernel("khugepaged_pages_to_scan", "0");
    rig_frames(FRAMES);
}

/* Of 320 frames, which are blocks of 256 and 64, pages 0 to 63 take the smaller one, and those up
 * to 269 frames 0 to 205.  Every fourth page is kept: no more than 32 free frames are in one block,
 * those from 224 on.  Then a page at 512 is used, of a region of two huge pages.  The low watermark
 * is 43 frames, the high one 51. */
static void run_with(const char *advice, const char *then, const char *child)
{
    static char text[16384];
    strcpy(text, "@advise 0x0 1280KiB nohugepage;");
    rig_stores(text, 0, USED);
    for (unsigned i = 0; i < USED; i += 4)
        sprintf(text + strlen(text), " @advise 0x%x 12KiB dontneed;", (i + 1) * 4096);
    sprintf(text + strlen(text), " @advise 0x200000 512KiB %s; S%d %s", advice, FRESH,
            then);
    rig_region(0, 0, FRAMES, 0);
    rig_region(0, FRESH, 2 * N, 0);
    rig_program(0, text);
    rig_program(0, child);
    rig_linux_run();
}

static void run(const char *advice, const char *then)
{
    run_with(advice, then, "L0");
}

/* The first block has 16 pages.  They go up to the first frames of the last block that are free:
 * three of each four from 256 on, and 277, of the 22 that are looked at. */
START_TEST(pages_are_moved_up_until_a_block_is_free)
{
    run("hugepage", "");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
    ck_assert_uint_eq(rig_linux.counts.compact_stall, 1);
    ck_assert_uint_eq(rig_linux.counts.compact_success, 1);
    ck_assert_uint_eq(rig_linux.counts.compact_fail, 0);
    ck_assert_uint_eq(rig_linux.counts.pgmigrate_success, 16);
    ck_assert_uint_eq(rig_linux.counts.compact_migrate_scanned, N);
    ck_assert_uint_eq(rig_linux.counts.compact_free_scanned, 22);
}
END_TEST

/* The fault takes the time of 16 copies more. */
START_TEST(who_compacts_pays_for_it)
{
    psec_t fault[2];
    run("nohugepage", "");
    fault[0] = rig.totals.elapsed;
    rig_teardown();
    setup();
    run("hugepage", "");
    fault[1] = rig.totals.elapsed;
    ck_assert_uint_eq(fault[1] - fault[0], 16 * COPY + (N - 1) * ZERO);
}
END_TEST

START_TEST(what_has_moved_is_still_there)
{
    run("hugepage", "L0 L4 S8 S60 L64");
    ck_assert_uint_eq(rig_linux.counts.pgmigrate_success, 16);
    ck_assert_uint_eq(rig_linux.counts.pgfault, USED + 1);
}
END_TEST

/* 64 is in the first frame, and a child has it too: the parent's store must still be copied. */
START_TEST(what_is_shared_is_so_when_it_has_moved)
{
    run_with("nohugepage",
             "@fork 1; @advise 0x200000 512KiB hugepage; S576 S64 @sleep 100ms;",
             "@sleep 50ms; L64 L68");
    ck_assert_uint_eq(rig_linux.counts.pgmigrate_success, 16);
    ck_assert_uint_eq(rig.counts.faults_copy, 1);
}
END_TEST

/* A dirty page of a file is in the first frame of all, before page 64; it has moved when it is
 * old enough to be written back. */
START_TEST(what_is_dirty_is_written_when_it_has_moved)
{
    static char text[16384];
    rig_linux_kernel("dirty_expire", "1 s");
    rig_linux_kernel("dirty_writeback", "1 s");
    strcpy(text, "@advise 0x0 1280KiB nohugepage;");
    rig_stores(text, 0, N);
    strcat(text, " S1024");
    rig_stores(text, N, USED - N);
    for (unsigned i = 0; i < USED; i += 4)
        sprintf(text + strlen(text), " @advise 0x%x 12KiB dontneed;", (i + 1) * 4096);
    strcat(text, " @advise 0x200000 512KiB hugepage; S512 @sleep 5s;");
    rig_region(0, 0, FRAMES, 0);
    rig_region(0, FRESH, 2 * N, 0);
    rig_file(0, 1024, 1, 0, 0)->shared = true;
    rig_program(0, text);
    rig_linux_run();
    ck_assert_uint_eq(rig_linux.counts.compact_success, 1);
    ck_assert_uint_ge(rig_linux.counts.pgmigrate_success, 16);
    ck_assert_uint_eq(rig.counts.write_backs, 1);
}
END_TEST

/* What each choice does for memory that is advised hugepage, and that which is not. */
START_TEST(the_setting_says_who_compacts)
{
    static const struct {
        const char *defrag, *advice;
        uint64_t got, stalls, wakes;
    } cases[] = {
        {"always", "normal", 1, 1, 0},        {"always", "hugepage", 1, 1, 0},
        {"defer", "normal", 0, 0, 1},         {"defer", "hugepage", 0, 0, 1},
        {"defer+madvise", "normal", 0, 0, 1}, {"defer+madvise", "hugepage", 1, 1, 0},
        {"madvise", "normal", 0, 0, 0},       {"madvise", "hugepage", 1, 1, 0},
        {"never", "normal", 0, 0, 0},         {"never", "hugepage", 0, 0, 0},
    };
    rig_linux_kernel("thp_defrag", cases[_i].defrag);
    run(cases[_i].advice, "");
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, cases[_i].got);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_fallback, !cases[_i].got);
    ck_assert_uint_eq(rig_linux.counts.compact_stall, cases[_i].stalls);
    ck_assert_uint_eq(rig_linux.counts.compact_daemon_wake, cases[_i].wakes);
}
END_TEST

/* The second fault finds the block that the first has had made. */
START_TEST(kcompactd_makes_blocks_for_those_who_come_later)
{
    rig_linux_kernel("thp_defrag", "defer");
    run("hugepage", "@sleep 1s; S576");
    ck_assert_uint_eq(rig_linux.counts.compact_daemon_wake, 1);
    ck_assert_uint_eq(rig_linux.counts.pgmigrate_success, 16);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_fallback, 1);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
    ck_assert_uint_eq(rig.totals.kernel, 16 * COPY);
}
END_TEST

/* The same with 200 pages, every other one dropped, and 70 of a file, so that 150 frames are free:
 * 21 less than the low watermark and the 128 that must be free beside it come to. */
static void run_low(const char *advice)
{
    static char text[16384];
    rig_linux_kernel("read_ahead_kb", "0");
    strcpy(text, "@advise 0x0 1280KiB nohugepage; @map 0x1000000 280KiB r file f;");
    rig_stores(text, 0, 200);
    for (unsigned i = 0; i < 70; i++)
        sprintf(text + strlen(text), " L%u", 4096 + i);
    for (unsigned i = 0; i < 200; i += 2)
        sprintf(text + strlen(text), " @advise 0x%x 4KiB dontneed;", (i + 1) * 4096);
    sprintf(text + strlen(text), " @advise 0x200000 512KiB %s; S%d", advice, FRESH);
    rig_region(0, 0, FRAMES, 0);
    rig_region(0, FRESH, 2 * N, 0);
    rig_program(0, text);
    rig_linux_run();
}

/* 32 pages or more, which go at once, make it 182, three more than with the high watermark:
 * reclaim is over, and compaction is tried again. */
START_TEST(reclaim_comes_before_a_second_try)
{
    run_low("hugepage");
    ck_assert_uint_eq(rig_linux.counts.allocstall, 1);
    ck_assert_uint_ge(rig_linux.lists.pgsteal[RECLAIM_FILE], 32);
    ck_assert_uint_eq(rig_linux.counts.compact_stall, 1);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_alloc, 1);
}
END_TEST

/* Memory that is not advised is not worth it: where compaction was not even tried. */
START_TEST(without_advice_nothing_is_reclaimed_where_too_little_is_free)
{
    rig_linux_kernel("thp_defrag", "always");
    run_low("normal");
    ck_assert_uint_eq(rig_linux.counts.allocstall, 0);
    ck_assert_uint_eq(rig_linux.counts.compact_stall, 0);
    ck_assert_uint_eq(rig_linux.counts.pgmigrate_success, 0);
    ck_assert_uint_eq(rig_linux.counts.thp_fault_fallback, 1);
}
END_TEST

START_TEST(khugepaged_compacts_too)
{
    rig_linux_kernel("khugepaged_pages_to_scan", "1000");
    rig_linux_kernel("thp", "madvise");
    run("normal", "@advise 0x200000 256KiB hugepage; @sleep 1s; S513");
    ck_assert_uint_eq(rig_linux.counts.pages_collapsed, 1);
    ck_assert_uint_eq(rig_linux.counts.compact_stall, 1);
    ck_assert_uint_eq(rig_linux.counts.compact_success, 1);
    ck_assert_uint_eq(rig_linux.counts.pgfault, USED + 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_compaction");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, rig_teardown);
    tcase_add_test(tcase, pages_are_moved_up_until_a_block_is_free);
    tcase_add_test(tcase, who_compacts_pays_for_it);
    tcase_add_test(tcase, what_has_moved_is_still_there);
    tcase_add_test(tcase, what_is_shared_is_so_when_it_has_moved);
    tcase_add_test(tcase, what_is_dirty_is_written_when_it_has_moved);
    tcase_add_loop_test(tcase, the_setting_says_who_compacts, 0, 10);
    tcase_add_test(tcase, kcompactd_makes_blocks_for_those_who_come_later);
    tcase_add_test(tcase, reclaim_comes_before_a_second_try);
    tcase_add_test(tcase, without_advice_nothing_is_reclaimed_where_too_little_is_free);
    tcase_add_test(tcase, khugepaged_compacts_too);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
