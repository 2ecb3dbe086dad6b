/* queueing_long_test.c -- devices against the theory of queues: Poisson arrivals.
 *
 * The mean wait of M/D/1 is rho * S / (2 * (1 - rho)) for a service time S and a load rho
 * (Pollaczek 1930, Khinchin 1932; Kleinrock, Queueing Systems I, 1975, section 5.6).  A
 * wait is much like the one before it, the more the higher the load, so that the mean of n
 * waits has a relative standard error of about 2 / ((1 - rho) * sqrt(n)). */
#include "swap/device.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

enum { PAGE = 4096, PENDING_MAX = 10000 };

static struct engine *engine;
static struct device *device;
static struct rng rng;

/* Requests that are not in use. */
static struct request requests[PENDING_MAX];
static struct request *unused[PENDING_MAX];
static unsigned nunused;

static void setup(void)
{
    ck_assert_int_eq(engine_create(&engine, NULL), OK);
    for (nunused = 0; nunused < PENDING_MAX; nunused++)
        unused[nunused] = &requests[nunused];
}

static void teardown(void)
{
    device_free(device);
    engine_free(engine);
}

static void give_back(struct request *request)
{
    unused[nunused++] = request;
}

static void create(const char *model, const char *const *settings)
{
    const struct device_ops *ops = device_find(model);
    _Alignas(max_align_t) unsigned char params[PARAM_VALUES_MAX];
    param_defaults(ops->params, params);
    for (; *settings; settings += 2)
        ck_assert_int_eq(param_set(ops->params, params, settings[0], settings[1], model,
                                   at_nowhere(), NULL),
                         OK);
    ck_assert_int_eq(device_create(&device, engine, ops, params, PAGE, 1, NULL), OK);
}

/* So many requests for random pages, at exponentially distributed distances. */
static void poisson(uint64_t n, psec_t mean_distance, uint64_t pages, uint64_t seed)
{
    rng_seed(&rng, seed);
    psec_t when = engine_now(engine);
    for (uint64_t i = 0; i < n; i++) {
        when += (psec_t)llround(-log(1.0 - rng_real(&rng)) * (double)mean_distance);
        while (engine_next(engine) <= when)
            engine_step(engine);
        engine_advance(engine, when);
        if (nunused == 0) /* not each time an assertion, which takes longer than all else */
            ck_abort_msg("too many requests pending");
        struct request *request = unused[--nunused];
        request->offset = rng_below(&rng, pages) * PAGE;
        request->length = PAGE;
        request->done = give_back;
        device_submit(device, request);
    }
    while (engine_step(engine))
        ;
}

static void check_laws(void)
{
    const char *broken = device_check(device);
    ck_assert_msg(!broken, "%s", broken);
}

static const struct {
    unsigned percent;
    uint64_t arrivals; /* so many that over eight seeds the standard error was 0.2 %,
                        * 0.3 % and 0.5 % */
} loads[] = {{50, 4000000}, {80, 10000000}, {95, 30000000}};

START_TEST(the_mean_wait_is_that_of_m_d_1)
{
    const double service = 1e6, load = loads[_i].percent / 100.0;
    create("fixed", (const char *const[]){"latency", "1 us", NULL});
    poisson(loads[_i].arrivals, (psec_t)llround(service / load), 1000, 1);
    struct device_stats stats;
    device_stats(device, &stats);
    const double theory = load * service / (2.0 * (1.0 - load));
    ck_assert_double_eq_tol(stats.wait_mean, theory, 0.02 * theory);
    ck_assert_double_eq(stats.service_mean, service);
    ck_assert_double_eq_tol(stats.utilisation, load, 0.005 * load);
    const double number = load + load * load / (2.0 * (1.0 - load));
    ck_assert_double_eq_tol(stats.queue_mean, number, 0.02 * number);
    check_laws();
}
END_TEST

/* The number of servers that are busy is the load whatever the order of the queue and the
 * distribution of the services are; a better order makes the wait shorter. */
START_TEST(a_disk_waits_less_the_better_its_queue_is_ordered)
{
    static const char *const queues[] = {"fcfs", "c-look", "sstf"};
    double waits[ARRAY_LEN(queues)];
    for (unsigned i = 0; i < ARRAY_LEN(queues); i++) {
        create("disk", (const char *const[]){"queue", queues[i], NULL});
        poisson(100000, UINT64_C(14000000000), device_capacity(device) / PAGE, 2);
        check_laws();
        struct device_stats stats;
        device_stats(device, &stats);
        ck_assert_double_eq_tol(stats.utilisation, stats.service_mean / 14e9, 0.01);
        waits[i] = stats.wait_mean;
        device_free(device);
        device = NULL;
    }
    ck_assert_double_lt(waits[1], waits[0] / 2.0);
    ck_assert_double_lt(waits[2], waits[1]);
}
END_TEST

static Suite *queueing_suite(void)
{
    Suite *suite = suite_create("queueing");
    TCase *tests = tcase_create("queueing");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, the_mean_wait_is_that_of_m_d_1, 0, ARRAY_LEN(loads));
    tcase_add_test(tests, a_disk_waits_less_the_better_its_queue_is_ordered);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(queueing_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
