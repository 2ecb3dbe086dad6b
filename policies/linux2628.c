/* linux2628.c -- Linux's lists from 2.6.28 to 2.6.33: mm/vmscan.c and mm/swap.c of 2.6.32.
 *
 * Pages of files and all others are kept apart for the first time, each type in an active and an
 * inactive list.  A page of a file starts inactive, any other active; one that is found used at
 * the tail of an inactive list turns active.  Active pages turn inactive, used or not, when the
 * inactive list is the shorter; while it is not, a batch of the inactive list is scanned in
 * place of one of the active list. */
#include "faultline/lru_reclaim.h"

struct linux2628 {
    struct lru lru;
    uint64_t
        saved[LRU_EVICTABLE]; /* to be scanned, until there is a batch of it           */
};

static const struct param linux2628_table[] = {
    LRU_PARAM_BATCH,
    LRU_PARAM_ADDITION_BATCH("14"),
    LRU_PARAM_SWAPPINESS(100),
    {0},
};

static void linux2628_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct linux2628 *l = state;
    (void)ghost;
    lru_page_in(&l->lru, pfn);
    lru_wait(&l->lru, pfn);
}

/* What shrink_page_list() makes of a page: one that was used turns active if it is mapped, or of
 * no file; a dirty one that was used stays. */
static enum page_fate check_used(struct lru *l, const struct reclaim *r, pfn_t pfn)
{
    bool young;
    const bool used = lru_take_used(l, pfn, &young);
    (void)r;
    if (used && lru_in_use(l, pfn))
        return PAGE_ACTIVATE;
    return used && page_dirty(l->env, pfn) ? PAGE_KEEP : PAGE_GONE;
}

static enum status linux2628_init(void *state, const struct policy_env *env,
                                  struct error *err)
{
    struct linux2628 *l = state;
    const struct lru_rules rules = {.check = check_used,
                                    .addition_batch = 14,
                                    .anon_starts_active = true,
                                    .counts_marks = true,
                                    .keeps_writing = true};
    (void)err;
    lru_start(&l->lru, env, &rules);
    return OK;
}

static bool inactive_is_low(const struct linux2628 *l, unsigned type)
{
    const uint64_t inactive = l->lru.lists.n[lru_inactive(type)];
    const uint64_t active = l->lru.lists.n[lru_active(type)];
    if (type == RECLAIM_FILE)
        return inactive < active;
    return lru_is_low(&l->lru, inactive, active);
}

/* get_scan_ratio(), in percent. */
static struct lru_balance balance_of(struct linux2628 *l, const struct reclaim *r)
{
    const uint64_t weight[RECLAIM_TYPES] = {r->swappiness + 1, 200 - r->swappiness + 1};
    uint64_t pressure[RECLAIM_TYPES];
    if (!r->may_swap)
        return lru_only_file;
    if (!r->in_group && lru_pages(&l->lru, RECLAIM_FILE) + r->free <= r->high)
        return lru_only_anon;
    lru_halve_recent(&l->lru);
    for (unsigned type = 0; type < RECLAIM_TYPES; type++)
        pressure[type] =
            weight[type] * (l->lru.scanned[type] + 1) / (l->lru.rotated[type] + 1);
    const uint64_t anon = 100 * pressure[RECLAIM_ANON] /
                          (pressure[RECLAIM_ANON] + pressure[RECLAIM_FILE] + 1);
    return (struct lru_balance){.share = {anon, 100 - anon}, .of = 100};
}

/* nr_scan_try_batch(): what is too little for a batch is kept for the next time. */
static uint64_t enough(uint64_t *saved, uint64_t scan, uint64_t batch)
{
    const uint64_t all = *saved + scan;
    *saved = all >= batch ? 0 : all;
    return all - *saved;
}

