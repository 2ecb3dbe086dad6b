/* mglru_evict.h -- the eviction of Linux's multi-gen LRU: pages are taken off the tail of the
 * oldest generation, and go unless their accessed bit is set.
 *
 * Source: 6.1, 6.12 and 6.14 mm/vmscan.c sort_folio() to evict_folios(),
 * folio_check_references(), try_to_inc_min_seq(). */
#ifndef FAULTLINE_MGLRU_EVICT_H
#define FAULTLINE_MGLRU_EVICT_H

#include "faultline/mglru_walk.h"

#include <string.h>

/* Pages that have been taken off their lists, the oldest first, and what was known of them. */
struct mglru_batch {
    struct reclaim *reclaim;
    uint64_t swappiness;
    bool
        walker; /* see mglru_activate_used()                                               */
    unsigned n;
    pfn_t pages[MGLRU_BATCH];
    struct mglru_page before[MGLRU_BATCH];
};

/* --- off the lists ----------------------------------------------------------------------- */

/* It waits to be written, or that is being done. */
static inline bool mglru_waits(const struct mglru *m, pfn_t pfn)
{
    return page_writing(m->env, pfn) ||
           (mglru_type(m, pfn) == RECLAIM_FILE && !mglru_is(m, pfn, MGLRU_LAZY) &&
            page_dirty(m->env, pfn));
}

/* It is passed over for that; without a driver nobody else would write it.  In 6.12 since
 * 6.12.114 the driver is asked, who says that it is active. */
static inline bool mglru_must_wait(const struct mglru *m, const struct reclaim *reclaim,
                                   pfn_t pfn)
{
    if (!reclaim->page)
        return page_writing(m->env, pfn) ||
               (m->params->version < MGLRU_6_14 && page_locked(m->env, pfn));
    if (m->params->version == MGLRU_6_12_114)
        return false;
    return mglru_waits(m, pfn) ||
           (m->params->version < MGLRU_6_14 && page_locked(m->env, pfn));
}

/* Move the page, at the tail of the oldest generation, to another list if it is not one to go:
 * sort_folio(). */
static inline bool mglru_sort(struct mglru *m, const struct reclaim *reclaim, pfn_t pfn,
                              unsigned last_tier)
{
    const enum mglru_version version = m->params->version;
    const enum reclaim_type type = mglru_type(m, pfn);
    const unsigned tier = mglru_tier_of(m, pfn);
    if (version < MGLRU_6_12 && mglru_is(m, pfn, MGLRU_LAZY) && page_dirty(m->env, pfn)) {
        mglru_take(m, pfn);
        mglru_mark(m, pfn, MGLRU_LAZY | MGLRU_FILE, false);
        mglru_add(m, pfn, true);
    } else if (m->pages[pfn].gen != mglru_gen(m->min_seq[type]) + 1) {
        mglru_move(m, pfn, false); /* it has been used */
    } else if (tier > last_tier || mglru_is_full(m, pfn)) {
        const bool counted = version < MGLRU_6_14 || !mglru_is_full(m, pfn);
        m->tiers[type][tier].protected += counted;
        m->counts.workingset_activate[type] += version < MGLRU_6_12;
        mglru_protect(m, pfn, false);
        mglru_move(m, pfn, version < MGLRU_6_14);
    } else if (mglru_must_wait(m, reclaim, pfn)) {
        mglru_protect(m, pfn, true);
        mglru_move(m, pfn, false);
    } else {
        return false;
    }
    return true;
}

/* isolate_folio(): what remains of its uses is forgotten, unless they were more than one. */
static inline void mglru_isolate(struct mglru *m, struct mglru_batch *batch, pfn_t pfn)
{
    batch->pages[batch->n] = pfn;
    batch->before[batch->n++] = m->pages[pfn];
    if (!mglru_is(m, pfn, MGLRU_REFERENCED))
        mglru_clear_uses(m, pfn);
    if (m->params->version != MGLRU_6_12_114)
        mglru_mark(m, pfn, MGLRU_RECLAIM, false);
    if (m->params->version < MGLRU_6_14)
        mglru_mark(m, pfn, MGLRU_REFERENCED, false);
    mglru_take(m, pfn);
}

