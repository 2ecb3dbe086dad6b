/* mglru_drive.h -- how Linux's multi-gen LRU reclaims at a priority: how many pages it looks
 * at, when it ages, and when it has done enough.
 *
 * Of 6.1: where the kernel ends a process's reclaim because memory is above the low watermark,
 * here it must be above the high one, which a driver says.
 *
 * Source: 6.1, 6.12 and 6.14 mm/vmscan.c lru_gen_shrink_lruvec(), try_to_shrink_lruvec(),
 * get_nr_to_scan(), should_abort_scan(), lru_gen_age_node(). */
#ifndef FAULTLINE_MGLRU_DRIVE_H
#define FAULTLINE_MGLRU_DRIVE_H

#include "faultline/mglru_evict.h"

/* get_swappiness(): with little swap space left, pages of files only. */
static inline uint64_t mglru_swappiness(const struct mglru *m,
                                        const struct reclaim *reclaim)
{
    if (!reclaim->may_swap || policy_swap_left(m->env) < MGLRU_BATCH)
        return 0;
    return reclaim->swappiness;
}

static inline unsigned mglru_bits(uint64_t n)
{
    unsigned bits = 0;
    for (; n > 0; n >>= 1)
        bits++;
    return bits;
}

/* The two youngest generations are the active pages. */
static inline void mglru_measure(const struct mglru *m, struct reclaim_sizes *sizes)
{
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        sizes->active[type] = sizes->inactive[type] = 0;
        for (unsigned gens = 0; gens < MGLRU_GENS; gens++) {
            const uint64_t n = m->n[mglru_gen(m->max_seq - gens)][type];
            *(gens < MGLRU_MIN_GENS ? &sizes->active[type] : &sizes->inactive[type]) += n;
        }
    }
}

/* The pages of a list are of its type, and its generation's; adds them to n by those to which
 * they are counted, which may be younger. */
static inline const char *mglru_list_check(const struct mglru *m, unsigned gen,
                                           unsigned type, uint64_t n[MGLRU_GENS])
{
    const struct frame_ring *ring = &m->ring[gen][type];
    uint64_t pages = 0;
    for (pfn_t pfn = 0; pfn < m->env->nframes; pfn++)
        pages += page_evictable(m->env, pfn) && m->pages[pfn].list == gen &&
                 mglru_type(m, pfn) == type;
    if (!frame_ring_holds(ring, pages))
        return "the list of a generation has not the pages that say so";
    pfn_t pfn = frame_ring_newest(ring);
    for (; pages > 0; pages--, pfn = ring->links[pfn].older) {
        const struct mglru_page *page = &m->pages[pfn];
        if (!page_evictable(m->env, pfn) || page->gen == 0 || page->gen > MGLRU_GENS)
            return "a page is in no generation and on a list";
        n[page->gen - 1]++;
    }
    return NULL;
}

/* No page is counted to a generation that has ended, or is on its list, but for those that
 * were left there because they could not be evicted. */
static inline const char *mglru_ended_check(const struct mglru *m, unsigned type)
{
    for (uint64_t seq = m->max_seq + 1; seq < m->min_seq[type] + MGLRU_GENS; seq++) {
        const unsigned gen = mglru_gen(seq);
        if (!m->left[type] && (m->n[gen][type] > 0 || mglru_tail(m, gen, type) != PFN_NONE))
            return "a page is in a generation that is no more";
    }
    return NULL;
}

/* What must hold whenever no page is being looked at: NULL, or a sentence. */
static inline const char *mglru_check(const void *state)
{
    const struct mglru *m = state;
    uint64_t listed = 0, pages = 0;
    for (unsigned type = 0; type < RECLAIM_TYPES; type++) {
        uint64_t n[MGLRU_GENS] = {0};
        if (mglru_gens(m, type) < MGLRU_MIN_GENS || mglru_gens(m, type) > MGLRU_GENS)
            return "there are too few or too many generations";
        for (unsigned gen = 0; gen < MGLRU_GENS; gen++) {
            const char *wrong = mglru_list_check(m, gen, type, n);
            if (wrong)
                return wrong;
        }
        for (unsigned gen = 0; gen < MGLRU_GENS; listed += n[gen++])
            if (n[gen] != m->n[gen][type])
                return "a generation has not as many pages as are counted to it";
        const char *wrong = mglru_ended_check(m, type);
        if (wrong)
            return wrong;
    }
    for (pfn_t pfn = 0; pfn < m->env->nframes; pfn++)
        pages += page_evictable(m->env, pfn);
    return listed + m->nwaiting == pages ? NULL : "a page is in no generation";
}

/* Since 6.12, of all of memory: begin where as many pages are looked at as are wanted, if all
 * inactive ones can go.  set_initial_priority(). */
