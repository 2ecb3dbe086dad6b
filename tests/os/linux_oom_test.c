/* linux_oom_test.c -- which process dies, by hand. */
#include "harness.h"

#include "os/linux/oom.h"

#define SECOND UINT64_C(1000000000000)

/* 1024 ticks are a unit of CPU time, 131072 one of run time; roots: 1 for 0 to 3, 2 for 4 and
 * 5, 3 for 6, 7, 12 and 16, 2 for 8, 6 for 64; of roots: 3 for 64 (6), 12 of 256 makes 3. */
static const struct {
    struct oom_24 process;
    int64_t points;
} old[] = {
    {{.total_vm = 1000}, 1000},
    {{.total_vm = 1000, .cpu_ticks = 4 * 1024 - 1}, 1000},
    {{.total_vm = 1000, .cpu_ticks = 4 * 1024}, 500},
    {{.total_vm = 1000, .cpu_ticks = 6 * 1024}, 333},
    {{.total_vm = 1000, .cpu_ticks = 8 * 1024}, 500},
    {{.total_vm = 1000, .cpu_ticks = 16 * 1024}, 333},
    {{.total_vm = 1000, .cpu_ticks = 64 * 1024}, 166},
    {{.total_vm = 1000, .run_ticks = 16 * 131072 - 1}, 1000}, /* root of 3 */
    {{.total_vm = 1000, .run_ticks = 16 * 131072}, 1000},     /* root of 3 */
    {{.total_vm = 1000, .run_ticks = 20 * 131072}, 500},      /* root of 4 */
    {{.total_vm = 1000, .run_ticks = 64 * 131072}, 333},      /* root of 6 */
    {{.total_vm = 1000, .cpu_ticks = 64 * 1024, .run_ticks = 64 * 131072}, 55},
    {{.total_vm = 1000, .niced = true}, 2000},
    {{.total_vm = 1000, .root = true}, 250},
    {{.total_vm = 1000, .raw_io = true}, 250},
    {{.total_vm = 1000, .root = true, .raw_io = true}, 62},
    {{.total_vm = 7, .niced = true, .root = true}, 3},
    {{.total_vm = 3, .root = true}, OOM_EXEMPT},
    {{.total_vm = 0}, OOM_EXEMPT},
};

START_TEST(in_2_4_size_counts_by_the_roots_of_times)
{
    ck_assert_int_eq(oom_badness_24(&old[_i].process), old[_i].points);
}
END_TEST

static const struct {
    struct oom_process process;
    uint64_t total;
    int64_t points;
} today[] = {
    {{.rss = 100, .swap_entries = 20, .page_tables = 3}, 5000, 123},
    {{.rss = 100, .score_adj = 10}, 5000, 150},
    {{.rss = 100, .score_adj = -10}, 5000, 50},
    {{.rss = 100, .score_adj = -30}, 5000, -50},
    {{.rss = 100, .score_adj = 10}, 5999, 150},
    {{.rss = 100, .score_adj = 1000}, 999, 100},
    {{.rss = 100, .score_adj = -999}, 1000, -899},
    {{.rss = 100, .score_adj = -1000}, 1000, OOM_EXEMPT},
    {{.score_adj = 1000}, UINT64_C(1) << 40, INT64_C(1099511627000)},
};

START_TEST(in_6_1_memory_counts_and_what_the_user_adds)
{
    ck_assert_int_eq(oom_badness(&today[_i].process, today[_i].total), today[_i].points);
}
END_TEST

START_TEST(the_most_points_die_the_first_or_the_last_of_equals)
{
    static const int64_t points[] = {5, OOM_EXEMPT, 9, -3, 9, 7};
    ck_assert_uint_eq(oom_choose(points, 6, false), 2);
    ck_assert_uint_eq(oom_choose(points, 6, true), 4);
    ck_assert_uint_eq(oom_choose(points, 2, true), 0);
    ck_assert_uint_eq(oom_choose(points + 3, 1, false), 0); /* points below 0 do, too */
    ck_assert_uint_eq(oom_choose(points + 1, 1, true), 1);
    ck_assert_uint_eq(oom_choose(points, 0, true), 0);
}
END_TEST

START_TEST(the_tenth_failure_after_a_second_kills)
{
    struct oom_watch watch = {0};
    psec_t now = 100 * SECOND; /* long after boot: a new row */
    ck_assert(!oom_watch_failed(&watch, now));
    for (int i = 0; i < 50; i++)
        ck_assert(!oom_watch_failed(&watch, now + SECOND / 100));
    ck_assert(!oom_watch_failed(&watch, now + SECOND - 1));
    for (int i = 0; i < 9; i++)
        ck_assert(!oom_watch_failed(&watch, now + SECOND));
    ck_assert(oom_watch_failed(&watch, now + SECOND));
    now += SECOND; /* and again from there */
    ck_assert(!oom_watch_failed(&watch, now + SECOND - 1));
    for (int i = 0; i < 9; i++)
        ck_assert(!oom_watch_failed(&watch, now + SECOND));
    ck_assert(oom_watch_failed(&watch, now + SECOND));
}
END_TEST

START_TEST(a_gap_of_more_than_five_seconds_begins_anew)
{
    struct oom_watch watch = {0};
    psec_t now = 100 * SECOND;
    ck_assert(!oom_watch_failed(&watch, now));
    for (int i = 0; i < 9; i++)
        ck_assert(!oom_watch_failed(&watch, now += 5 * SECOND));
    ck_assert(oom_watch_failed(&watch, now += 5 * SECOND));
    for (int i = 0; i < 9; i++)
        ck_assert(!oom_watch_failed(&watch, now += 5 * SECOND));
    ck_assert(!oom_watch_failed(&watch, now += 5 * SECOND + 1));
    for (int i = 0; i < 9; i++)
        ck_assert(!oom_watch_failed(&watch, now += SECOND));
    ck_assert(oom_watch_failed(&watch, now + SECOND));
}
END_TEST

static Suite *oom_suite(void)
{
    Suite *suite = suite_create("linux_oom");
    TCase *tests = tcase_create("oom");
    tcase_add_loop_test(tests, in_2_4_size_counts_by_the_roots_of_times, 0, ARRAY_LEN(old));
    tcase_add_loop_test(tests, in_6_1_memory_counts_and_what_the_user_adds, 0,
                        ARRAY_LEN(today));
    tcase_add_test(tests, the_most_points_die_the_first_or_the_last_of_equals);
    tcase_add_test(tests, the_tenth_failure_after_a_second_kills);
    tcase_add_test(tests, a_gap_of_more_than_five_seconds_begins_anew);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(oom_suite());
}
