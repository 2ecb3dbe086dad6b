/* bsd43_rig.h -- the machine of large_rig.h with 4.3BSD on it: pages, which are
 * clusters, of 4 KiB, so that a cluster is 8 hw pages and the largest kluster has 4 of
 * them; no TLB; a swap device that takes a millisecond for each request. */
#ifndef FAULTLINE_TESTS_OS_BSD43_RIG_H
#define FAULTLINE_TESTS_OS_BSD43_RIG_H

#include "workload/large_rig.h"

#include "os/bsd43/bsd43.h"

/* What the last run came to. */
static struct rig43 {
    struct bsd43_meter meter;
    struct bsd43_defaults defaults;
    int32_t freemem;
    pfn_t nused; /* frames that have been used ever                                       */
    char kills[640]; /* what is told of processes that it has ended                       */
    bool (*watch)(void *context, uint64_t references); /* after each event; or NULL       */
    struct event beat; /* with `watch`, every millisecond: a CPU runs no further at once  */
    char series[4096]; /* rows of the samples, if any were asked for                      */
} rig43;

static inline void rig43_kernel(const char *name, const char *text)
{
    rig_set(kernel_find("bsd43")->params, &rig.kernel, name, text);
}

static inline void rig43_policy(const char *name, const char *text)
{
    rig_set(policy_find("pagedaemon-43")->params, &rig.policy, name, text);
}

/* What the kernel does takes no time but that of rig_machine(). */
static inline void rig43_free_of_cost(void)
{
    for (const struct param *p = kernel_find("bsd43")->params; p->name; p++)
        if (strncmp(p->name, "cost_", 5) == 0)
            rig43_kernel(p->name, "0");
}

static inline void rig43_setup(void)
{
    folder_setup();
    rig_machine();
    rig43.watch = NULL;
    rig.params.pager.kernel = kernel_find("bsd43");
    param_defaults(kernel_find("bsd43")->params, rig.kernel.bytes);
    rig43_free_of_cost();
    rig43_kernel("u_areas", "no");
    rig43_kernel("swapper", "no");
    rig_policy("pagedaemon-43");
    rig_mmu("ideal", 12);
    rig.params.pager.mmu.narrays = 0;
    rig.params.slots.nslots = 10000;
}

static inline void rig43_beat(struct event *event)
{
    struct engine *engine = rig.sim->engine;
    engine_schedule(engine, event, engine_now(engine) + MS);
}

static inline void rig43_begin_watch(void)
{
    rig.sim->turns = UINT64_MAX; /* 0 with the first event: the host is told */
    event_init(&rig43.beat, rig43_beat);
    engine_schedule(rig.sim->engine, &rig43.beat, MS);
}

/* Run it, with a sentence in place of an assertion if it cannot be. */
static inline enum status rig43_try(struct error *err)
{
    const struct simulation_host host = {.advance =
                                             rig43.watch ? rig43.watch : rig_advance};
    enum status status = simulation_create(&rig.sim, &rig.params, err);
    if (status == OK && rig43.watch)
        rig43_begin_watch();
    if (status == OK)
        status = simulation_run(rig.sim, &host, err);
    if (status != OK)
        return status;
    const struct bsd43 *kernel = rig.sim->pager.kernel_state;
    rig43.meter = kernel->meter;
    rig43.defaults = kernel->d;
    rig43.freemem = bsd43_freemem(kernel);
    rig43.nused = rig.sim->pager.nused;
    const struct rows *series = &rig.sim->tables[TABLE_SERIES];
    ck_assert_uint_lt(series->length, sizeof rig43.series);
    snprintf(rig43.series, sizeof rig43.series, "%s", series->n ? series->text : "");
    rig.counts = rig.sim->pager.counts;
    simulation_kills(rig.sim, rig43.kills, sizeof rig43.kills);
    simulation_totals(rig.sim, &rig.totals);
    swap_space_stats(&rig.sim->swap, &rig.swap);
    simulation_free(rig.sim);
    rig.sim = NULL;
    return OK;
}

static inline void rig43_run(void)
{
    struct error err = {0};
    ASSERT_OK(rig43_try(&err), &err);
}

static inline uint64_t counted(enum bsd43_counter counter)
{
    return bsd43_counted(&rig43.meter, counter);
}

#endif
