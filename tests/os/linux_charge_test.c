/* linux_charge_test.c -- charges to a memory cgroup, worked by hand. */
#include "harness.h"

#include "os/linux/charge.h"

static struct charge_group group;
static struct charge charge;

static enum charge_next begin(uint32_t cpu, uint32_t pages)
{
    return charge_begin(&charge, &group, cpu, pages);
}

static enum charge_next reclaimed(uint64_t pages)
{
    charge_give(&group, pages);
    return charge_reclaimed(&charge, &group, pages);
}

static void is(uint64_t usage, uint32_t stock0, uint32_t stock1)
{
    ck_assert_uint_eq(group.usage, usage);
    ck_assert_uint_eq(group.stocks[0], stock0);
    ck_assert_uint_eq(group.stocks[1], stock1);
}

START_TEST(the_first_charge_takes_64_and_leaves_63_in_stock)
{
    charge_init(&group, 2, 1000);
    ck_assert_int_eq(begin(0, 1), CHARGE_DONE);
    is(64, 63, 0);
    for (int i = 0; i < 63; i++)
        ck_assert_int_eq(begin(0, 1), CHARGE_DONE);
    is(64, 0, 0);
    ck_assert_int_eq(begin(1, 1), CHARGE_DONE); /* each CPU has its own */
    is(128, 0, 63);
}
END_TEST

START_TEST(a_batch_that_does_not_fit_is_a_single_page)
{
    charge_init(&group, 2, 127);
    ck_assert_int_eq(begin(0, 1), CHARGE_DONE);
    ck_assert_int_eq(begin(1, 1), CHARGE_DONE); /* 64 + 64 > 127 */
    is(65, 63, 0);
    group.limit = 129;
    ck_assert_int_eq(begin(1, 1), CHARGE_DONE); /* 65 + 64 = 129 */
    is(129, 63, 63);
}
END_TEST

START_TEST(at_the_limit_reclaim_is_asked_for_32_pages)
{
    charge_init(&group, 2, 70);
    ck_assert_int_eq(begin(0, 64), CHARGE_DONE);
    is(64, 0, 0);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(begin(0, 1), CHARGE_DONE);
    is(70, 0, 0);
    ck_assert_int_eq(begin(0, 1), CHARGE_RECLAIM);
    ck_assert_uint_eq(charge.reclaim, 32);
    is(70, 0, 0);
    ck_assert_int_eq(reclaimed(32), CHARGE_DONE);
    is(39, 0, 0);
}
END_TEST

/* With 100 pages freed a batch would fit again, but this charge asks for one page. */
START_TEST(after_reclaim_a_charge_takes_no_batch)
{
    charge_init(&group, 2, 200);
    group.usage = 200;
    ck_assert_int_eq(begin(0, 1), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(100), CHARGE_DONE);
    is(101, 0, 0);
    ck_assert_int_eq(begin(0, 1), CHARGE_DONE);
    is(165, 63, 0);
}
END_TEST

START_TEST(stocks_are_drained_only_when_reclaim_made_no_room)
{
    charge_init(&group, 2, 128);
    ck_assert_int_eq(begin(1, 1), CHARGE_DONE);
    group.usage = 128;
    ck_assert_int_eq(begin(0, 1), CHARGE_RECLAIM);
    is(128, 0, 63);
    ck_assert_int_eq(reclaimed(1), CHARGE_DONE); /* room for one */
    is(128, 0, 63);
    ck_assert_int_eq(begin(0, 1), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(0), CHARGE_DONE);
    is(66, 0, 0);
}
END_TEST

START_TEST(what_others_left_in_the_stock_is_used_after_reclaim)
{
    charge_init(&group, 1, 100);
    group.usage = 100;
    ck_assert_int_eq(begin(0, 1), CHARGE_RECLAIM);
    group.stocks[0] = 5; /* another charge on this CPU, meanwhile */
    ck_assert_int_eq(reclaimed(1), CHARGE_DONE);
    is(99, 4, 0);
}
END_TEST

