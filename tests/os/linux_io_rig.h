/* linux_io_rig.h -- the machine of large_rig.h with Linux on it and devices that take time:
 * one memory cgroup, pages of 4 KiB, no TLB; a swap device, which holds the files too, that
 * takes a millisecond for each request. */
#ifndef FAULTLINE_TESTS_OS_LINUX_IO_RIG_H
#define FAULTLINE_TESTS_OS_LINUX_IO_RIG_H

#include "workload/large_rig.h"

#include "os/linux/linux.h"

/* What the last run came to. */
static struct rig_linux {
    struct vmstat counts;
    struct reclaim_counts lists; /* of the policy, if it has any                          */
    uint64_t slots;              /* taken while there were processes still                */
    uint64_t
        writes[2];     /* of the first swap devices, completed                            */
    struct event beat; /* a CPU runs no further at once                         */
    psec_t every;      /* of the beat; 0: there is none                         */
    void (*watch)(struct linux_kernel *kernel); /* after each event; or NULL              */
} rig_linux;

static inline void rig_linux_kernel(const char *name, const char *text)
{
    rig_set(kernel_find("linux")->params, &rig.kernel, name, text);
}

static inline void rig_linux_setup(void)
{
    folder_setup();
    rig_machine();
    rig_linux.watch = NULL;
    rig_linux.every = REFERENCE;
    rig.params.pager.kernel = kernel_find("linux");
    param_defaults(kernel_find("linux")->params, rig.kernel.bytes);
    rig_set(kernel_find("linux")->params, &rig.kernel, "cost_scan", "0");
    rig_policy("linux5");
    rig_set(rig.params.pager.policy->params, &rig.policy, "addition_batch", "1");
    rig_mmu("ideal", 12);
    rig.params.pager.mmu.narrays = 0;
    rig.params.slots.nslots = 10000;
}

/* Watches that what must hold does, after each event. */
static inline void rig_linux_holds(struct linux_kernel *kernel)
{
    const char *wrong = pager_check(kernel->pager);
    ck_assert_msg(!wrong, "%s", wrong);
}

static inline void rig_limit(unsigned frames)
{
    char text[16];
    snprintf(text, sizeof text, "%u", frames);
    rig_linux_kernel("cgroup_frames", text);
}

static inline bool rig_linux_look(void *context, uint64_t references)
{
    struct pager *pager = &rig.sim->pager;
    struct linux_kernel *kernel = pager->kernel_state;
    (void)context;
    (void)references;
    rig.sim->turns = UINT64_MAX; /* the next event too */
    if (pager->nspaces && pager->spaces[0] && pager->spaces[0]->users > 0)
        rig_linux.slots = kernel->slots_taken;
    if (rig_linux.watch)
        rig_linux.watch(kernel);
    return true;
}

static inline void rig_linux_beat(struct event *event)
{
    struct engine *engine = rig.sim->engine;
    engine_schedule(engine, event, engine_now(engine) + rig_linux.every);
}

static inline enum status rig_linux_try(struct error *err)
{
    const struct simulation_host host = {.advance = rig_linux_look};
    enum status status = simulation_create(&rig.sim, &rig.params, err);
    if (status != OK)
        return status;
    rig.sim->turns = UINT64_MAX; /* 0 with the first event: the host is told */
    event_init(&rig_linux.beat, rig_linux_beat);
    if (rig_linux.every)
        engine_schedule(rig.sim->engine, &rig_linux.beat, rig_linux.every);
    if (status == OK)
        status = simulation_run(rig.sim, &host, err);
    if (status != OK)
        return status;
    struct pager *pager = &rig.sim->pager;
    const struct linux_kernel *kernel = pager->kernel_state;
    rig_linux.counts = kernel->counts;
    if (linux_lists(kernel))
        rig_linux.lists = *linux_lists(kernel)->counts(linux_lists_state(kernel));
    rig.counts = pager->counts;
    simulation_totals(rig.sim, &rig.totals);
    swap_space_stats(&rig.sim->swap, &rig.swap);
    for (unsigned i = 0; i < rig.sim->swap.n && i < 2; i++) {
        struct device_stats stats;
        device_stats(rig.sim->swap.devices[i], &stats);
        rig_linux.writes[i] = stats.writes;
    }
    rig_linux_holds(pager->kernel_state);
    simulation_free(rig.sim);
    rig.sim = NULL;
    return OK;
}

static inline void rig_linux_run(void)
{
    struct error err = {0};
    ASSERT_OK(rig_linux_try(&err), &err);
}

#endif
