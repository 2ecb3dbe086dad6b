/* linux5.c -- Linux's active and inactive lists as they are since 5.7: mm/vmscan.c, mm/swap.c
 * and mm/workingset.c of 5.7, 5.8, 5.9, 5.15, 6.1, 6.5 and 6.14, compared with a live 6.18.
 *
 * A page that comes starts inactive, and turns active if it is found used twice at the tail of
 * its inactive list, or if it comes back so soon after it was evicted that it would still be in
 * memory, had the active lists been as much shorter.  Active pages turn inactive when the
 * inactive list is short, or when such pages come back, used or not.
 *
 * Where the kernel reads a memory cgroup's counts, which may be out of date, so does this. */
#include "faultline/lru_reclaim.h"

enum version { V5_7, V5_8, V5_9, V5_15, V6_1, V6_5, V6_12, V6_18 };

/* What the kernel reads of its own counts. */
struct seen {
    uint64_t n[LRU_EVICTABLE]; /* of the lists                                           */
    uint64_t activated[RECLAIM_TYPES];
};

struct linux5 {
    struct lru lru;
    uint64_t cost[RECLAIM_TYPES];     /* anon_cost, file_cost: recent, from 5.8 */
    uint64_t refaults[RECLAIM_TYPES]; /* activated, when the last run ended */
    bool lags;                        /* the kernel reads what was flushed last */
    struct seen flushed;
    /* Of the priority under way: */
    uint64_t cost_before[RECLAIM_TYPES];
    bool deactivate[RECLAIM_TYPES]; /* active pages may turn inactive                    */
    bool cache_trim, file_is_tiny;
};

static const char *const version_choices[] = {"5.7", "5.8",  "5.9",  "5.15", "6.1",
                                              "6.5", "6.12", "6.18", NULL};

static const struct param linux5_table[] = {
    {.name = "version",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct lru_params, version),
     .fallback = "6.18",
     .choices = version_choices,
     .help = "the kernel whose rules are followed; those of 6.5 hold to 6.18"},
    LRU_PARAM_BATCH,
    LRU_PARAM_ADDITION_BATCH("15, from 6.12 on 31"),
    LRU_PARAM_SWAPPINESS(200),
    {0},
};

static bool since(const struct linux5 *l, enum version version)
{
    return l->lru.params->version >= version;
}

/* --- what the kernel reads --------------------------------------------------------------- */

static struct seen exact(const struct linux5 *l)
{
    struct seen seen;
    for (unsigned list = 0; list < LRU_EVICTABLE; list++)
        seen.n[list] = l->lru.lists.n[list];
    for (unsigned type = 0; type < RECLAIM_TYPES; type++)
        seen.activated[type] = l->lru.counts.workingset_activate[type];
    return seen;
}

static struct seen see(const struct linux5 *l)
{
    return l->lags ? l->flushed : exact(l);
}

static void linux5_flushed(void *state)
{
    struct linux5 *l = state;
    l->lags = true;
    l->flushed = exact(l);
}

static bool inactive_is_low(const struct linux5 *l, unsigned type)
{
    const struct seen seen = see(l);
    return lru_is_low(&l->lru, seen.n[lru_inactive(type)], seen.n[lru_active(type)]);
}

/* --- costs ------------------------------------------------------------------------------- */

/* lru_note_cost() */
static void note_cost(struct linux5 *l, unsigned type, uint64_t cost)
{
    const struct seen seen = see(l);
    uint64_t pages = 0;
    for (unsigned list = 0; list < LRU_EVICTABLE; list++)
        pages += seen.n[list];
    l->cost[type] += cost;
    if (l->cost[RECLAIM_ANON] + l->cost[RECLAIM_FILE] > pages / 4) {
        l->cost[RECLAIM_ANON] /= 2;
        l->cost[RECLAIM_FILE] /= 2;
    }
}

/* Of a write or a read, in pages that are looked at in vain. */
static uint64_t io_cost(const struct linux5 *l)
{
    return since(l, V6_5) ? RECLAIM_BATCH : 1;
}

