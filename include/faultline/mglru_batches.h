/* mglru_batches.h -- pages that wait for others before they come to a list of Linux's multi-gen
 * LRU: new ones, which are on none, and those that are to be activated, which are where they
 * were.
 *
 * A batch that is full goes to the lists at once, what is left when reclaim begins: new pages
 * first.  So pages that eviction has found used come to the head before those that come after
 * them, or behind.
 *
 * Source: 6.1, 6.12 and 6.14 mm/swap.c folio_batch_add_and_move(), folio_activate(),
 * lru_add_drain_cpu(). */
#ifndef FAULTLINE_MGLRU_BATCHES_H
#define FAULTLINE_MGLRU_BATCHES_H

#include "faultline/mglru_lists.h"

/* PAGEVEC_SIZE, which became greater in 6.9. */
static inline unsigned mglru_pagevec(const struct mglru *m)
{
    return m->params->version < MGLRU_6_12 ? 15 : MGLRU_PAGEVEC_MAX;
}

static inline unsigned mglru_batch_size(const struct mglru *m)
{
    if (m->params->addition_batch > 0 || !m->env->driven)
        return (unsigned)m->params->addition_batch;
    return mglru_pagevec(m);
}

static inline void mglru_add_new(struct mglru *m)
{
    pfn_t pfn;
    while ((pfn = frame_ring_oldest(&m->waiting)) != PFN_NONE) {
        frame_ring_remove(&m->waiting, pfn);
        mglru_add(m, pfn, false);
    }
    m->nwaiting = 0;
}

/* Those that have been taken off their lists meanwhile are left out. */
static inline void mglru_activate_batch(struct mglru *m)
{
    for (unsigned i = 0; i < m->nactivating; i++) {
        const pfn_t pfn = m->activating[i];
        if (!m->pages[pfn].gen)
            continue;
        mglru_take(m, pfn);
        mglru_mark(m, pfn, MGLRU_ACTIVE, true);
        mglru_add(m, pfn, false);
        m->counts.pgactivate++;
    }
    m->nactivating = 0;
}

/* lru_add_drain(). */
static inline void mglru_drain_batches(struct mglru *m)
{
    mglru_add_new(m);
    mglru_activate_batch(m);
}

/* The page, which is on no list, is new. */
static inline void mglru_wait(struct mglru *m, pfn_t pfn)
{
    frame_ring_add(&m->waiting, pfn);
    m->pages[pfn].list = MGLRU_WAITING;
    if (++m->nwaiting >= mglru_batch_size(m))
        mglru_add_new(m);
}

/* The page, which is on a list, is to come to the head of the youngest generation's. */
static inline void mglru_activate(struct mglru *m, pfn_t pfn)
{
    m->activating[m->nactivating++] = pfn;
    if (m->nactivating >= mglru_batch_size(m))
        mglru_activate_batch(m);
}

/* The batch holds the page, so that it cannot go. */
static inline bool mglru_is_activating(const struct mglru *m, pfn_t pfn)
{
    for (unsigned i = 0; i < m->nactivating; i++)
        if (m->activating[i] == pfn)
            return true;
    return false;
}

/* The page goes: no batch is to have it. */
static inline void mglru_leave_batches(struct mglru *m, pfn_t pfn)
{
    unsigned n = 0;
    for (unsigned i = 0; i < m->nactivating; i++)
        if (m->activating[i] != pfn)
            m->activating[n++] = m->activating[i];
    m->nactivating = n;
    if (m->pages[pfn].list == MGLRU_WAITING) {
        frame_ring_remove(&m->waiting, pfn);
        m->nwaiting--;
    }
}

#endif
