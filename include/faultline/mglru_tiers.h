/* mglru_tiers.h -- the controller of Linux's multi-gen LRU: which type of pages is evicted, and
 * which tiers of it are protected.
 *
 * It compares how many of the pages that came to the end have come back since: proportional,
 * and averaged over the generations before.  What is compared with is one tier's, the set
 * point; the other is the process variable.
 *
 * Source: 6.1, 6.12 and 6.14 mm/vmscan.c read_ctrl_pos() to positive_ctrl_err(),
 * get_tier_idx(), get_type_to_scan(). */
#ifndef FAULTLINE_MGLRU_TIERS_H
#define FAULTLINE_MGLRU_TIERS_H

#include "faultline/mglru_lists.h"

struct mglru_point {
    uint64_t refaulted, total, gain;
};

/* Of the tiers first..last of a type. */
static inline struct mglru_point mglru_read(const struct mglru *m, unsigned type,
                                            unsigned first, unsigned last, uint64_t gain)
{
    struct mglru_point point = {.gain = gain};
    for (unsigned i = first; i <= last; i++) {
        const struct mglru_tier *tier = &m->tiers[type][i];
        point.refaulted += tier->avg_refaulted + tier->refaulted;
        point.total += tier->avg_total + tier->evicted + tier->protected;
    }
    return point;
}

/* No more of the process variable's pages come back than of the set point's, or too few to
 * tell (fewer than `least`). */
static inline bool mglru_positive(struct mglru_point set, struct mglru_point variable,
                                  uint64_t least)
{
    return variable.refaulted < least ||
           variable.refaulted * (set.total + least) * set.gain <=
               (set.refaulted + 1) * variable.total * variable.gain;
}

/* The last tier of a type that is not protected against the set point. */
static inline unsigned mglru_last_tier(const struct mglru *m, unsigned type,
                                       struct mglru_point set, uint64_t gain)
{
    unsigned tier = 1;
    while (tier < MGLRU_TIERS && mglru_positive(set, mglru_read(m, type, tier, tier, gain),
                                                m->params->refaults_least))
        tier++;
    return tier - 1;
}

/* get_tier_idx(): against the type's own first tier. */
static inline unsigned mglru_own_last_tier(const struct mglru *m, unsigned type)
{
    const bool newer = m->params->version >= MGLRU_6_14;
    return mglru_last_tier(m, type, mglru_read(m, type, 0, 0, newer ? 2 : 1),
                           newer ? 3 : 2);
}

/* get_type_to_scan() and what comes before it in isolate_folios(): the type to evict, and
 * *last_tier of it. */
static inline unsigned mglru_choose_type(const struct mglru *m, uint64_t swappiness,
                                         unsigned *last_tier)
{
    const bool sums = m->params->version >= MGLRU_6_14;
    const unsigned last = sums ? MGLRU_TIERS - 1 : 0;
    const uint64_t gain[RECLAIM_TYPES] = {swappiness, 200 - swappiness};
    unsigned type = RECLAIM_FILE;
    if (!sums && swappiness > 0 && m->min_seq[RECLAIM_ANON] < m->min_seq[RECLAIM_FILE]) {
        type = RECLAIM_ANON;
    } else if (swappiness == 200) {
        type = RECLAIM_ANON;
    } else if (swappiness > 1) {
        const struct mglru_point anon =
            mglru_read(m, RECLAIM_ANON, 0, last, gain[RECLAIM_ANON]);
        const struct mglru_point file =
            mglru_read(m, RECLAIM_FILE, 0, last, gain[RECLAIM_FILE]);
        type = mglru_positive(anon, file, m->params->refaults_least) ? RECLAIM_FILE
                                                                     : RECLAIM_ANON;
        if (!sums) {
            *last_tier =
                mglru_last_tier(m, type, type == RECLAIM_FILE ? anon : file, gain[type]);
            return type;
        }
    }
    *last_tier = mglru_own_last_tier(m, type);
    return type;
}

/* The oldest generation of a type is over: reset_ctrl_pos(). */
static inline void mglru_carry_over(struct mglru *m, unsigned type)
{
    for (unsigned i = 0; i < MGLRU_TIERS; i++) {
        struct mglru_tier *tier = &m->tiers[type][i];
        *tier = (struct mglru_tier){
            .avg_refaulted = (tier->avg_refaulted + tier->refaulted) / 2,
            .avg_total = (tier->avg_total + tier->evicted + tier->protected) / 2,
        };
    }
}

#endif
