/* swapper.c -- see swapper.h. */
#include "os/bsd43/swapper.h"

enum {
    NBIG = 4,              /* the largest, of whom the one longest in memory goes    */
    LOWEST_IN = -20000,    /* no priority for coming in is as low                    */
    LOWEST_OUT = -1000,    /* nor is one for going                                   */
    PRIORITY_PER_NICE = 8, /* seconds of waiting that one step of nice takes         */
};

static int32_t nonzero(int32_t n)
{
    return n ? n : 1;
}

static int32_t at_most(int32_t n, int32_t most)
{
    return n < most ? n : most;
}

bool bsd43_desperate(const struct bsd43_swap_view *view)
{
    const struct bsd43_defaults *d = view->defaults;
    const struct bsd43_meter *meter = view->meter;
    if (view->kmapwnt)
        return true;
    int32_t free = meter->avefree;
    bool crowded = view->multprog > 1;
    if (d->rules->load == BSD43_AVENRUN) {
        crowded = meter->avenrun[0] >= 2;
        if (meter->avefree30 > free)
            free = meter->avefree30;
    }
    const int64_t rate = (int64_t)meter->rate[BSD43_PGIN] + meter->rate[BSD43_PGOUT];
    return crowded && free < d->desfree &&
           (rate > d->maxpgio || meter->avefree < d->minfree);
}

bool bsd43_swappable(const struct bsd43_proc *proc)
{
    const uint32_t kept = BSD43_SSYS | BSD43_SLOCK | BSD43_SULOCK | BSD43_SPAGE |
                          BSD43_SKEEP | BSD43_SWEXIT | BSD43_SPHYSIO;
    return (proc->flags & (kept | BSD43_SLOAD)) == BSD43_SLOAD;
}

int32_t bsd43_swap_in_priority(const struct bsd43_proc *proc,
                               const struct bsd43_defaults *d)
{
    /* Seconds that reading it in again would take, at half of what paging may do. */
    const int32_t pages_per_s = d->maxpgio / 2 * ((int32_t)d->klin * d->clsize);
    return proc->time - proc->swrss / nonzero(pages_per_s) + proc->slptime -
           proc->nice * PRIORITY_PER_NICE;
}

int32_t bsd43_size_in_memory(const struct bsd43_proc *proc)
{
    return proc->rssize +
           (proc->text ? proc->text->rssize / nonzero(proc->text->ccount) : 0);
}

static bool text_locked(const struct bsd43_proc *proc)
{
    return proc->text && proc->text->locked;
}

static bool is_deadwood(const struct bsd43_proc *proc, const struct bsd43_swap_view *view)
{
    const struct bsd43_defaults *d = view->defaults;
    return (proc->stat == BSD43_SSLEEP || proc->stat == BSD43_SSTOP) &&
           (view->freemem < d->desfree || proc->rssize == 0) && proc->slptime > d->maxslp &&
           !text_locked(proc) && bsd43_swappable(proc);
}

/* Look at processes till one is deadwood: its index, or BSD43_NO_PROC at the end. */
static size_t scan(struct bsd43_swap_turn *turn, const struct bsd43_swap_view *view)
{
    while (turn->next < view->nprocs) {
        const size_t i = turn->next++;
        const struct bsd43_proc *proc = &view->procs[i];
        if (is_deadwood(proc, view))
            return i;
        if (proc->stat != BSD43_SRUN || proc->flags & BSD43_SLOAD)
            continue;
        const int32_t priority = bsd43_swap_in_priority(proc, view->defaults);
        const bool pages_out = proc->poip || (proc->text && proc->text->poip);
        if (priority > turn->priority && !pages_out) {
            turn->candidate = i;
            turn->priority = priority;
        }
    }
    return BSD43_NO_PROC;
}

/* Hw pages that the candidate will need; *fits if as many are free, or half as many for one
 * that has been out for long. */
static int32_t needs(const struct bsd43_swap_turn *turn, const struct bsd43_swap_view *view,
                     bool *fits)
{
    const struct bsd43_proc *proc = &view->procs[turn->candidate];
    int32_t pages = proc->swrss;
    if (proc->text && proc->text->ccount == 0)
        pages += proc->text->swrss;
    pages = at_most(pages, view->defaults->lotsfree);
    *fits = view->freemem - view->meter->deficit > pages / (turn->deserving ? 2 : 1);
    return pages;
}

/* The largest processes in order of their size; of equal ones the one found later counts as
 * the larger. */
struct largest {
    const struct bsd43_proc *procs[NBIG];
    int32_t sizes[NBIG];
    int n;
};

static void offer(struct largest *largest, const struct bsd43_proc *proc)
{
    const int32_t size = bsd43_size_in_memory(proc);
    int at = largest->n;
    if (at == NBIG) {
        if (largest->sizes[0] > size)
            return;
        for (int i = 1; i < NBIG; i++) {
            largest->procs[i - 1] = largest->procs[i];
            largest->sizes[i - 1] = largest->sizes[i];
        }
        at = NBIG - 1;
    } else {
        largest->n++;
    }
    for (; at > 0 && size < largest->sizes[at - 1]; at--) {
        largest->procs[at] = largest->procs[at - 1];
        largest->sizes[at] = largest->sizes[at - 1];
    }
    largest->procs[at] = proc;
    largest->sizes[at] = size;
}

struct victim {
    const struct bsd43_proc *proc; /* NULL: none                                       */
    bool sleeper;                  /* asleep for long                                  */
    int32_t priority;              /* unless sleeper: seconds in memory, and nice      */
};

