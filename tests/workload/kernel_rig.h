/* kernel_rig.h -- a kernel that pages as the textbook's does and notes what it is told of
 * processes, and when; it suspends, resumes and kills where a test says so.  The machine is
 * that of timed.h, without a TLB. */
#ifndef FAULTLINE_TESTS_WORKLOAD_KERNEL_RIG_H
#define FAULTLINE_TESTS_WORKLOAD_KERNEL_RIG_H

#include "workload/large_rig.h"

#include "faultline/reclaim.h"
#include "pager/instance.h"

enum { ACTS_MAX = 8, ENDED_MAX = 8, LOG_MAX = 4096, KILL_NOTHING = 0xffff };

enum act_kind {
    ACT_SUSPEND,
    ACT_RESUME,
    ACT_ASK,
    ACT_KILL,
    ACT_TICK,
    ACT_SWITCHED, /* has a CPU switched to it?                                           */
    ACT_WORK,     /* 10 us of the kernel's                                               */
    ACT_INTERRUPT,
};

/* ... in any case, with a frame that has been granted, on a page that is in memory. */
enum kill_if { KILL_ANY, KILL_GRANTED, KILL_RESIDENT };

/* What the kernel does at a time. */
struct act {
    uint64_t at_us;
    enum act_kind kind;
    uint32_t space;
    struct event event;
    struct kernel_work work;
};

static struct {
    struct kernel_ops ops;
    struct pager *pager;
    char log[LOG_MAX];
    struct act acts[ACTS_MAX];
    size_t nacts;
    vpn_t kill_region; /* whose region begins there                                       */
    vpn_t kill_page;   /* who faults on it, if ...                                        */
    enum kill_if kill_if;
    uint32_t kill_in; /* number of the space whose regions kill                           */
    const char *kill_why;
    bool suspends_sleepers, resumes_wakers, suspends_beginners;
    struct ended ended[ENDED_MAX];
    size_t nended;
    char
        kills[640]; /* what is told of them                                               */
    psec_t
        over; /* when the run ended                                                     */
    struct error err;
} told;

static inline uint64_t told_now(void)
{
    return engine_now(told.pager->storage.engine) / US;
}

static inline void told_note(const char *format, ...)
{
    const size_t n = strlen(told.log);
    va_list list;
    ck_assert_uint_lt(n, LOG_MAX - 100);
    sprintf(told.log + n, "%llu ", (unsigned long long)told_now());
    va_start(list, format);
    vsprintf(told.log + strlen(told.log), format, list);
    va_end(list);
    strcat(told.log, "\n");
}

/* --- what the kernel is told ------------------------------------------------------------ */

static inline enum status told_begin(void *state, struct pager *pager, struct space *space,
                                     struct space *parent, struct error *err)
{
    (void)state;
    (void)err;
    if (parent)
        told_note("begin %u of %u", space->number, parent->number);
    else
        told_note("begin %u", space->number);
    if (told.suspends_beginners)
        pager->host->suspend(pager->host->context, space);
    return OK;
}

static inline enum status told_exec(void *state, struct pager *pager, struct space *space,
                                    struct space *old, bool *killed, struct error *err)
{
    ck_assert(!*killed);
    (void)state;
    (void)pager;
    (void)err;
    told_note("exec %u for %u", space->number, old->number);
    return OK;
}

static inline void told_end(void *state, struct pager *pager, struct space *space)
{
    (void)state;
    (void)pager;
    ck_assert_uint_eq(space->resident, 0);
    told_note("end %u", space->number);
}

static inline void told_sleeps(void *state, struct pager *pager, struct space *space)
{
    (void)state;
    told_note("sleeps %u", space->number);
    if (told.suspends_sleepers)
        pager->host->suspend(pager->host->context, space);
}

static inline void told_wakes(void *state, struct pager *pager, struct space *space)
{
    (void)state;
    told_note("wakes %u", space->number);
    if (told.resumes_wakers)
        pager->host->resume(pager->host->context, space);
}

static inline enum status told_added(void *state, struct pager *pager, struct space *space,
                                     const struct region *region, bool *killed,
                                     struct error *err)
{
    (void)state;
    (void)pager;
    (void)err;
    ck_assert(!*killed);
    *killed = region->first == told.kill_region || space->number == told.kill_in;
    if (*killed && told.kill_why)
        space_killed(space, "%s", told.kill_why);
    told_note("region %u %llu-%llu%s", space->number, (unsigned long long)region->first,
              (unsigned long long)region->last, *killed ? " killed" : "");
    return OK;
}

static inline void told_removed(void *state, struct pager *pager, struct space *space,
                                vpn_t first, vpn_t last)
{
    (void)state;
    (void)pager;
    told_note("removed %u %llu-%llu", space->number, (unsigned long long)first,
              (unsigned long long)last);
}

static inline enum status told_vfork(void *state, struct pager *pager, struct space *space,
                                     struct error *err)
{
    (void)state;
    (void)pager;
    (void)err;
    told_note("vfork %u", space->number);
    return OK;
}

static inline void told_vfork_end(void *state, struct pager *pager, struct space *space)
{
    (void)state;
    (void)pager;
    told_note("vfork of %u ends", space->number);
}

/* Copy the pages that the child shares with its parent, one after the other, as a store of
 * the child into each would. */
static inline enum status told_copy(void *state, struct pager *pager, struct space *child,
                                    struct space *parent, struct fault *fault,
                                    struct error *err)
{
    (void)state;
    (void)parent;
    for (vpn_t vpn = 0; vpn < 1000; vpn++) {
        const page_t page = page_space_find(&child->pages, vpn);
        const bool under_way = fault->active && fault->page == page;
        if (page == PAGE_NONE ||
            !(fault->active ? under_way : pager_must_copy(pager, page)))
            continue;
        const enum status status = pager_fault(pager, fault, page, true, err);
        if (status != OK || fault->active)
            return status;
    }
    return OK;
}

