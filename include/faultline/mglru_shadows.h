/* mglru_shadows.h -- what Linux's multi-gen LRU remembers of pages that it has evicted, and
 * what it learns from their coming back.
 *
 * Source: 6.1, 6.12 and 6.14 mm/workingset.c lru_gen_eviction(), lru_gen_refault(). */
#ifndef FAULTLINE_MGLRU_SHADOWS_H
#define FAULTLINE_MGLRU_SHADOWS_H

#include "faultline/mglru_lists.h"

/* A ghost is in no list: its link holds the generation that was the oldest. */
static inline void mglru_remember(struct mglru *m, pfn_t ghost, pfn_t pfn)
{
    const uint64_t seq = m->min_seq[mglru_type(m, pfn)];
    const unsigned refs = mglru_refs(m, pfn);
    const bool workingset =
        m->params->version >= MGLRU_6_14 ? mglru_is(m, pfn, MGLRU_WORKINGSET) : refs > 0;
    m->ring[0][0].links[ghost] = (struct frame_link){(pfn_t)(seq >> 32), (pfn_t)seq};
    m->pages[ghost] = (struct mglru_page){.list = MGLRU_NOWHERE,
                                          .refs = (uint8_t)(refs > 0 ? refs - 1 : 0),
                                          .marks = workingset ? MGLRU_WORKINGSET : 0};
}

/* lru_gen_test_recent(). */
static inline bool mglru_is_recent(const struct mglru *m, unsigned type, pfn_t ghost)
{
    const struct frame_link link = m->ring[0][0].links[ghost];
    const uint64_t seq = (uint64_t)link.newer << 32 | link.older;
    if (m->params->version >= MGLRU_6_14)
        return m->max_seq - seq < MGLRU_GENS;
    return seq == m->min_seq[type];
}

/* lru_gen_refault(). */
static inline void mglru_refault(struct mglru *m, pfn_t pfn, pfn_t ghost, bool in_fault)
{
    const enum mglru_version version = m->params->version;
    const unsigned type = mglru_type(m, pfn);
    const bool workingset = mglru_is(m, ghost, MGLRU_WORKINGSET);
    const unsigned counter = m->pages[ghost].refs;
    const unsigned refs = counter + (version >= MGLRU_6_14 ? 1 : workingset);
    const bool recent = mglru_is_recent(m, type, ghost);
    m->counts.workingset_refault[type] += recent || version >= MGLRU_6_12;
    if (!recent)
        return;
    m->tiers[type][mglru_tier(m, refs, workingset)].refaulted++;
    m->counts.workingset_activate[type] +=
        version >= MGLRU_6_12 && (version < MGLRU_6_14 || in_fault);
    bool restore = in_fault || refs > MGLRU_REFS_MAX;
    if (version >= MGLRU_6_1_69)
        restore = in_fault || refs >= MGLRU_REFS_MAX;
    if (version >= MGLRU_6_14)
        restore = workingset;
    if (restore) {
        mglru_mark(m, pfn, MGLRU_WORKINGSET, true);
        m->counts.workingset_restore[type]++;
    }
    if (version >= MGLRU_6_1_69 && version < MGLRU_6_14 && restore)
        m->pages[pfn].refs = MGLRU_REFS_MAX;
    else if (version >= MGLRU_6_14 && !restore)
        m->pages[pfn].refs = (uint8_t)(refs - 1);
}

#endif