/* Look at the oldest pages of a type; returns how many, or 0 if there is no use in it:
 * scan_folios(). */
static inline uint64_t mglru_scan(struct mglru *m, struct mglru_batch *batch, unsigned type,
                                  unsigned last_tier)
{
    const struct reclaim *reclaim = batch->reclaim;
    const unsigned most =
        reclaim->page || reclaim->batch > MGLRU_BATCH ? MGLRU_BATCH : reclaim->batch;
    uint64_t scanned = 0;
    pfn_t pfn;
    if (mglru_gens(m, type) == MGLRU_MIN_GENS)
        return 0;
    const unsigned gen = mglru_gen(m->min_seq[type]);
    while (scanned < MGLRU_LOOK && batch->n < most &&
           (pfn = mglru_tail(m, gen, type)) != PFN_NONE) {
        scanned++;
        if (mglru_sort(m, reclaim, pfn, last_tier))
            m->counts.pgrefill++;
        else
            mglru_isolate(m, batch, pfn);
    }
    return batch->n > 0 || scanned == MGLRU_LOOK ? scanned : 0;
}

/* The one type, or if there is no use in it the other: isolate_folios(). */
static inline uint64_t mglru_scan_types(struct mglru *m, struct mglru_batch *batch)
{
    unsigned last_tier, type = mglru_choose_type(m, batch->swappiness, &last_tier);
    uint64_t scanned = mglru_scan(m, batch, type, last_tier);
    if (scanned > 0 || batch->swappiness == 0)
        return scanned;
    type = RECLAIM_TYPES - 1 - type;
    return mglru_scan(m, batch, type, mglru_own_last_tier(m, type));
}

/* --- the oldest generation --------------------------------------------------------------- */

/* Neither type is to be far ahead of the other. */
static inline void mglru_hold_together(const struct mglru *m, uint64_t seq[RECLAIM_TYPES])
{
    uint64_t *anon = &seq[RECLAIM_ANON], *file = &seq[RECLAIM_FILE];
    const uint64_t limit = m->max_seq - MGLRU_MIN_GENS;
    if (m->params->version < MGLRU_6_14) {
        *anon = *anon < *file ? *anon : *file;
        *file = *anon > m->min_seq[RECLAIM_FILE] ? *anon : m->min_seq[RECLAIM_FILE];
    } else if (*anon > limit && *file < limit) {
        *anon = limit;
    } else if (*file > limit && *anon < limit) {
        *file = limit;
    }
}

/* Pass over oldest generations that are empty; true if there were any:
 * try_to_inc_min_seq(). */
static inline bool mglru_pass_empty(struct mglru *m, bool anon_too)
{
    uint64_t seq[RECLAIM_TYPES] = {m->min_seq[RECLAIM_ANON], m->min_seq[RECLAIM_FILE]};
    const unsigned first = anon_too ? RECLAIM_ANON : RECLAIM_FILE;
    bool passed = false;
    for (unsigned type = first; type < RECLAIM_TYPES; type++)
        while (seq[type] + MGLRU_MIN_GENS <= m->max_seq &&
               mglru_tail(m, mglru_gen(seq[type]), type) == PFN_NONE)
            seq[type]++;
    if (anon_too)
        mglru_hold_together(m, seq);
    for (unsigned type = first; type < RECLAIM_TYPES; type++) {
        if (seq[type] <= m->min_seq[type])
            continue;
        mglru_carry_over(m, type);
        m->min_seq[type] = seq[type];
        passed = true;
    }
    return passed;
}

/* --- off memory -------------------------------------------------------------------------- */

