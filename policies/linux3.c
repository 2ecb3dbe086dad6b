/* linux3.c -- Linux's active and inactive lists from 3.15 to 5.4: mm/vmscan.c, mm/swap.c and
 * mm/workingset.c of 3.16, 4.19 and 5.4.
 *
 * A page of a file starts inactive, any other active.  One of a file turns active if it is
 * found used twice at the tail of the inactive list, or comes back after no more pages have
 * gone than are active; any other if it is found used once.  Active pages turn inactive, used
 * or not, when the inactive list is the shorter.  Which type is scanned more depends on how
 * many of its pages were found used. */
#include "faultline/lru_reclaim.h"

enum version { V3_16, V4_19, V5_4 };

struct linux3 {
    struct lru lru;
    uint64_t
        refaults; /* workingset_activate, when somebody had reclaimed last            */
};

static const char *const version_choices[] = {"3.16", "4.19", "5.4", NULL};

static const struct param linux3_table[] = {
    {.name = "version",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct lru_params, version),
     .fallback = "4.19",
     .choices = version_choices,
     .help = "the kernel whose rules are followed"},
    LRU_PARAM_BATCH,
    LRU_PARAM_ADDITION_BATCH("14, from 4.19 on 15"),
    LRU_PARAM_SWAPPINESS(100),
    {0},
};

static bool since(const struct linux3 *l, enum version version)
{
    return l->lru.params->version >= version;
}

static void linux3_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct linux3 *l = state;
    lru_page_in(&l->lru, pfn);
    if (ghost != PFN_NONE)
        lru_refault(&l->lru, pfn, ghost, l->lru.lists.n[LRU_ACTIVE_FILE]);
    lru_wait(&l->lru, pfn);
}

static bool inactive_is_low(const struct linux3 *l, unsigned type)
{
    const uint64_t inactive = l->lru.lists.n[lru_inactive(type)];
    const uint64_t active = l->lru.lists.n[lru_active(type)];
    if (type == RECLAIM_FILE && !since(l, V4_19))
        return inactive < active;
    return (type == RECLAIM_FILE || policy_can_swap(l->lru.env)) &&
           lru_is_low(&l->lru, inactive, active);
}

/* shrink_list(), of an active list.  While pages of files come back, all that are active may
 * turn inactive. */
static bool may_deactivate(struct lru *lru, struct reclaim *r, unsigned type)
{
    const struct linux3 *l = (const struct linux3 *)lru;
    (void)r;
    if (type == RECLAIM_FILE && since(l, V4_19) &&
        lru->counts.workingset_activate[RECLAIM_FILE] != l->refaults)
        return lru->lists.n[LRU_ACTIVE_FILE] > 0;
    return inactive_is_low(l, type);
}

static enum status linux3_init(void *state, const struct policy_env *env, struct error *err)
{
    struct linux3 *l = state;
    const struct lru_params *params = env->params;
    const struct lru_rules rules = {.check = lru_check_twice,
                                    .may_deactivate = may_deactivate,
                                    .addition_batch = params->version < V4_19 ? 14 : 15,
                                    .anon_starts_active = true,
                                    .anon_used_once = true,
                                    .keeps_writing = params->version < V4_19,
                                    .rotates_active = params->version >= V4_19,
                                    .marks_workingset = params->version >= V5_4,
                                    .remembers = true};
    (void)err;
    lru_start(&l->lru, env, &rules);
    return OK;
}

/* There is next to nothing but pages of no file. */
static bool file_is_tiny(const struct linux3 *l, const struct reclaim *r)
{
    if (r->in_group || lru_pages(&l->lru, RECLAIM_FILE) + r->free > r->high)
        return false;
    return !since(l, V4_19) || (!inactive_is_low(l, RECLAIM_ANON) &&
                                l->lru.lists.n[LRU_INACTIVE_ANON] >> r->priority > 0);
}

