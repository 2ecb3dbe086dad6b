/* lru_scan.h -- what policies with Linux's lists since 2.6.28 do alike: pages come, are marked
 * as used and go, lists are scanned a batch at a time, and of the pages that are taken off a
 * list those that stay go back.  In what the versions differ is in struct lru_rules.
 *
 * Of what is counted for a memory cgroup, each piece is told in the order in which the kernel
 * (6.18) counts it: what is taken off lists by the batch, what comes to lists one by one. */
#ifndef FAULTLINE_LRU_SCAN_H
#define FAULTLINE_LRU_SCAN_H

#include "faultline/lru_rules.h"

/* How often the priorities are gone through for a victim: a page that was used goes on the
 * second look, and an active one when active pages are not passed over any more. */
enum { LRU_VICTIM_RUNS = 4 };

static inline void lru_start(struct lru *l, const struct policy_env *env,
                             const struct lru_rules *rules)
{
    l->env = env;
    l->params = env->params;
    l->rules = *rules;
    lru_init(&l->lists, env);
}

/* Without a driver: the page that is to go has been chosen.  It is off its list, and of the
 * other lists only active ones are still looked at, in their turn. */
static inline bool lru_has_victim(const struct reclaim *r)
{
    return !r->page && r->chosen != PFN_NONE;
}

/* A list is too short beside the other, of which the more are to be active the more pages
 * there are (inactive_is_low). */
static inline bool lru_is_low(const struct lru *l, uint64_t inactive, uint64_t active)
{
    const uint64_t gib = (inactive + active) * l->env->page_size >> 30;
    uint64_t ratio = 1;
    while ((ratio + 1) * (ratio + 1) <= 10 * gib) /* int_sqrt() */
        ratio++;
    return inactive * ratio < active;
}

/* --- pages come, are used, and go -------------------------------------------------------- */

/* lru_add_drain(): the new pages come to their lists, one after the other. */
static inline void lru_drain_new(struct lru *l)
{
    while (l->lists.n[LRU_WAITING] > 0) {
        const pfn_t pfn = lru_tail(&l->lists, LRU_WAITING);
        const enum reclaim_type type = lru_type(&l->lists, pfn);
        const uint64_t pages = lru_pages_of(&l->lists, pfn);
        lru_move(&l->lists, pfn);
        l->scanned[type] += pages;
        l->rotated[type] += lru_is(&l->lists, pfn, LRU_ACTIVE) ? pages : 0;
        policy_updated(l->env, pages);
    }
}

static inline void lru_drain_all(void *state)
{
    lru_drain_new(state);
}

static inline void lru_mark_folio(struct lru *l, pfn_t pfn)
{
    const unsigned pages = page_folio(l->env, pfn);
    if (pages == 1)
        return;
    lru_mark(&l->lists, pfn, LRU_LARGE, true);
    l->lists.orders[pfn] = 0;
    while (lru_pages_of(&l->lists, pfn) < pages)
        l->lists.orders[pfn]++;
}

/* The page comes, and waits to be put on a list. */
static inline void lru_page_in(struct lru *l, pfn_t pfn)
{
    const bool file = page_is_file(l->env, pfn);
    l->lists.marks[pfn] = file ? LRU_FILE : l->rules.anon_starts_active ? LRU_ACTIVE : 0;
    if (file)
        lru_mark_folio(l, pfn);
    if (!page_read_ahead(l->env, pfn))
        page_set_referenced(l->env, pfn);
}

static inline uint64_t lru_addition_batch(const struct lru *l)
{
    return l->params->addition_batch > 0 || !l->env->driven ? l->params->addition_batch
                                                            : l->rules.addition_batch;
}

static inline void lru_wait(struct lru *l, pfn_t pfn)
{
    lru_put(&l->lists, LRU_WAITING, pfn);
    if (l->lists.n[LRU_WAITING] >= lru_addition_batch(l) ||
        lru_is(&l->lists, pfn, LRU_LARGE)) /* !folio_may_be_lru_cached() */
        lru_drain_new(l);
}

/* workingset_refault(): the page was evicted, and has come back.  It turns active if no more
 * than `size` pages have gone or turned active since.  True: it was of the working set. */