/* shrink_inactive_list(): whole batches, until so many pages have been looked at. */
static uint64_t shrink_inactive(struct linux2628 *l, struct reclaim *r, unsigned type,
                                uint64_t n)
{
    const uint64_t *scanned = &l->lru.counts.pgscan[type];
    const uint64_t until = *scanned + n;
    uint64_t before, gone = 0;
    do {
        before = *scanned;
        gone += lru_shrink_inactive(&l->lru, r, type, r->batch);
    } while (*scanned > before && *scanned < until && !r->stop);
    return gone;
}

/* A batch of each list that has pages left to be scanned; returns how many have gone. */
static uint64_t shrink_lists(struct linux2628 *l, struct reclaim *r, uint64_t *left)
{
    uint64_t gone = 0;
    for (unsigned list = 0; list < LRU_EVICTABLE && !r->stop; list++) {
        const uint64_t n = left[list] < r->batch ? left[list] : r->batch;
        const unsigned type = list / 2;
        left[list] -= n;
        if (n > 0 && list & LRU_ACTIVE && inactive_is_low(l, type))
            lru_shrink_active(&l->lru, type, n);
        else if (n > 0)
            gone += shrink_inactive(l, r, type, n);
    }
    return gone;
}

/* shrink_zone() */
static void linux2628_shrink(void *state, struct reclaim *r)
{
    struct linux2628 *l = state;
    const struct lru_balance balance = balance_of(l, r);
    const bool stops = !r->daemon && r->priority < RECLAIM_PRIORITY;
    uint64_t left[LRU_EVICTABLE], gone = r->reclaimed;
    for (unsigned list = 0; list < LRU_EVICTABLE; list++) {
        const uint64_t size = l->lru.lists.n[list];
        const bool whole = r->priority == 0 && r->may_swap;
        const uint64_t scan =
            whole ? size : (size >> r->priority) * balance.share[list / 2] / balance.of;
        left[list] = enough(&l->saved[list], scan, r->batch);
    }
    while (left[LRU_INACTIVE_ANON] || left[LRU_ACTIVE_FILE] || left[LRU_INACTIVE_FILE]) {
        gone += shrink_lists(l, r, left);
        if (r->stop)
            return;
        if ((gone > r->batch && stops) || lru_has_victim(r))
            break;
    }
    if (inactive_is_low(l, RECLAIM_ANON) && policy_can_swap(l->lru.env))
        lru_shrink_active(&l->lru, RECLAIM_ANON, r->batch);
    lru_return_victim(&l->lru, r);
}

/* What balance_pgdat() does first. */
static void linux2628_age(void *state, struct reclaim *r)
{
    struct linux2628 *l = state;
    if (inactive_is_low(l, RECLAIM_ANON))
        lru_shrink_active(&l->lru, RECLAIM_ANON, r->batch);
}

static const struct reclaim_ops linux2628_reclaim = {
    .shrink = linux2628_shrink,
    .age = linux2628_age,
    .used = lru_used,
    .written = lru_written,
    .deactivate = lru_deactivate,
    .lazy_free = lru_lazy_free,
    .sizes = lru_sizes,
    .counts = lru_counts,
    .check = lru_check,
};

static pfn_t linux2628_victim(void *state)
{
    return lru_victim(state, &linux2628_reclaim);
}

static void linux2628_show(void *state, struct policy_view *view)
{
    const struct linux2628 *l = state;
    lru_show(&l->lru.lists, view);
}

const struct policy_ops policy_linux2628 = {
    .abi = POLICY_ABI,
    .name = "linux2628",
    .summary = "Linux 2.6.28 to 2.6.33: active and inactive lists for each of two types",
    .source = "Linux 2.6.32, mm/vmscan.c, mm/swap.c",
    .sees = POLICY_REF_BITS,
    .params = linux2628_table,
    .params_size = sizeof(struct lru_params),
    .state_size = sizeof(struct linux2628),
    .frame_size = LRU_FRAME_SIZE,
    .init = linux2628_init,
    .page_in = linux2628_page_in,
    .page_out = lru_page_out,
    .victim = linux2628_victim,
    .why = lru_why,
    .show = linux2628_show,
    .reclaim = &linux2628_reclaim,
};
