/* kill.c -- memory is lost: out_of_memory(), and what becomes of the process that dies.
 *
 * 2.4.16 mm/oom_kill.c out_of_memory(); 6.1 mm/oom_kill.c select_bad_process(),
 * oom_kill_process(), oom_reaper().  In the model the victim's memory is free at once. */
#include "os/linux/linux.h"

#include "os/linux/oom.h"

#include <stdlib.h>

#define TICK_24 UINT64_C(10000000000) /* psec: 100 a second                              */
#define TICK UINT64_C(4000000000)     /* psec: 250 a second                              */

/* What a process has. */
struct victim {
    struct space *space;
    struct oom_process memory;
    int64_t points;
};

/* --- who ---------------------------------------------------------------------------------- */

static bool lives(const struct space *space)
{
    return space && space->users > 0 && space->begun && !space->killed_for;
}

/* MM_ANONPAGES, MM_FILEPAGES and MM_SWAPENTS; the zero page is none of a process's. */
static void count_pages(const struct linux_kernel *kernel, struct victim *all)
{
    const struct pager *pager = kernel->pager;
    for (page_t page = 0; page < pager->npages; page++) {
        const uint32_t number = pager->mmu.index->space_of[page];
        const content_t content = pager->content_of[page];
        if (number >= pager->nspaces || content == CONTENT_NONE)
            continue;
        if (pager->mmu.bits[page] & PAGE_RESIDENT)
            all[number].memory.rss += content != kernel->zero;
        else
            all[number].memory.swap_entries +=
                pager->contents.all[content].slot != SLOT_NONE;
    }
}

/* Pages of page tables of three levels of 512 entries, below the one that each process
 * has. */
static enum status count_tables(struct victim *victim, struct error *err)
{
    enum { ENTRIES = 9, LEVELS = 3 };
    const struct vpn_order *order = &victim->space->order;
    size_t at;
    const enum status status = space_order(victim->space, 0, &at, err);
    for (unsigned level = 1; level <= LEVELS && status == OK; level++)
        for (size_t i = 0; i < order->n; i++)
            victim->memory.page_tables +=
                i == 0 || order->places[i].vpn >> (level * ENTRIES) !=
                              order->places[i - 1].vpn >> (level * ENTRIES);
    return status;
}

/* Pages of all its areas; of one that is all of the address space those that it uses. */
static uint32_t total_vm(const struct space *space)
{
    uint64_t pages = 0;
    for (size_t i = 0; i < space->nregions; i++) {
        const uint64_t n = space->regions[i].last - space->regions[i].first;
        pages += n < UINT32_MAX ? n + 1 : space->order.n;
    }
    return pages < UINT32_MAX ? (uint32_t)pages : UINT32_MAX;
}

static int64_t points_24(const struct pager *pager, const struct space *space)
{
    const struct pager_host *host = pager->host;
    psec_t cpu, begun;
    host->times(host->context, space, &cpu, &begun);
    const struct oom_24 process = {
        .total_vm = total_vm(space),
        .cpu_ticks = cpu / TICK,
        .run_ticks = (engine_now(pager->storage.engine) - begun) / TICK,
    };
    return oom_badness_24(&process);
}

/* The process that dies, or all[pager->nspaces] for none. */
static enum status choose(struct linux_kernel *kernel, struct victim *all, int64_t *points,
                          size_t *chosen, struct error *err)
{
    const struct pager *pager = kernel->pager;
    const bool old = kernel->version < LINUX_VERSION(2, 6, 0);
    enum status status = OK;
    count_pages(kernel, all);
    for (uint32_t i = 0; i < pager->nspaces && status == OK; i++) {
        points[i] = OOM_EXEMPT;
        if (!lives(pager->spaces[i]))
            continue;
        all[i].space = pager->spaces[i];
        status = count_tables(&all[i], err);
        points[i] = old ? points_24(pager, all[i].space) : oom_badness(&all[i].memory, 0);
    }
    *chosen = status == OK ? oom_choose(points, pager->nspaces, !old) : pager->nspaces;
    return status;
}

/* --- its end ------------------------------------------------------------------------------ */

static void kill_process(struct linux_kernel *kernel, struct fault *fault,
                         const struct victim *victim, bool in_group)
{
    struct pager *pager = kernel->pager;
    const struct pager_host *host = pager->host;
    struct space *space = victim->space;
    space_killed(space,
                 "out of memory%s: it had %llu pages in memory, %llu in swap space and "
                 "%llu of page tables",
                 in_group ? " in the memory cgroup" : "",
                 (unsigned long long)victim->memory.rss,
                 (unsigned long long)victim->memory.swap_entries,
                 (unsigned long long)victim->memory.page_tables);
    kernel->counts.oom_kill++;
    host->kill(host->context, space);
    if (space == pager_space_of(pager, fault->page))
        fault->killed = true; /* its memory is free when it ends, which is now */
    else
        pager_forget(pager, space, 0, UINT64_MAX);
}

