/* stress_test.c -- random programs on random small machines.  A build that checks all
 * invariants after every event does so here more than a million times. */
#include "workload/stress_run.h"

enum { LENGTH = 30, FIRST_SEED = 2001, RUNS = 150, FIRST_TWICE = 1000, RUNS_TWICE = 12 };

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
    printf("%" PRIu64 " runs (%" PRIu64 " filled swap space, %" PRIu64
           " exhausted memory), %" PRIu64 " processes, %" PRIu64 " references, %" PRIu64
           " faults, %" PRIu64 " events, %" PRIu64 " checks\n",
           totals.runs, totals.full, totals.exhausted, totals.threads, totals.references,
           totals.faults, totals.events, totals.turns);
}

START_TEST(every_run_ends_and_leaves_nothing_behind)
{
    unsigned policies = 0;
    while (policy_table[policies])
        policies++;
    uint64_t seen = 0;
    for (uint64_t seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
        stress_make(&stress, seed, LENGTH, folder);
        for (unsigned i = 0; i < policies; i++)
            if (policy_table[i] == stress.params.pager.policy)
                seen |= (uint64_t)1 << i;
        stress_end(&stress, stress_run(&stress, &totals));
        stress_release(&stress);
    }
    /* If these fail after a change of what is random here, other seeds are needed. */
    ck_assert_uint_eq(seen, ((uint64_t)1 << policies) - 1);
    ck_assert_uint_ge(totals.full, 3);
    ck_assert_uint_ge(totals.exhausted, 3);
    ck_assert_uint_ge(totals.operations, 1000);
    ck_assert_uint_ge(totals.events, 500000);
}
END_TEST

START_TEST(a_seed_gives_the_same_bytes_each_time)
{
    for (uint64_t seed = FIRST_TWICE; seed < FIRST_TWICE + RUNS_TWICE; seed++) {
        stress_make(&stress, seed, LENGTH, folder);
        stress_repeat(&stress, &totals);
        stress_release(&stress);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stress");
    TCase *tc = tcase_create("stress");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_run_ends_and_leaves_nothing_behind);
    tcase_add_test(tc, a_seed_gives_the_same_bytes_each_time);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
