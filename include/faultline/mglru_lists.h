/* mglru_lists.h -- the generations of Linux's multi-gen LRU: what is known of a page, which
 * list it is on, and where it comes in.
 *
 * Generations have numbers that grow: max_seq is the youngest, min_seq the oldest of a type,
 * at least 2 and at most 4 in all, whose lists are those of the number modulo 4.  A page is
 * counted to the generation that its mark says, at once; its list follows when eviction comes
 * to it there.  Pages used through file descriptors are told apart by how often, in tiers.
 *
 * Sources: 6.1, 6.1.192, 6.12, 6.12.117 and 6.14 include/linux/mm_inline.h, mmzone.h;
 * mm/swap.c.  When the long-term branches changed is from their changelogs. */
#ifndef FAULTLINE_MGLRU_LISTS_H
#define FAULTLINE_MGLRU_LISTS_H

#include "faultline/frame_ring.h"
#include "faultline/reclaim.h"

enum {
    MGLRU_MIN_GENS = 2, /* MIN_NR_GENS                                                  */
    MGLRU_GENS = 4,     /* MAX_NR_GENS                                                  */
    MGLRU_TIERS = 4,    /* MAX_NR_TIERS                                                 */
    MGLRU_REFS_MAX = 3, /* of the counter, LRU_REFS_WIDTH bits                          */
    MGLRU_BATCH = 64,   /* MIN_LRU_BATCH, bits of a word                                */
    MGLRU_LOOK = 4096,  /* MAX_LRU_BATCH                                                */
    MGLRU_PAGEVEC_MAX = 31, /* the largest PAGEVEC_SIZE                                 */
    MGLRU_FILTERS = 2, /* NR_BLOOM_FILTERS                                             */
    MGLRU_FILTER = 1 << 15, /* bits of one                                               */
};

enum mglru_version { MGLRU_6_1, MGLRU_6_1_69, MGLRU_6_12, MGLRU_6_12_114, MGLRU_6_14 };

struct mglru_params {
    uint32_t version; /* enum mglru_version                                              */
    uint64_t batch, addition_batch, swappiness;
    uint64_t walk_least, refaults_least;
};

enum mglru_mark {
    MGLRU_REFERENCED = 1,
    MGLRU_WORKINGSET = 2,
    MGLRU_ACTIVE = 4,  /* it is to come into the youngest generation                     */
    MGLRU_RECLAIM = 8, /* when it has been written it is to be the next to go            */
    MGLRU_FILE = 16,
    MGLRU_LAZY = 32, /* among pages of files, though of none: MADV_FREE                  */
};

enum { MGLRU_ISOLATED = MGLRU_GENS, MGLRU_WAITING, MGLRU_NOWHERE };

struct mglru_page {
    uint8_t gen;  /* number of its generation modulo 4, and 1; 0: on no list             */
    uint8_t list; /* generation modulo 4 of the list that it is on, or one of the above  */
    uint8_t refs; /* the counter of uses                                                 */
    uint8_t marks;
};

/* Of the pages of a type and tier: those that came back, and all that came to the tail of the
 * oldest generation; averages over generations, and counts of the oldest. */
struct mglru_tier {
    uint64_t avg_refaulted, avg_total;
    uint64_t refaulted, evicted, protected;
};

struct mglru_filter {
    bool there;
    uint64_t bits[MGLRU_FILTER / 64];
};

struct mglru {
    const struct policy_env *env;
    const struct mglru_params *params;
    uint64_t max_seq, min_seq[RECLAIM_TYPES];
    struct frame_ring ring[MGLRU_GENS][RECLAIM_TYPES];
    uint64_t n[MGLRU_GENS]
              [RECLAIM_TYPES]; /* by the pages' marks, not by lists            */
    struct mglru_page *pages;  /* [entry]                                    */
    struct frame_ring waiting; /* new pages, which are to be added */
    unsigned nwaiting, nactivating;
    pfn_t activating[MGLRU_PAGEVEC_MAX];
    bool left[RECLAIM_TYPES]; /* pages, on the list of one that ended */
    struct mglru_tier tiers[RECLAIM_TYPES][MGLRU_TIERS];
    struct mglru_filter filters[MGLRU_FILTERS];
    uint32_t walked; /* processes below have been walked once                            */
    struct reclaim_counts counts;
    uint64_t round; /* pages that had gone when kswapd's round began                     */
    unsigned round_priority;
    bool age_in_turn;  /* kswapd's next round ages                                        */
    unsigned priority; /* at which the victim was found                                  */
    bool last_resort;
};

enum { MGLRU_FRAME_SIZE = sizeof(struct frame_link) + sizeof(struct mglru_page) };

