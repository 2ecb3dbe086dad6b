/* linux_random_test.c -- random programs on random machines with little memory and swap space,
 * under every version: a build that checks looks at zones, frames, lists, slots and all who
 * wait after each event, any other at the end. */
#include "os/linux_wild.h"

enum { STEPS = 200, FIRST_SEED = 1 };

static struct wild wild;

START_TEST(whatever_happens_what_must_hold_holds)
{
    struct wild_totals totals = {0};
    for (size_t i = 0; i < ARRAY_LEN(linux_wild_versions); i++) {
        linux_wild_make(&wild, linux_wild_versions[i], FIRST_SEED + i, STEPS);
        wild_run(&wild, &totals);
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
    Suite *suite = suite_create("linux random");
    TCase *tcase = tcase_create("linux random");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_test(tcase, whatever_happens_what_must_hold_holds);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
