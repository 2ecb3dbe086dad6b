/* linux_rstat_test.c -- sequences of updates and reads, worked by hand. */
#include "harness.h"

#include "os/linux/rstat.h"

static struct rstat rstat;

static void updates(uint32_t cpu, uint32_t k, int n)
{
    for (int i = 0; i < n; i++)
        rstat_update(&rstat, cpu, k);
}

static void is(uint64_t pending, uint32_t cpu0, uint32_t cpu1)
{
    ck_assert_uint_eq(rstat.pending, pending);
    ck_assert_uint_eq(rstat.cpus[0], cpu0);
    ck_assert_uint_eq(rstat.cpus[1], cpu1);
}

START_TEST(a_cpu_hands_in_64_updates_at_a_time)
{
    rstat_init(&rstat, 2, false);
    updates(0, 1, 63);
    is(0, 63, 0);
    updates(0, 1, 1);
    is(64, 0, 0);
    updates(1, 8, 7);
    is(64, 0, 56);
    updates(1, 8, 1);
    is(128, 0, 0);
    updates(0, 0, 100);
    is(128, 0, 0);
}
END_TEST

/* 63 + 5 go together, and so does a lump alone. */
START_TEST(a_lump_is_one_update_by_its_size)
{
    rstat_init(&rstat, 2, false);
    updates(0, 1, 63);
    updates(0, 5, 1);
    is(68, 0, 0);
    rstat_init(&rstat, 2, false);
    ck_assert(!rstat_update(&rstat, 1, 100));
    is(100, 0, 0);
    ck_assert(!rstat_update(&rstat, 1, 28));
    is(100, 0, 28);
}
END_TEST

START_TEST(a_read_flushes_above_64_a_cpu_and_not_at_it)
{
    rstat_init(&rstat, 2, false);
    updates(0, 64, 2);
    updates(1, 1, 10);
    is(128, 0, 10);
    ck_assert(!rstat_read(&rstat));
    is(128, 0, 10);
    updates(0, 30, 1);
    ck_assert(!rstat_update(&rstat, 1, 10));
    ck_assert(rstat_update(&rstat, 0, 34)); /* 192 */
    is(192, 0, 20);
    ck_assert(rstat_read(&rstat));
    is(0, 0, 0);
    ck_assert(!rstat_read(&rstat));
}
END_TEST

START_TEST(one_update_above_the_threshold_is_enough)
{
    rstat_init(&rstat, 1, false);
    ck_assert(!rstat_update(&rstat, 0, 64));
    ck_assert(!rstat_read(&rstat));
    rstat_flush(&rstat);
    ck_assert(rstat_update(&rstat, 0, 65));
    ck_assert(rstat_read(&rstat));
}
END_TEST

START_TEST(nothing_is_added_while_a_flush_is_due)
{
    rstat_init(&rstat, 2, false);
    updates(1, 7, 1);
    updates(0, 129, 1);
    is(129, 0, 7);
    ck_assert(rstat_update(&rstat, 0, 1));
    ck_assert(rstat_update(&rstat, 1, 1000));
    is(129, 0, 7);
    ck_assert(rstat_read(&rstat));
    is(0, 0, 0);
}
END_TEST

START_TEST(the_timer_flushes_whatever_there_is)
{
    rstat_init(&rstat, 2, false);
    updates(0, 64, 1);
    updates(1, 3, 1);
    rstat_flush(&rstat);
    is(0, 0, 0);
    ck_assert_uint_eq(rstat.ncpus, 2);
}
END_TEST

/* Two updates of 8 pages each and lumps of 32, as of one scan: 32 + 32 + 16 * 8 = 192 > 128
 * on one CPU of two: 64 after the second lump, then eights. */
START_TEST(a_scan_of_32_pages_with_16_swapped_out_makes_a_flush_due)
{
    rstat_init(&rstat, 2, false);
    updates(0, 32, 2);
    is(64, 0, 0);
    updates(0, 8, 15);
    is(128, 56, 0);
    ck_assert(!rstat_read(&rstat));
    ck_assert(rstat_update(&rstat, 0, 8));
    ck_assert(rstat_read(&rstat));
}
END_TEST

/* 6.1: more than 64 are one lot, 128 and more two; the flush takes lots only. */
START_TEST(before_6_8_lots_of_64_are_handed_in_and_more_than_one_a_cpu_flush)
{
    rstat_init(&rstat, 2, true);
    updates(0, 1, 64);
    is(0, 64, 0);
    updates(0, 1, 1);
    is(1, 0, 0);
    updates(1, 60, 1);
    updates(0, 127, 1);
    is(2, 0, 60);
    ck_assert(!rstat_read(&rstat));
    ck_assert(rstat_update(&rstat, 0, 200));
    is(5, 0, 60);
    ck_assert(rstat_update(&rstat, 1, 3));
    ck_assert(rstat_update(&rstat, 0, 70));
    is(5, 0, 63);
    ck_assert(rstat_read(&rstat));
    is(0, 0, 63);
    ck_assert(!rstat_update(&rstat, 1, 2));
    is(1, 0, 0);
}
END_TEST

START_TEST(lumps_larger_than_32_bits_together_do_not_wrap)
{
    rstat_init(&rstat, 1, false);
    updates(0, 63, 1);
    ck_assert(rstat_update(&rstat, 0, UINT32_MAX));
    is(UINT64_C(63) + UINT32_MAX, 0, 0);
}
END_TEST

static Suite *rstat_suite(void)
{
    Suite *suite = suite_create("linux_rstat");
    TCase *tests = tcase_create("rstat");
    tcase_add_test(tests, a_cpu_hands_in_64_updates_at_a_time);
    tcase_add_test(tests, a_lump_is_one_update_by_its_size);
    tcase_add_test(tests, a_read_flushes_above_64_a_cpu_and_not_at_it);
    tcase_add_test(tests, one_update_above_the_threshold_is_enough);
    tcase_add_test(tests, nothing_is_added_while_a_flush_is_due);
    tcase_add_test(tests, the_timer_flushes_whatever_there_is);
    tcase_add_test(tests, a_scan_of_32_pages_with_16_swapped_out_makes_a_flush_due);
    tcase_add_test(tests,
                   before_6_8_lots_of_64_are_handed_in_and_more_than_one_a_cpu_flush);
    tcase_add_test(tests, lumps_larger_than_32_bits_together_do_not_wrap);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(rstat_suite());
}
