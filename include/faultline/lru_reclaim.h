/* lru_reclaim.h -- what policies with Linux's lists do alike at one priority, between lru_scan.h
 * and struct reclaim_ops: how many pages of each list are looked at, a batch of each in turn
 * until enough have gone; and the driver's part where there is none. */
#ifndef FAULTLINE_LRU_RECLAIM_H
#define FAULTLINE_LRU_RECLAIM_H

#include "faultline/lru_scan.h"

/* Of the pages of a list at a priority, share of its type / of are looked at. */
struct lru_balance {
    uint64_t share[RECLAIM_TYPES], of;
};

static const struct lru_balance lru_only_anon = {.share = {1, 0}, .of = 1};
static const struct lru_balance lru_only_file = {.share = {0, 1}, .of = 1};
static const struct lru_balance lru_both = {.share = {1, 1}, .of = 1};

static inline uint64_t lru_pages(const struct lru *l, unsigned type)
{
    return l->lists.n[lru_inactive(type)] + l->lists.n[lru_active(type)];
}

/* What was looked at lately weighs less, the longer ago it was. */
static inline void lru_halve_recent(struct lru *l)
{
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        if (l->scanned[type] <= lru_pages(l, type) / 4)
            continue;
        l->scanned[type] /= 2;
        l->rotated[type] /= 2;
    }
}

/* get_scan_count() before 5.8: a type of whose pages fewer were found used is scanned more. */
static inline struct lru_balance lru_balance_by_use(struct lru *l, uint64_t swappiness)
{
    const uint64_t weight[RECLAIM_TYPES] = {swappiness, 200 - swappiness};
    struct lru_balance balance = {.of = 1};
    lru_halve_recent(l);
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        balance.share[type] =
            weight[type] * (l->scanned[type] + 1) / (l->rotated[type] + 1);
        balance.of += balance.share[type];
    }
    return balance;
}

/* One batch of each list that has pages left to be looked at; returns how many have gone.
 * Pages that were put back because r->stop was set are still left. */
static inline uint64_t lru_shrink_lists(struct lru *l, struct reclaim *r, uint64_t *left)
{
    uint64_t gone = 0;
    for (unsigned list = 0; list < LRU_EVICTABLE && !r->stop; list++) {
        const uint64_t n = left[list] < r->batch ? left[list] : r->batch;
        const unsigned type = list / 2;
        const uint64_t scanned = l->counts.pgscan[type];
        left[list] -= n;
        if (n > 0 && !(list & LRU_ACTIVE)) {
            gone += lru_shrink_inactive(l, r, type, n);
            const uint64_t seen = l->counts.pgscan[type] - scanned;
            if (r->stop && seen < n)
                left[list] += n - seen;
        } else if (n > 0 && l->rules.may_deactivate(l, r, type))
            lru_shrink_active(l, type, n);
    }
    return gone;
}

/* Enough have gone: stop looking at the type of which less is left, and of the other look at
 * no larger a part than of this.  False: one has nothing left. */
static inline bool lru_cut(uint64_t *left, const uint64_t *target)
{
    const uint64_t anon = left[LRU_INACTIVE_ANON] + left[LRU_ACTIVE_ANON];
    const uint64_t file = left[LRU_INACTIVE_FILE] + left[LRU_ACTIVE_FILE];
    if (anon == 0 || file == 0)
        return false;
    const unsigned less = file > anon ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;
    const unsigned more = LRU_INACTIVE_FILE - less;
    const uint64_t percent =
        (file > anon ? anon : file) * 100 / (target[less] + target[less + LRU_ACTIVE] + 1);
    left[less] = left[less + LRU_ACTIVE] = 0;
    for (unsigned list = more; list <= more + LRU_ACTIVE; list++) {
        const uint64_t scanned = target[list] - left[list];
        const uint64_t all = target[list] * (100 - percent) / 100;
        left[list] = all > scanned ? all - scanned : 0;
    }
    return true;
}