static inline bool lru_refault(struct lru *l, pfn_t pfn, pfn_t ghost, uint64_t size)
{
    const enum reclaim_type type = lru_type(&l->lists, pfn);
    const uint64_t pages = lru_pages_of(&l->lists, pfn);
    l->counts.workingset_refault[type] += pages;
    policy_updated(l->env, pages);
    if (l->age - lru_age(&l->lists, ghost) > size)
        return false;
    lru_mark(&l->lists, pfn, LRU_ACTIVE, true);
    l->age += pages;
    l->counts.workingset_activate[type] += pages;
    policy_updated(l->env, pages);
    if (!lru_is(&l->lists, ghost, LRU_WORKINGSET))
        return false;
    lru_mark(&l->lists, pfn, LRU_WORKINGSET, true);
    l->counts.workingset_restore[type] += pages;
    policy_updated(l->env, pages);
    return true;
}

static inline void lru_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct lru *l = state;
    const bool file = lru_is(&l->lists, pfn, LRU_FILE);
    lru_take(&l->lists, pfn);
    if (!evicted || !l->rules.remembers || (!file && !l->rules.remembers_anon))
        return;
    const uint64_t before = l->age, pages = lru_pages_of(&l->lists, pfn);
    l->age += pages;
    for (uint64_t i = 0; i < pages;
         i++) { /* one shadow entry stands for all in the kernel */
        const pfn_t ghost = ghost_add(l->env, pfn + (pfn_t)i);
        if (ghost != PFN_NONE)
            lru_remember(&l->lists, ghost, l->rules.remembers_before ? before : l->age,
                         lru_is(&l->lists, pfn, LRU_WORKINGSET));
    }
}

/* A ghost is in no list. */
static inline void lru_forget(void *state, pfn_t ghost)
{
    (void)state;
    (void)ghost;
}

/* Shadow entries are not bounded by the frames. */
static inline uint64_t lru_ghosts(const void *params, pfn_t nframes)
{
    (void)params;
    (void)nframes;
    return UINT32_MAX;
}

/* mark_page_accessed() */
static inline void lru_used(void *state, pfn_t pfn)
{
    struct lru *l = state;
    const enum reclaim_type type = lru_type(&l->lists, pfn);
    const uint64_t pages = lru_pages_of(&l->lists, pfn);
    if (!lru_is(&l->lists, pfn, LRU_REFERENCED)) {
        lru_mark(&l->lists, pfn, LRU_REFERENCED, true);
        return;
    }
    if (lru_is(&l->lists, pfn, LRU_ACTIVE))
        return;
    lru_mark(&l->lists, pfn, LRU_REFERENCED, false);
    lru_mark(&l->lists, pfn, LRU_ACTIVE, true);
    l->age += type == RECLAIM_FILE || l->rules.used_anon_ages ? pages : 0;
    if (l->lists.where[pfn] == LRU_WAITING)
        return;
    lru_move(&l->lists, pfn);
    l->scanned[type] += pages;
    l->rotated[type] += pages;
    l->counts.pgactivate += pages;
}

/* rotate_reclaimable_page(): it is to be the next to go. */
static inline void lru_written(void *state, pfn_t pfn)
{
    struct lru *l = state;
    if (l->lists.where[pfn] >= LRU_EVICTABLE || page_dirty(l->env, pfn) ||
        page_locked(l->env, pfn) || page_writing(l->env, pfn) ||
        (lru_is(&l->lists, pfn, LRU_ACTIVE) && !l->rules.rotates_active))
        return;
    lru_take(&l->lists, pfn);
    lru_mark(&l->lists, pfn, LRU_ACTIVE, false);
    lru_add_tail(&l->lists, pfn);
    l->counts.pgrotated += lru_pages_of(&l->lists, pfn);
}

static inline void lru_deactivate(void *state, pfn_t pfn)
{
    struct lru *l = state;
    lru_drain_new(l);
    if (!lru_is(&l->lists, pfn, LRU_ACTIVE))
        return;
    lru_mark(&l->lists, pfn, LRU_ACTIVE | LRU_REFERENCED, false);
    lru_move(&l->lists, pfn);
    l->scanned[lru_type(&l->lists, pfn)] += lru_pages_of(&l->lists, pfn);
    l->counts.pgdeactivate += lru_pages_of(&l->lists, pfn);
}

