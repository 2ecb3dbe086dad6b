/* device_test.c -- queue, completion, merging and statistics of storage devices, with a
 * model of the test's own and with `fixed`. */
#include "swap/device.h"
#include "swap/histogram.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define US UINT64_C(1000000) /* picoseconds */

enum { PAGE = 4096, REQUESTS_MAX = 20000 };

static struct engine *engine;
static struct device *device;
static struct rng rng;

/* Requests in the order of their completion. */
static struct {
    struct request *request;
    psec_t at;
} completed[REQUESTS_MAX];
static unsigned ncompleted;
static struct request requests[REQUESTS_MAX];

static void setup(void)
{
    ck_assert_int_eq(engine_create(&engine, NULL), OK);
    device = NULL;
    ncompleted = 0;
    memset(requests, 0, sizeof requests);
    rng_seed(&rng, 1);
}

static void teardown(void)
{
    device_free(device);
    engine_free(engine);
}

static void record(struct request *request)
{
    ck_assert_uint_lt(ncompleted, REQUESTS_MAX);
    completed[ncompleted].request = request;
    completed[ncompleted++].at = engine_now(engine);
}

/* Set the clock, firing what is due until then. */
static void run_until(psec_t when)
{
    while (engine_next(engine) <= when)
        engine_step(engine);
    engine_advance(engine, when);
}

static void run(void)
{
    while (engine_step(engine))
        ;
}

static struct request *submit(unsigned i, uint64_t offset, uint64_t length, bool write)
{
    requests[i].offset = offset;
    requests[i].length = length;
    requests[i].write = write;
    requests[i].done = record;
    device_submit(device, &requests[i]);
    return &requests[i];
}

static struct device_stats stats(void)
{
    struct device_stats s;
    device_stats(device, &s);
    return s;
}

static void check_laws(void)
{
    const char *broken = device_check(device);
    ck_assert_msg(!broken, "%s", broken);
}

static void create_fixed(const char *const *settings)
{
    const struct device_ops *ops = device_find("fixed");
    _Alignas(max_align_t) unsigned char params[PARAM_VALUES_MAX];
    struct error err = {0};
    param_defaults(ops->params, params);
    for (; *settings; settings += 2)
        ck_assert_int_eq(param_set(ops->params, params, settings[0], settings[1], "fixed",
                                   at_nowhere(), &err),
                         OK);
    ck_assert_int_eq(device_create(&device, engine, ops, params, PAGE, 1, &err), OK);
}

/* --- a model of the test's own ------------------------------------------------------- */

/* Serves a request in as many microseconds as it has bytes plus a random part. */
struct toy_params {
    uint64_t depth, merge, random_us;
};

struct toy {
    const struct device_env *env;
    const struct toy_params *params;
    unsigned operations;
    struct {
        uint64_t offset, length;
        bool write;
    } served[64]; /* the first ones */
    uint64_t discarded;
};

static struct toy *toy; /* the one made last */

static enum status toy_init(void *state, const struct device_env *env, struct error *err)
{
    toy = state;
    toy->env = env;
    toy->params = env->params;
    if (toy->params->depth == 0)
        return error_set(err, ERR_CONFIG, at_nowhere(), "no depth");
    return OK;
}

static uint64_t toy_capacity(const void *state)
{
    (void)state;
    return 1000 * PAGE;
}

static uint32_t toy_depth(const void *state)
{
    return (uint32_t)((const struct toy *)state)->params->depth;
}

static uint64_t toy_merge_limit(const void *state)
{
    return ((const struct toy *)state)->params->merge;
}

static struct request *toy_choose_last(void *state, const struct request_queue *queue,
                                       psec_t now)
{
    (void)state;
    ck_assert_uint_eq(now, engine_now(engine));
    ck_assert_ptr_nonnull(queue->first);
    return queue->last;
}

static psec_t toy_serve(void *state, const struct request *request, psec_t now)
{
    struct toy *t = state;
    ck_assert_uint_eq(now, engine_now(engine));
    if (t->operations < 64) {
        t->served[t->operations].offset = request->span_offset;
        t->served[t->operations].length = request->span_length;
        t->served[t->operations].write = request->write;
    }
    t->operations++;
    psec_t time = request->span_length * US;
    if (t->params->random_us)
        time += rng_below(t->env->rng, t->params->random_us) * US;
    return now + time;
}