static struct victim oldest(const struct largest *largest)
{
    struct victim victim = {.priority = LOWEST_OUT};
    for (int i = 0; i < largest->n; i++) {
        const struct bsd43_proc *proc = largest->procs[i];
        const int32_t priority = proc->time + proc->nice;
        if (priority >= victim.priority) {
            victim.proc = proc;
            victim.priority = priority;
        }
    }
    return victim;
}

static bool is_sleeper(const struct bsd43_proc *proc, const struct bsd43_defaults *d)
{
    return proc->slptime > d->maxslp &&
           ((proc->stat == BSD43_SSLEEP && proc->pri > BSD43_PZERO) ||
            proc->stat == BSD43_SSTOP);
}

/* The longest sleeper; without one, the oldest of the largest. */
static struct victim choose(const struct bsd43_swap_turn *turn,
                            const struct bsd43_swap_view *view)
{
    struct victim sleeper = {.sleeper = true};
    struct largest largest = {.n = 0};
    int32_t longest = 0;
    for (size_t i = 0; i < view->nprocs; i++) {
        const struct bsd43_proc *proc = &view->procs[i];
        if (!bsd43_swappable(proc) || i == turn->candidate || text_locked(proc))
            continue;
        if (is_sleeper(proc, view->defaults)) {
            if (longest < proc->slptime) {
                sleeper.proc = proc;
                longest = proc->slptime;
            }
        } else if (proc->stat == BSD43_SRUN || proc->stat == BSD43_SSLEEP) {
            offer(&largest, proc);
        }
    }
    return sleeper.proc ? sleeper : oldest(&largest);
}

static struct bsd43_swap_action swap_out(struct bsd43_swap_turn *turn,
                                         const struct bsd43_swap_view *view)
{
    struct bsd43_swap_action action = {.verb = BSD43_SLEEP_RUNIN, .proc = BSD43_NO_PROC};
    const struct victim victim = choose(turn, view);
    turn->stage = BSD43_TURN_ENDS;
    if (!victim.proc || !(victim.sleeper || turn->desperate ||
                          (turn->deserving && victim.priority > view->defaults->maxslp)))
        return action;
    action.verb = BSD43_SWAP_OUT;
    action.proc = (size_t)(victim.proc - view->procs);
    /* What it gives up is for those who stay, not for the next one who wants in. */
    if (turn->desperate)
        action.reserve =
            at_most(bsd43_size_in_memory(victim.proc), view->defaults->lotsfree);
    return action;
}

/* The scan is over: swap the candidate in if it fits, and make room if it does not. */
static struct bsd43_swap_action swap_in(struct bsd43_swap_turn *turn,
                                        const struct bsd43_swap_view *view, bool wantin)
{
    bool fits;
    if (turn->candidate == BSD43_NO_PROC) {
        turn->stage = BSD43_TURN_ENDS;
        return (struct bsd43_swap_action){
            .verb = wantin ? BSD43_SLEEP_LBOLT : BSD43_SLEEP_RUNOUT, .proc = BSD43_NO_PROC};
    }
    turn->deserving = turn->priority > view->defaults->maxslp / 2;
    turn->stage = BSD43_TURN_SWAPS_OUT;
    const int32_t pages = needs(turn, view, &fits);
    if (!fits)
        return swap_out(turn, view);
    return (struct bsd43_swap_action){BSD43_SWAP_IN, turn->candidate, pages};
}

static void begin(struct bsd43_swap_turn *turn, const struct bsd43_swap_view *view)
{
    *turn = (struct bsd43_swap_turn){.stage = BSD43_TURN_SCANS,
                                     .desperate = bsd43_desperate(view),
                                     .candidate = BSD43_NO_PROC,
                                     .priority = LOWEST_IN};
    if (turn->desperate)
        turn->stage = BSD43_TURN_SWAPS_OUT;
}

struct bsd43_swap_action bsd43_sched(struct bsd43_swap_turn *turn,
                                     const struct bsd43_swap_view *view, bool wantin)
{
    if (turn->stage == BSD43_TURN_BEGINS)
        begin(turn, view);
    if (turn->stage == BSD43_TURN_SCANS) {
        const size_t deadwood = scan(turn, view);
        if (deadwood != BSD43_NO_PROC)
            return (struct bsd43_swap_action){BSD43_SWAP_OUT_DEADWOOD, deadwood, 0};
        return swap_in(turn, view, wantin);
    }
    if (turn->stage == BSD43_TURN_SWAPS_OUT)
        return swap_out(turn, view);
    /* A process that was to go could not: it ends as if there were none. */
    return (struct bsd43_swap_action){.verb = BSD43_SLEEP_RUNIN, .proc = BSD43_NO_PROC};
}

void bsd43_age(struct bsd43_proc *procs, size_t nprocs)
{
    for (size_t i = 0; i < nprocs; i++) {
        struct bsd43_proc *proc = &procs[i];
        if (proc->time < BSD43_TIME_MAX)
            proc->time++;
        if ((proc->stat == BSD43_SSLEEP || proc->stat == BSD43_SSTOP) &&
            proc->slptime < BSD43_TIME_MAX)
            proc->slptime++;
    }
}

uint32_t bsd43_runnable(const struct bsd43_proc *procs, size_t nprocs)
{
    uint32_t n = 0;
    for (size_t i = 0; i < nprocs; i++) {
        const struct bsd43_proc *proc = &procs[i];
        const bool asleep = proc->stat == BSD43_SSLEEP || proc->stat == BSD43_SSTOP;
        if (proc->flags & BSD43_SSYS || proc->stat == BSD43_SZOMB)
            continue;
        n += !asleep || proc->pri <= BSD43_PZERO;
    }
    return n;
}
