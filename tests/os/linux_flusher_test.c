/* linux_flusher_test.c -- dirty pages of files, worked out by hand: 100 frames without a group, so
 * that 10 dirty pages start the flusher, writers are slowed down from 15 on, and there are
 * never more than 20.  Nothing is read ahead unless a test says so, and each request takes a
 * millisecond. */
#include "os/linux_io_rig.h"

#define PAGE UINT64_C(4096)

static struct {
    uint64_t most; /* dirty or being written, after any event                             */
} seen;

static void watch(struct linux_kernel *kernel)
{
    const uint64_t n = kernel->flusher.dirty + kernel->flusher.writing;
    seen.most = n > seen.most ? n : seen.most;
}

static void run_file(bool shared, const char *text)
{
    seen.most = 0;
    rig_linux.watch = watch;
    rig_linux.every = strstr(text, "@sleep") ? 100 * MS : 100 * US;
    rig_frames(100);
    rig_file(0, 0, 64, 0, 0)->shared = shared;
    rig_program(0, text);
    rig_linux_run();
}

static void run(const char *text)
{
    rig_linux_kernel("read_ahead_kb", "0");
    run_file(true, text);
}

/* The twelfth store finds 11 dirty pages, all of which go in one request, before the read. */
START_TEST(above_the_background_threshold_all_is_written)
{
    run("S0 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10");
    ck_assert_uint_eq(rig.swap.writes, 0);
    rig_teardown();
    rig_linux_setup();
    run("S0 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11");
    ck_assert_uint_eq(rig.swap.writes, 1);
    ck_assert_uint_eq(rig.swap.bytes_written, 11 * PAGE);
    ck_assert_uint_eq(rig.totals.elapsed,
                      SWITCH + 12 * (FAULT + REFERENCE + LATENCY) + LATENCY);
}
END_TEST

/* Pages that do not lie together, in the order of the file and not of the stores. */
START_TEST(what_lies_together_is_one_request)
{
    run("S20 S10 S11 S12 S21 S0 S30 S13 S22 S14 S31 S40");
    ck_assert_uint_eq(rig.swap.bytes_written, 11 * PAGE);
    ck_assert_uint_eq(rig.swap.writes,
                      4); /* 0, 10 to 14, 20 to 22, 30 and 31             */
}
END_TEST

/* A page is mapped for reading until it is stored into, and again when it has been written. */
START_TEST(the_first_store_into_a_clean_page_traps)
{
    run("L0 S0 S0 L0");
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
    ck_assert_uint_eq(seen.most, 1);
    rig_teardown();
    rig_linux_setup();
    run("S0 @sleep 31s; S0 S0");
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
    ck_assert_uint_eq(rig.swap.writes, 1);
}
END_TEST

/* The flusher wakes 5, 10, ... 30 s after the store, and then it is old enough. */
START_TEST(what_has_been_dirty_for_thirty_seconds_is_written)
{
    run("S0 @sleep 29s; L0");
    ck_assert_uint_eq(rig.swap.writes, 0);
    rig_teardown();
    rig_linux_setup();
    run("S0 @sleep 31s; L0");
    ck_assert_uint_eq(rig.swap.writes, 1);
    rig_teardown();
    rig_linux_setup();
    rig_linux_kernel("dirty_expire",
                     "7 s"); /* and looked for at 10 s                     */
    run("S0 @sleep 9s; L0");
    ck_assert_uint_eq(rig.swap.writes, 0);
    rig_teardown();
    rig_linux_setup();
    rig_linux_kernel("dirty_expire", "7 s");
    run("S0 @sleep 11s; L0");
    ck_assert_uint_eq(rig.swap.writes, 1);
}
END_TEST

/* The second page is 20 s old, and 40 s. */
START_TEST(what_has_been_dirty_for_less_is_not)
{
    run("S0 @sleep 33s; S1 @sleep 20s; L0");
    ck_assert_uint_eq(rig.swap.writes, 1);
    rig_teardown();
    rig_linux_setup();
    run("S0 @sleep 33s; S1 @sleep 40s; L0");
    ck_assert_uint_eq(rig.swap.writes, 2);
}
END_TEST

/* All pages are in memory; stores come every 11 us, and a write takes a millisecond. */
START_TEST(writers_wait_at_the_limit)
{
    char text[512] = "L0 L32 L48x2000";
    rig_stores(text, 0, 40);
    run_file(true, text);
    ck_assert_uint_gt(seen.most, 15);
    ck_assert_uint_le(seen.most, 20);
    ck_assert_uint_ge(rig.totals.elapsed, 200 * MS);
    ck_assert_uint_le(rig.totals.elapsed, 700 * MS);
}
END_TEST

