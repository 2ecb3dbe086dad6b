/* guard.c -- see guard.h. */
#include "experiment/guard_calls.h"

#include "pager/instance.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

const char *const guard_call_names[CALLS] = {
    [CALL_NONE] = "",
    [CALL_GHOSTS] = "ghosts()",
    [CALL_INIT] = "init()",
    [CALL_RESIZE] = "resize()",
    [CALL_FAULT] = "fault()",
    [CALL_PAGE_IN] = "page_in()",
    [CALL_PAGE_OUT] = "page_out()",
    [CALL_FORGET] = "forget()",
    [CALL_ACCESS] = "access()",
    [CALL_SETTLED] = "settled()",
    [CALL_VICTIM] = "victim()",
    [CALL_RELEASE] = "release()",
    [CALL_TICK] = "tick()",
    [CALL_WHY] = "why()",
    [CALL_SHOW] = "show()",
    [CALL_SCAN] = "scan()",
    [CALL_MAPPED] = "mapped()",
    [CALL_PRIORITIES] = "priorities()",
    [CALL_SHRINK] = "shrink()",
    [CALL_FINISH] = "finish()",
    [CALL_AGE] = "age()",
    [CALL_SECOND] = "second()",
    [CALL_USED] = "used()",
    [CALL_DRAIN] = "drain()",
    [CALL_WRITTEN] = "written()",
    [CALL_DEACTIVATE] = "deactivate()",
    [CALL_LAZY_FREE] = "lazy_free()",
    [CALL_FLUSHED] = "flushed()",
    [CALL_SIZES] = "sizes()",
    [CALL_COUNTS] = "counts()",
    [CALL_CHECK] = "check()",
};

/* With `replay` in the place of CALL_NONE. */
_Static_assert(offsetof(struct policy_ops, reclaim) - offsetof(struct policy_ops, ghosts) ==
                   CALL_PRIORITIES * sizeof(void (*)(void)),
               "each call of a policy has one here that stands for it");

/* The compiler must not move the call out from between the two. */
enum guard_call guard_enter(const struct guard *guard, const struct instance *instance,
                            enum guard_call call)
{
    struct guard_record *record = guard->record;
    const enum guard_call outer = atomic_load_explicit(&record->call, memory_order_relaxed);
    atomic_store_explicit(&record->reference, instance ? instance->now : 0,
                          memory_order_relaxed);
    atomic_store_explicit(&record->calls,
                          atomic_load_explicit(&record->calls, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    atomic_store_explicit(&record->last, call, memory_order_relaxed);
    atomic_store_explicit(&record->call, call, memory_order_release);
    return outer;
}

void guard_leave(const struct guard *guard, enum guard_call outer)
{
    struct guard_record *record = guard->record;
    if (outer != CALL_NONE)
        atomic_store_explicit(&record->last, outer, memory_order_relaxed);
    atomic_store_explicit(&record->call, outer, memory_order_release);
}

void guard_returned(const struct guarded *g, enum guard_call outer, enum guard_call call,
                    pfn_t entry)
{
    guard_leave(g->guard, outer);
    if (g->guard->observe)
        g->guard->observe(g->guard->context, call, entry, g->instance);
}

static uint64_t guarded_ghosts(const void *params, pfn_t nframes)
{
    const struct guard *guard = params;
    const enum guard_call outer = guard_enter(guard, NULL, CALL_GHOSTS);
    const uint64_t n = guard->policy->ghosts(params, nframes);
    guard_leave(guard, outer);
    return n;
}

static enum status guarded_init(void *state, const struct policy_env *env,
                                struct error *err)
{
    struct guarded *g = state;
    g->guard = env->params;
    g->instance = CONTAINER_OF(env, const struct instance, env);
    if (!g->guard->policy->init)
        return OK;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_INIT);
    const enum status status = g->guard->policy->init(g->state, env, err);
    guard_returned(g, outer, CALL_INIT, PFN_NONE);
    return status;
}

static void guarded_resize(void *state)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_RESIZE);
    g->guard->policy->resize(g->state);
    guard_returned(g, outer, CALL_RESIZE, PFN_NONE);
}

static void guarded_fault(void *state, pfn_t ghost)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_FAULT);
    g->guard->policy->fault(g->state, ghost);
    guard_returned(g, outer, CALL_FAULT, ghost);
}

