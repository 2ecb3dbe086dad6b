/* lane_test.c -- urgent and background work against a lane that is looked at tick by tick. */
#include "base/rng.h"
#include "swap/lane.h"

#include <check.h>
#include <stdlib.h>

static struct slow {
    psec_t now, urgent, background; /* ticks of work that are left */
} slow;

static void slow_advance(psec_t now)
{
    for (; slow.now < now; slow.now++) {
        if (slow.urgent)
            slow.urgent--;
        else if (slow.background)
            slow.background--;
    }
}

static psec_t slow_give(psec_t length, unsigned kind)
{
    if (kind == 0) {
        slow.urgent += length;
        return slow.now + slow.urgent;
    }
    slow.background += length;
    const psec_t end = slow.now + slow.urgent + slow.background;
    if (kind == 2) {
        slow.urgent += slow.background;
        slow.background = 0;
    }
    return end;
}

START_TEST(work_ends_when_that_of_the_slow_lane_does)
{
    psec_t (*const kinds[])(struct lane *, psec_t, psec_t) = {lane_urgent, lane_background,
                                                              lane_in_turn};
    struct rng rng;
    struct lane lane = {0};
    rng_seed(&rng, 1);
    slow = (struct slow){0};
    for (unsigned step = 0; step < 20000; step++) {
        const unsigned kind = rng_below(&rng, 200) ? (unsigned)rng_below(&rng, 2) : 2;
        const psec_t length = rng_below(&rng, 30);
        /* Busy and idle periods. */
        slow_advance(slow.now + rng_below(&rng, step / 100 % 10 * 12 + 1));
        const psec_t end = kinds[kind](&lane, slow.now, length);
        const psec_t expected = slow_give(length, kind);
        if (end != expected)
            ck_abort_msg("step %u ends at %lu, not %lu", step, (unsigned long)end,
                         (unsigned long)expected);
    }
}
END_TEST

static Suite *lane_suite(void)
{
    Suite *suite = suite_create("lane");
    TCase *tests = tcase_create("lane");
    tcase_add_test(tests, work_ends_when_that_of_the_slow_lane_does);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(lane_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