static void toy_discard(void *state, uint64_t offset, uint64_t length)
{
    ((struct toy *)state)->discarded = offset + length;
}

static uint64_t toy_memory(const void *state)
{
    return ((const struct toy *)state)->operations * UINT64_C(100);
}

static const struct device_ops toy_ops = {
    .abi = DEVICE_ABI,
    .name = "toy",
    .params_size = sizeof(struct toy_params),
    .state_size = sizeof(struct toy),
    .init = toy_init,
    .capacity = toy_capacity,
    .depth = toy_depth,
    .merge_limit = toy_merge_limit,
    .serve = toy_serve,
};

static void create_toy(struct toy_params params)
{
    ck_assert_int_eq(device_create(&device, engine, &toy_ops, &params, PAGE, 7, NULL), OK);
}

/* --- queue --------------------------------------------------------------------------- */

START_TEST(a_model_is_found_by_its_name)
{
    ck_assert_str_eq(device_find("fixed")->name, "fixed");
    ck_assert_str_eq(device_find("disk")->name, "disk");
    ck_assert_ptr_null(device_find("dis"));
    create_fixed((const char *const[]){NULL});
    ck_assert_ptr_eq(device_model(device), device_find("fixed"));
}
END_TEST

START_TEST(one_server_takes_requests_in_order_of_arrival)
{
    create_fixed((const char *const[]){"latency", "10 us", NULL});
    submit(0, 0, PAGE, false);
    run_until(3 * US);
    submit(1, 5 * PAGE, 2 * PAGE, true);
    ck_assert_uint_eq(device_pending(device), 2);
    run_until(25 * US);
    submit(2, 0, PAGE, false);
    run_until(35 * US);
    const psec_t at[] = {10 * US, 20 * US, 35 * US};
    ck_assert_uint_eq(ncompleted, 3);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_ptr_eq(completed[i].request, &requests[i]);
        ck_assert_uint_eq(completed[i].at, at[i]);
    }
    /* Pending: 0-10 first, 3-20 second, 25-35 third; busy 0-20 and 25-35. */
    const struct device_stats s = stats();
    ck_assert_uint_eq(s.reads, 2);
    ck_assert_uint_eq(s.writes, 1);
    ck_assert_uint_eq(s.bytes_read, 2 * PAGE);
    ck_assert_uint_eq(s.bytes_written, 2 * PAGE);
    ck_assert_uint_eq(s.operations, 3);
    ck_assert_uint_eq(s.merges, 0);
    ck_assert_uint_eq(s.busy, 30 * US);
    ck_assert_double_eq_tol(s.utilisation, 30.0 / 35.0, 1e-12);
    ck_assert_double_eq_tol(s.wait_mean, 7e6 / 3.0, 1e-3);
    ck_assert_double_eq(s.service_mean, 10e6);
    ck_assert_double_eq_tol(s.queue_mean, (10.0 + 17.0 + 10.0) / 35.0, 1e-12);
    ck_assert_uint_eq(s.queue_max, 2);
    ck_assert_uint_eq(device_pending(device), 0);
    check_laws();
}
END_TEST

START_TEST(statistics_count_what_is_under_way)
{
    create_fixed((const char *const[]){"latency", "10 us", NULL});
    run_until(5 * US);
    submit(0, 0, PAGE, false);
    submit(1, PAGE, PAGE, false);
    run_until(9 * US);
    const struct device_stats s = stats();
    ck_assert_uint_eq(s.reads, 0);
    ck_assert_uint_eq(s.operations, 1);
    ck_assert_uint_eq(s.busy, 4 * US);
    ck_assert_double_eq_tol(s.utilisation, 4.0 / 9.0, 1e-12);
    ck_assert_double_eq_tol(s.queue_mean, 8.0 / 9.0, 1e-12);
    check_laws();
}
END_TEST

