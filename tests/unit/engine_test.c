/* engine_test.c -- the queue against a model that looks at every event to find the next. */
#include "engine/engine.h"

#include "base/rng.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>

enum { EVENTS = 200, OPERATIONS = 10000, MANY = 20000 };

/* For what is asserted a million times: ck_assert() tells its parent of every success. */
#define ENSURE(condition)                                                                  \
    do {                                                                                   \
        if (!(condition))                                                                  \
            ck_abort_msg("'%s' failed", #condition);                                       \
    } while (0)

static struct engine *engine;
static struct rng rng;

/* What has fired, in this order. */
static struct event *fired[MANY];
static size_t nfired;

static void setup(void)
{
    struct error err;
    ck_assert_int_eq(engine_create(&engine, &err), OK);
    rng_seed(&rng, 1);
    nfired = 0;
}

static void teardown(void)
{
    engine_free(engine);
}

static void record(struct event *self)
{
    ENSURE(engine_now(engine) == self->when);
    ENSURE(!event_pending(self));
    fired[nfired++] = self;
}

static void step_all(void)
{
    while (engine_step(engine))
        ;
}

static void check_counts(uint64_t scheduled, uint64_t done, uint64_t cancelled)
{
    const struct engine_counts counts = engine_counts(engine);
    ENSURE(counts.scheduled == scheduled);
    ENSURE(counts.fired == done);
    ENSURE(counts.cancelled == cancelled);
    ENSURE(counts.pending == scheduled - done - cancelled);
}

START_TEST(new_engine_has_nothing_to_do)
{
    ck_assert_uint_eq(engine_now(engine), 0);
    ck_assert_uint_eq(engine_next(engine), PSEC_NEVER);
    ck_assert(!engine_step(engine));
    check_counts(0, 0, 0);
    engine_free(NULL);
}
END_TEST

START_TEST(events_fire_in_order_of_time_up_to_the_last_picosecond)
{
    static const psec_t times[] = {
        UINT64_MAX,      5,   0,   UINT64_MAX - 1,        1,
        (psec_t)1 << 63, 255, 256, ((psec_t)1 << 63) - 1,
    };
    static const size_t order[] = {2, 4, 1, 6, 7, 8, 5, 3, 0};
    struct event events[ARRAY_LEN(times)];
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        event_init(&events[i], record);
        engine_schedule(engine, &events[i], times[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        ck_assert_uint_eq(engine_next(engine), times[order[i]]);
        ck_assert(engine_step(engine));
        ck_assert_ptr_eq(fired[i], &events[order[i]]);
    }
    ck_assert(!engine_step(engine));
    check_counts(ARRAY_LEN(times), ARRAY_LEN(times), 0);
}
END_TEST

/* One time, reached from a clock so far below it, with events before and after it. */
START_TEST(events_of_one_time_fire_in_the_order_of_scheduling)
{
    static const psec_t distances[] = {1, 300, 1000000, (psec_t)1 << 60};
    static struct event events[MANY - 2], late, early;
    const psec_t when = distances[_i];
    event_init(&late, record);
    engine_schedule(engine, &late, when + 1);
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        event_init(&events[i], record);
        engine_schedule(engine, &events[i], when);
        if (i == 100) { /* in the midst of the others, so that these move */
            event_init(&early, record);
            engine_schedule(engine, &early, when / 2);
        }
    }
    step_all();
    ck_assert_ptr_eq(fired[0], &early);
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        ENSURE(fired[i + 1] == &events[i]);
    ck_assert_ptr_eq(fired[nfired - 1], &late);
    ck_assert_uint_eq(nfired, ARRAY_LEN(events) + 2);
}
END_TEST

static struct event chain[3];

static void fire_chain(struct event *self)
{
    record(self);
    if (self == &chain[0]) {
        engine_schedule(engine, &chain[2], engine_now(engine));
        ck_assert_uint_eq(engine_next(engine), engine_now(engine));
    }
}

START_TEST(event_scheduled_for_now_fires_after_those_that_were_due)
{
    for (size_t i = 0; i < ARRAY_LEN(chain); i++)
        event_init(&chain[i], fire_chain);
    engine_schedule(engine, &chain[0], 70);
    engine_schedule(engine, &chain[1], 70);
    step_all();
    for (size_t i = 0; i < ARRAY_LEN(chain); i++)
        ck_assert_ptr_eq(fired[i], &chain[i]);
    ck_assert_uint_eq(engine_now(engine), 70);
}
END_TEST

static void fire_and_cancel(struct event *self)
{
    record(self);
    engine_cancel(engine, &chain[1]);
    engine_cancel(engine, self); /* not pending: nothing happens */
}

START_TEST(event_cancelled_while_another_fires_does_not_fire)
{
    for (size_t i = 0; i < ARRAY_LEN(chain); i++)
        event_init(&chain[i], fire_and_cancel);
    for (size_t i = 0; i < ARRAY_LEN(chain); i++)
        engine_schedule(engine, &chain[i], 70);
    step_all();
    ck_assert_uint_eq(nfired, 2);
    ck_assert_ptr_eq(fired[0], &chain[0]);
    ck_assert_ptr_eq(fired[1], &chain[2]);
    check_counts(3, 2, 1);
}
END_TEST

START_TEST(event_that_is_not_pending_can_be_cancelled_and_scheduled_again)
{
    struct event event;
    event_init(&event, record);
    engine_cancel(engine, &event);
    for (psec_t when = 10; when <= 30; when += 10) {
        engine_schedule(engine, &event, when + 1000);
        ck_assert(event_pending(&event));
        engine_cancel(engine, &event);
        ck_assert(!event_pending(&event));
        ck_assert_uint_eq(engine_next(engine), PSEC_NEVER);
        engine_schedule(engine, &event, when);
        ck_assert(engine_step(engine));
        ck_assert_uint_eq(engine_now(engine), when);
    }
    check_counts(6, 3, 3);
}
END_TEST

START_TEST(event_can_be_scheduled_before_the_one_that_was_next)
{
    static struct event events[1000];
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        event_init(&events[i], record);
        engine_schedule(engine, &events[i], (psec_t)(ARRAY_LEN(events) - i) * 1000);
        ck_assert_uint_eq(engine_next(engine), events[i].when);
    }
    step_all();
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        ENSURE(fired[i] == &events[ARRAY_LEN(events) - 1 - i]);
}
END_TEST