static inline void mglru_init(struct mglru *m, const struct policy_env *env)
{
    const size_t entries = (size_t)env->nframes + env->nghosts;
    m->env = env;
    m->params = env->params;
    m->max_seq = MGLRU_MIN_GENS + 1;
    m->pages = (void *)((unsigned char *)env->frames + entries * sizeof(struct frame_link));
    frame_ring_init(&m->waiting, env->frames);
    for (unsigned gen = 0; gen < MGLRU_GENS; gen++)
        for (unsigned type = 0; type < RECLAIM_TYPES; type++)
            frame_ring_init(&m->ring[gen][type], env->frames);
}

/* --- a page ------------------------------------------------------------------------------ */

static inline bool mglru_is(const struct mglru *m, pfn_t pfn, unsigned mark)
{
    return m->pages[pfn].marks & mark;
}

static inline void mglru_mark(struct mglru *m, pfn_t pfn, unsigned mark, bool set)
{
    const unsigned without = m->pages[pfn].marks & ~mark;
    m->pages[pfn].marks = (uint8_t)(set ? without | mark : without);
}

static inline enum reclaim_type mglru_type(const struct mglru *m, pfn_t pfn)
{
    return mglru_is(m, pfn, MGLRU_FILE) ? RECLAIM_FILE : RECLAIM_ANON;
}

static inline unsigned mglru_gen(uint64_t seq)
{
    return seq % MGLRU_GENS;
}

/* Forget what a page's uses have left: it is in the first tier. */
static inline void mglru_clear_uses(struct mglru *m, pfn_t pfn)
{
    const bool stays = m->params->version >= MGLRU_6_14;
    m->pages[pfn].refs = 0;
    mglru_mark(m, pfn, stays ? MGLRU_REFERENCED : MGLRU_REFERENCED | MGLRU_WORKINGSET,
               false);
}

/* A page has been used through a file descriptor: folio_inc_refs(). */
static inline void mglru_count_use(struct mglru *m, pfn_t pfn)
{
    uint8_t *refs = &m->pages[pfn].refs;
    const bool last = m->params->version >= MGLRU_6_14; /* the mark comes last           */
    if (!mglru_is(m, pfn, MGLRU_REFERENCED)) {
        mglru_mark(m, pfn, MGLRU_REFERENCED, true);
        *refs = last ? 0 : *refs;
    } else if (last ? *refs == MGLRU_REFS_MAX : !mglru_is(m, pfn, MGLRU_WORKINGSET)) {
        mglru_mark(m, pfn, MGLRU_WORKINGSET, true);
    } else if (*refs < MGLRU_REFS_MAX) {
        ++*refs;
    }
}

/* folio_lru_refs(): uses beyond the first; from 6.14 on uses. */
static inline unsigned mglru_refs(const struct mglru *m, pfn_t pfn)
{
    if (m->params->version < MGLRU_6_14)
        return m->pages[pfn].refs + mglru_is(m, pfn, MGLRU_WORKINGSET);
    return mglru_is(m, pfn, MGLRU_REFERENCED) ? m->pages[pfn].refs + 1u : 0;
}

/* lru_tier_from_refs(). */
static inline unsigned mglru_tier(const struct mglru *m, unsigned refs, bool workingset)
{
    const bool uses = m->params->version >= MGLRU_6_14;
    if (uses && workingset)
        return MGLRU_TIERS - 1;
    unsigned tier = 0;
    while (1u << tier < (uses ? refs : refs + 1))
        tier++;
    return tier;
}

static inline unsigned mglru_tier_of(const struct mglru *m, pfn_t pfn)
{
    return mglru_tier(m, mglru_refs(m, pfn), mglru_is(m, pfn, MGLRU_WORKINGSET));
}

/* It has been used more often than can be counted: since 6.1.69 it does not go, whatever its
 * tier. */
static inline bool mglru_is_full(const struct mglru *m, pfn_t pfn)
{
    const unsigned refs = mglru_refs(m, pfn);
    if (m->params->version >= MGLRU_6_14)
        return refs + mglru_is(m, pfn, MGLRU_WORKINGSET) == MGLRU_REFS_MAX + 2;
    return m->params->version >= MGLRU_6_1_69 && refs == MGLRU_REFS_MAX + 1;
}

/* --- lists ------------------------------------------------------------------------------- */

static inline unsigned mglru_gens(const struct mglru *m, unsigned type)
{
    return (unsigned)(m->max_seq - m->min_seq[type] + 1);
}

/* The number of the generation that a page is counted to. */
static inline uint64_t mglru_seq(const struct mglru *m, pfn_t pfn)
{
    const unsigned older =
        (mglru_gen(m->max_seq) + MGLRU_GENS - (m->pages[pfn].gen - 1u)) % MGLRU_GENS;
    return m->max_seq - older;
}

