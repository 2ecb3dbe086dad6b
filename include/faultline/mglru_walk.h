/* mglru_walk.h -- the aging of Linux's multi-gen LRU, a walk through page tables after which
 * there is a younger generation, and the look around a page that eviction finds used.
 *
 * The walk looks only into page tables that a Bloom filter names: those in which it found
 * enough used pages the last time, or eviction has found some since.  A page that it finds
 * used is counted to the youngest generation and stays on its list.  A process that no CPU has
 * switched to since it was walked last is passed over, though it may have run all the time.
 *
 * Not modelled: the accessed bits of page tables; a number that an ended process has left
 * counts as walked before.  The hash of a page table is of its number, for the kernel's
 * address of its entry.
 *
 * Source: 6.1, 6.12 and 6.14 mm/vmscan.c iterate_mm_list(), should_skip_mm() (later
 * get_next_mm()), walk_mm(), walk_pte_range(), inc_max_seq(), lru_gen_look_around(),
 * update_bloom_filter(); include/linux/mm_types.h lru_gen_use_mm(). */
#ifndef FAULTLINE_MGLRU_WALK_H
#define FAULTLINE_MGLRU_WALK_H

#include "faultline/mglru_batches.h"
#include "faultline/mglru_tiers.h"

enum { MGLRU_TABLE = 512 }; /* pages of a page table (PMD): x86 with 4 KiB               */
enum { MGLRU_LINE = 8 };    /* entries of a table in a cache line                        */

/* --- Bloom filters ----------------------------------------------------------------------- */

static inline uint32_t mglru_hash(uint32_t process, vpn_t table)
{
    return (uint32_t)((((uint64_t)process << 40 ^ table) * 0x61c8864680b583eb) >> 34);
}

static inline struct mglru_filter *mglru_filter(struct mglru *m, uint64_t seq)
{
    return &m->filters[seq % MGLRU_FILTERS];
}

/* For the walk of generation seq: look into that table. */
static inline void mglru_suggest(struct mglru *m, uint64_t seq, uint32_t process,
                                 vpn_t table)
{
    struct mglru_filter *filter = mglru_filter(m, seq);
    const uint32_t hash = mglru_hash(process, table);
    const uint32_t key[2] = {hash % MGLRU_FILTER, hash / MGLRU_FILTER};
    for (unsigned i = 0; filter->there && i < 2; i++)
        filter->bits[key[i] / 64] |= (uint64_t)1 << key[i] % 64;
}

static inline bool mglru_is_suggested(struct mglru *m, uint64_t seq, uint32_t process,
                                      vpn_t table)
{
    const struct mglru_filter *filter = mglru_filter(m, seq);
    const uint32_t hash = mglru_hash(process, table);
    const uint32_t key[2] = {hash % MGLRU_FILTER, hash / MGLRU_FILTER};
    return !filter->there || (filter->bits[key[0] / 64] >> key[0] % 64 &
                              filter->bits[key[1] / 64] >> key[1] % 64 & 1);
}

/* --- used pages -------------------------------------------------------------------------- */

/* 6.14: a page has been found used by its accessed bit; true if that was so before. */
static inline bool mglru_set_refs(struct mglru *m, pfn_t pfn)
{
    const bool again = mglru_is(m, pfn, MGLRU_REFERENCED | MGLRU_WORKINGSET);
    m->pages[pfn].refs = 0;
    mglru_mark(m, pfn, MGLRU_REFERENCED, !again);
    if (again)
        mglru_mark(m, pfn, MGLRU_WORKINGSET, true);
    return again;
}

/* The walk has found the page used: folio_update_gen(). */
static inline void mglru_promote(struct mglru *m, pfn_t pfn)
{
    const bool isolated = m->pages[pfn].gen == 0;
    if (m->params->version >= MGLRU_6_14) {
        if (isolated || !mglru_set_refs(m, pfn))
            return;
    } else if (isolated) {
        mglru_mark(m, pfn, MGLRU_REFERENCED, true);
        return;
    } else {
        mglru_clear_uses(m, pfn);
    }
    mglru_count(m, pfn, mglru_gen(m->max_seq));
}

/* Protect a page of the oldest generation, if that is still what it is counted to: it is of
 * the next one.  folio_inc_gen(). */
static inline void mglru_protect(struct mglru *m, pfn_t pfn, bool reclaim)
{
    const unsigned gen = mglru_gen(m->min_seq[mglru_type(m, pfn)]);
    if (m->pages[pfn].gen != gen + 1)
        return;
    mglru_clear_uses(m, pfn);
    if (reclaim)
        mglru_mark(m, pfn, MGLRU_RECLAIM, true);
    mglru_count(m, pfn, (gen + 1) % MGLRU_GENS);
}

static inline bool mglru_may_go(const struct mglru *m, pfn_t pfn, bool anon_too)
{
    return anon_too || mglru_type(m, pfn) == RECLAIM_FILE;
}