/* The drain is the first further attempt; 16 more may fail; progress is not counted. */
START_TEST(after_16_failures_a_process_must_die)
{
    charge_init(&group, 2, 100);
    group.usage = 100;
    ck_assert_int_eq(begin(0, 1), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(0), CHARGE_RECLAIM);
    for (int i = 0; i < 16; i++) {
        ck_assert_int_eq(reclaimed(0), CHARGE_RECLAIM);
        ck_assert_int_eq(charge_reclaimed(&charge, &group, 5), CHARGE_RECLAIM);
    }
    ck_assert_int_eq(reclaimed(0), CHARGE_OOM);
    ck_assert_int_eq(charge_killed(&charge, &group), CHARGE_RECLAIM);
    for (int i = 0; i < 16; i++)
        ck_assert_int_eq(reclaimed(0), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(0), CHARGE_OOM);
    group.usage = 0;
    ck_assert_int_eq(charge_killed(&charge, &group), CHARGE_DONE);
    is(1, 0, 0);
}
END_TEST

START_TEST(progress_counts_for_up_to_8_pages_only)
{
    charge_init(&group, 2, 100);
    group.usage = 100;
    ck_assert_int_eq(begin(0, 8), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(0), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(1), CHARGE_RECLAIM);
    ck_assert_uint_eq(charge.retries, 16);
    group.usage = 100;
    ck_assert_int_eq(begin(0, 9), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(0), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(1), CHARGE_RECLAIM);
    ck_assert_uint_eq(charge.retries, 15);
}
END_TEST

START_TEST(a_huge_page_is_charged_whole_and_passes_by_the_stock)
{
    charge_init(&group, 2, 600);
    ck_assert_int_eq(begin(0, 1), CHARGE_DONE);
    ck_assert_int_eq(begin(0, 512), CHARGE_DONE);
    is(576, 63, 0);
    ck_assert_int_eq(begin(0, 512), CHARGE_RECLAIM);
    ck_assert_uint_eq(charge.reclaim, 512);
    ck_assert_int_eq(reclaimed(512), CHARGE_DONE);
    is(576, 63, 0);
}
END_TEST

/* A stock that is too small stays as it is, and 64 pages more are taken. */
START_TEST(what_is_left_over_joins_the_stock)
{
    charge_init(&group, 1, 1000);
    group.usage = group.stocks[0] = 10;
    ck_assert_int_eq(begin(0, 20), CHARGE_DONE);
    is(74, 54, 0);
    group.usage = group.stocks[0] = 32;
    ck_assert_int_eq(begin(0, 33), CHARGE_DONE);
    is(96, 63, 0);
}
END_TEST

START_TEST(a_smaller_limit_stops_charges_until_usage_is_below_it)
{
    charge_init(&group, 1, 1000);
    ck_assert_int_eq(begin(0, 100), CHARGE_DONE);
    group.limit = 50;
    ck_assert_int_eq(begin(0, 1), CHARGE_RECLAIM);
    ck_assert_int_eq(reclaimed(50), CHARGE_RECLAIM); /* usage 50 = limit */
    ck_assert_int_eq(reclaimed(1), CHARGE_DONE);
    is(50, 0, 0);
}
END_TEST

static Suite *charge_suite(void)
{
    Suite *suite = suite_create("linux_charge");
    TCase *tests = tcase_create("charge");
    tcase_add_test(tests, the_first_charge_takes_64_and_leaves_63_in_stock);
    tcase_add_test(tests, a_batch_that_does_not_fit_is_a_single_page);
    tcase_add_test(tests, at_the_limit_reclaim_is_asked_for_32_pages);
    tcase_add_test(tests, after_reclaim_a_charge_takes_no_batch);
    tcase_add_test(tests, stocks_are_drained_only_when_reclaim_made_no_room);
    tcase_add_test(tests, what_others_left_in_the_stock_is_used_after_reclaim);
    tcase_add_test(tests, after_16_failures_a_process_must_die);
    tcase_add_test(tests, progress_counts_for_up_to_8_pages_only);
    tcase_add_test(tests, a_huge_page_is_charged_whole_and_passes_by_the_stock);
    tcase_add_test(tests, what_is_left_over_joins_the_stock);
    tcase_add_test(tests, a_smaller_limit_stops_charges_until_usage_is_below_it);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(charge_suite());
}
