/* linux_advise_test.c -- advice that is followed at once, worked out by hand with linux5 as in
 * 6.18; without read-ahead.  With a swappiness of 200 only anonymous pages are scanned, with
 * one of 0 in a memory cgroup only those of files, among which are those that were freed. */
#include "os/linux_io_rig.h"

/* Of which the first three are written; their frames are freed when the next reclaim finds
 * them clean, and 3 is written then; see linux_writeback_test.c. */
#define FIVE "S0 S1 S2 S3 S4 "
#define TWO_MS "L4x2000 "

static void setup(void)
{
    rig_linux_setup();
    rig_linux_kernel("swappiness", "200");
    rig_linux_kernel("page_cluster", "0");
}

static void run(unsigned limit, const char *text)
{
    if (limit)
        rig_limit(limit);
    rig_frames(256);
    rig_region(0, 0, 64, 0);
    rig_program(0, text);
    rig_linux_run();
}

/* --- dontneed ----------------------------------------------------------------------------- */

START_TEST(pages_not_needed_are_zero_again_and_their_slots_free)
{
    run(4, FIVE TWO_MS "L4");
    ck_assert_uint_eq(rig_linux.slots, 4);
    rig_teardown();
    setup();
    run(4, FIVE TWO_MS "@advise 0x0 16KiB dontneed; S0 L4");
    ck_assert_uint_eq(rig_linux.slots, 0);
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 0);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 6);
}
END_TEST

START_TEST(pages_of_files_not_needed_stay_in_the_cache)
{
    run(0, "@map 0x1000000 4KiB r file f; L4096 @advise 0x1000000 4KiB dontneed; L4096");
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 1);
    ck_assert_uint_eq(rig.counts.faults_reclaim, 1);
    ck_assert_uint_eq(rig.swap.reads, 1);
}
END_TEST

/* The second store finds what the first one has left. */
START_TEST(shared_memory_not_needed_is_unmapped_and_keeps_what_it_holds)
{
    run(0, "@map 0x1000000 4KiB rw shared; S4096 @advise 0x1000000 4KiB dontneed; S4096");
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 1);
    ck_assert_uint_eq(rig.counts.faults_reclaim, 1);
}
END_TEST

/* --- free --------------------------------------------------------------------------------- */

START_TEST(freed_pages_stay_as_long_as_nobody_needs_their_frames)
{
    run(0, "S0 S1 @advise 0x0 16KiB free; L0 S1 @advise 0x0 8KiB free;");
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
    ck_assert_uint_eq(rig_linux.counts.pglazyfree,
                      2); /* each once                        */
    ck_assert_uint_eq(rig_linux.counts.pglazyfreed, 0);
}
END_TEST

/* The fault on 4 drops 0 and 1 and writes nothing. */
START_TEST(reclaim_drops_freed_pages_without_writing_them)
{
    rig_linux_kernel("swappiness", "0");
    run(4, "S0 S1 S2 S3 @advise 0x0 8KiB free; S4 S0");
    ck_assert_uint_eq(rig_linux.counts.pglazyfree, 2);
    ck_assert_uint_eq(rig_linux.counts.pglazyfreed, 2);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 0);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 6);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 6);
}
END_TEST

/* 0 has been stored into since: only 1 is dropped. */
START_TEST(a_store_keeps_a_freed_page)
{
    rig_linux_kernel("swappiness", "0");
    run(4, "S0 S1 S2 S3 @advise 0x0 8KiB free; S0 S4 L0");
    ck_assert_uint_eq(rig_linux.counts.pglazyfree, 2);
    ck_assert_uint_eq(rig_linux.counts.pglazyfreed, 1);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 0);
    ck_assert_uint_eq(rig_linux.counts.pgfault, 5);
}
END_TEST