static inline enum status told_fault(void *state, struct pager *pager, struct fault *fault,
                                     struct error *err)
{
    if (pager->mmu.index->vpns[fault->page] == told.kill_page &&
        (told.kill_if != KILL_GRANTED || fault->frame != PFN_NONE) &&
        (told.kill_if != KILL_RESIDENT || pager->mmu.bits[fault->page] & PAGE_RESIDENT)) {
        fault->killed = true;
        return OK;
    }
    return kernel_find("textbook")->fault(state, pager, fault, err);
}

/* --- what it does ----------------------------------------------------------------------- */

static inline void told_done(struct kernel_work *work)
{
    (void)work;
}

static inline void told_act(struct event *event)
{
    struct act *act = CONTAINER_OF(event, struct act, event);
    const struct pager_host *host = told.pager->host;
    struct space *space = told.pager->spaces[act->space];
    if (act->kind == ACT_SUSPEND)
        host->suspend(host->context, space);
    if (act->kind == ACT_RESUME)
        host->resume(host->context, space);
    if (act->kind == ACT_KILL) { /* and have what it has free at once */
        psec_t cpu, begun;
        host->times(host->context, space, &cpu, &begun);
        space_killed(space, "it had %llu us from %llu", (unsigned long long)(cpu / US),
                     (unsigned long long)(begun / US));
        host->kill(host->context, space);
        pager_forget(told.pager, space, 0, UINT64_MAX);
        told_note("%u pages", (unsigned)space->resident);
    }
    if (act->kind == ACT_SWITCHED)
        told_note("%sto %u",
                  walk_take_switched_to(&pager_instance(told.pager, 0)->env, act->space)
                      ? ""
                      : "not ",
                  act->space);
    if (act->kind == ACT_WORK) {
        act->work = (struct kernel_work){.time = 10 * US, .done = told_done};
        host->work(host->context, &act->work);
    }
    if (act->kind == ACT_INTERRUPT)
        host->interrupt(host->context, 10 * US);
    if (act->kind == ACT_ASK)
        told_note("runnable %llu waiting %llu%s",
                  (unsigned long long)host->runnable(host->context),
                  (unsigned long long)host->waiting(host->context),
                  host->in_fault(host->context, space) ? " in a fault" : "");
}

static inline void told_start(void *state, struct pager *pager)
{
    (void)state;
    told.pager = pager;
    for (size_t i = 0; i < told.nacts; i++) {
        event_init(&told.acts[i].event, told_act);
        engine_schedule(pager->storage.engine, &told.acts[i].event,
                        told.acts[i].at_us * US);
    }
}

static inline void told_stop(void *state, struct pager *pager)
{
    (void)state;
    for (size_t i = 0; i < told.nacts; i++)
        engine_cancel(pager->storage.engine, &told.acts[i].event);
}

/* --- tests ------------------------------------------------------------------------------ */

static inline void at(uint64_t at_us, enum act_kind kind, uint32_t space)
{
    told.acts[told.nacts++] = (struct act){.at_us = at_us, .kind = kind, .space = space};
}

static inline void kernel_setup(void)
{
    rig_setup();
    rig_mmu("ideal", 12);
    rig.params.pager.mmu.narrays = 0;
    memset(&told, 0, sizeof told);
    told.kill_region = told.kill_page = KILL_NOTHING;
    told.kill_in = KILL_NOTHING;
    told.ops = *kernel_find("textbook");
    told.ops.fault = told_fault;
    told.ops.process_begin = told_begin;
    told.ops.process_end = told_end;
    told.ops.process_sleeps = told_sleeps;
    told.ops.process_wakes = told_wakes;
    told.ops.region_added = told_added;
    told.ops.region_removed = told_removed;
    told.ops.start = told_start;
    told.ops.stop = told_stop;
    told.ops.patience = 1000 * MS;
    rig.params.pager.kernel = &told.ops;
}

/* A process with a program, and pages 0 to 999: zero-filled. */
static inline void process(const char *text)
{
    const size_t i = rig.params.nprocesses;
    rig_region(i, 0, 1000, 0);
    rig_program(i, text);
}

/* Run the processes; what fails is in told.err. */
static inline enum status run_processes(void)
{
    const struct simulation_host host = {.advance = rig_advance};
    ASSERT_OK(simulation_create(&rig.sim, &rig.params, &told.err), &told.err);
    const enum status status = simulation_run(rig.sim, &host, &told.err);
    const struct simulation *sim = rig.sim;
    ck_assert_uint_le(sim->nended, ENDED_MAX);
    for (told.nended = 0; told.nended < sim->nended; told.nended++)
        told.ended[told.nended] = sim->ended[told.nended];
    simulation_kills(sim, told.kills, sizeof told.kills);
    told.over = engine_now(sim->engine);
    rig.counts = sim->pager.counts;
    simulation_totals(sim, &rig.totals);
    simulation_free(rig.sim);
    rig.sim = NULL;
    return status;
}

static inline void run_well(void)
{
    ASSERT_OK(run_processes(), &told.err);
}

static inline const struct ended *ended(const char *name)
{
    for (size_t i = 0; i < told.nended; i++)
        if (strcmp(told.ended[i].name, name) == 0)
            return &told.ended[i];
    ck_abort_msg("no process '%s'", name);
    return NULL;
}

/* Times in microseconds. */
static inline uint64_t end_of(const char *name)
{
    return (ended(name)->begun + ended(name)->elapsed) / US;
}

static inline uint64_t swapped(const char *name)
{
    return ended(name)->suspended / US;
}

#endif
