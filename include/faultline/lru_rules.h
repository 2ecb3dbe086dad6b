/* lru_rules.h -- what policies with Linux's lists since 2.6.28 have in common: their parameters,
 * their state, and in what their versions differ. */
#ifndef FAULTLINE_LRU_RULES_H
#define FAULTLINE_LRU_RULES_H

#include "faultline/lru_lists.h"

struct lru;

struct lru_params {
    uint32_t version;
    uint64_t batch, addition_batch, swappiness;
};

/* Rows of a table of parameters; sizes: PAGEVEC_SIZE by version. */
#define LRU_PARAM_BATCH                                                                    \
    {                                                                                      \
        .name = "batch", .kind = PARAM_UINT, .offset = offsetof(struct lru_params, batch), \
        .fallback = "1", .min = 1, .max = 1e6, .unit = "pages",                            \
        .help = "taken off a list at a time, where no kernel says how many; Linux: 32 "    \
                "(SWAP_CLUSTER_MAX)"                                                       \
    }
#define LRU_PARAM_ADDITION_BATCH(sizes)                                                    \
    {                                                                                      \
        .name = "addition_batch", .kind = PARAM_UINT,                                      \
        .offset = offsetof(struct lru_params, addition_batch), .fallback = "0",            \
        .max = 1e6, .unit = "pages",                                                       \
        .help = "new pages come to the lists so many at a time; 0: where the kernel "      \
                "reclaims, as in its version (PAGEVEC_SIZE), " sizes ", else one by one"   \
    }
#define LRU_PARAM_SWAPPINESS(most)                                                         \
    {                                                                                      \
        .name = "swappiness", .kind = PARAM_UINT,                                          \
        .offset = offsetof(struct lru_params, swappiness), .fallback = "60", .min = 0,     \
        .max = (most),                                                                     \
        .help = "how readily pages go to swap space rather than those of files, where no " \
                "kernel says it"                                                           \
    }

struct lru_rules {
    /* What is to become of a page at the tail of an inactive list; PAGE_GONE: it may go. */
    enum page_fate (*check)(struct lru *l, const struct reclaim *r, pfn_t pfn);
    /* A batch of an active list is to be looked at: may it?  For lru_shrink_lists(). */
    bool (*may_deactivate)(struct lru *l, struct reclaim *r, unsigned type);
    /* Pages of the type have been looked at: so many writes were started, and so many pages
     * stayed.  May be NULL. */
    void (*cost)(struct lru *l, unsigned type, bool active, uint64_t io, uint64_t rotated);
    uint32_t addition_batch; /* PAGEVEC_SIZE */
    bool anon_starts_active; /* a new page that is of no file                           */
    bool anon_used_once;     /* such a page that was used turns active at the first look  */
    bool counts_marks;       /* one marked as used and in use counts as if a mapping was  */
    bool keeps_writing;      /* a page that is being written stays inactive              */
    bool rotates_active;     /* one that was, goes to the inactive tail if it is active   */
    bool marks_workingset;   /* what has been active is marked                           */
    bool remembers;          /* pages of files that are evicted, with the age */
    bool remembers_anon;     /* ... and all others */
    bool remembers_before;   /* the age is that before the page has gone                 */
    bool used_anon_ages; /* use of an inactive page that is of no file adds to it      */
    bool put_back_ages;  /* ... and a page that reclaim puts on an active list       */
};

struct lru {
    const struct policy_env *env;
    const struct lru_params *params;
    struct lru_rules rules;
    struct lru_lists lists;
    struct reclaim_counts counts;
    uint64_t age;                    /* evictions and activations                         */
    uint64_t scanned[RECLAIM_TYPES]; /* recent_scanned: halved now and then               */
    uint64_t rotated[RECLAIM_TYPES]; /* recent_rotated: of these, used                    */
    unsigned priority;               /* of the victim chosen last                         */
    bool last_resort;                /* ... which the scans did not find                  */
};

#endif
