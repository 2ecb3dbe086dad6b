/* events.c -- how fast events are scheduled, fired and cancelled.
 *
 * usage: faultline-events [RUNS]
 *
 * Each figure is the fastest of several runs on one thread, processor time, in millions a
 * second.  Delays are drawn beforehand. */
#include "base/rng.h"
#include "engine/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DELAYS = 1 << 16, OPERATIONS = 2000000, ASKED = 10, STRIDE = 7919 };

#define NS ((psec_t)1000)
#define US (NS * 1000)
#define SECOND (US * 1000000)

struct load;

struct timer {
    struct event event;
    struct load *load;
};

/* One measurement. */
struct load {
    struct engine *engine;
    struct timer *timers;
    size_t n; /* timers */
    psec_t delays[DELAYS];
    size_t at;    /* in delays                              */
    size_t turn;  /* of the timers                          */
    psec_t asked; /* sum of the answers, which must be used */
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Distributions of delays. */

static psec_t exponential(struct rng *rng, psec_t mean)
{
    return (psec_t)(-(double)mean * log(1 - rng_real(rng)));
}

static psec_t microsecond(struct rng *rng)
{
    return exponential(rng, US);
}

static psec_t uniform(struct rng *rng)
{
    return rng_below(rng, 2 * US);
}

/* Most times are equal to others. */
static psec_t bimodal(struct rng *rng)
{
    return rng_below(rng, 10) ? NS : US;
}

static psec_t mixture(struct rng *rng)
{
    return exponential(rng, rng_below(rng, 2) ? NS : SECOND);
}

static psec_t all_scales(struct rng *rng)
{
    return (psec_t)pow(10, 13 * rng_real(rng));
}

static psec_t constant(struct rng *rng)
{
    (void)rng;
    return US;
}

static psec_t second(struct rng *rng)
{
    (void)rng;
    return SECOND;
}

static psec_t none(struct rng *rng)
{
    (void)rng;
    return 0;
}

/* Loads: each returns the seconds of one operation. */

static psec_t later(struct load *load)
{
    return engine_now(load->engine) + load->delays[load->at++ % DELAYS];
}

static void nothing(struct event *self)
{
    (void)self;
}

static void schedule_again(struct event *self)
{
    struct load *const load = CONTAINER_OF(self, struct timer, event)->load;
    engine_schedule(load->engine, self, later(load));
}

static double time_steps(struct load *load, size_t asked)
{
    for (size_t i = 0; i < 2 * load->n; i++)
        engine_step(load->engine);
    const double start = now();
    for (size_t i = 0; i < OPERATIONS; i++) {
        for (size_t k = 0; k < asked; k++)
            load->asked += engine_next(load->engine);
        engine_step(load->engine);
    }
    return (now() - start) / OPERATIONS;
}

static void schedule_all(struct load *load, void (*fire)(struct event *self))
{
    for (size_t i = 0; i < load->n; i++) {
        event_init(&load->timers[i].event, fire);
        engine_schedule(load->engine, &load->timers[i].event, later(load));
    }
}

/* The hold model: what fires is scheduled again (Vaucher, Duval, "A comparison of simulation
 * event list algorithms", CACM 18(4), 1975). */
static double hold(struct load *load)
{
    schedule_all(load, schedule_again);
    return time_steps(load, 0);
}

static double hold_and_ask(struct load *load)
{
    schedule_all(load, schedule_again);
    return time_steps(load, ASKED);
}

/* All are scheduled, then all fire, again and again. */
static double burst(struct load *load)
{
    const size_t rounds = OPERATIONS / load->n;
    const double start = now();
    for (size_t i = 0; i < rounds; i++) {
        schedule_all(load, nothing);
        while (engine_step(load->engine))
            ;
    }
    return (now() - start) / (double)(rounds * load->n);
}

/* A near event puts off the timers in turn. */
static void put_off(struct event *self)
{
    struct load *const load = CONTAINER_OF(self, struct timer, event)->load;
    struct event *const oldest = &load->timers[load->turn++ % load->n].event;
    engine_cancel(load->engine, oldest);
    engine_schedule(load->engine, oldest, later(load));
    engine_schedule(load->engine, self, engine_now(load->engine) + NS);
}

static double timeouts(struct load *load)
{
    struct timer near = {.load = load};
    schedule_all(load, nothing);
    event_init(&near.event, put_off);
    engine_schedule(load->engine, &near.event, 0);
    return time_steps(load, 0);
}

/* It is always the very next timer that is cancelled, and scheduled behind the others. */
static double cancel_next(struct load *load)
{
    const size_t n = load->n;
    for (size_t i = 0; i < n; i++) {
        const size_t k = i * STRIDE % n;
        event_init(&load->timers[k].event, nothing);
        engine_schedule(load->engine, &load->timers[k].event, SECOND + k * NS);
    }
    size_t next = 0;
    const double start = now();
    for (size_t i = 0; i < OPERATIONS; i++) {
        struct event *const event = &load->timers[next].event;
        load->asked += engine_next(load->engine);
        engine_cancel(load->engine, event);
        engine_schedule(load->engine, event, SECOND + (n + i) * NS);
        next = next + 1 < n ? next + 1 : 0;
    }
    return (now() - start) / OPERATIONS;
}

static const struct {
    const char *name;
    double (*run)(struct load *load);
    psec_t (*delay)(struct rng *rng);
} works[] = {
    {"exponential, mean 1 us", hold, microsecond},
    {"uniform, 0 to 2 us", hold, uniform},
    {"9/10 1 ns, 1/10 1 us", hold, bimodal},
    {"1/2 mean 1 ns, 1/2 1 s", hold, mixture},
    {"log-uniform, 1 ps to 10 s", hold, all_scales},
    {"all 1 us", hold, constant},
    {"all 0", hold, none},
    {"exponential, asked 10 times", hold_and_ask, microsecond},
    {"burst, exponential", burst, microsecond},
    {"burst at one time", burst, constant},
    {"timeouts of 1 s put off", timeouts, second},
    {"next one cancelled", cancel_next, second},
};

static double fastest(size_t work, size_t n, int runs)
{
    struct load *const load = calloc(1, sizeof *load);
    struct timer *const timers = calloc(n, sizeof *timers);
    struct rng rng;
    double best = HUGE_VAL;
    if (!load || !timers)
        exit(EXIT_FAILURE);
    load->timers = timers;
    load->n = n;
    rng_seed(&rng, 1);
    for (size_t i = 0; i < DELAYS; i++)
        load->delays[i] = works[work].delay(&rng);
    for (size_t i = 0; i < n; i++)
        timers[i].load = load;
    for (int i = 0; i < runs; i++) {
        struct error err;
        if (engine_create(&load->engine, &err) != OK)
            exit(EXIT_FAILURE);
        load->at = load->turn = 0;
        best = fmin(best, works[work].run(load));
        engine_free(load->engine);
    }
    free(timers);
    free(load);
    return best;
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {1, 100, 10000, 1000000};
    const long asked = argc > 1 ? strtol(argv[1], NULL, 10) : 3;
    const int runs = asked < 1 ? 1 : asked > 1000 ? 1000 : (int)asked;
    printf("schedule-and-fire pairs, millions a second, fastest of %d runs, one thread\n\n"
           "%-28s",
           runs, "pending");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        printf(" %10zu", sizes[i]);
    for (size_t work = 0; work < ARRAY_LEN(works); work++) {
        printf("\n%-28s", works[work].name);
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            printf(" %10.1f", 1e-6 / fastest(work, sizes[i], runs));
            fflush(stdout);
        }
    }
    printf("\n");
    return EXIT_SUCCESS;
}