static inline void mglru_set_priority(const struct mglru *m, struct reclaim *reclaim)
{
    struct reclaim_sizes sizes;
    if (reclaim->in_group || reclaim->priority != RECLAIM_PRIORITY ||
        reclaim->wanted < MGLRU_BATCH)
        return;
    mglru_measure(m, &sizes);
    const uint64_t inactive = sizes.inactive[RECLAIM_FILE] +
                              (reclaim->may_swap ? sizes.inactive[RECLAIM_ANON] : 0);
    const unsigned have = mglru_bits(inactive), want = mglru_bits(reclaim->wanted - 1) + 1;
    const unsigned priority = have > want ? have - want : 0;
    reclaim->priority = priority < RECLAIM_PRIORITY / 2 ? RECLAIM_PRIORITY / 2
                        : priority > RECLAIM_PRIORITY   ? RECLAIM_PRIORITY
                                                        : priority;
}

/* get_nr_to_scan(): how many pages are to be looked at, of which the aging may come first; 0:
 * it is over. */
static inline uint64_t mglru_pages_to_scan(struct mglru *m, const struct reclaim *reclaim,
                                           struct mglru_batch *batch, bool *aging)
{
    const bool anon_too = batch->swappiness > 0;
    uint64_t total;
    *aging = mglru_should_age(m, anon_too, &total);
    const uint64_t n = total >> reclaim->priority;
    if (!*aging)
        return n;
    if (m->params->version >= MGLRU_6_12) {
        if (reclaim->priority == RECLAIM_PRIORITY)
            return n;
        mglru_run_aging(m, anon_too);
        return 0;
    }
    if (reclaim->priority < RECLAIM_PRIORITY) {
        if (reclaim->daemon) /* its rounds begin with it */
            return 0;
        mglru_run_aging(m, anon_too);
        batch->walker = true;
        return n;
    }
    return mglru_oldest(m, anon_too) + MGLRU_MIN_GENS <= m->max_seq ? n : 0;
}

/* should_abort_scan() of 6.1; seq: the youngest generation at the beginning. */
static inline bool mglru_is_enough_6_1(const struct mglru *m, struct reclaim *reclaim,
                                       uint64_t seq, bool swapped)
{
    if (!reclaim->daemon) {
        if (m->max_seq - seq > 1 || (reclaim->reclaimed >= reclaim->wanted && swapped))
            return true;
        if (reclaim->in_group)
            return false;
    } else if (reclaim->reclaimed - m->round < reclaim->wanted) {
        return false;
    }
    return reclaim->priority <= RECLAIM_PRIORITY - 2 && reclaim->free >= reclaim->high &&
           reclaim->high > 0;
}

/* The same since 6.12; before: pages gone before this priority that do not count. */
static inline bool mglru_is_enough(const struct reclaim *reclaim, uint64_t before)
{
    if (reclaim->in_group)
        return false;
    return reclaim->reclaimed - before >= reclaim->wanted ||
           (reclaim->daemon && reclaim->free > reclaim->high + MGLRU_BATCH);
}

/* lru_gen_shrink_lruvec() of 6.1, try_to_shrink_lruvec() of later ones. */
static inline void mglru_reclaim(struct mglru *m, struct reclaim *reclaim)
{
    const bool old = m->params->version < MGLRU_6_12;
    const uint64_t before = reclaim->reclaimed, seq = m->max_seq;
    struct mglru_batch batch = {.reclaim = reclaim, .walker = reclaim->daemon};
    uint64_t scanned = 0, wanted;
    bool aging = false, swapped = false;
    mglru_drain_batches(m);
    if (!old)
        mglru_set_priority(m, reclaim);
    do {
        batch.swappiness = mglru_swappiness(m, reclaim);
        wanted = mglru_pages_to_scan(m, reclaim, &batch, &aging);
        const uint64_t n = wanted > 0 ? mglru_evict(m, &batch, &swapped) : 0;
        if (n == 0 || reclaim->stop || reclaim->chosen != PFN_NONE)
            return;
        scanned += n;
    } while (scanned < wanted &&
             !(old ? mglru_is_enough_6_1(m, reclaim, seq, swapped)
                   : mglru_is_enough(reclaim, reclaim->daemon ? before : 0)));
    if (reclaim->reclaimed - before >= MGLRU_BATCH && !aging)
        m->age_in_turn = false;
}

/* kswapd begins a round: lru_gen_age_node(). */
static inline void mglru_begin_round(struct mglru *m, struct reclaim *reclaim)
{
    uint64_t total;
    const bool anon_too = mglru_swappiness(m, reclaim) > 0;
    if (m->params->version >= MGLRU_6_12) {
        mglru_set_priority(m, reclaim);
        return;
    }
    if (reclaim->priority > m->round_priority) /* kswapd begins anew */
        m->age_in_turn = false;
    m->round_priority = reclaim->priority;
    m->round = reclaim->reclaimed;
    if (m->age_in_turn && mglru_should_age(m, anon_too, &total))
        mglru_run_aging(m, anon_too);
    m->age_in_turn = true;
}

#endif