/* How many mappings of the page have been used: folio_referenced(). */
static inline unsigned mglru_uses(struct mglru *m, const struct mglru_batch *batch,
                                  pfn_t pfn)
{
    const bool old = m->params->version < MGLRU_6_12;
    const bool anon_too =
        old ? !batch->walker || batch->swappiness > 0 : mglru_type(m, pfn) == RECLAIM_ANON;
    struct page_walk walk;
    unsigned uses = 0;
    for (unsigned i = 0; walk_mapping(m->env, pfn, i, &walk); i++) {
        const bool advised = walk_is_advised(m->env, &walk);
        if ((advised && !old) || !walk_take_young(m->env, &walk))
            continue;
        uses += !advised || walk_has_recency(m->env, &walk);
        if (advised)
            continue;
        if (old) /* it is one of the pages that are looked at */
            mglru_mark(m, pfn, MGLRU_REFERENCED, true);
        mglru_look_around(m, &walk, anon_too, batch->walker);
    }
    return uses;
}

/* Has the page been used?  *activate: it is to be one of those in use:
 * folio_check_references(). */
static inline bool mglru_is_used(struct mglru *m, const struct mglru_batch *batch,
                                 pfn_t pfn, bool *activate)
{
    const bool newer = m->params->version >= MGLRU_6_14;
    *activate = false;
    if (!newer && mglru_is(m, pfn, MGLRU_REFERENCED) && page_mappings(m->env, pfn) > 0)
        return true; /* seen from another page of the batch */
    const unsigned uses = mglru_uses(m, batch, pfn);
    if (newer) {
        *activate = uses > 0 && mglru_set_refs(m, pfn);
        return uses > 0;
    }
    const bool referenced = mglru_is(m, pfn, MGLRU_REFERENCED);
    mglru_mark(m, pfn, MGLRU_REFERENCED, uses > 0);
    *activate = uses > 0 && (referenced || uses > 1 || page_is_executable(m->env, pfn));
    return uses > 0;
}

/* Try to have an isolated page go. */
static inline enum page_fate mglru_try(struct mglru *m, struct mglru_batch *batch,
                                       pfn_t pfn)
{
    const enum reclaim_type type = mglru_type(m, pfn);
    bool activate;
    enum page_fate fate = PAGE_KEEP;
    batch->reclaim->scanned++;
    m->counts.pgscan[type]++;
    if (page_locked(m->env, pfn))
        fate = PAGE_KEEP;
    else if (mglru_is_used(m, batch, pfn, &activate))
        fate = activate ? PAGE_ACTIVATE : PAGE_KEEP;
    else if (!mglru_is_activating(m, pfn))
        fate = reclaim_page(batch->reclaim, pfn);
    if (fate == PAGE_ACTIVATE && mglru_waits(m, pfn))
        mglru_mark(m, pfn, MGLRU_RECLAIM, true);
    if (fate == PAGE_GONE || fate == PAGE_CHOSEN) {
        batch->reclaim->reclaimed++;
        m->counts.pgsteal[type]++;
    } else if (fate == PAGE_ACTIVATE) {
        mglru_mark(m, pfn, MGLRU_ACTIVE, true);
        m->counts.pgactivate++;
    } else if (fate == PAGE_WRITING) {
        mglru_mark(m, pfn, MGLRU_RECLAIM, true);
    }
    return fate;
}

/* --- back to the lists ------------------------------------------------------------------- */

/* Put an isolated page that did not go back: not into the oldest generation, except to wait
 * for the end of its write. */
static inline void mglru_reject(struct mglru *m, pfn_t pfn)
{
    const enum reclaim_type type = mglru_type(m, pfn);
    const bool dirty = page_dirty(m->env, pfn);
    if (mglru_is(m, pfn, MGLRU_LAZY) && dirty)
        mglru_mark(m, pfn, MGLRU_LAZY | MGLRU_FILE, false);
    if (m->params->version >= MGLRU_6_14) {
        if (mglru_seq_of_new(m, pfn, false) == m->min_seq[type]) {
            mglru_clear_uses(m, pfn);
            mglru_mark(m, pfn, MGLRU_ACTIVE, true);
        }
    } else if (mglru_is(m, pfn, MGLRU_RECLAIM) && (dirty || page_writing(m->env, pfn))) {
        if (mglru_is(m, pfn, MGLRU_WORKINGSET))
            mglru_mark(m, pfn, MGLRU_REFERENCED, true);
    } else {
        mglru_clear_uses(m, pfn);
        mglru_mark(m, pfn, MGLRU_ACTIVE, true);
    }
    mglru_add(m, pfn, false);
}

