/* guard_reclaim.c -- the calls of a policy that reclaims many pages at a time; see guard.h.
 * From within shrink() the kernel calls the policy's page_out() and others. */
#include "experiment/guard_calls.h"

_Static_assert(sizeof(struct reclaim_ops) ==
                   (CALLS - CALL_PRIORITIES) * sizeof(void (*)(void)),
               "each call of struct reclaim_ops has one here that stands for it");

static void guarded_priorities(const void *state, unsigned *first, unsigned *last)
{
    const struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_PRIORITIES);
    g->guard->policy->reclaim->priorities(g->state, first, last);
    guard_leave(g->guard, outer);
}

static void guarded_shrink(void *state, struct reclaim *reclaim)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_SHRINK);
    g->guard->policy->reclaim->shrink(g->state, reclaim);
    guard_returned(g, outer, CALL_SHRINK, PFN_NONE);
}

static void guarded_finish(void *state, const struct reclaim *reclaim)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_FINISH);
    g->guard->policy->reclaim->finish(g->state, reclaim);
    guard_returned(g, outer, CALL_FINISH, PFN_NONE);
}

static void guarded_age(void *state, struct reclaim *reclaim)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_AGE);
    g->guard->policy->reclaim->age(g->state, reclaim);
    guard_returned(g, outer, CALL_AGE, PFN_NONE);
}

static void guarded_second(void *state)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_SECOND);
    g->guard->policy->reclaim->second(g->state);
    guard_returned(g, outer, CALL_SECOND, PFN_NONE);
}

static void guarded_used(void *state, pfn_t pfn)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_USED);
    g->guard->policy->reclaim->used(g->state, pfn);
    guard_returned(g, outer, CALL_USED, pfn);
}

static void guarded_drain(void *state)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_DRAIN);
    g->guard->policy->reclaim->drain(g->state);
    guard_returned(g, outer, CALL_DRAIN, PFN_NONE);
}

static void guarded_written(void *state, pfn_t pfn)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_WRITTEN);
    g->guard->policy->reclaim->written(g->state, pfn);
    guard_returned(g, outer, CALL_WRITTEN, pfn);
}

static void guarded_deactivate(void *state, pfn_t pfn)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_DEACTIVATE);
    g->guard->policy->reclaim->deactivate(g->state, pfn);
    guard_returned(g, outer, CALL_DEACTIVATE, pfn);
}

static void guarded_lazy_free(void *state, pfn_t pfn)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_LAZY_FREE);
    g->guard->policy->reclaim->lazy_free(g->state, pfn);
    guard_returned(g, outer, CALL_LAZY_FREE, pfn);
}

static void guarded_flushed(void *state)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_FLUSHED);
    g->guard->policy->reclaim->flushed(g->state);
    guard_returned(g, outer, CALL_FLUSHED, PFN_NONE);
}

static void guarded_sizes(const void *state, struct reclaim_sizes *sizes)
{
    const struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_SIZES);
    g->guard->policy->reclaim->sizes(g->state, sizes);
    guard_leave(g->guard, outer);
}

static const struct reclaim_counts *guarded_counts(const void *state)
{
    const struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_COUNTS);
    const struct reclaim_counts *counts = g->guard->policy->reclaim->counts(g->state);
    guard_leave(g->guard, outer);
    return counts;
}

static const char *guarded_check(const void *state)
{
    const struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_CHECK);
    const char *wrong = g->guard->policy->reclaim->check(g->state);
    guard_leave(g->guard, outer);
    return wrong;
}

void guard_reclaim(struct guard *guard)
{
    const struct reclaim_ops *policy = guard->policy->reclaim;
    guard->reclaim = (struct reclaim_ops){
        .priorities = policy->priorities ? guarded_priorities : NULL,
        .shrink = guarded_shrink,
        .finish = policy->finish ? guarded_finish : NULL,
        .age = policy->age ? guarded_age : NULL,
        .second = policy->second ? guarded_second : NULL,
        .used = guarded_used,
        .drain = policy->drain ? guarded_drain : NULL,
        .written = policy->written ? guarded_written : NULL,
        .deactivate = policy->deactivate ? guarded_deactivate : NULL,
        .lazy_free = policy->lazy_free ? guarded_lazy_free : NULL,
        .flushed = policy->flushed ? guarded_flushed : NULL,
        .sizes = guarded_sizes,
        .counts = guarded_counts,
        .check = policy->check ? guarded_check : NULL,
    };
    guard->ops.reclaim = &guard->reclaim;
}
