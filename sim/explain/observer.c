/* observer.c -- see observer.h. */
#include "explain/observer.h"

#include "pager/frame.h"

#include <stdlib.h>

/* --- what the policy chooses ---------------------------------------------------------- */

static const char *reason(struct observer *observer, pfn_t pfn)
{
    struct policy_view *view = &observer->view;
    if (!observer->arena)
        return NULL;
    view_clear(view);
    if (observer->policy->why)
        observer->policy->why(observer->state, pfn, view);
    if (!view->sentence[0])
        view_say(view, "policy %s has chosen page %s, and gives no reason",
                 observer->policy->name, view_page(view, pfn));
    const char *why = arena_strdup(observer->arena, view->sentence);
    observer->failed |= !why;
    return why;
}

static void note(struct observer *observer, pfn_t pfn, bool released)
{
    struct departure gone = {.frame = pfn, .released = released};
    /* Any other frame ends the replay with an error. */
    const struct instance *instance = observer->view.instance;
    if (!observer->noting || !page_evictable(&instance->env, pfn) ||
        !entry_vpn(instance, pfn, &gone.vpn))
        return;
    if (observer->ndepartures == observer->capacity) {
        const size_t capacity = observer->capacity ? 2 * observer->capacity : 16;
        struct departure *all =
            realloc(observer->departures, capacity * sizeof *observer->departures);
        if (!all) {
            observer->failed = true;
            return;
        }
        observer->departures = all;
        observer->capacity = capacity;
    }
    gone.dirty = frame_dirty(observer->pager, pfn);
    gone.why = reason(observer, pfn);
    observer->departures[observer->ndepartures++] = gone;
}

static pfn_t observed_victim(void *state)
{
    struct observer *observer = state;
    const pfn_t pfn = observer->policy->victim(observer->state);
    note(observer, pfn, false);
    return pfn;
}

static pfn_t observed_release(void *state)
{
    struct observer *observer = state;
    const pfn_t pfn = observer->policy->release(observer->state);
    if (pfn != PFN_NONE)
        note(observer, pfn, true);
    return pfn;
}

/* --- what goes through to it ---------------------------------------------------------- */

static void observed_resize(void *state)
{
    const struct observer *observer = state;
    observer->policy->resize(observer->state);
}

static void observed_fault(void *state, pfn_t ghost)
{
    const struct observer *observer = state;
    observer->policy->fault(observer->state, ghost);
}

static void observed_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    const struct observer *observer = state;
    observer->policy->page_in(observer->state, pfn, ghost);
}

static void observed_page_out(void *state, pfn_t pfn, bool evicted)
{
    const struct observer *observer = state;
    observer->policy->page_out(observer->state, pfn, evicted);
}

static void observed_forget(void *state, pfn_t ghost)
{
    const struct observer *observer = state;
    observer->policy->forget(observer->state, ghost);
}

static void observed_access(void *state, pfn_t pfn, uint64_t when)
{
    const struct observer *observer = state;
    observer->policy->access(observer->state, pfn, when);
}

static bool observed_settled(const void *state, pfn_t pfn)
{
    const struct observer *observer = state;
    return observer->policy->settled(observer->state, pfn);
}

static uint64_t observed_tick(void *state, uint64_t now)
{
    const struct observer *observer = state;
    return observer->policy->tick(observer->state, now);
}

static void observed_mapped(void *state, pfn_t pfn)
{
    const struct observer *observer = state;
    observer->policy->mapped(observer->state, pfn);
}

/* --- the observer --------------------------------------------------------------------- */

/* The policy's table with calls that go through the observer.  What is not named here is
 * not called: it would be given the wrong state. */
static struct policy_ops observed(const struct policy_ops *policy)
{
    return (struct policy_ops){
        .abi = policy->abi,
        .name = policy->name,
        .summary = policy->summary,
        .source = policy->source,
        .sees = policy->sees,
        .uses_time = policy->uses_time,
        .params = policy->params,
        .params_size = policy->params_size,
        .state_size = policy->state_size,
        .frame_size = policy->frame_size,
        .ghosts = policy->ghosts,
        .resize = policy->resize ? observed_resize : NULL,
        .fault = policy->fault ? observed_fault : NULL,
        .page_in = policy->page_in ? observed_page_in : NULL,
        .page_out = policy->page_out ? observed_page_out : NULL,
        .forget = policy->forget ? observed_forget : NULL,
        .access = policy->access ? observed_access : NULL,
        .settled = policy->settled ? observed_settled : NULL,
        .victim = observed_victim,
        .release = policy->release ? observed_release : NULL,
        .tick = policy->tick ? observed_tick : NULL,
        .mapped = policy->mapped ? observed_mapped : NULL,
    };
}

void observer_begin(struct observer *observer, struct pager *pager, bool hex)
{
    struct instance *instance = pager_instance(pager, 0);
    *observer = (struct observer){.ops = observed(pager->policy),
                                  .policy = pager->policy,
                                  .state = instance->state,
                                  .pager = pager};
    view_init(&observer->view, instance, hex);
    pager->policy = &observer->ops;
    instance->state = observer;
}

void observer_end(struct observer *observer)
{
    if (!observer->pager)
        return;
    pager_instance(observer->pager, 0)->state = observer->state;
    observer->pager->policy = observer->policy;
    view_release(&observer->view);
    free(observer->departures);
    *observer = (struct observer){0};
}

void observer_forget(struct observer *observer)
{
    observer->ndepartures = 0;
}

void observer_show(struct observer *observer)
{
    view_clear(&observer->view);
    if (observer->policy->show)
        observer->policy->show(observer->state, &observer->view);
}
