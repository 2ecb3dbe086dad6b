/* linux_stress_test.c -- what linux_random_test.c does, longer, in builds of all kinds: what must
 * hold is looked at now and then, and sanitizers look at all the rest.  scripts/stress has it
 * run for millions of events.
 *
 * FAULTLINE_STRESS_EVENTS: events of each version, instead of EVENTS; FAULTLINE_STRESS_SEED: the
 * first seed, instead of 1. */
#include "os/linux_wild.h"

#include <stdlib.h>

enum { EVENTS = 10000, CHECK_EVERY = 64 };

static const uint64_t steps[] = {500, 1000, 2000, 4000};
static struct wild wild;

static uint64_t from_environment(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

START_TEST(whatever_happens_what_must_hold_holds)
{
    struct wild_totals totals = {0};
    const uint64_t events = from_environment("FAULTLINE_STRESS_EVENTS", EVENTS);
    uint64_t seed = from_environment("FAULTLINE_STRESS_SEED", 1);
    for (; totals.events < events; seed++) {
        linux_wild_make(&wild, linux_wild_versions[_i], seed,
                        steps[seed % ARRAY_LEN(steps)]);
        rig.params.check_every = CHECK_EVERY;
        wild_run(&wild, &totals);
        rig_teardown();
        rig43_setup();
    }
    printf("%s: %" PRIu64 " runs, %" PRIu64 " events, %" PRIu64 " faults\n",
           linux_wild_versions[_i], totals.runs, totals.events, totals.faults);
    fflush(stdout);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux stress");
    TCase *tcase = tcase_create("linux stress");
    tcase_add_checked_fixture(tcase, rig43_setup, rig_teardown);
    tcase_add_loop_test(tcase, whatever_happens_what_must_hold_holds, 0,
                        (int)ARRAY_LEN(linux_wild_versions));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