START_TEST(clock_can_be_set_up_to_the_next_event)
{
    struct event late, early;
    event_init(&late, record);
    event_init(&early, record);
    engine_advance(engine, 5);
    engine_schedule(engine, &late, 1000000);
    engine_advance(engine, 999990);
    engine_schedule(engine, &early, 999995);
    engine_advance(engine, 999995);
    ck_assert_uint_eq(engine_now(engine), 999995);
    step_all();
    ck_assert_ptr_eq(fired[0], &early);
    ck_assert_ptr_eq(fired[1], &late);
    engine_advance(engine, UINT64_MAX);
    engine_schedule(engine, &late, UINT64_MAX);
    ck_assert(engine_step(engine));
}
END_TEST

/* The model: for each event whether it is pending, and its place in the order. */
static struct event events[EVENTS];
static struct {
    bool pending;
    psec_t when;
    uint64_t order;
} model[EVENTS];
static uint64_t scheduled, done, cancelled;
static int kind; /* of delays */

enum { DELAY_KINDS = 10 };

static psec_t random_delay(void)
{
    static const psec_t spans[] = {1, 3, 100, 10000, 1000000000, 1000000000000000000};
    static const psec_t few[] = {0, 1000, 1000, 1001, 1000000, 5000000000};
    if (kind < (int)ARRAY_LEN(spans))
        return rng_below(&rng, spans[kind]);
    switch (kind) {
    case 6: /* many equal times */
        return few[rng_below(&rng, ARRAY_LEN(few))];
    case 7: /* one time of many for all times to come, whatever the clock is */
        return (engine_now(engine) | 0xfff) + 1 - engine_now(engine);
    case 8: /* nanoseconds and seconds */
        return rng_below(&rng, rng_below(&rng, 2) ? 5000 : 5000000000000);
    default: /* all scales */
        return rng_next(&rng) >> (4 + rng_below(&rng, 60));
    }
}

static size_t model_next(void)
{
    size_t next = EVENTS;
    for (size_t i = 0; i < EVENTS; i++)
        if (model[i].pending &&
            (next == EVENTS || model[i].when < model[next].when ||
             (model[i].when == model[next].when && model[i].order < model[next].order)))
            next = i;
    return next;
}

static void schedule(size_t i)
{
    const psec_t left = UINT64_MAX - engine_now(engine), delay = random_delay();
    const psec_t when = engine_now(engine) + (delay < left ? delay : left);
    if (model[i].pending)
        return;
    model[i].pending = true;
    model[i].when = when;
    model[i].order = scheduled++;
    engine_schedule(engine, &events[i], when);
}

static void cancel(size_t i)
{
    cancelled += model[i].pending;
    model[i].pending = false;
    engine_cancel(engine, &events[i]);
}

static void fire_model(struct event *self)
{
    const size_t i = (size_t)(self - events), other = rng_below(&rng, EVENTS);
    ENSURE(i == model_next());
    ENSURE(engine_now(engine) == model[i].when);
    model[i].pending = false;
    done++;
    switch (rng_below(&rng, 8)) {
    case 0:
        schedule(other);
        break;
    case 1:
        cancel(other);
        break;
    case 2:
        if (model_next() < EVENTS)
            cancel(model_next());
        break;
    case 3:
    case 4:
        schedule(i);
        break;
    default:
        break;
    }
}

static void check_against_model(void)
{
    const size_t next = model_next();
    ENSURE(engine_next(engine) == (next < EVENTS ? model[next].when : PSEC_NEVER));
    check_counts(scheduled, done, cancelled);
}

