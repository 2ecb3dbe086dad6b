/* bits_oracle_long_test.c -- page faults of sq2.flt against libCacheSim (May 2025), each
 * page an object of size 1: SIEVE, and policies that have another one as a special case. */
#include "harness.h"

static const char heading[] = "trace,policy,frames,refs,misses";
enum { TRACE, POLICY, FRAMES, REFERENCES, MISSES };

static const struct {
    const char *name, *setting;
} policies[] = {
    {"sieve", "policy=sieve"},
    {"clock", "policy={name: gclock, initial: 0, weight: 1}"},
    {"fifo", "policy={name: segmented-fifo, secondary: 0}"},
    {"fifo", "policy={name: two-handed-clock, spread: 0}"},
};

START_TEST(faults_are_those_of_libcachesim)
{
    struct csv csv = csv_open(TEST_DATA "/libcachesim-sq2.csv", heading);
    size_t rows = 0;
    while (csv_next(&csv)) {
        if (strcmp(csv.fields[POLICY], policies[_i].name) != 0)
            continue;
        char memory[64];
        snprintf(memory, sizeof memory, "machine.frames=%s", csv.fields[FRAMES]);
        const char *const set[] = {"trace=" TEST_DATA "/sq2.flt", memory,
                                   policies[_i].setting, NULL};
        struct outcome outcome = run_settings(set);
        ck_assert_msg(outcome.results[0].counters.faults == to_number(csv.fields[MISSES]),
                      "%s, %s frames: %" PRIu64 " faults, not %s", policies[_i].setting,
                      csv.fields[FRAMES], outcome.results[0].counters.faults,
                      csv.fields[MISSES]);
        outcome_free(&outcome);
        rows++;
    }
    ck_assert_uint_eq(rows, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bits, oracle");
    TCase *tests = tcase_create("libCacheSim");
    tcase_add_loop_test(tests, faults_are_those_of_libcachesim, 0, ARRAY_LEN(policies));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