static inline void lru_lazy_free(void *state, pfn_t pfn)
{
    struct lru *l = state;
    lru_drain_new(l);
    if (lru_is(&l->lists, pfn, LRU_FILE))
        return;
    lru_mark(&l->lists, pfn, LRU_ACTIVE | LRU_REFERENCED, false);
    lru_mark(&l->lists, pfn, LRU_FILE | LRU_LAZY, true);
    lru_move(&l->lists, pfn);
    l->scanned[RECLAIM_FILE]++;
}

/* The page is mapped, or in the swap cache (for a page of a file the kernel asks whether any of
 * the file is mapped). */
static inline bool lru_in_use(const struct lru *l, pfn_t pfn)
{
    return !lru_is(&l->lists, pfn, LRU_FILE) || page_mappings(l->env, pfn) > 0;
}

/* page_referenced() before 2.6.34: the mark is taken too.  *young: so are bits of mappings. */
static inline bool lru_take_used(struct lru *l, pfn_t pfn, bool *young)
{
    const bool marked = lru_is(&l->lists, pfn, LRU_REFERENCED);
    *young = page_take_young(l->env, pfn) > 0;
    lru_mark(&l->lists, pfn, LRU_REFERENCED, false);
    return *young || marked;
}

/* --- scans ------------------------------------------------------------------------------- */

/* shrink_active_list(): all turn inactive but programs in use. */
static inline void lru_shrink_active(struct lru *l, unsigned type, uint64_t n)
{
    uint64_t used = 0, rotated = 0;
    lru_drain_new(l);
    const uint64_t taken = lru_isolate(&l->lists, lru_active(type), n);
    policy_updated(l->env, taken);
    policy_updated(l->env, taken);
    l->counts.pgrefill += taken;
    l->scanned[type] += taken;
    while (l->lists.n[LRU_TAKEN] > 0) {
        const pfn_t pfn = lru_tail(&l->lists, LRU_TAKEN);
        const uint64_t pages = lru_pages_of(&l->lists, pfn);
        bool young = false, marked = false;
        if (!l->rules.counts_marks)
            young = page_take_young(l->env, pfn) > 0;
        else if (lru_in_use(l, pfn))
            marked = lru_take_used(l, pfn, &young);
        const bool stays = young && page_is_executable(l->env, pfn);
        used += young || marked ? pages : 0;
        rotated += stays ? pages : 0;
        if (!stays)
            lru_mark(&l->lists, pfn, LRU_ACTIVE, false);
        if (!stays && l->rules.marks_workingset)
            lru_mark(&l->lists, pfn, LRU_WORKINGSET, true);
        lru_move(&l->lists, pfn);
        policy_updated(l->env, pages);
    }
    policy_updated(l->env, taken - rotated);
    l->counts.pgdeactivate += taken - rotated;
    l->rotated[type] += used;
    if (rotated > 0 && l->rules.cost)
        l->rules.cost(l, type, true, 0, rotated);
}

/* page_check_references() since 2.6.34: a page that was used stays, and turns active if it was
 * so at the last look too. */
static inline enum page_fate lru_check_twice(struct lru *l, const struct reclaim *r,
                                             pfn_t pfn)
{
    const bool file = lru_is(&l->lists, pfn, LRU_FILE);
    const bool referenced = lru_is(&l->lists, pfn, LRU_REFERENCED);
    const unsigned young = page_take_young(l->env, pfn);
    lru_mark(&l->lists, pfn, LRU_REFERENCED, false);
    if (young > 0 && !file && l->rules.anon_used_once)
        return PAGE_ACTIVATE;
    if (young > 0) {
        lru_mark(&l->lists, pfn, LRU_REFERENCED, true);
        return referenced || young > 1 || (file && page_is_executable(l->env, pfn))
                   ? PAGE_ACTIVATE
                   : PAGE_KEEP;
    }
    /* Of a dirty page of a file, a kernel says itself what becomes of it. */
    return referenced && file && !r->page && page_dirty(l->env, pfn) ? PAGE_KEEP
                                                                     : PAGE_GONE;
}

