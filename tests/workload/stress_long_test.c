/* stress_long_test.c -- what stress_test.c does, longer and with more seeds, in a build
 * that does not check by itself: here it is told to, now and then. */
#include "workload/stress_run.h"

enum { SEEDS = 50, GROUPS = 8 };

static char folder[] = "/tmp/faultline-stress-XXXXXX";
static struct stress stress;
static struct stress_totals totals;

static void setup(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    ck_assert_int_eq(rmdir(folder), 0);
    printf("%" PRIu64 " runs, %" PRIu64 " processes, %" PRIu64 " references, %" PRIu64
           " faults, %" PRIu64 " events, %" PRIu64 " checks\n",
           totals.runs, totals.threads, totals.references, totals.faults, totals.events,
           totals.checks);
}

static const unsigned lengths[GROUPS] = {5, 10, 20, 50, 100, 200, 400, 800};

START_TEST(every_run_ends_and_leaves_nothing_behind)
{
    const uint64_t first = 100000 * ((uint64_t)_i + 1);
    for (uint64_t seed = first; seed < first + SEEDS; seed++) {
        stress_make(&stress, seed, lengths[_i], folder);
        stress.checked = true;
        stress_end(&stress, stress_run(&stress, &totals));
        stress_release(&stress);
    }
}
END_TEST

START_TEST(a_seed_gives_the_same_bytes_each_time)
{
    const uint64_t first = 100000 * ((uint64_t)_i + 1) + 50000;
    for (uint64_t seed = first; seed < first + SEEDS / 4; seed++) {
        stress_make(&stress, seed, lengths[_i], folder);
        stress_repeat(&stress, &totals);
        stress_release(&stress);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stress_long");
    TCase *tc = tcase_create("stress_long");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, every_run_ends_and_leaves_nothing_behind, 0, GROUPS);
    tcase_add_loop_test(tc, a_seed_gives_the_same_bytes_each_time, 0, GROUPS);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