/* --- aging ------------------------------------------------------------------------------- */

/* Look into one page table: true if of its entries one in a cache line or more was used. */
static inline bool mglru_walk_table(struct mglru *m, uint32_t process, vpn_t table,
                                    bool anon_too)
{
    const vpn_t first = table * MGLRU_TABLE, last = first + MGLRU_TABLE - 1;
    struct page_walk walk = {.process = process, .next = first};
    uint64_t young = 0;
    pfn_t pfn;
    while ((pfn = walk_next(m->env, &walk)) != PFN_NONE && walk.vpn <= last) {
        if (walk_is_advised(m->env, &walk) || !mglru_may_go(m, pfn, anon_too) ||
            !walk_take_young(m->env, &walk))
            continue;
        young++;
        mglru_promote(m, pfn);
    }
    const uint64_t all = walk_pages(m->env, process, first, last);
    return all > 0 && young * MGLRU_LINE >= all;
}

static inline void mglru_walk_process(struct mglru *m, uint32_t process, bool anon_too,
                                      bool all)
{
    struct page_walk walk = {.process = process};
    while (walk_next(m->env, &walk) != PFN_NONE) {
        const vpn_t table = walk.vpn / MGLRU_TABLE;
        if ((all || mglru_is_suggested(m, m->max_seq, process, table)) &&
            mglru_walk_table(m, process, table, anon_too))
            mglru_suggest(m, m->max_seq + 1, process, table);
        walk.next = (table + 1) * MGLRU_TABLE;
    }
}

/* Before 6.12: it has too few pages for a walk to be worth it. */
static inline bool mglru_is_small(const struct mglru *m, uint32_t process, bool anon_too)
{
    struct page_walk walk = {.process = process};
    uint64_t n = 0;
    pfn_t pfn;
    while (n < m->params->walk_least && (pfn = walk_next(m->env, &walk)) != PFN_NONE)
        n += mglru_may_go(m, pfn, anon_too);
    return n < m->params->walk_least;
}

static inline void mglru_walk_all(struct mglru *m, bool anon_too)
{
    bool begun = false, all = false;
    for (uint32_t process = walk_process(m->env, 0); process != UINT32_MAX;
         process = walk_process(m->env, process + 1)) {
        if (process >= m->walked) {
            all = true; /* it is new, as are all that follow                             */
            m->walked = process + 1;
        }
        if (!walk_take_switched_to(m->env, process) && !all)
            continue;
        if (m->params->version < MGLRU_6_12 && mglru_is_small(m, process, anon_too))
            continue;
        if (!begun)
            *mglru_filter(m, m->max_seq + 1) = (struct mglru_filter){.there = true};
        begun = true;
        mglru_walk_process(m, process, anon_too, all);
    }
}

/* There are four generations, and there is to be a younger one: the pages of the oldest join
 * the next.  If they cannot be evicted they stay on their list, which will be the youngest's:
 * inc_min_seq(). */
static inline void mglru_end_oldest(struct mglru *m, unsigned type, bool evictable)
{
    const unsigned gen = mglru_gen(m->min_seq[type]);
    pfn_t pfn;
    while (evictable && (pfn = mglru_tail(m, gen, type)) != PFN_NONE) {
        if (m->params->version >= MGLRU_6_14 && !mglru_is_full(m, pfn))
            m->tiers[type][mglru_tier_of(m, pfn)].protected ++;
        mglru_protect(m, pfn, false);
        mglru_move(m, pfn, true);
    }
    m->left[type] |= mglru_tail(m, gen, type) != PFN_NONE;
    mglru_carry_over(m, type);
    m->min_seq[type]++;
}

/* Make a new youngest generation: try_to_inc_max_seq(). */
static inline void mglru_run_aging(struct mglru *m, bool anon_too)
{
    mglru_walk_all(m, anon_too);
    for (unsigned i = 0; i < RECLAIM_TYPES; i++) {
        const unsigned type = m->params->version >= MGLRU_6_14 ? i : RECLAIM_TYPES - 1 - i;
        if (mglru_gens(m, type) == MGLRU_GENS)
            mglru_end_oldest(m, type, anon_too || type == RECLAIM_FILE);
    }
    m->max_seq++;
}

/* The oldest generation that has pages that can go. */
static inline uint64_t mglru_oldest(const struct mglru *m, bool anon_too)
{
    const uint64_t anon = m->min_seq[RECLAIM_ANON], file = m->min_seq[RECLAIM_FILE];
    return anon_too && anon < file ? anon : file;
}

/* Is there to be a younger generation?  *total: pages that can go in time; with 6.12 and later
 * 0 if none can go before that.  should_run_aging(). */
