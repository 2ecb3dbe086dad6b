/* process.c -- processes as a kernel knows them: it is told when one begins, gets and loses
 * regions, and ends, and may end one that gets no swap space. */
#include "base/units.h"
#include "workload/thread.h"

#include <inttypes.h>
#include <stdio.h>

/* --- what a kernel may ask -------------------------------------------------------------- */

static uint64_t runnable(void *context)
{
    const struct simulation *sim = context;
    return schedule_running(sim) + sim->nsuspended;
}

static uint64_t waiting(void *context)
{
    return ((const struct simulation *)context)->nwaiting;
}

static bool in_fault(void *context, const struct space *space)
{
    const struct simulation *sim = context;
    for (const struct thread *thread = sim->oldest; thread; thread = thread->newer)
        if (thread->space == space && thread->fault.active)
            return true;
    return false;
}

static void kill_all(void *context, struct space *space)
{
    const struct simulation *sim = context;
    for (struct thread *thread = sim->oldest; thread; thread = thread->newer)
        if (thread->space == space && !thread->killed)
            process_kill(thread, space);
}

static void times(void *context, const struct space *space, psec_t *cpu, psec_t *begun)
{
    const struct simulation *sim = context;
    *cpu = 0;
    *begun = engine_now(sim->engine);
    for (const struct thread *thread = sim->oldest; thread; thread = thread->newer)
        if (thread->space == space) {
            *cpu += thread->user + thread->system;
            *begun = thread->begun < *begun ? thread->begun : *begun;
        }
}

void process_host(struct simulation *sim)
{
    sim->pager_host = (struct pager_host){.context = sim,
                                          .work = kernel_work,
                                          .interrupt = kernel_interrupt,
                                          .suspend = schedule_suspend,
                                          .resume = schedule_resume,
                                          .runnable = runnable,
                                          .waiting = waiting,
                                          .in_fault = in_fault,
                                          .kill = kill_all,
                                          .times = times};
}

/* --- the beginning ---------------------------------------------------------------------- */

/* Have the kernel reserve for the space what regions need, those of another space for a
 * child that is to get them. */
static enum status reserve(struct pager *pager, struct space *space,
                           const struct space *from, bool *killed, struct error *err)
{
    const struct kernel_ops *kernel = pager->kernel;
    enum status status = OK;
    *killed = false;
    for (size_t i = 0; i < from->nregions && kernel->region_added && status == OK; i++) {
        status = kernel->region_added(pager->kernel_state, pager, space, &from->regions[i],
                                      killed, err);
        if (*killed)
            break;
    }
    return status;
}

static enum status begin(struct pager *pager, struct space *space, struct space *parent,
                         struct error *err)
{
    const struct kernel_ops *kernel = pager->kernel;
    space->begun = true;
    return kernel->process_begin
               ? kernel->process_begin(pager->kernel_state, pager, space, parent, err)
               : OK;
}

enum status process_begin(struct thread *thread, struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    struct space *space = thread->space;
    bool killed;
    if (space->begun)
        return OK;
    enum status status = begin(pager, space, NULL, err);
    if (status == OK)
        status = reserve(pager, space, space, &killed, err);
    if (status == OK && killed)
        process_kill(thread, space);
    return status;
}

enum status process_add_child(struct simulation *sim, struct space **child,
                              struct space *parent, bool *killed, struct error *err)
{
    enum status status = pager_add_space(&sim->pager, child, err);
    if (status == OK)
        status = begin(&sim->pager, *child, parent, err);
    return status == OK ? reserve(&sim->pager, *child, parent, killed, err) : status;
}

enum status process_exec(struct thread *thread, struct space *fresh, bool *killed,
                         struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    const struct kernel_ops *kernel = pager->kernel;
    enum status status;
    *killed = false;
    if (kernel->process_exec) {
        fresh->begun = true;
        status = kernel->process_exec(pager->kernel_state, pager, fresh, thread->space,
                                      killed, err);
    } else {
        status = begin(pager, fresh, NULL, err);
    }
    return status == OK && !*killed ? reserve(pager, fresh, fresh, killed, err) : status;
}

/* --- regions ---------------------------------------------------------------------------- */

enum status process_add_region(struct thread *thread, const struct region *region,
                               struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    const struct kernel_ops *kernel = pager->kernel;
    bool killed = false;
    if (!kernel->region_added)
        return OK;
    const enum status status = kernel->region_added(pager->kernel_state, pager,
                                                    thread->space, region, &killed, err);
    if (status == OK && killed)
        process_kill(thread, thread->space);
    return status;
}

void process_remove_regions(struct thread *thread, vpn_t first, vpn_t last)
{
    struct pager *pager = &thread->simulation->pager;
    const struct kernel_ops *kernel = pager->kernel;
    if (kernel->region_removed && space_has_regions(thread->space, first, last))
        kernel->region_removed(pager->kernel_state, pager, thread->space, first, last);
}

bool process_advise(struct thread *thread, uint8_t advice)
{
    struct pager *pager = &thread->simulation->pager;
    const struct kernel_ops *kernel = pager->kernel;
    if (kernel->process_advised)
        kernel->process_advised(pager->kernel_state, pager, thread->space, advice);
    return kernel->process_advised != NULL;
}

/* --- the end ---------------------------------------------------------------------------- */

void process_leave(struct simulation *sim, struct space *space, bool asleep)
{
    struct pager *pager = &sim->pager;
    const struct kernel_ops *kernel = pager->kernel;
    space->asleep -= asleep;
    if (--space->users > 0) {
        if (!asleep && space->asleep == space->users && kernel->process_sleeps)
            kernel->process_sleeps(pager->kernel_state, pager, space);
        return;
    }
    sim->blocks += space->blocks.used;
    if (kernel->process_end && space->begun) {
        pager_forget(pager, space, 0, UINT64_MAX);
        kernel->process_end(pager->kernel_state, pager, space);
    }
    pager_end_space(pager, space);
}

void process_return(struct thread *thread, struct space *space)
{
    struct pager *pager = &thread->simulation->pager;
    if (!thread->borrows)
        return;
    thread->borrows = false;
    if (pager->kernel->vfork_end)
        pager->kernel->vfork_end(pager->kernel_state, pager, space);
    sleep_tell_starter(thread);
}

/* Of several processes that are killed the first is told of at length. */
static void note_kill(struct thread *thread, const struct space *space)
{
    struct kills *kills = &thread->simulation->kills;
    char when[32];
    if (kills->n++)
        return;
    format_time(engine_now(thread->simulation->engine), when, sizeof when);
    snprintf(kills->first, sizeof kills->first, "process '%s' was ended at %s: %s",
             thread->shown, when,
             space->killed_for ? space->killed_for : "there was not enough swap space");
}

void simulation_kills(const struct simulation *sim, char *text, size_t size)
{
    const struct kills *kills = &sim->kills;
    if (size > 0)
        *text = '\0';
    if (kills->n == 1)
        snprintf(text, size, "%s", kills->first);
    else if (kills->n > 1)
        snprintf(text, size, "%s (and %" PRIu64 " more after it)", kills->first,
                 kills->n - 1);
}

void process_kill(struct thread *thread, const struct space *space)
{
    const uint64_t leader = thread->leader;
    if (!thread->killed)
        note_kill(thread, space);
    for (struct thread *other = thread->simulation->oldest; other; other = other->newer) {
        if (other->leader != leader)
            continue;
        other->killed = true;
        if (other->state == THREAD_SLEEPING)
            sleep_wake(other);
    }
}