START_TEST(a_device_counts_from_when_it_was_made)
{
    engine_advance(engine, 100 * US);
    create_fixed((const char *const[]){"latency", "10 us", NULL});
    ck_assert_double_eq(stats().utilisation, 0.0);
    submit(0, 0, PAGE, false);
    run_until(120 * US);
    ck_assert_double_eq(stats().utilisation, 0.5);
    ck_assert_double_eq(stats().queue_mean, 0.5);
}
END_TEST

START_TEST(several_servers_serve_as_many_requests_at_once)
{
    create_fixed((const char *const[]){"latency", "10 us", "servers", "2", NULL});
    for (unsigned i = 0; i < 3; i++)
        submit(i, i * PAGE, PAGE, false);
    run();
    ck_assert_uint_eq(completed[0].at, 10 * US);
    ck_assert_uint_eq(completed[1].at, 10 * US);
    ck_assert_uint_eq(completed[2].at, 20 * US);
    ck_assert_uint_eq(stats().busy, 20 * US);
    ck_assert_uint_eq(stats().queue_max, 3);
    check_laws();
}
END_TEST

START_TEST(fixed_takes_a_latency_and_the_bytes_over_the_bandwidth)
{
    create_fixed((const char *const[]){"latency", "60 us", "bandwidth", "2.2 MB/s", NULL});
    submit(0, 0, PAGE, false);
    run();
    /* 4096 B / 2,200,000 B/s = 1.861818... ms */
    ck_assert_uint_eq(completed[0].at, 60 * US + UINT64_C(1861818182));
    ck_assert_uint_eq(device_capacity(device), UINT64_MAX);
}
END_TEST

START_TEST(fixed_transfers_a_tebibyte_without_overflow)
{
    create_fixed((const char *const[]){"latency", "0 s", "bandwidth", "1 MiB/s", "size",
                                       "2 TiB", NULL});
    submit(0, UINT64_C(1) << 40, UINT64_C(1) << 40, false);
    run();
    ck_assert_uint_eq(completed[0].at, (UINT64_C(1) << 20) * US * 1000000);
    ck_assert_uint_eq(device_capacity(device), UINT64_C(2) << 40);
}
END_TEST

