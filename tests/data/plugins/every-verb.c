/* every-verb.c -- first in, first out, with every call that a policy can have; what else
 * happens in each is given on the compiler's command line, for policies that break their
 * contract:  -DNAME='"bad"' -DTABLE=policy_bad -DIN_VICTIM='abort()'. */
#include "faultline/frame_ring.h"
#include "faultline/reclaim.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef NAME
#define NAME "every-verb"
#define TABLE policy_every_verb
#endif
#ifndef ABI
#define ABI POLICY_ABI
#endif
#ifndef SEES
#define SEES POLICY_EVERY_REFERENCE
#endif
#ifndef IN_GHOSTS
#define IN_GHOSTS
#endif
#ifndef IN_INIT
#define IN_INIT
#endif
#ifndef IN_RESIZE
#define IN_RESIZE
#endif
#ifndef IN_FAULT
#define IN_FAULT
#endif
#ifndef IN_PAGE_IN
#define IN_PAGE_IN
#endif
#ifndef IN_PAGE_OUT
#define IN_PAGE_OUT
#endif
#ifndef IN_FORGET
#define IN_FORGET
#endif
#ifndef IN_ACCESS
#define IN_ACCESS
#endif
#ifndef IN_SETTLED
#define IN_SETTLED
#endif
#ifndef IN_VICTIM
#define IN_VICTIM
#endif
#ifndef IN_RELEASE
#define IN_RELEASE
#endif
#ifndef IN_TICK
#define IN_TICK
#endif
#ifndef IN_WHY
#define IN_WHY
#endif
#ifndef IN_SHOW
#define IN_SHOW
#endif
#ifndef IN_MAPPED
#define IN_MAPPED
#endif
#ifndef IN_PRIORITIES
#define IN_PRIORITIES
#endif
#ifndef IN_SHRINK
#define IN_SHRINK
#endif
#ifndef IN_SHRUNK /* in shrink, when a page has gone */
#define IN_SHRUNK
#endif
#ifndef IN_FINISH
#define IN_FINISH
#endif
#ifndef IN_AGE
#define IN_AGE
#endif
#ifndef IN_SECOND
#define IN_SECOND
#endif
#ifndef IN_DRAIN
#define IN_DRAIN
#endif
#ifndef IN_USED
#define IN_USED
#endif
#ifndef IN_WRITTEN
#define IN_WRITTEN
#endif
#ifndef IN_DEACTIVATE
#define IN_DEACTIVATE
#endif
#ifndef IN_LAZY_FREE
#define IN_LAZY_FREE
#endif
#ifndef IN_FLUSHED
#define IN_FLUSHED
#endif
#ifndef IN_SIZES
#define IN_SIZES
#endif
#ifndef IN_COUNTS
#define IN_COUNTS
#endif
#ifndef FIELDS /* of the table, instead of those that stand there                        */
#define FIELDS
#endif

/* Ways to break down. */
#define CRASH (*(volatile int *)16 = 1)
#define HANG                                                                               \
    for (;;)                                                                               \
    pause()
#define AFTER(n, what)                                                                     \
    if (++v->calls > (n))                                                                  \
    what

/* Fill the stack. */
__attribute__((unused)) static unsigned deep(unsigned n)
{
    volatile unsigned char room[4096];
    room[n % sizeof room] = (unsigned char)n;
    return n == UINT_MAX ? 0 : deep(n + 1) + room[n % sizeof room];
}

struct verb_params {
    uint64_t interval;
    bool keep;
};

struct verb {
    const struct policy_env *env;
    struct frame_ring pages, ghosts;
    uint64_t npages, nghosts, calls, uses;
    struct reclaim_counts counts;
};

static const struct param verb_table[] = {
    {.name = "interval",
     .kind = PARAM_UINT,
     .offset = offsetof(struct verb_params, interval),
     .fallback = "100",
     .min = 1,
     .max = 1000,
     .unit = "references",
     .help = "between two ticks"},
    {.name = "keep",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct verb_params, keep),
     .fallback = "yes",
     .help = "remember pages that are evicted"},
    {0},
};

