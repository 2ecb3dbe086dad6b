/* clock.c -- what the clock interrupt starts: schedpaging() four times a second, schedcpu()
 * with vmmeter() once a second (sys/vm_sched.c, sys/kern_synch.c). */
#include "os/bsd43/bsd43.h"

#define SECOND UINT64_C(1000000000000)
enum { HZ = BSD43_HZ };

static void again(struct bsd43 *kernel, struct event *event, psec_t after)
{
    struct engine *engine = kernel->pager->storage.engine;
    engine_schedule(engine, event, engine_now(engine) + after);
}

/* Of which only the time is of interest. */
static void hardclock(struct event *event)
{
    struct bsd43 *kernel = CONTAINER_OF(event, struct bsd43, hardclock);
    bsd43_spend(kernel, kernel->params->cost_tick);
    again(kernel, event, SECOND / HZ);
}

static void schedpaging(struct event *event)
{
    struct bsd43 *kernel = CONTAINER_OF(event, struct bsd43, schedpaging);
    struct bsd43_daemon *daemon = &kernel->daemon;
    daemon->nscan = 0;
    if (bsd43_schedpaging(&kernel->d, bsd43_freemem(kernel), kernel->meter.deficit,
                          &daemon->desscan))
        bsd43_wake_daemon(kernel);
    again(kernel, event, SECOND / kernel->d.rules->wakes_per_second);
}

static uint32_t runnable(const struct bsd43 *kernel)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < kernel->nprocesses; i++)
        if (kernel->processes[i])
            n += bsd43_runnable(&kernel->processes[i]->p, 1);
    return n;
}

static void schedcpu(struct event *event)
{
    struct bsd43 *kernel = CONTAINER_OF(event, struct bsd43, schedcpu);
    for (uint32_t i = 0; i < kernel->nprocesses; i++)
        if (kernel->processes[i])
            bsd43_age(&kernel->processes[i]->p, 1);
    bsd43_vmmeter(&kernel->meter, &kernel->d, bsd43_freemem(kernel));
    if (++kernel->seconds % 5 == 0)
        bsd43_vmtotal(&kernel->meter, runnable(kernel));
    bsd43_swapper_second(kernel);
    if (kernel->cleaned)
        bsd43_wake_daemon(kernel);
    again(kernel, event, SECOND);
}

/* Until something that happens so often a second happens first. */
static psec_t first(struct bsd43 *kernel, uint64_t times)
{
    const uint64_t ticks = HZ / times;
    const uint64_t early = kernel->params->start == BSD43_START_RANDOM
                               ? rng_below(&kernel->pager->rng, ticks)
                               : 0;
    return (ticks - early) * (SECOND / HZ);
}

/* Memory as it is when the kernel has begun to run. */
static void take_memory(struct bsd43 *kernel)
{
    const struct bsd43_params *params = kernel->params;
    /* Memory that is apart is for processes only. */
    if (params->u_areas &&
        (params->wired || params->kernel_memory == BSD43_MEMORY_RECKONED))
        bsd43_wire_own(kernel);
    if (params->start == BSD43_START_RANDOM)
        bsd43_turn_list(kernel);
}

enum status bsd43_check_clock(const struct bsd43 *kernel, struct error *err)
{
    const psec_t reference = kernel->pager->params->cost_reference;
    const uint64_t tick = kernel->params->cost_tick;
    if (reference == 0 || tick < SECOND / HZ / reference)
        return OK;
    return error_set(err, ERR_CELL, at_nowhere(),
                     "a clock interrupt takes all of the CPU: 'kernel.cost_tick' is %llu "
                     "references, and a hundredth of a second has %llu at "
                     "'machine.cost.reference'; one of the two is to be less",
                     (unsigned long long)tick,
                     (unsigned long long)(SECOND / HZ / reference));
}

void bsd43_start(void *state, struct pager *pager)
{
    struct bsd43 *kernel = state;
    (void)pager;
    take_memory(kernel);
    event_init(&kernel->hardclock, hardclock);
    event_init(&kernel->schedpaging, schedpaging);
    event_init(&kernel->schedcpu, schedcpu);
    again(kernel, &kernel->schedpaging, first(kernel, kernel->d.rules->wakes_per_second));
    again(kernel, &kernel->schedcpu, first(kernel, 1));
    if (kernel->params->cost_tick)
        again(kernel, &kernel->hardclock, SECOND / HZ);
}

void bsd43_stop(void *state, struct pager *pager)
{
    struct bsd43 *kernel = state;
    struct engine *engine = pager->storage.engine;
    engine_cancel(engine, &kernel->hardclock);
    engine_cancel(engine, &kernel->schedpaging);
    engine_cancel(engine, &kernel->schedcpu);
    engine_cancel(engine, &kernel->daemon.event);
    engine_cancel(engine, &kernel->swapper.event);
}