/* shrink_page_list(), of one page, which is off its list. */
static inline enum page_fate lru_try(struct lru *l, struct reclaim *r, pfn_t pfn)
{
    if (page_locked(l->env, pfn))
        return PAGE_KEEP;
    r->scanned += lru_pages_of(&l->lists, pfn);
    if (page_writing(l->env, pfn) && l->rules.keeps_writing)
        return PAGE_KEEP;
    if (page_writing(l->env, pfn)) /* a kernel notes that it is to go afterwards */
        return r->page ? reclaim_page(r, pfn) : PAGE_ACTIVATE;
    const enum page_fate fate = l->rules.check(l, r, pfn);
    if (fate != PAGE_GONE)
        return fate;
    const enum page_fate done = reclaim_page(r, pfn);
    if (done == PAGE_CHOSEN)
        r->written += page_dirty(l->env, pfn);
    if (done == PAGE_ACTIVATE && lru_is(&l->lists, pfn, LRU_LAZY))
        lru_mark(&l->lists, pfn, LRU_LAZY | LRU_FILE, false); /* stored into since */
    return done;
}

/* Put the pages that were looked at back. */
static inline void lru_put_back(struct lru *l)
{
    while (l->lists.n[LRU_KEPT] > 0) {
        const pfn_t pfn = lru_tail(&l->lists, LRU_KEPT);
        const uint64_t pages = lru_pages_of(&l->lists, pfn);
        const uint64_t active = lru_is(&l->lists, pfn, LRU_ACTIVE) ? pages : 0;
        lru_move(&l->lists, pfn);
        l->age += l->rules.put_back_ages ? active : 0;
        l->rotated[lru_type(&l->lists, pfn)] += active;
        policy_updated(l->env, pages);
    }
}

/* A page that the flusher has yet to begin with: nr_unqueued_dirty. */
static inline bool lru_is_unqueued(const struct lru *l, pfn_t pfn)
{
    return page_is_file(l->env, pfn) && page_dirty(l->env, pfn) &&
           !page_writing(l->env, pfn);
}

/* shrink_inactive_list(); returns how many pages have gone. */
static inline uint64_t lru_shrink_inactive(struct lru *l, struct reclaim *r, unsigned type,
                                           uint64_t n)
{
    const uint64_t written = r->written;
    uint64_t gone = 0, folios = 0, unqueued = 0;
    lru_drain_new(l);
    const uint64_t taken =
        lru_has_victim(r) ? 0 : lru_isolate(&l->lists, lru_inactive(type), n);
    if (taken == 0)
        return 0;
    policy_updated(l->env, taken);
    policy_updated(l->env, taken);
    while (l->lists.n[LRU_TAKEN] > 0 && !lru_has_victim(r) && !r->stop) {
        const pfn_t pfn = lru_tail(&l->lists, LRU_TAKEN);
        const uint64_t pages = lru_pages_of(&l->lists, pfn);
        lru_take(&l->lists, pfn);
        unqueued += lru_is_unqueued(l, pfn) ? pages : 0;
        const enum page_fate fate = lru_try(l, r, pfn);
        const bool goes = fate == PAGE_GONE || fate == PAGE_CHOSEN;
        gone += goes ? pages : 0;
        folios += goes;
        if (fate == PAGE_ACTIVATE) {
            lru_mark(&l->lists, pfn, LRU_ACTIVE, true);
            l->counts.pgactivate += pages;
            policy_updated(l->env, pages);
        }
        if (!goes)
            lru_put(&l->lists, LRU_KEPT, pfn);
    }
    const uint64_t scanned = taken - l->lists.n[LRU_TAKEN];
    lru_return(&l->lists);
    if (r->uncharge)
        r->uncharge(r, (enum reclaim_type)type, folios);
    lru_put_back(l);
    policy_updated(l->env, gone);
    r->reclaimed += gone;
    l->counts.pgscan[type] += scanned;
    l->counts.pgsteal[type] += gone;
    l->scanned[type] += scanned;
    if (l->rules.cost)
        l->rules.cost(l, type, false, r->written - written, scanned - gone);
    if (unqueued == taken && r->all_dirty)
        r->all_dirty(r);
    return gone;
}

#endif
