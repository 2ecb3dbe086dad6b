/* linux_compressed_test.c -- zswap in front of a device that takes a millisecond for each
 * request.  Pages take half a page each, and compressing and expanding one 4.096 us. */
#include "os/linux_io_rig.h"

#define FIVE "S0 S1 S2 S3 S4 "
#define FIVE_TIME (SWITCH + 5 * (FAULT + ZERO + REFERENCE))
#define CODING (4096 * NS)

static void run(const char *text)
{
    rig_linux_kernel("zswap", "yes");
    rig_linux_kernel("zswap_ratio", "2");
    rig_linux_kernel("zswap_spread", "0");
    rig_linux_kernel("zswap_same_filled", "0");
    rig_linux_kernel("zswap_compress_rate", "1 GB/s");
    rig_linux_kernel("zswap_expand_rate", "1 GB/s");
    rig_linux_kernel("swappiness", "200");
    rig_linux_kernel("page_cluster", "0");
    rig_linux_kernel("max_sectors_kb", "4"); /* a page a request */
    rig_limit(4);
    rig_frames(100);
    rig_region(0, 0, 64, 0);
    rig_program(0, text);
    rig_linux_run();
}

/* Nobody waits for the device: of the first look at all pages, 0, 1 and 2 go at once. */
START_TEST(a_page_that_is_compressed_goes_in_the_same_scan)
{
    run(FIVE);
    ck_assert_uint_eq(rig_linux.counts.zswpout, 3);
    ck_assert_uint_eq(rig_linux.counts.pswpout, 0);
    ck_assert_uint_eq(rig_linux.lists.pgsteal[RECLAIM_ANON], 3);
    ck_assert_uint_eq(rig.swap.writes, 0);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME + 3 * CODING);
}
END_TEST

START_TEST(a_page_that_comes_back_from_it_is_a_major_fault_of_no_transfer)
{
    run(FIVE "L0");
    ck_assert_uint_eq(rig_linux.counts.zswpin, 1);
    ck_assert_uint_eq(rig_linux.counts.pswpin, 0);
    ck_assert_uint_eq(rig_linux.counts.pgmajfault, 1);
    ck_assert_uint_eq(rig.swap.reads, 0);
    ck_assert_uint_eq(rig.totals.elapsed, FIVE_TIME + 4 * CODING + FAULT + REFERENCE);
}
END_TEST

/* 1 % of 100 frames is one: the pool is full with more than that.  Two pages go into one frame,
 * and a third needs another; the fourth is refused, and the oldest are written to the
 * device. */
START_TEST(a_full_pool_writes_its_oldest_pages_to_the_device)
{
    rig_linux_kernel("zswap_max_pool_percent", "1");
    run(FIVE "S5 S6 S7 S8 L8x9000");
    ck_assert_uint_gt(rig_linux.counts.zswpwb, 0);
    ck_assert_uint_eq(rig.swap.writes, rig_linux.counts.pswpout);
    ck_assert_uint_gt(rig_linux.counts.pswpout, rig_linux.counts.zswpwb);
}
END_TEST

START_TEST(without_it_nothing_is_compressed)
{
    rig_limit(4);
    rig_frames(100);
    rig_region(0, 0, 64, 0);
    rig_program(0, FIVE);
    rig_linux_run();
    ck_assert_uint_eq(rig_linux.counts.zswpout, 0);
    ck_assert_uint_gt(rig_linux.counts.pswpout, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os/linux_compressed");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, rig_linux_setup, rig_teardown);
    tcase_add_test(all, a_page_that_is_compressed_goes_in_the_same_scan);
    tcase_add_test(all, a_page_that_comes_back_from_it_is_a_major_fault_of_no_transfer);
    tcase_add_test(all, a_full_pool_writes_its_oldest_pages_to_the_device);
    tcase_add_test(all, without_it_nothing_is_compressed);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
