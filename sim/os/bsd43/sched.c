/* sched.c -- process 0, which never ends: sched() of sys/vm_sched.c decides (swapper.h),
 * and what it decides is done (swap.c). */
#include "os/bsd43/bsd43.h"

#include <stdlib.h>

/* --- what it looks at ---------------------------------------------------------------- */

static int newest_first(const void *a, const void *b)
{
    const struct bsd43_process *x = *(struct bsd43_process *const *)a;
    const struct bsd43_process *y = *(struct bsd43_process *const *)b;
    return (x->created < y->created) - (x->created > y->created);
}

/* Waiting for a page that is on its way, or for the CPU to see that it has come; of several
 * threads one may do so while another is at the gate. */
static bool pages_in(const struct bsd43 *kernel, const struct bsd43_process *process)
{
    const struct pager_host *host = kernel->pager->host;
    const bool at_gate = process->at_gate && process->space->users == 1;
    return !at_gate && host->in_fault(host->context, process->space);
}

/* The process table in the order of allproc, and a copy of what the swapper looks at.
 * False: no memory. */
static bool look(struct bsd43 *kernel)
{
    struct bsd43_swapper *s = &kernel->swapper;
    if (s->capacity < kernel->nprocesses) {
        struct bsd43_process **order =
            realloc(s->order, kernel->nprocesses * sizeof *order);
        if (order)
            s->order = order;
        struct bsd43_proc *procs = realloc(s->procs, kernel->nprocesses * sizeof *procs);
        if (procs)
            s->procs = procs;
        if (!order || !procs)
            return false;
        s->capacity = kernel->nprocesses;
    }
    s->n = 0;
    for (uint32_t i = 0; i < kernel->nprocesses; i++)
        if (kernel->processes[i])
            s->order[s->n++] = kernel->processes[i];
    if (s->n)
        qsort(s->order, s->n, sizeof(struct bsd43_process *), newest_first);
    for (size_t i = 0; i < s->n; i++) {
        s->procs[i] = s->order[i]->p;
        if (pages_in(kernel, s->order[i]))
            s->procs[i].flags |= BSD43_SPAGE;
    }
    return true;
}

static int32_t multprog(const struct bsd43_swapper *s)
{
    int32_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->procs[i].stat == BSD43_SRUN && s->procs[i].flags & BSD43_SLOAD;
    return n;
}

static size_t place_of(const struct bsd43_swapper *s, const struct bsd43_process *process,
                       size_t otherwise)
{
    for (size_t i = 0; i < s->n && process; i++)
        if (s->order[i] == process)
            return i;
    return otherwise;
}

/* What the turn knows by number is kept by process while the table may change. */
static void restore(struct bsd43_swapper *s)
{
    s->turn.candidate = place_of(s, s->candidate, BSD43_NO_PROC);
    if (s->turn.stage == BSD43_TURN_SCANS)
        s->turn.next = place_of(s, s->next, s->n);
}

static void keep(struct bsd43_swapper *s)
{
    s->candidate = s->turn.candidate < s->n ? s->order[s->turn.candidate] : NULL;
    s->next = s->turn.next < s->n ? s->order[s->turn.next] : NULL;
}

/* --- what it does -------------------------------------------------------------------- */

static void sleep_on(struct bsd43_swapper *s, enum bsd43_swap_verb verb)
{
    s->turn = (struct bsd43_swap_turn){0};
    s->candidate = s->next = NULL;
    s->wantin = false;
    s->sleeps_on = verb;
    s->slept = 0;
    s->busy = false;
}

/* True if it is under way: sched() goes on when it is done. */
static bool act(struct bsd43 *kernel, const struct bsd43_swap_action *action)
{
    struct bsd43_swapper *s = &kernel->swapper;
    struct bsd43_meter *meter = &kernel->meter;
    struct bsd43_process *process = s->order[action->proc];
    meter->deficit += action->reserve;
    s->busy = true;
    s->verb = action->verb;
    const bool begun = action->verb == BSD43_SWAP_IN ? bsd43_swapin(kernel, process)
                                                     : bsd43_swapout(kernel, process);
    if (!begun) {
        s->busy = false;
        meter->deficit -=
            action->reserve < meter->deficit ? action->reserve : meter->deficit;
    }
    return begun;
}

static void sched(struct event *event)
{
    struct bsd43_swapper *s = CONTAINER_OF(event, struct bsd43_swapper, event);
    struct bsd43 *kernel = CONTAINER_OF(s, struct bsd43, swapper);
    struct error err;
    while (!s->busy) {
        if (!look(kernel)) {
            error_nomem(&err);
            pager_fail(kernel->pager, &err);
            return;
        }
        restore(s);
        const struct bsd43_swap_view view = {.defaults = &kernel->d,
                                             .meter = &kernel->meter,
                                             .procs = s->procs,
                                             .nprocs = s->n,
                                             .freemem = bsd43_freemem(kernel),
                                             .multprog = multprog(s)};
        const struct bsd43_swap_action action = bsd43_sched(&s->turn, &view, s->wantin);
        keep(s);
        if (action.verb >= BSD43_SLEEP_RUNOUT) {
            sleep_on(s, action.verb);
            return;
        }
        (void)act(kernel, &action);
    }
}

static void wake(struct bsd43 *kernel)
{
    struct bsd43_swapper *s = &kernel->swapper;
    struct engine *engine = kernel->pager->storage.engine;
    if (!s->busy && kernel->params->swapper && kernel->pager->host &&
        !event_pending(&s->event))
        engine_schedule(engine, &s->event, engine_now(engine));
}

void bsd43_swapped(struct bsd43 *kernel)
{
    struct bsd43_swapper *s = &kernel->swapper;
    s->busy = false;
    if (s->verb != BSD43_SWAP_OUT_DEADWOOD) {
        s->turn = (struct bsd43_swap_turn){0};
        s->candidate = s->next = NULL;
        s->wantin = false;
    }
    wake(kernel);
}

/* --- what wakes it ------------------------------------------------------------------- */

void bsd43_wants_in(struct bsd43 *kernel, struct bsd43_process *process)
{
    struct bsd43_swapper *s = &kernel->swapper;
    process->p.stat = BSD43_SRUN;
    process->p.slptime = 0;
    if (process->p.flags & BSD43_SLOAD)
        return;
    s->wantin = true;
    if (!s->busy && s->sleeps_on == BSD43_SLEEP_RUNOUT)
        wake(kernel);
}

void bsd43_swapper_second(struct bsd43 *kernel)
{
    struct bsd43_swapper *s = &kernel->swapper;
    if (s->busy)
        return;
    s->slept++;
    if (s->sleeps_on != BSD43_SLEEP_RUNOUT ||
        bsd43_wakes_swapper(&kernel->meter, &kernel->d, true, s->slept))
        wake(kernel);
}

void bsd43_swapper_init(struct bsd43 *kernel)
{
    kernel->swapper = (struct bsd43_swapper){.sleeps_on = BSD43_SLEEP_RUNOUT};
    event_init(&kernel->swapper.event, sched);
}

void bsd43_swapper_forget(struct bsd43 *kernel, const struct bsd43_process *process)
{
    struct bsd43_swapper *s = &kernel->swapper;
    if (s->candidate == process)
        s->candidate = NULL;
    if (s->next == process) /* the scan goes on behind it, or nearly so */
        s->next = NULL;
}

void bsd43_swapper_release(struct bsd43 *kernel)
{
    free(kernel->swapper.order);
    free(kernel->swapper.procs);
    bsd43_used_release(&kernel->swapper.job.pages);
}
