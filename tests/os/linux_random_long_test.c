/* linux_random_long_test.c -- what linux_random_test.c does, longer and with more seeds, in a
 * build that does not check by itself: here it is told to, now and then. */
#include "os/linux_wild.h"

enum { GROUPS = 4, SEEDS = 60 };

static const uint64_t steps[GROUPS] = {200, 500, 1000, 3000};
static struct wild wild;

START_TEST(whatever_happens_what_must_hold_holds)
{
    struct wild_totals totals = {0};
    const uint64_t first = 100000 * ((uint64_t)_i + 1);
    for (uint64_t seed = first; seed < first + SEEDS; seed++) {
        linux_wild_make(&wild, seed, steps[_i]);
        wild_run(&wild, true, &totals);
        rig_teardown();
        rig43_setup();
    }
    printf("%" PRIu64 " runs, %" PRIu64 " events, %" PRIu64 " faults\n", totals.runs,
           totals.events, totals.faults);
    fflush(stdout);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux random, long");
    TCase *tcase = tcase_create("linux random, long");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_loop_test(tcase, whatever_happens_what_must_hold_holds, 0, GROUPS);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