static void guarded_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_PAGE_IN);
    g->guard->policy->page_in(g->state, pfn, ghost);
    guard_returned(g, outer, CALL_PAGE_IN, pfn);
}

static void guarded_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_PAGE_OUT);
    g->guard->policy->page_out(g->state, pfn, evicted);
    guard_returned(g, outer, CALL_PAGE_OUT, pfn);
}

static void guarded_forget(void *state, pfn_t ghost)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_FORGET);
    g->guard->policy->forget(g->state, ghost);
    guard_returned(g, outer, CALL_FORGET, ghost);
}

static void guarded_access(void *state, pfn_t pfn, uint64_t next)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_ACCESS);
    g->guard->policy->access(g->state, pfn, next);
    guard_returned(g, outer, CALL_ACCESS, pfn);
}

static bool guarded_settled(const void *state, pfn_t pfn)
{
    const struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_SETTLED);
    const bool settled = g->guard->policy->settled(g->state, pfn);
    guard_leave(g->guard, outer);
    return settled;
}

static pfn_t guarded_victim(void *state)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_VICTIM);
    const pfn_t pfn = g->guard->policy->victim(g->state);
    guard_returned(g, outer, CALL_VICTIM, pfn);
    return pfn;
}

static pfn_t guarded_release(void *state)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_RELEASE);
    const pfn_t pfn = g->guard->policy->release(g->state);
    guard_returned(g, outer, CALL_RELEASE, pfn);
    return pfn;
}

static uint64_t guarded_tick(void *state, uint64_t now)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_TICK);
    const uint64_t next = g->guard->policy->tick(g->state, now);
    guard_returned(g, outer, CALL_TICK, PFN_NONE);
    return next;
}

static void guarded_why(void *state, pfn_t victim, struct policy_view *view)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_WHY);
    g->guard->policy->why(g->state, victim, view);
    guard_returned(g, outer, CALL_WHY, victim);
}

static void guarded_show(void *state, struct policy_view *view)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_SHOW);
    g->guard->policy->show(g->state, view);
    guard_returned(g, outer, CALL_SHOW, PFN_NONE);
}

static pfn_t guarded_scan(void *state, uint32_t *budget)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_SCAN);
    const pfn_t pfn = g->guard->policy->scan(g->state, budget);
    guard_returned(g, outer, CALL_SCAN, pfn);
    return pfn;
}

static void guarded_mapped(void *state, pfn_t pfn)
{
    struct guarded *g = state;
    const enum guard_call outer = guard_enter(g->guard, g->instance, CALL_MAPPED);
    g->guard->policy->mapped(g->state, pfn);
    guard_returned(g, outer, CALL_MAPPED, pfn);
}

void guard_init(struct guard *guard, const struct policy_ops *policy, const void *params,
                struct guard_record *record)
{
    *guard = (struct guard){.policy = policy, .ops = *policy, .record = record};
    assert(policy->params_size <= sizeof guard->values);
    memcpy(guard->values, params, policy->params_size);
    struct policy_ops *ops = &guard->ops;
    ops->state_size = offsetof(struct guarded, state) + policy->state_size;
    ops->replay = NULL; /* it would call the policy itself */
    if (policy->reclaim)
        guard_reclaim(guard);
    ops->init = guarded_init;
    ops->victim = guarded_victim;
    ops->ghosts = policy->ghosts ? guarded_ghosts : NULL;
    ops->resize = policy->resize ? guarded_resize : NULL;
    ops->fault = policy->fault ? guarded_fault : NULL;
    ops->page_in = policy->page_in ? guarded_page_in : NULL;
    ops->page_out = policy->page_out ? guarded_page_out : NULL;
    ops->forget = policy->forget ? guarded_forget : NULL;
    ops->access = policy->access ? guarded_access : NULL;
    ops->settled = policy->settled ? guarded_settled : NULL;
    ops->release = policy->release ? guarded_release : NULL;
    ops->tick = policy->tick ? guarded_tick : NULL;
    ops->why = policy->why ? guarded_why : NULL;
    ops->show = policy->show ? guarded_show : NULL;
    ops->scan = policy->scan ? guarded_scan : NULL;
    ops->mapped = policy->mapped ? guarded_mapped : NULL;
}

struct guard_record *guard_record_create(void)
{
    void *memory = mmap(NULL, sizeof(struct guard_record), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void guard_record_free(struct guard_record *record)
{
    if (record)
        munmap(record, sizeof *record);
}