static void scan_cost(struct lru *lru, unsigned type, bool active, uint64_t io,
                      uint64_t rotated)
{
    struct linux5 *l = (struct linux5 *)lru;
    if (since(l, V6_5))
        note_cost(l, type, io * io_cost(l) + rotated);
    else if (since(l, V5_8) && !active)
        note_cost(l, type, io * io_cost(l));
}

/* --- pages come -------------------------------------------------------------------------- */

/* Pages that a page of the type competes with for memory. */
static uint64_t workingset_size(const struct linux5 *l, unsigned type)
{
    const struct seen seen = see(l);
    const bool file = type == RECLAIM_FILE;
    uint64_t size = seen.n[LRU_ACTIVE_FILE];
    if (!file)
        size += seen.n[LRU_INACTIVE_FILE];
    if (!since(l, V5_8) || !policy_can_swap(l->lru.env))
        return size;
    return size + seen.n[LRU_ACTIVE_ANON] + (file ? seen.n[LRU_INACTIVE_ANON] : 0);
}

static void linux5_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct linux5 *l = state;
    lru_page_in(&l->lru, pfn);
    const enum reclaim_type type = lru_type(&l->lru.lists, pfn);
    if (ghost != PFN_NONE && lru_refault(&l->lru, pfn, ghost, workingset_size(l, type)) &&
        since(l, V5_8))
        note_cost(l, type, io_cost(l) * lru_pages_of(&l->lru.lists, pfn));
    lru_wait(&l->lru, pfn);
}

/* --- one priority ------------------------------------------------------------------------ */

static bool may_deactivate(struct lru *lru, struct reclaim *r, unsigned type)
{
    const struct linux5 *l = (const struct linux5 *)lru;
    if (!l->deactivate[type])
        r->passed_over = true;
    return l->deactivate[type];
}

static enum status linux5_init(void *state, const struct policy_env *env, struct error *err)
{
    struct linux5 *l = state;
    const struct lru_params *params = env->params;
    const struct lru_rules rules = {.check = lru_check_twice,
                                    .may_deactivate = may_deactivate,
                                    .cost = scan_cost,
                                    .addition_batch = params->version < V6_12 ? 15 : 31,
                                    .anon_starts_active = params->version < V5_9,
                                    .anon_used_once = params->version < V5_9,
                                    .rotates_active = true,
                                    .marks_workingset = true,
                                    .remembers = true,
                                    .remembers_anon = params->version >= V5_9,
                                    .remembers_before = params->version >= V5_15,
                                    .used_anon_ages = params->version >= V5_8,
                                    .put_back_ages = params->version >= V5_8};
    (void)err;
    lru_start(&l->lru, env, &rules);
    return OK;
}

/* get_scan_count() since 5.8: the less a type has cost, the more of it is scanned. */
static struct lru_balance balance_by_cost(const struct linux5 *l, uint64_t swappiness)
{
    const uint64_t weight[RECLAIM_TYPES] = {swappiness, 200 - swappiness};
    const uint64_t both = l->cost_before[RECLAIM_ANON] + l->cost_before[RECLAIM_FILE];
    struct lru_balance balance = {.of = 0};
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        balance.share[type] =
            weight[type] * (3 * both + 1) / (both + l->cost_before[type] + 1);
        balance.of += balance.share[type];
    }
    return balance;
}

/* get_scan_count(): which types are scanned. */
static struct lru_balance balance_of(struct linux5 *l, const struct reclaim *r)
{
    if (!r->may_swap || (r->in_group && r->swappiness == 0))
        return lru_only_file;
    if (r->priority == 0 && r->swappiness > 0)
        return lru_both;
    if (l->file_is_tiny)
        return lru_only_anon;
    if (l->cache_trim)
        return lru_only_file;
    return since(l, V5_8) ? balance_by_cost(l, r->swappiness)
                          : lru_balance_by_use(&l->lru, r->swappiness);
}