START_TEST(fixed_smaller_than_a_page_is_refused)
{
    const struct device_ops *ops = device_find("fixed");
    _Alignas(max_align_t) unsigned char params[PARAM_VALUES_MAX];
    struct error err = {0};
    param_defaults(ops->params, params);
    ck_assert_int_eq(
        param_set(ops->params, params, "size", "2 KiB", "fixed", at_nowhere(), &err), OK);
    ck_assert_int_eq(device_create(&device, engine, ops, params, PAGE, 1, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text,
                     "'size' (2 KiB) of device 'fixed' is less than a page (4 KiB)");
}
END_TEST

START_TEST(an_instant_device_answers_by_an_event_at_the_same_time)
{
    create_fixed((const char *const[]){"latency", "0 s", NULL});
    run_until(4 * US);
    submit(0, 0, PAGE, false);
    ck_assert_uint_eq(ncompleted, 0);
    submit(1, PAGE, PAGE, false);
    run();
    ck_assert_uint_eq(ncompleted, 2);
    ck_assert_uint_eq(completed[1].at, 4 * US);
    ck_assert_uint_eq(stats().busy, 0);
    check_laws();
}
END_TEST

START_TEST(completions_at_one_time_come_in_the_order_of_starting)
{
    create_fixed((const char *const[]){"latency", "10 us", "servers", "4", NULL});
    for (unsigned i = 0; i < 8; i++)
        submit(7 - i, i * PAGE, PAGE, false);
    run();
    for (unsigned i = 0; i < 8; i++) {
        ck_assert_ptr_eq(completed[i].request, &requests[7 - i]);
        ck_assert_uint_eq(completed[i].at, (i < 4 ? 10 : 20) * US);
    }
}
END_TEST

/* Submits itself again, three times in all. */
static unsigned rounds;

static void again(struct request *request)
{
    record(request);
    if (++rounds < 3)
        device_submit(device, request);
}

START_TEST(a_request_may_be_submitted_again_when_it_is_done)
{
    rounds = 0;
    create_fixed((const char *const[]){"latency", "10 us", NULL});
    requests[0] = (struct request){.length = PAGE, .done = again};
    device_submit(device, &requests[0]);
    submit(1, PAGE, PAGE, false);
    run();
    /* What waits comes first. */
    ck_assert_uint_eq(ncompleted, 4);
    ck_assert_ptr_eq(completed[0].request, &requests[0]);
    ck_assert_ptr_eq(completed[1].request, &requests[1]);
    ck_assert_uint_eq(completed[3].at, 40 * US);
    check_laws();
}
END_TEST

START_TEST(requests_served_as_one_may_be_submitted_again)
{
    rounds = 0;
    create_toy((struct toy_params){.depth = 1, .merge = 64});
    for (unsigned i = 0; i < 4; i++) {
        requests[i] = (struct request){.offset = i, .length = 1, .done = again};
        device_submit(device, &requests[i]);
    }
    run();
    /* The first alone; the others as one; the first once more, alone; then the second. */
    ck_assert_uint_eq(ncompleted, 6);
    ck_assert_uint_eq(toy->operations, 4);
    ck_assert_uint_eq(stats().merges, 2);
    check_laws();
}
END_TEST

static void free_it(struct request *request)
{
    ncompleted++;
    free(request);
}

START_TEST(requests_served_as_one_may_be_freed_when_done)
{
    create_toy((struct toy_params){.depth = 1, .merge = 64});
    for (unsigned i = 0; i < 5; i++) {
        struct request *request = malloc(sizeof *request);
        ck_assert_ptr_nonnull(request);
        *request = (struct request){.offset = i, .length = 1, .done = free_it};
        device_submit(device, request);
    }
    run();
    ck_assert_uint_eq(ncompleted, 5);
    ck_assert_uint_eq(toy->operations, 2);
}
END_TEST

START_TEST(a_freed_device_leaves_no_events)
{
    create_fixed((const char *const[]){"latency", "10 us", "servers", "2", NULL});
    for (unsigned i = 0; i < 3; i++)
        submit(i, i * PAGE, PAGE, false);
    device_free(device);
    device = NULL;
    ck_assert_uint_eq(engine_next(engine), PSEC_NEVER);
}
END_TEST

START_TEST(the_model_chooses_which_request_is_next)
{
    static struct device_ops ops; /* outlives the test, as the device does */
    ops = toy_ops;
    ops.choose = toy_choose_last;
    const struct toy_params params = {.depth = 1};
    ck_assert_int_eq(device_create(&device, engine, &ops, &params, PAGE, 7, NULL), OK);
    for (unsigned i = 0; i < 4; i++)
        submit(i, i, 1, false);
    run();
    const unsigned order[] = {0, 3, 2, 1};
    for (unsigned i = 0; i < 4; i++)
        ck_assert_ptr_eq(completed[i].request, &requests[order[i]]);
}
END_TEST

START_TEST(a_model_that_refuses_its_parameters_makes_no_device)
{
    const struct toy_params params = {.depth = 0};
    struct error err = {0};
    ck_assert_int_eq(device_create(&device, engine, &toy_ops, &params, PAGE, 7, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, "no depth");
    ck_assert_ptr_null(device);
}
END_TEST

/* --- merging ------------------------------------------------------------------------- */

START_TEST(adjacent_waiting_requests_are_served_as_one)
{
    create_toy((struct toy_params){.depth = 1, .merge = 100});
    submit(0, 500, 10, false); /* starts at once, alone */
    submit(1, 100, 10, false);
    submit(2, 120, 10, false); /* fits only when 3 is there */
    submit(3, 110, 10, false);
    submit(4, 90, 10, false);  /* before */
    submit(5, 80, 10, true);   /* another direction */
    submit(6, 131, 10, false); /* a byte apart */
    run_until(10 * US);
    run_until(20 * US); /* as requests 1 to 4 are served */
    check_laws();
    ck_assert_uint_eq(device_pending(device), 6);
    run();
    ck_assert_uint_eq(toy->operations, 4);
    ck_assert_uint_eq(toy->served[1].offset, 90);
    ck_assert_uint_eq(toy->served[1].length, 40);
    for (unsigned i = 1; i <= 4; i++) {
        ck_assert_uint_eq(requests[i].started, 10 * US);
        ck_assert_uint_eq(completed[i].at, 50 * US);
    }
    ck_assert_ptr_eq(completed[1].request, &requests[1]);
    const struct device_stats s = stats();
    ck_assert_uint_eq(s.merges, 3);
    ck_assert_uint_eq(s.operations, 4);
    ck_assert_uint_eq(s.reads, 6);
    ck_assert_uint_eq(s.writes, 1);
    ck_assert_uint_eq(s.bytes_read, 60);
    /* 10 + 4 * 40 + 10 + 10 */
    ck_assert_double_eq_tol(s.service_mean, 190e6 / 7.0, 1e-3);
    ck_assert_uint_eq(s.busy, 70 * US);
    check_laws();
}
END_TEST

START_TEST(requests_are_merged_up_to_the_limit)
{
    create_toy((struct toy_params){.depth = 1, .merge = 39});
    submit(0, 500, 10, true);
    for (unsigned i = 1; i <= 5; i++)
        submit(i, i * 10, 10, true);
    run();
    ck_assert_uint_eq(toy->operations, 3);
    ck_assert_uint_eq(toy->served[1].length, 30);
    ck_assert_uint_eq(toy->served[2].offset, 40);
    ck_assert_uint_eq(toy->served[2].length, 20);
}
END_TEST

START_TEST(a_request_longer_than_the_limit_is_served_alone)
{
    create_toy((struct toy_params){.depth = 1, .merge = 30});
    submit(0, 500, 10, true);
    submit(1, 10, 31, true);
    submit(2, 41, 1, true);
    run();
    ck_assert_uint_eq(toy->operations, 3);
    ck_assert_uint_eq(toy->served[1].length, 31);
}
END_TEST

START_TEST(without_a_limit_nothing_is_merged)
{
    create_toy((struct toy_params){.depth = 1});
    for (unsigned i = 0; i <= 5; i++)
        submit(i, i * 10, 10, true);
    run();
    ck_assert_uint_eq(toy->operations, 6);
    ck_assert_uint_eq(stats().merges, 0);
}
END_TEST

/* --- laws ---------------------------------------------------------------------------- */

/* A load in which times coincide often; the same for the same seed. */
static void random_load(uint64_t seed, unsigned n)
{
    struct rng load;
    rng_seed(&load, seed);
    for (unsigned i = 0; i < n;) {
        run_until(engine_now(engine) + rng_below(&load, 40) * US);
        const uint64_t burst = 1 + rng_below(&load, 4);
        for (uint64_t k = 0; k < burst && i < n; k++, i++)
            submit(i, rng_below(&load, 200), 1 + rng_below(&load, 16),
                   rng_below(&load, 2) == 0);
        check_laws();
    }
}

static const struct toy_params loads[] = {
    {.depth = 1, .random_us = 1},   {.depth = 1, .random_us = 20},
    {.depth = 1, .merge = 40},      {.depth = 2, .random_us = 50},
    {.depth = 32, .random_us = 99}, {.depth = 3, .merge = 64, .random_us = 90},
};

/* The statistics against times noted by the test, microsecond by microsecond. */
START_TEST(random_loads_obey_the_laws_of_queues)
{
    enum { N = 1500, SPAN = 100000 };
    static bool busy[SPAN];
    memset(busy, 0, sizeof busy);
    create_toy(loads[_i]);
    random_load(11, N);
    run();
    check_laws();
    ck_assert_uint_eq(ncompleted, N);
    uint64_t wait = 0, service = 0, busy_time = 0;
    for (unsigned i = 0; i < N; i++) {
        const struct request *r = completed[i].request;
        wait += r->started - r->arrived;
        service += completed[i].at - r->started;
        ck_assert_uint_le(completed[i].at, SPAN * US);
        for (psec_t t = r->started; t < completed[i].at; t += US)
            busy[t / US] = true;
    }
    for (unsigned t = 0; t < SPAN; t++)
        busy_time += busy[t];
    const struct device_stats s = stats();
    ck_assert_double_eq_tol(s.wait_mean, (double)wait / N, 1.0);
    ck_assert_double_eq_tol(s.service_mean, (double)service / N, 1.0);
    ck_assert_double_eq_tol(s.queue_mean,
                            (double)(wait + service) / (double)completed[N - 1].at, 1e-9);
    ck_assert_uint_eq(s.busy, busy_time * US);
    ck_assert_uint_eq(s.reads + s.writes, N);
    ck_assert_uint_eq(s.operations, toy->operations);
    ck_assert_uint_eq(s.operations + s.merges, N);
}
END_TEST

START_TEST(a_load_repeats_whatever_coincides)
{
    static unsigned order[REQUESTS_MAX];
    static psec_t at[REQUESTS_MAX];
    const unsigned n = 1000;
    for (unsigned turn = 0; turn < 2; turn++) {
        create_toy(loads[_i]);
        random_load(5, n);
        run();
        ck_assert_uint_eq(ncompleted, n);
        for (unsigned i = 0; i < n; i++) {
            const unsigned request = (unsigned)(completed[i].request - requests);
            if (turn) {
                ck_assert_uint_eq(request, order[i]);
                ck_assert_uint_eq(completed[i].at, at[i]);
            }
            order[i] = request;
            at[i] = completed[i].at;
        }
        teardown();
        setup();
    }
}
END_TEST

/* --- percentiles --------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Not below the exact value, and at most 1 % above it. */
static void check_percentile(uint64_t found, const uint64_t *sorted, unsigned n,
                             unsigned percent)
{
    const uint64_t exact = sorted[(n * percent + 99) / 100 - 1];
    ck_assert_uint_ge(found, exact);
    ck_assert_uint_le(found - exact, exact / 100);
}

START_TEST(percentiles_are_within_a_hundredth_of_a_sorted_array)
{
    static struct histogram histogram;
    static uint64_t values[1234];
    const unsigned n = ARRAY_LEN(values) - 103 * (unsigned)_i;
    histogram = (struct histogram){0};
    ck_assert_uint_eq(histogram_percentile(&histogram, 99), 0);
    for (unsigned i = 0; i < n; i++) {
        values[i] = rng_next(&rng) >> rng_below(&rng, 64);
        histogram_add(&histogram, values[i]);
    }
    qsort(values, n, sizeof *values, compare);
    for (unsigned percent = 1; percent <= 100; percent++)
        check_percentile(histogram_percentile(&histogram, percent), values, n, percent);
}
END_TEST

START_TEST(percentiles_of_small_and_of_the_largest_values_are_exact)
{
    static struct histogram histogram;
    histogram = (struct histogram){0};
    for (uint64_t i = 0; i < 100; i++)
        histogram_add(&histogram, i);
    ck_assert_uint_eq(histogram_percentile(&histogram, 1), 0);
    ck_assert_uint_eq(histogram_percentile(&histogram, 99), 98);
    ck_assert_uint_eq(histogram_percentile(&histogram, 100), 99);
    for (unsigned i = 0; i < 2; i++)
        histogram_add(&histogram, UINT64_MAX);
    ck_assert_uint_eq(histogram_percentile(&histogram, 98), 99);
    ck_assert_uint_eq(histogram_percentile(&histogram, 99), UINT64_MAX);
}
END_TEST

START_TEST(p99_of_waits_and_services_is_that_of_a_sorted_array)
{
    static uint64_t waits[REQUESTS_MAX], services[REQUESTS_MAX];
    const unsigned n = 3003;
    create_toy((struct toy_params){.depth = 1, .random_us = 30});
    random_load(3, n);
    run();
    for (unsigned i = 0; i < n; i++) {
        const struct request *r = completed[i].request;
        waits[i] = r->started - r->arrived;
        services[i] = completed[i].at - r->started;
    }
    qsort(waits, n, sizeof *waits, compare);
    qsort(services, n, sizeof *services, compare);
    check_percentile(stats().wait_p99, waits, n, 99);
    check_percentile(stats().service_p99, services, n, 99);
}
END_TEST

/* --- in memory ----------------------------------------------------------------------- */

START_TEST(a_transfer_in_memory_is_cpu_time_and_no_event)
{
    static struct device_ops ops; /* outlives the test, as the device does */
    ops = toy_ops;
    const struct toy_params params = {.depth = 1};
    ops.in_memory = true;
    ops.discard = toy_discard;
    ops.memory = toy_memory;
    ck_assert_int_eq(device_create(&device, engine, &ops, &params, PAGE, 7, NULL), OK);
    engine_advance(engine, 100 * US);
    ck_assert_uint_eq(device_transfer(device, 3 * PAGE, 12, true), 12 * US);
    ck_assert_uint_eq(device_transfer(device, 3 * PAGE, 4, false), 4 * US);
    ck_assert_uint_eq(toy->served[0].offset, 3 * PAGE);
    ck_assert(toy->served[0].write && !toy->served[1].write);
    ck_assert_uint_eq(engine_next(engine), PSEC_NEVER);
    ck_assert_uint_eq(device_memory(device), 200);
    device_discard(device, 40, 2);
    ck_assert_uint_eq(toy->discarded, 42);
    const struct device_stats s = stats();
    ck_assert_uint_eq(s.reads, 1);
    ck_assert_uint_eq(s.writes, 1);
    ck_assert_uint_eq(s.bytes_read, 4);
    ck_assert_uint_eq(s.bytes_written, 12);
    ck_assert_uint_eq(s.operations, 2);
    ck_assert_double_eq(s.service_mean, 8e6);
    ck_assert_uint_ge(s.service_p99, 12 * US);
    ck_assert_double_eq(s.wait_mean, 0.0);
    ck_assert_uint_eq(s.busy, 0);
    ck_assert_double_eq(s.queue_mean, 0.0);
    ck_assert_uint_eq(s.queue_max, 0);
    ck_assert_uint_eq(device_pending(device), 0);
    check_laws();
}
END_TEST

START_TEST(discarding_and_memory_are_nothing_where_a_model_has_neither)
{
    create_fixed((const char *const[]){NULL});
    device_discard(device, 0, PAGE);
    ck_assert_uint_eq(device_memory(device), 0);
}
END_TEST

static Suite *device_suite(void)
{
    Suite *suite = suite_create("device");
    TCase *tests = tcase_create("device");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_model_is_found_by_its_name);
    tcase_add_test(tests, one_server_takes_requests_in_order_of_arrival);
    tcase_add_test(tests, statistics_count_what_is_under_way);
    tcase_add_test(tests, a_device_counts_from_when_it_was_made);
    tcase_add_test(tests, several_servers_serve_as_many_requests_at_once);
    tcase_add_test(tests, fixed_takes_a_latency_and_the_bytes_over_the_bandwidth);
    tcase_add_test(tests, fixed_transfers_a_tebibyte_without_overflow);
    tcase_add_test(tests, fixed_smaller_than_a_page_is_refused);
    tcase_add_test(tests, an_instant_device_answers_by_an_event_at_the_same_time);
    tcase_add_test(tests, completions_at_one_time_come_in_the_order_of_starting);
    tcase_add_test(tests, a_request_may_be_submitted_again_when_it_is_done);
    tcase_add_test(tests, requests_served_as_one_may_be_submitted_again);
    tcase_add_test(tests, requests_served_as_one_may_be_freed_when_done);
    tcase_add_test(tests, a_freed_device_leaves_no_events);
    tcase_add_test(tests, the_model_chooses_which_request_is_next);
    tcase_add_test(tests, a_model_that_refuses_its_parameters_makes_no_device);
    tcase_add_test(tests, adjacent_waiting_requests_are_served_as_one);
    tcase_add_test(tests, requests_are_merged_up_to_the_limit);
    tcase_add_test(tests, a_request_longer_than_the_limit_is_served_alone);
    tcase_add_test(tests, without_a_limit_nothing_is_merged);
    tcase_add_loop_test(tests, random_loads_obey_the_laws_of_queues, 0, ARRAY_LEN(loads));
    tcase_add_loop_test(tests, a_load_repeats_whatever_coincides, 0, ARRAY_LEN(loads));
    tcase_add_loop_test(tests, percentiles_are_within_a_hundredth_of_a_sorted_array, 0, 12);
    tcase_add_test(tests, percentiles_of_small_and_of_the_largest_values_are_exact);
    tcase_add_test(tests, p99_of_waits_and_services_is_that_of_a_sorted_array);
    tcase_add_test(tests, a_transfer_in_memory_is_cpu_time_and_no_event);
    tcase_add_test(tests, discarding_and_memory_are_nothing_where_a_model_has_neither);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(device_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