static inline bool lru_is_left(const struct reclaim_rest *rest)
{
    return rest->left[LRU_INACTIVE_ANON] || rest->left[LRU_ACTIVE_FILE] ||
           rest->left[LRU_INACTIVE_FILE];
}

/* The loop of shrink_lruvec() since 3.11, of r->rest, to which it goes back if it is stopped.
 * cut_once: when that has been done, the rest is looked at whatever has gone (before 6.1). */
static inline void lru_scan(struct lru *l, struct reclaim *r, bool cut_once)
{
    struct reclaim_rest *rest = &r->rest;
    bool whole = !r->in_group && !r->daemon && r->priority == RECLAIM_PRIORITY;
    rest->valid = false;
    while (!rest->valid && lru_is_left(rest)) {
        rest->gone += lru_shrink_lists(l, r, rest->left);
        rest->valid = r->stop;
        if (lru_has_victim(r) || r->stop)
            break;
        if (rest->gone < r->wanted || whole) {
            rest->valid = r->pause && lru_is_left(rest);
            continue;
        }
        if (!lru_cut(rest->left, rest->target))
            break;
        whole = cut_once;
    }
}

/* So much of each list is to be looked at, of which nothing has been yet. */
static inline void lru_aim(struct reclaim *r, const uint64_t *target)
{
    r->rest.gone = 0;
    for (unsigned list = 0; list < LRU_EVICTABLE; list++)
        r->rest.left[list] = r->rest.target[list] = target[list];
}

/* Without a driver, the last thing in shrink: the victim is back where it was. */
static inline void lru_return_victim(struct lru *l, const struct reclaim *r)
{
    if (lru_has_victim(r))
        lru_add_tail(&l->lists, r->chosen);
}

/* --- without a driver -------------------------------------------------------------------- */

/* The driver's part for one page, with the calls of the policy whose state it is. */
static inline pfn_t lru_victim(struct lru *l, const struct reclaim_ops *ops)
{
    struct reclaim r = {.wanted = 1,
                        .batch = (uint32_t)l->params->batch,
                        .swappiness = (uint32_t)l->params->swappiness,
                        .may_swap = policy_can_swap(l->env),
                        .may_write = true,
                        .chosen = PFN_NONE};
    for (unsigned run = 0; run < LRU_VICTIM_RUNS && !lru_has_victim(&r); run++) {
        r.force = r.passed_over;
        for (unsigned left = RECLAIM_PRIORITY + 1; left > 0 && !lru_has_victim(&r);
             left--) {
            r.priority = l->priority = left - 1;
            ops->shrink(l, &r);
        }
        if (ops->finish)
            ops->finish(l, &r);
        lru_drain_new(l);
    }
    l->last_resort = !lru_has_victim(&r);
    return l->last_resort ? lru_last_resort(&l->lists, l->env) : r.chosen;
}

static inline void lru_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct lru *l = state;
    const char *page = view_page(view, victim);
    const char *list = lru_list_names[l->lists.marks[victim] & LRU_LIST];
    if (l->last_resort)
        view_say(view, "no page could go: page %s, the oldest of the %s list, goes", page,
                 list);
    else
        view_say(
            view,
            "page %s was the oldest of the %s list and not in use when that was looked "
            "at, at priority %u",
            page, list, l->priority);
}

static inline void lru_sizes(const void *state, struct reclaim_sizes *sizes)
{
    const struct lru *l = state;
    for (unsigned type = RECLAIM_ANON; type < RECLAIM_TYPES; type++) {
        sizes->inactive[type] = l->lists.n[lru_inactive(type)];
        sizes->active[type] = l->lists.n[lru_active(type)];
    }
}

static inline const char *lru_check(const void *state)
{
    const struct lru *l = state;
    return lru_lists_check(&l->lists, l->env);
}

static inline const struct reclaim_counts *lru_counts(const void *state)
{
    return &((const struct lru *)state)->counts;
}

#endif