static uint64_t verb_ghosts(const void *params, pfn_t nframes)
{
    (void)params;
    IN_GHOSTS;
    return nframes;
}

static enum status verb_init(void *state, const struct policy_env *env, struct error *err)
{
    struct verb *v = state;
    (void)err;
    v->env = env;
    frame_ring_init(&v->pages, env->frames);
    frame_ring_init(&v->ghosts, env->frames);
    IN_INIT;
    return OK;
}

static void verb_resize(void *state)
{
    struct verb *v = state;
    (void)v;
    IN_RESIZE;
}

static void remove_ghost(struct verb *v, pfn_t ghost)
{
    frame_ring_remove(&v->ghosts, ghost);
    v->nghosts--;
}

static void verb_fault(void *state, pfn_t ghost)
{
    struct verb *v = state;
    (void)v;
    (void)ghost;
    IN_FAULT;
}

static void verb_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct verb *v = state;
    if (ghost != PFN_NONE)
        remove_ghost(v, ghost);
    IN_PAGE_IN;
    frame_ring_add(&v->pages, pfn);
    v->npages++;
}

static void verb_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct verb *v = state;
    const struct verb_params *params = v->env->params;
    frame_ring_remove(&v->pages, pfn);
    v->npages--;
    IN_PAGE_OUT;
    if (!evicted || !params->keep)
        return;
    if (v->nghosts == v->env->nframes) {
        const pfn_t oldest = frame_ring_oldest(&v->ghosts);
        remove_ghost(v, oldest);
        ghost_drop(v->env, oldest);
    }
    const pfn_t ghost = ghost_add(v->env, pfn);
    if (ghost == PFN_NONE)
        return;
    frame_ring_add(&v->ghosts, ghost);
    v->nghosts++;
}

static void verb_forget(void *state, pfn_t ghost)
{
    struct verb *v = state;
    IN_FORGET;
    remove_ghost(v, ghost);
}

static void verb_access(void *state, pfn_t pfn, uint64_t next)
{
    struct verb *v = state;
    (void)pfn;
    (void)next;
    IN_ACCESS;
    v->uses++;
}

static bool verb_settled(const void *state, pfn_t pfn)
{
    const struct verb *v = state;
    (void)v;
    (void)pfn;
    IN_SETTLED;
    return false;
}

static pfn_t verb_victim(void *state)
{
    struct verb *v = state;
    IN_VICTIM;
    return frame_ring_oldest(&v->pages);
}

static pfn_t verb_release(void *state)
{
    struct verb *v = state;
    (void)v;
    IN_RELEASE;
    return PFN_NONE;
}

static uint64_t verb_tick(void *state, uint64_t now)
{
    struct verb *v = state;
    const struct verb_params *params = v->env->params;
    IN_TICK;
    return now + params->interval;
}

static void verb_mapped(void *state, pfn_t pfn)
{
    struct verb *v = state;
    (void)v;
    (void)pfn;
    IN_MAPPED;
}

static void verb_why(void *state, pfn_t victim, struct policy_view *view)
{
    struct verb *v = state;
    (void)v;
    IN_WHY;
    view_say(view, "page %s came first", view_page(view, victim));
}

static void verb_show(void *state, struct policy_view *view)
{
    struct verb *v = state;
    IN_SHOW;
    view_number(view, "uses", PFN_NONE, v->uses);
    view_list(view, "ghosts");
    pfn_t ghost = frame_ring_newest(&v->ghosts);
    for (uint64_t i = 0; i < v->nghosts; i++, ghost = v->ghosts.links[ghost].older)
        view_entry(view, ghost);
}

/* --- for kernels that reclaim many pages at a time ---------------------------------------- */

static void verb_priorities(const void *state, unsigned *first, unsigned *last)
{
    const struct verb *v = state;
    (void)v;
    IN_PRIORITIES;
    *first = RECLAIM_PRIORITY;
    *last = 0;
}