static inline pfn_t mglru_tail(const struct mglru *m, unsigned gen, unsigned type)
{
    return frame_ring_oldest(&m->ring[gen][type]);
}

static inline void mglru_link(struct mglru *m, pfn_t pfn, unsigned gen, bool tail)
{
    struct frame_ring *ring = &m->ring[gen][mglru_type(m, pfn)];
    const pfn_t head = frame_ring_newest(ring);
    frame_ring_add(ring, pfn);
    if (tail && head != PFN_NONE)
        ring->head = head;
    m->pages[pfn].list = (uint8_t)gen;
}

static inline void mglru_unlink(struct mglru *m, pfn_t pfn)
{
    frame_ring_remove(&m->ring[m->pages[pfn].list][mglru_type(m, pfn)], pfn);
}

/* Count a page to another generation. */
static inline void mglru_count(struct mglru *m, pfn_t pfn, unsigned gen)
{
    const enum reclaim_type type = mglru_type(m, pfn);
    if (m->pages[pfn].gen)
        m->n[m->pages[pfn].gen - 1][type]--;
    m->n[gen][type]++;
    m->pages[pfn].gen = (uint8_t)(gen + 1);
}

/* Take the page, which is on a list, off it: lru_gen_del_folio(). */
static inline void mglru_take(struct mglru *m, pfn_t pfn)
{
    mglru_unlink(m, pfn);
    m->n[m->pages[pfn].gen - 1][mglru_type(m, pfn)]--;
    m->pages[pfn].gen = 0;
    m->pages[pfn].list = MGLRU_ISOLATED;
}

/* Put a page that is on no list on that of a generation. */
static inline void mglru_put(struct mglru *m, pfn_t pfn, uint64_t seq, bool tail)
{
    const unsigned gen = mglru_gen(seq);
    mglru_mark(m, pfn, MGLRU_ACTIVE, false);
    mglru_count(m, pfn, gen);
    mglru_link(m, pfn, gen, tail);
}

/* Put the page on the list of the generation that it is counted to. */
static inline void mglru_move(struct mglru *m, pfn_t pfn, bool tail)
{
    mglru_unlink(m, pfn);
    mglru_link(m, pfn, m->pages[pfn].gen - 1u, tail);
}

/* It cannot go before something has been written: it has no place in swap space (not in the
 * swap cache), or waits to be written. */
static inline bool mglru_is_pending(const struct mglru *m, pfn_t pfn)
{
    const bool writing = page_writing(m->env, pfn), dirty = page_dirty(m->env, pfn);
    if (mglru_is(m, pfn, MGLRU_RECLAIM) && (dirty || writing))
        return true;
    return mglru_type(m, pfn) == RECLAIM_ANON && !writing &&
           (dirty || !page_is_saved(m->env, pfn));
}

/* The generation into which a page comes, as lru_gen_add_folio(), and lru_gen_folio_seq() of
 * 6.14, say; written: its write is over, and it is to go next. */
static inline uint64_t mglru_seq_of_new(const struct mglru *m, pfn_t pfn, bool written)
{
    const enum mglru_version version = m->params->version;
    const bool active = mglru_is(m, pfn, MGLRU_ACTIVE);
    const unsigned workingset = mglru_is(m, pfn, MGLRU_WORKINGSET);
    const uint64_t oldest = m->min_seq[mglru_type(m, pfn)];
    if (version >= MGLRU_6_14) {
        unsigned gens = MGLRU_GENS;
        if (active)
            gens = MGLRU_MIN_GENS - workingset;
        else if (!written && mglru_is_pending(m, pfn))
            gens = MGLRU_MIN_GENS;
        else if (!written)
            gens = MGLRU_GENS - workingset;
        const uint64_t seq = m->max_seq + 1 - gens;
        return seq > oldest ? seq : oldest;
    }
    if (active)
        return m->max_seq;
    if (mglru_is_pending(m, pfn))
        return version == MGLRU_6_1 ? oldest + 1 : m->max_seq - 1;
    if (version == MGLRU_6_1 || written || oldest + MGLRU_MIN_GENS >= m->max_seq)
        return oldest;
    return oldest + 1;
}

/* Put a page that is on no list where it belongs. */
static inline void mglru_add(struct mglru *m, pfn_t pfn, bool written)
{
    if (m->params->version == MGLRU_6_12_114 && mglru_is(m, pfn, MGLRU_ACTIVE)) {
        /* the mark of the working set stays */
        m->pages[pfn].refs = 0;
        mglru_mark(m, pfn, MGLRU_REFERENCED, false);
    }
    mglru_put(m, pfn, mglru_seq_of_new(m, pfn, written), written);
}

#endif