START_TEST(writers_that_are_slow_do_not_wait)
{
    run("S0 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 S14 S15 S16 S17 S18 S19 S20 S21");
    ck_assert_uint_le(rig.totals.elapsed,
                      SWITCH + 22 * (FAULT + REFERENCE + LATENCY) + 3 * LATENCY);
}
END_TEST

START_TEST(a_store_into_a_private_page_of_a_file_copies_it)
{
    rig_linux_kernel("read_ahead_kb", "0");
    run_file(false, "S0 S0 L0");
    ck_assert_uint_eq(rig_linux.counts.pgfault, 1);
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 1);
    ck_assert_uint_eq(seen.most, 0);
    ck_assert_uint_eq(rig.totals.elapsed, SWITCH + FAULT + LATENCY + COPY + 3 * REFERENCE);
    rig_teardown();
    rig_linux_setup();
    rig_linux_kernel("read_ahead_kb", "0");
    run_file(false, "L0 S0 L0");
    ck_assert_uint_eq(rig_linux.counts.pgfault, 2);
    ck_assert_uint_eq(rig.counts.faults_copy, 1);
}
END_TEST

/* In a group of 20, no page being written before reclaim wants it. */
static void run_reclaim(const char *text)
{
    rig_limit(20);
    rig_linux_kernel("dirty_background_ratio", "90");
    rig_linux_kernel("dirty_ratio", "95");
    run(text);
}

/* Reclaim finds nothing but dirty pages: it has all of them written and activates those that it
 * looks at, which are at the tail when they have been written, and go. */
START_TEST(reclaim_leaves_dirty_pages_of_files_to_the_flusher)
{
    char text[512] = "";
    rig_stores(text, 0, 40);
    run_reclaim(text);
    ck_assert_uint_eq(rig_linux.counts.oom_kill, 0);
    ck_assert_uint_ge(rig.swap.bytes_written, 20 * PAGE);
    ck_assert_uint_gt(rig_linux.lists.pgrotated, 0);
    ck_assert_uint_eq(rig.counts.page_outs_dirty, 0);
}
END_TEST

/* The first look is at page 0 alone, while others could go. */
START_TEST(a_batch_that_is_all_dirty_wakes_the_flusher_since_4_11)
{
    static const char *const versions[] = {"3.16", "4.19", "6.18"};
    char text[512] = "S0";
    for (unsigned page = 1; page <= 20; page++)
        sprintf(text + strlen(text), " L%u", page);
    rig_linux_kernel("version", versions[_i]);
    run_reclaim(text);
    ck_assert_uint_eq(rig.swap.bytes_written, _i == 0 ? 0 : PAGE);
}
END_TEST

/* Page 1 is met with clean ones, unmapped, and to go to the tail when it has been written, which
 * is 30 seconds later.  A read of it changes nothing, but a store that dirties it again does. */
START_TEST(a_page_that_is_stored_into_again_stays_when_it_has_been_written)
{
    char text[512] = "L0 S1";
    for (unsigned page = 2; page <= 20; page++)
        sprintf(text + strlen(text), " L%u", page);
    strcat(text, _i == 0 ? " L1 @sleep 40s;" : " S1 @sleep 40s;");
    run_reclaim(text);
    ck_assert_uint_eq(rig.swap.bytes_written, PAGE);
    ck_assert_uint_eq(rig_linux.lists.pgrotated, _i == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_flusher");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, rig_linux_setup, rig_teardown);
    tcase_add_test(all, above_the_background_threshold_all_is_written);
    tcase_add_test(all, what_lies_together_is_one_request);
    tcase_add_test(all, the_first_store_into_a_clean_page_traps);
    tcase_add_test(all, what_has_been_dirty_for_thirty_seconds_is_written);
    tcase_add_test(all, what_has_been_dirty_for_less_is_not);
    tcase_add_test(all, writers_wait_at_the_limit);
    tcase_add_test(all, writers_that_are_slow_do_not_wait);
    tcase_add_test(all, a_store_into_a_private_page_of_a_file_copies_it);
    tcase_add_test(all, reclaim_leaves_dirty_pages_of_files_to_the_flusher);
    tcase_add_loop_test(all, a_batch_that_is_all_dirty_wakes_the_flusher_since_4_11, 0, 3);
    tcase_add_loop_test(
        all, a_page_that_is_stored_into_again_stays_when_it_has_been_written, 0, 2);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