/* get_scan_count(): which types are scanned. */
static struct lru_balance balance_of(struct linux3 *l, const struct reclaim *r)
{
    const uint64_t inactive_file = l->lru.lists.n[LRU_INACTIVE_FILE] >> r->priority;
    if (!r->may_swap || (r->in_group && r->swappiness == 0))
        return lru_only_file;
    if (r->priority == 0 && r->swappiness > 0)
        return lru_both;
    if (file_is_tiny(l, r))
        return lru_only_anon;
    if (!inactive_is_low(l, RECLAIM_FILE) && (!since(l, V4_19) || inactive_file > 0))
        return lru_only_file;
    return lru_balance_by_use(&l->lru, r->swappiness);
}

/* How much of each list is scanned.  least: of a list of which the priority would leave nothing,
 * a batch all the same.  True: something is scanned. */
static bool set_targets(const struct linux3 *l, const struct reclaim *r,
                        const struct lru_balance *balance, bool least, uint64_t *target)
{
    bool any = false;
    for (unsigned list = 0; list < LRU_EVICTABLE; list++) {
        const uint64_t size = l->lru.lists.n[list];
        const uint64_t some = size < r->batch ? size : r->batch;
        const uint64_t scan = size >> r->priority;
        const uint64_t part = (scan == 0 && least ? some : scan) * balance->share[list / 2];
        const uint64_t up = since(l, V5_4) ? balance->of - 1 : 0;
        target[list] = (part + up) / balance->of;
        any |= target[list] > 0;
    }
    return any;
}

static void aim(struct linux3 *l, struct reclaim *r)
{
    uint64_t target[LRU_EVICTABLE];
    const struct lru_balance balance = balance_of(l, r);
    if (!set_targets(l, r, &balance, false, target) && r->in_group && !since(l, V4_19))
        set_targets(l, r, &balance, true, target);
    lru_aim(r, target);
}

/* shrink_lruvec() */
static void linux3_shrink(void *state, struct reclaim *r)
{
    struct linux3 *l = state;
    if (!r->rest.valid)
        aim(l, r);
    lru_scan(&l->lru, r, true);
    if (r->rest.valid)
        return;
    if (inactive_is_low(l, RECLAIM_ANON))
        lru_shrink_active(&l->lru, RECLAIM_ANON, r->batch);
    lru_return_victim(&l->lru, r);
}

/* snapshot_refaults() */
static void linux3_finish(void *state, const struct reclaim *r)
{
    struct linux3 *l = state;
    (void)r;
    l->refaults = l->lru.counts.workingset_activate[RECLAIM_FILE];
}

/* age_active_anon() */
static void linux3_age(void *state, struct reclaim *r)
{
    struct linux3 *l = state;
    if (inactive_is_low(l, RECLAIM_ANON))
        lru_shrink_active(&l->lru, RECLAIM_ANON, r->batch);
}

static const struct reclaim_ops linux3_reclaim = {
    .shrink = linux3_shrink,
    .finish = linux3_finish,
    .age = linux3_age,
    .used = lru_used,
    .drain = lru_drain_all,
    .written = lru_written,
    .deactivate = lru_deactivate,
    .lazy_free = lru_lazy_free,
    .sizes = lru_sizes,
    .counts = lru_counts,
    .check = lru_check,
};

static pfn_t linux3_victim(void *state)
{
    return lru_victim(state, &linux3_reclaim);
}

static void linux3_show(void *state, struct policy_view *view)
{
    const struct linux3 *l = state;
    lru_show(&l->lru.lists, view);
    view_number(view, "age", PFN_NONE, l->lru.age);
}

const struct policy_ops policy_linux3 = {
    .abi = POLICY_ABI,
    .name = "linux3",
    .summary = "Linux 3.15 to 5.4: pages of files that are used twice, or come back, stay",
    .source = "Linux 3.16, 4.19, 5.4, mm/vmscan.c, mm/swap.c, mm/workingset.c",
    .sees = POLICY_REF_BITS,
    .params = linux3_table,
    .params_size = sizeof(struct lru_params),
    .state_size = sizeof(struct linux3),
    .frame_size = LRU_FRAME_SIZE,
    .ghosts = lru_ghosts,
    .init = linux3_init,
    .page_in = linux3_page_in,
    .page_out = lru_page_out,
    .forget = lru_forget,
    .victim = linux3_victim,
    .why = lru_why,
    .show = linux3_show,
    .reclaim = &linux3_reclaim,
};
