/* bsd43_random_test.c -- random programs on random machines with little memory, under every
 * variant, many machines' page tables and all policies: a build that checks looks at core
 * map, resident sets, swap headers and swap space after each event, any other at the end. */
#include "os/bsd43_wild.h"

enum { STEPS = 200, FIRST_SEED = 1, RUNS = 12, FIRST_TEXTBOOK = 5001, TEXTBOOK_RUNS = 6 };

static struct wild wild;

START_TEST(whatever_happens_what_must_hold_holds)
{
    struct wild_totals totals = {0};
    for (uint64_t seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
        wild_make(&wild, seed, STEPS);
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
    for (uint64_t seed = FIRST_TEXTBOOK; seed < FIRST_TEXTBOOK + TEXTBOOK_RUNS; seed++) {
        wild_textbook(&wild, seed, STEPS);
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
    Suite *suite = suite_create("bsd43 random");
    TCase *tcase = tcase_create("bsd43 random");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_test(tcase, whatever_happens_what_must_hold_holds);
    tcase_add_test(tcase, the_hands_run_under_the_textbook_kernel);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
