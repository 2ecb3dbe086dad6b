/* bsd43_random_long_test.c -- what bsd43_random_test.c does, longer and with more seeds, in a
 * build that does not check by itself: here it is told to, now and then. */
#include "os/bsd43_wild.h"

enum { GROUPS = 6, SEEDS = 60, CHECK_EVERY = 64 };

static const uint64_t steps[GROUPS] = {50, 200, 500, 1000, 2000, 4000};
static struct wild wild;

START_TEST(whatever_happens_what_must_hold_holds)
{
    struct wild_totals totals = {0};
    const uint64_t first = 100000 * ((uint64_t)_i + 1);
    for (uint64_t seed = first; seed < first + SEEDS; seed++) {
        wild_make(&wild, seed, steps[_i]);
        rig.params.check_every = CHECK_EVERY;
        wild_run(&wild, &totals);
        rig_teardown();
        rig43_setup();
    }
    wild_report(&totals);
    fflush(stdout);
}
END_TEST

START_TEST(the_hands_run_under_the_textbook_kernel)
{
    struct wild_totals totals = {0};
    const uint64_t first = 100000 * ((uint64_t)_i + 1) + 50000;
    for (uint64_t seed = first; seed < first + SEEDS / 4; seed++) {
        wild_textbook(&wild, seed, steps[_i]);
        rig.params.check_every = CHECK_EVERY;
        wild_run(&wild, &totals);
        rig_teardown();
        rig43_setup();
    }
    wild_report(&totals);
    fflush(stdout);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 random long");
    TCase *tests = tcase_create("bsd43 random long");
    tcase_add_checked_fixture(tests, rig43_setup, rig_teardown);
    tcase_add_loop_test(tests, whatever_happens_what_must_hold_holds, 0, GROUPS);
    tcase_add_loop_test(tests, the_hands_run_under_the_textbook_kernel, 0, GROUPS);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