START_TEST(pages_in_swap_space_are_freed_at_once)
{
    run(4, FIVE TWO_MS "@advise 0x0 16KiB free; S0 L4");
    ck_assert_uint_eq(rig_linux.slots, 0);
    ck_assert_uint_eq(rig.swap.reads, 0);
    ck_assert_uint_eq(rig.counts.faults_zero_fill, 6);
}
END_TEST

/* The frame is dropped for both, and zero for both. */
START_TEST(a_page_freed_before_a_fork_is_dropped_for_parent_and_child)
{
    rig_linux_kernel("swappiness", "0");
    rig_limit(4);
    rig_frames(256);
    rig_region(0, 0, 64, 0);
    rig_program(0, "S0 @advise 0x0 4KiB free; @fork 1; S1 S2 S3 S4 "
                   "@advise 0x1000 16KiB dontneed; S0 L0");
    rig_program(0, "L8x5000 S0");
    rig_linux_run();
    ck_assert_uint_eq(rig_linux.counts.pglazyfreed, 1);
    ck_assert_uint_eq(rig.counts.faults_copy, 1);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 0);
}
END_TEST

START_TEST(files_shared_memory_and_pages_of_others_are_not_freed)
{
    run(0, "@map 0x1000000 4KiB rw file f; L4096 @map 0x2000000 4KiB rw shared; S8192 "
           "@advise 0x1000000 0x2000000 free; L1 @advise 0x1000 4KiB free;");
    ck_assert_uint_eq(rig_linux.counts.pglazyfree, 0);
    rig_teardown();
    setup();
    rig_region(0, 0, 64, 0);
    rig_program(0, "S0 @fork 1; @advise 0x0 4KiB free; L0x9");
    rig_program(0, "L0x99");
    rig_linux_run();
    ck_assert_uint_eq(rig_linux.counts.pglazyfree, 0);
}
END_TEST

/* --- cold, pageout ------------------------------------------------------------------------ */

/* 64 pages of a file, oldest first.  Reclaim down to priority 2 looks at 31 of them, of which
 * those that are young stay, and at priority 1 at half of what is left: with 24 to 63 cold
 * that is 7 and 28, more than the 32 that are wanted, and 0 to 23 are all there still. */
static uint64_t faults_after_reclaim(const char *advice)
{
    char text[2048] = "@map 0x1000000 256KiB r file f;";
    for (unsigned i = 0; i < 64; i++)
        sprintf(text + strlen(text), " L%u", 4096 + i);
    strcat(text, advice);
    rig_stores(text, 0, 40);
    for (unsigned i = 0; i < 24; i++)
        sprintf(text + strlen(text), " L%u", 4096 + i);
    rig_linux_kernel("swappiness", "0");
    rig_linux_kernel("read_ahead_kb", "0");
    rig_linux_kernel("fault_around", "4 KiB");
    run(100, text);
    return rig_linux.counts.pgmajfault - 64;
}

START_TEST(cold_pages_go_first)
{
    ck_assert_uint_eq(faults_after_reclaim(" @advise 0x1018000 160KiB cold;"), 0);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_FILE], 7 + 28);
    rig_teardown();
    setup();
    ck_assert_uint_gt(faults_after_reclaim(""), 16);
}
END_TEST

START_TEST(pages_are_written_and_freed_on_advice)
{
    run(0, "S0 S1 S2 @advise 0x0 8KiB pageout; L2x3000 L2");
    ck_assert_uint_eq(rig_linux.counts.pswpout, 2);
    ck_assert_uint_eq(rig_linux.slots, 2);
    ck_assert_uint_eq(rig.swap.writes, 1); /* of two neighbouring slots */
    rig_teardown();
    setup();
    run(0, "@map 0x1000000 4KiB r file f; L4096 @advise 0x1000000 4KiB pageout; L4096");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 2);
    ck_assert_uint_eq(rig.counts.page_outs, 1);
}
END_TEST