/* What is known of the oldest generations, while some of their pages are on no list. */
struct mglru_end {
    uint64_t min_seq[RECLAIM_TYPES];
    struct mglru_tier tiers[RECLAIM_TYPES][MGLRU_TIERS];
};

/* An oldest generation that was passed over as empty is not: pages go back to it. */
static inline void mglru_unpass(struct mglru *m, const struct mglru_end *before)
{
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        if (m->min_seq[type] == before->min_seq[type])
            continue;
        m->min_seq[type] = before->min_seq[type];
        for (unsigned i = 0; i < MGLRU_TIERS; i++) {
            struct mglru_tier *tier = &m->tiers[type][i];
            const uint64_t evicted = tier->evicted;
            *tier = before->tiers[type][i];
            tier->evicted += evicted;
        }
    }
}

/* The pages from the i-th on have not been looked at: they go back where they were, unless
 * they have been found used from others of the batch. */
static inline void mglru_return(struct mglru *m, const struct mglru_batch *batch,
                                unsigned i)
{
    for (unsigned k = batch->n; k-- > i;) {
        const pfn_t pfn = batch->pages[k];
        if (m->pages[pfn].list != MGLRU_ISOLATED)
            continue;
        if (m->params->version < MGLRU_6_14 && mglru_is(m, pfn, MGLRU_REFERENCED)) {
            mglru_reject(m, pfn);
            continue;
        }
        m->pages[pfn].refs = batch->before[k].refs;
        m->pages[pfn].marks = batch->before[k].marks;
        mglru_put(m, pfn, m->min_seq[mglru_type(m, pfn)], true);
    }
}

/* Take pages off the oldest generation and have them go; returns how many were looked at, 0
 * if no more can go before there is a younger generation.  *swapped: they were of
 * RECLAIM_ANON, some of them.  evict_folios(). */
static inline uint64_t mglru_evict(struct mglru *m, struct mglru_batch *batch,
                                   bool *swapped)
{
    const bool anon_too = batch->swappiness > 0;
    struct mglru_end before;
    batch->n = 0;
    uint64_t scanned = mglru_scan_types(m, batch);
    memcpy(before.min_seq, m->min_seq, sizeof before.min_seq);
    memcpy(before.tiers, m->tiers, sizeof before.tiers);
    scanned += mglru_pass_empty(m, anon_too);
    if (mglru_oldest(m, anon_too) + MGLRU_MIN_GENS > m->max_seq)
        scanned = 0;
    unsigned done = 0;
    pfn_t victim = PFN_NONE;
    for (; done < batch->n && victim == PFN_NONE && !batch->reclaim->stop; done++) {
        const pfn_t pfn = batch->pages[done];
        if (m->pages[pfn].list == MGLRU_ISOLATED && mglru_try(m, batch, pfn) == PAGE_CHOSEN)
            victim = pfn;
    }
    if (batch->n > 0 && mglru_type(m, batch->pages[0]) == RECLAIM_ANON)
        *swapped = true;
    if (done < batch->n)
        mglru_unpass(m, &before);
    mglru_return(m, batch, done);
    if (victim != PFN_NONE)
        mglru_put(m, victim, m->min_seq[mglru_type(m, victim)], true);
    for (unsigned i = 0; i < done; i++)
        if (m->pages[batch->pages[i]].list == MGLRU_ISOLATED)
            mglru_reject(m, batch->pages[i]);
    return scanned;
}

#endif
