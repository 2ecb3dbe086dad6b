/* lfu_oracle_long_test.c -- LFU on sq2.flt, 33.9 million references of sqlite3, against
 * libCacheSim (May 2025), which counts in the cache and breaks ties by last use. */
#include "harness.h"

START_TEST(faults_on_sqlite_are_those_of_libcachesim)
{
    static const char *const set[] = {"trace=" TEST_DATA "/sq2.flt", "policy=lfu",
                                      "sweep.machine.frames=[64, 128, 256, 512]", NULL};
    struct outcome outcome = run_settings(set);
    struct csv csv =
        csv_open(TEST_DATA "/libcachesim-sq2.csv", "trace,policy,frames,refs,misses");
    size_t cell = 0;
    while (csv_next(&csv)) {
        if (strcmp(csv.fields[1], "lfu") != 0)
            continue;
        ck_assert_uint_lt(cell, outcome.experiment->ncells);
        ck_assert_uint_eq(outcome.experiment->cells[cell].frames, to_number(csv.fields[2]));
        ck_assert_uint_eq(outcome.results[cell].counters.accesses,
                          to_number(csv.fields[3]));
        ck_assert_uint_eq(outcome.results[cell].counters.faults, to_number(csv.fields[4]));
        cell++;
    }
    ck_assert_uint_eq(cell, outcome.experiment->ncells);
    outcome_free(&outcome);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lfu_oracle");
    TCase *tests = tcase_create("lfu_oracle");
    tcase_add_test(tests, faults_on_sqlite_are_those_of_libcachesim);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