/* prepare_scan_control() */
static void prepare(struct linux5 *l, const struct reclaim *r)
{
    const struct seen seen = see(l);
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        const bool refaulted = seen.activated[type] != l->refaults[type];
        l->deactivate[type] = r->force || refaulted || inactive_is_low(l, type);
        l->cost_before[type] = l->cost[type];
    }
    const uint64_t inactive_file = seen.n[LRU_INACTIVE_FILE] >> r->priority;
    l->cache_trim = inactive_file > 0 && !l->deactivate[RECLAIM_FILE];
    const uint64_t file = seen.n[LRU_INACTIVE_FILE] + seen.n[LRU_ACTIVE_FILE];
    l->file_is_tiny = !r->in_group && file + r->free <= r->high &&
                      !l->deactivate[RECLAIM_ANON] &&
                      seen.n[LRU_INACTIVE_ANON] >> r->priority > 0;
}

/* kswapd, and each priority at its end: the inactive pages that are to go to swap space must
 * not become too few. */
static void linux5_age(void *state, struct reclaim *r)
{
    struct linux5 *l = state;
    if (policy_can_swap(l->lru.env) && inactive_is_low(l, RECLAIM_ANON))
        lru_shrink_active(&l->lru, RECLAIM_ANON, r->batch);
}

static void set_targets(struct linux5 *l, struct reclaim *r)
{
    uint64_t target[LRU_EVICTABLE];
    prepare(l, r);
    const struct lru_balance balance = balance_of(l, r);
    for (unsigned list = 0; list < LRU_EVICTABLE; list++)
        target[list] =
            (l->lru.lists.n[list] >> r->priority) * balance.share[list / 2] / balance.of;
    lru_aim(r, target);
}

/* shrink_node() and shrink_lruvec() */
static void linux5_shrink(void *state, struct reclaim *r)
{
    struct linux5 *l = state;
    if (!r->rest.valid)
        set_targets(l, r);
    lru_scan(&l->lru, r, !since(l, V6_1));
    if (r->rest.valid)
        return;
    linux5_age(l, r);
    lru_return_victim(&l->lru, r);
}

/* snapshot_refaults() */
static void linux5_finish(void *state, const struct reclaim *r)
{
    struct linux5 *l = state;
    const struct seen seen = see(l);
    (void)r;
    for (unsigned type = 0; type < RECLAIM_TYPES; type++)
        l->refaults[type] = seen.activated[type];
}

static const struct reclaim_ops linux5_reclaim = {
    .shrink = linux5_shrink,
    .finish = linux5_finish,
    .age = linux5_age,
    .used = lru_used,
    .drain = lru_drain_all,
    .written = lru_written,
    .deactivate = lru_deactivate,
    .lazy_free = lru_lazy_free,
    .flushed = linux5_flushed,
    .sizes = lru_sizes,
    .counts = lru_counts,
    .check = lru_check,
};

static pfn_t linux5_victim(void *state)
{
    return lru_victim(state, &linux5_reclaim);
}

static void linux5_show(void *state, struct policy_view *view)
{
    const struct linux5 *l = state;
    lru_show(&l->lru.lists, view);
    view_number(view, "age", PFN_NONE, l->lru.age);
    view_number(view, "anon cost", PFN_NONE, l->cost[RECLAIM_ANON]);
    view_number(view, "file cost", PFN_NONE, l->cost[RECLAIM_FILE]);
}

const struct policy_ops policy_linux5 = {
    .abi = POLICY_ABI,
    .name = "linux5",
    .summary = "Linux since 5.7: active and inactive lists, with refault distances",
    .source = "Linux 5.7 to 6.18, mm/vmscan.c, mm/swap.c, mm/workingset.c",
    .sees = POLICY_REF_BITS,
    .folios = true,
    .params = linux5_table,
    .params_size = sizeof(struct lru_params),
    .state_size = sizeof(struct linux5),
    .frame_size = LRU_FRAME_SIZE,
    .ghosts = lru_ghosts,
    .init = linux5_init,
    .page_in = linux5_page_in,
    .page_out = lru_page_out,
    .forget = lru_forget,
    .victim = linux5_victim,
    .why = lru_why,
    .show = linux5_show,
    .reclaim = &linux5_reclaim,
};