/* Toward the next event, but not so far that the clock comes to its end too soon. */
static void advance(void)
{
    const size_t next = model_next();
    const psec_t left =
        (next < EVENTS ? model[next].when : UINT64_MAX) - engine_now(engine);
    const psec_t delay = random_delay();
    engine_advance(engine, engine_now(engine) + (delay < left ? delay : left));
}

static void operate(uint64_t schedules)
{
    const size_t i = rng_below(&rng, EVENTS), next = model_next();
    const uint64_t choice = rng_below(&rng, 100);
    if (choice < schedules)
        schedule(i);
    else if (choice < 85)
        ENSURE(engine_step(engine) == (next < EVENTS));
    else if (choice < 90)
        cancel(i);
    else if (choice < 95 && next < EVENTS)
        cancel(next);
    else
        advance();
}

/* The clock starts at 0, or so late that it comes to its end. */
START_TEST(queue_does_what_a_search_of_all_events_does)
{
    const psec_t end = 10000000;
    kind = _i % DELAY_KINDS;
    if (_i >= DELAY_KINDS)
        engine_advance(engine, UINT64_MAX - end);
    scheduled = done = cancelled = 0;
    for (size_t i = 0; i < EVENTS; i++) {
        event_init(&events[i], fire_model);
        model[i].pending = false;
    }
    for (int n = 0; n < OPERATIONS; n++) {
        /* The queue grows, shrinks, and then stays short. */
        const int phase = n / 500 % 4;
        operate(phase == 0 ? 75 : phase == 1 ? 40 : phase == 2 ? 15 : 30);
        if (phase != 1) /* the queue works without being asked too */
            check_against_model();
    }
    for (size_t left = 100 * (size_t)EVENTS; left > 0 && engine_step(engine); left--)
        check_against_model();
}
END_TEST

static int compare_due(const void *a, const void *b)
{
    const struct event *const x = *(struct event *const *)a, *const y =
                                                                 *(struct event *const *)b;
    if (x->when != y->when)
        return x->when < y->when ? -1 : 1;
    return x < y ? -1 : 1;
}

/* Of all events, scheduled in the order of their addresses, every third is cancelled. */
START_TEST(many_events_fire_in_the_order_of_a_sort)
{
    static const struct {
        psec_t times, unit; /* so many times, so far apart */
    } loads[] = {
        {10, 1}, {1000, 1}, {100, 1000000000}, {100000, 7}, {1000000000, 1000000000}};
    static struct event many[MANY], *due[MANY];
    size_t n = 0;
    for (size_t i = 0; i < MANY; i++) {
        event_init(&many[i], record);
        engine_schedule(engine, &many[i],
                        rng_below(&rng, loads[_i].times) * loads[_i].unit);
    }
    for (size_t i = 0; i < MANY; i++) {
        if (rng_below(&rng, 3) == 0)
            engine_cancel(engine, &many[i]);
        else
            due[n++] = &many[i];
    }
    qsort(due, n, sizeof(struct event *), compare_due);
    step_all();
    ck_assert_uint_eq(nfired, n);
    for (size_t i = 0; i < n; i++)
        ENSURE(fired[i] == due[i]);
}
END_TEST

#ifndef NDEBUG
START_TEST(past_is_refused)
{
    struct event event;
    event_init(&event, record);
    engine_advance(engine, 10);
    engine_schedule(engine, &event, 9);
}
END_TEST

START_TEST(pending_event_is_not_scheduled_again)
{
    struct event event;
    event_init(&event, record);
    engine_schedule(engine, &event, 9);
    engine_schedule(engine, &event, 10);
}
END_TEST
#endif

static Suite *engine_suite(void)
{
    Suite *suite = suite_create("engine");
    TCase *tests = tcase_create("engine");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, new_engine_has_nothing_to_do);
    tcase_add_test(tests, events_fire_in_order_of_time_up_to_the_last_picosecond);
    tcase_add_loop_test(tests, events_of_one_time_fire_in_the_order_of_scheduling, 0, 4);
    tcase_add_test(tests, event_scheduled_for_now_fires_after_those_that_were_due);
    tcase_add_test(tests, event_cancelled_while_another_fires_does_not_fire);
    tcase_add_test(tests, event_that_is_not_pending_can_be_cancelled_and_scheduled_again);
    tcase_add_test(tests, event_can_be_scheduled_before_the_one_that_was_next);
    tcase_add_test(tests, clock_can_be_set_up_to_the_next_event);
    tcase_add_loop_test(tests, queue_does_what_a_search_of_all_events_does, 0,
                        2 * DELAY_KINDS);
    tcase_add_loop_test(tests, many_events_fire_in_the_order_of_a_sort, 0, 5);
#ifndef NDEBUG
    tcase_add_test_raise_signal(tests, past_is_refused, SIGABRT);
    tcase_add_test_raise_signal(tests, pending_event_is_not_scheduled_again, SIGABRT);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(engine_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