/* Nothing can be reclaimed, and nobody is killed for it. */
static enum status lost(const struct linux_kernel *kernel, bool in_group, const char *why,
                        const char *help, struct error *err)
{
    const struct pager *pager = kernel->pager;
    if (in_group)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "out of memory: nothing can be reclaimed in the memory cgroup of "
                         "%llu frames, and %s; raise kernel.cgroup_frames or %s",
                         (unsigned long long)kernel->group.limit, why, help);
    return error_set(err, ERR_CELL, at_nowhere(),
                     "out of memory: nothing can be reclaimed in %u frames, of which %llu "
                     "are free and %llu are kept free, and %s; raise machine.memory or %s",
                     pager->nframes, (unsigned long long)zones_free(&kernel->memory.zones),
                     (unsigned long long)kernel->memory.zones.min, why, help);
}

static enum status nobody(const struct linux_kernel *kernel, bool in_group,
                          struct error *err)
{
    const char *why = kernel->pager->host ? "no process is left to kill"
                                          : "the only process would be killed";
    return lost(kernel, in_group, why, "give it swap space", err);
}

bool linux_stuck(const void *state, const struct pager *pager, struct error *err)
{
    const struct linux_kernel *kernel = state;
    (void)pager;
    if (kernel->version >= LINUX_VERSION(2, 6, 0) || kernel->memory.lost.yielded.n == 0)
        return false;
    lost(kernel, kernel->memory.lost.in_group,
         "2.4 kills no process while there is swap space left", "lower swap.size", err);
    return true;
}

static enum status kill_one(struct linux_kernel *kernel, struct fault *fault, bool in_group,
                            struct error *err)
{
    const size_t n = kernel->pager->nspaces;
    struct victim *all = calloc(n + 1, sizeof *all);
    int64_t *points = calloc(n + 1, sizeof *points);
    size_t chosen = 0;
    enum status status =
        all && points ? choose(kernel, all, points, &chosen, err) : error_nomem(err);
    if (status == OK && chosen == n)
        status = nobody(kernel, in_group, err);
    else if (status == OK)
        kill_process(kernel, fault, &all[chosen], in_group);
    free(points);
    free(all);
    return status;
}

/* --- when --------------------------------------------------------------------------------- */

static void tick(struct event *event)
{
    struct linux_kernel *kernel =
        CONTAINER_OF(event, struct linux_kernel, memory.lost.tick);
    kernel->memory.lost.ticks++;
    pager_wakeup(kernel->pager, &kernel->memory.lost.yielded);
}

void linux_lost_init(struct linux_kernel *kernel)
{
    event_init(&kernel->memory.lost.tick, tick);
}

void linux_lost_stop(struct linux_kernel *kernel)
{
    engine_cancel(kernel->pager->storage.engine, &kernel->memory.lost.tick);
}

/* Wait for the next tick. */
static void yield(struct linux_kernel *kernel, struct fault *fault, bool in_group,
                  psec_t tick_length)
{
    struct linux_lost *lost = &kernel->memory.lost;
    struct engine *engine = kernel->pager->storage.engine;
    if (!event_pending(&lost->tick))
        engine_schedule(engine, &lost->tick, engine_now(engine) + tick_length);
    lost->in_group = in_group;
    pager_sleep(kernel->pager, fault, &lost->yielded);
}

/* 2.4: not while there is swap space, and not before reclaim has failed for long enough;
 * until then the process lets others run. */
static bool waits_24(struct linux_kernel *kernel, struct fault *fault, bool in_group)
{
    struct pager *pager = kernel->pager;
    struct engine *engine = pager->storage.engine;
    if (kernel->version >= LINUX_VERSION(2, 6, 0) || !engine)
        return false;
    if (!policy_can_swap(&pager_instance(pager, 0)->env) &&
        oom_watch_failed(&kernel->memory.lost.watch, engine_now(engine)))
        return false;
    yield(kernel, fault, in_group, TICK_24);
    return true;
}

/* Pages are being read, or have been and are still to be used: soon they can go.  Linux has
 * them on its lists by now, and tries again after a tick, 16 times if nothing goes:
 * reclaim_throttle(), VMSCAN_THROTTLE_NOPROGRESS; before 5.16 congestion_wait(). */
static bool waits_for_pages(struct linux_kernel *kernel, struct fault *fault, bool in_group)
{
    enum { RETRIES = 16 }; /* MAX_RECLAIM_RETRIES */
    const struct pager *pager = kernel->pager;
    struct linux_lost *lost = &kernel->memory.lost;
    if (!pager->storage.engine || kernel->version < LINUX_VERSION(2, 6, 0))
        return false;
    if (pager->count[FRAME_FILLING] > 0)
        lost->ticks = 0;
    if (pager->count[FRAME_FILLING] + pager->count[FRAME_HELD] == 0 ||
        lost->ticks > RETRIES)
        return false;
    yield(kernel, fault, in_group, TICK);
    return true;
}

enum status linux_out_of_memory(struct linux_kernel *kernel, struct fault *fault,
                                bool in_group, bool *again, struct error *err)
{
    *again = false;
    if (!kernel->pager->host)
        return nobody(kernel, in_group, err);
    if (waits_24(kernel, fault, in_group) || waits_for_pages(kernel, fault, in_group))
        return OK;
    kernel->memory.lost.ticks = 0;
    const enum status status = kill_one(kernel, fault, in_group, err);
    *again = status == OK && !fault->killed;
    return status;
}