static void verb_shrink(void *state, struct reclaim *reclaim)
{
    struct verb *v = state;
    IN_SHRINK;
    while (reclaim->reclaimed < reclaim->wanted && v->npages > 0) {
        reclaim->scanned++;
        v->counts.pgscan[RECLAIM_ANON]++;
        if (reclaim_page(reclaim, frame_ring_oldest(&v->pages)) != PAGE_GONE)
            return;
        IN_SHRUNK;
        reclaim->reclaimed++;
        v->counts.pgsteal[RECLAIM_ANON]++;
    }
}

static void verb_finish(void *state, const struct reclaim *reclaim)
{
    struct verb *v = state;
    (void)v;
    (void)reclaim;
    IN_FINISH;
}

static void verb_age(void *state, struct reclaim *reclaim)
{
    struct verb *v = state;
    (void)v;
    (void)reclaim;
    IN_AGE;
}

static void verb_second(void *state)
{
    struct verb *v = state;
    (void)v;
    IN_SECOND;
}

static void verb_used(void *state, pfn_t pfn)
{
    struct verb *v = state;
    (void)v;
    (void)pfn;
    IN_USED;
}

static void verb_drain(void *state)
{
    struct verb *v = state;
    (void)v;
    IN_DRAIN;
}

static void verb_written(void *state, pfn_t pfn)
{
    struct verb *v = state;
    (void)v;
    (void)pfn;
    IN_WRITTEN;
}

static void verb_deactivate(void *state, pfn_t pfn)
{
    struct verb *v = state;
    (void)v;
    (void)pfn;
    IN_DEACTIVATE;
}

static void verb_lazy_free(void *state, pfn_t pfn)
{
    struct verb *v = state;
    (void)v;
    (void)pfn;
    IN_LAZY_FREE;
}

static void verb_flushed(void *state)
{
    struct verb *v = state;
    (void)v;
    IN_FLUSHED;
}

static void verb_sizes(const void *state, struct reclaim_sizes *sizes)
{
    const struct verb *v = state;
    IN_SIZES;
    *sizes = (struct reclaim_sizes){.inactive[RECLAIM_ANON] = v->npages};
}

static const struct reclaim_counts *verb_counts(const void *state)
{
    const struct verb *v = state;
    IN_COUNTS;
    return &v->counts;
}

static const struct reclaim_ops verb_reclaim = {
    .priorities = verb_priorities,
    .shrink = verb_shrink,
    .finish = verb_finish,
    .age = verb_age,
    .second = verb_second,
    .used = verb_used,
    .drain = verb_drain,
    .written = verb_written,
    .deactivate = verb_deactivate,
    .lazy_free = verb_lazy_free,
    .flushed = verb_flushed,
    .sizes = verb_sizes,
    .counts = verb_counts,
};

/* One that has what must be there, and one that lacks some of it. */
__attribute__((unused)) static const struct reclaim_ops fewest = {
    .shrink = verb_shrink, .used = verb_used, .sizes = verb_sizes, .counts = verb_counts};
__attribute__((unused)) static const struct reclaim_ops no_sizes = {.shrink = verb_shrink};

const struct policy_ops TABLE = {
    .abi = ABI,
    .name = NAME,
    .summary = "evicts the page that came first, and does nothing else in all other calls",
    .source = "tests",
    .sees = SEES,
    .uses_time = true,
    .params = verb_table,
    .params_size = sizeof(struct verb_params),
    .state_size = sizeof(struct verb),
    .frame_size = sizeof(struct frame_link),
    .ghosts = verb_ghosts,
    .init = verb_init,
    .resize = verb_resize,
    .fault = verb_fault,
    .page_in = verb_page_in,
    .page_out = verb_page_out,
    .forget = verb_forget,
    .access = verb_access,
    .settled = verb_settled,
    .victim = verb_victim,
    .release = verb_release,
    .tick = verb_tick,
    .why = verb_why,
    .show = verb_show,
    .mapped = verb_mapped,
    .reclaim = &verb_reclaim,
    FIELDS};