/* The child maps them too. */
START_TEST(pages_of_others_are_neither_cold_nor_paged_out)
{
    rig_frames(256);
    rig_region(0, 0, 64, 0);
    rig_program(0, "S0 S1 @fork 1; @advise 0x0 8KiB pageout; @advise 0x0 8KiB cold; L0x9");
    rig_program(0, "L0x99");
    rig_linux_run();
    ck_assert_uint_eq(rig_linux.counts.pswpout, 0);
    ck_assert_uint_eq(rig_linux.lists.pgdeactivate, 0);
}
END_TEST

/* --- willneed ----------------------------------------------------------------------------- */

/* The page that is read meanwhile is in the swap cache: its fault is minor. */
START_TEST(pages_in_swap_space_are_read_on_advice)
{
    run(4, FIVE TWO_MS "S5 " TWO_MS "L0");
    const uint64_t majors = rig_linux.counts.pgmajfault, reads = rig.swap.reads;
    ck_assert_uint_eq(majors, 1);
    rig_teardown();
    setup();
    run(4, FIVE TWO_MS "S5 " TWO_MS "@advise 0x0 4KiB willneed; " TWO_MS "L0");
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 0);
    ck_assert_uint_eq(rig_linux.counts.pswpin, 1);
    ck_assert_uint_eq(rig.swap.reads, reads);
}
END_TEST

/* 16 KiB are four pages, in one request. */
START_TEST(files_are_read_on_advice_as_far_as_read_ahead_goes)
{
    rig_linux_kernel("read_ahead_kb", "16");
    run(0, "@map 0x1000000 1MiB r file f; @advise 0x1000000 1MiB willneed; L0x3000 L4096");
    ck_assert_uint_eq(rig.counts.pages_read_ahead, 4);
    ck_assert_uint_eq(rig.swap.reads, 1);
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 0);
}
END_TEST

/* --- which are known ---------------------------------------------------------------------- */

START_TEST(releases_pass_over_advice_that_is_younger)
{
    static const struct {
        const char *version;
        uint64_t lazyfree, pswpout;
    } cases[] = {{"3.16", 0, 0}, {"5.4", 1, 1}, {"6.18", 1, 1}};
    rig_linux_kernel("version", cases[_i].version);
    run(0, "S0 S1 @advise 0x0 4KiB free; @advise 0x1000 4KiB pageout; L2");
    ck_assert_uint_eq(rig_linux.counts.pglazyfree, cases[_i].lazyfree);
    ck_assert_uint_eq(rig_linux.counts.pswpout, cases[_i].pswpout);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_advise");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, rig_teardown);
    tcase_add_test(tcase, pages_not_needed_are_zero_again_and_their_slots_free);
    tcase_add_test(tcase, pages_of_files_not_needed_stay_in_the_cache);
    tcase_add_test(tcase, shared_memory_not_needed_is_unmapped_and_keeps_what_it_holds);
    tcase_add_test(tcase, freed_pages_stay_as_long_as_nobody_needs_their_frames);
    tcase_add_test(tcase, reclaim_drops_freed_pages_without_writing_them);
    tcase_add_test(tcase, a_store_keeps_a_freed_page);
    tcase_add_test(tcase, pages_in_swap_space_are_freed_at_once);
    tcase_add_test(tcase, a_page_freed_before_a_fork_is_dropped_for_parent_and_child);
    tcase_add_test(tcase, files_shared_memory_and_pages_of_others_are_not_freed);
    tcase_add_test(tcase, cold_pages_go_first);
    tcase_add_test(tcase, pages_are_written_and_freed_on_advice);
    tcase_add_test(tcase, pages_of_others_are_neither_cold_nor_paged_out);
    tcase_add_test(tcase, pages_in_swap_space_are_read_on_advice);
    tcase_add_test(tcase, files_are_read_on_advice_as_far_as_read_ahead_goes);
    tcase_add_loop_test(tcase, releases_pass_over_advice_that_is_younger, 0, 3);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