static inline bool mglru_should_age(const struct mglru *m, bool anon_too, uint64_t *total)
{
    const uint64_t oldest = mglru_oldest(m, anon_too);
    const bool stuck = oldest + MGLRU_MIN_GENS > m->max_seq;
    uint64_t young = 0, old = 0;
    *total = 0;
    for (unsigned type = anon_too ? RECLAIM_ANON : RECLAIM_FILE; type < RECLAIM_TYPES;
         type++)
        for (uint64_t seq = m->min_seq[type]; seq <= m->max_seq; seq++) {
            const uint64_t n = m->n[mglru_gen(seq)][type];
            *total += n;
            young += seq == m->max_seq ? n : 0;
            old += seq + MGLRU_MIN_GENS == m->max_seq ? n : 0;
        }
    if (stuck) {
        if (m->params->version >= MGLRU_6_12)
            *total = 0;
        return true;
    }
    if (oldest + MGLRU_MIN_GENS < m->max_seq)
        return false;
    if (m->params->version >= MGLRU_6_14)
        return true;
    return young * MGLRU_MIN_GENS > *total || old * (MGLRU_MIN_GENS + 2) < *total;
}

/* --- the look around --------------------------------------------------------------------- */

/* The 64 pages, or as many as there are, around one, of its page table and area. */
static inline void mglru_window(const struct mglru *m, const struct page_walk *at,
                                vpn_t *first, vpn_t *end)
{
    const vpn_t table = at->vpn / MGLRU_TABLE * MGLRU_TABLE;
    vpn_t area_first, area_last;
    walk_area(m->env, at, &area_first, &area_last);
    *first = area_first > table ? area_first : table;
    *end = area_last < table + MGLRU_TABLE - 1 ? area_last + 1 : table + MGLRU_TABLE;
    if (*end - *first <= MGLRU_BATCH)
        return;
    if (at->vpn - *first < MGLRU_BATCH / 2) {
        *end = *first + MGLRU_BATCH;
    } else if (*end - at->vpn < MGLRU_BATCH / 2) {
        *first = *end - MGLRU_BATCH;
    } else {
        *first = at->vpn - MGLRU_BATCH / 2;
        *end = at->vpn + MGLRU_BATCH / 2;
    }
}

/* A neighbour is used, and whoever reclaims cannot count pages to generations (it is no
 * walker): it goes to the head of the youngest at once. */
static inline void mglru_activate_used(struct mglru *m, pfn_t pfn)
{
    if (m->params->version >= MGLRU_6_14 && !mglru_set_refs(m, pfn))
        return;
    if (m->pages[pfn].gen == mglru_gen(m->max_seq) + 1)
        return;
    if (m->params->version == MGLRU_6_12_114)
        mglru_clear_uses(m, pfn);
    mglru_activate(m, pfn);
}

/* The used pages of those from walk->next to the end are noted in found; returns how many
 * there were, those on no list included: their marks are set. */
static inline unsigned mglru_find_used(struct mglru *m, struct page_walk *walk, vpn_t end,
                                       bool anon_too, pfn_t *found, unsigned *nfound)
{
    const enum mglru_version version = m->params->version;
    unsigned young = 0;
    pfn_t pfn;
    while (walk->next < end && (pfn = walk_next(m->env, walk)) != PFN_NONE &&
           walk->vpn < end) {
        const bool isolated = m->pages[pfn].gen == 0;
        if ((isolated && version >= MGLRU_6_14) ||
            (version < MGLRU_6_14 && !mglru_may_go(m, pfn, anon_too)) ||
            !walk_take_young(m->env, walk))
            continue;
        young++;
        if (isolated)
            mglru_mark(m, pfn, MGLRU_REFERENCED, true);
        else if (version >= MGLRU_6_12 || m->pages[pfn].gen != mglru_gen(m->max_seq) + 1)
            found[(*nfound)++] = pfn;
    }
    return young;
}

/* Eviction has found the page at the walk used, which is on no list and whose accessed bit has
 * been cleared: lru_gen_look_around().  walker: see
 * mglru_activate_used(). */
static inline void mglru_look_around(struct mglru *m, const struct page_walk *at,
                                     bool anon_too, bool walker)
{
    pfn_t found[MGLRU_BATCH];
    unsigned nfound = 0;
    vpn_t first, end;
    mglru_window(m, at, &first, &end);
    struct page_walk walk = {.process = at->process, .next = first};
    const unsigned young = 1 + mglru_find_used(m, &walk, end, anon_too, found, &nfound);
    if (m->params->version < MGLRU_6_12 && nfound >= mglru_pagevec(m))
        walker = true;
    for (unsigned i = 0; i < nfound; i++)
        if (walker)
            mglru_promote(m, found[i]);
        else
            mglru_activate_used(m, found[i]);
    const bool alone = m->params->version >= MGLRU_6_12 && end - first == 1;
    if (!alone && young * MGLRU_LINE >= end - first)
        mglru_suggest(m, m->max_seq, at->process, at->vpn / MGLRU_TABLE);
}

#endif
