/* mglru_rig.h -- what the tests of the multi-gen LRU share: its versions on a rig, and its state
 * made as a test wants it. */
#ifndef FAULTLINE_TESTS_POLICY_MGLRU_RIG_H
#define FAULTLINE_TESTS_POLICY_MGLRU_RIG_H

#include "faultline/mglru_drive.h"
#include "faultline/mglru_shadows.h"
#include "policy/reclaim_rig.h"

extern const struct policy_ops policy_mglru;

static const char *const versions[] = {"version=6.1", "version=6.1.69", "version=6.12",
                                       "version=6.12.114", "version=6.14"};

/* The rules for pages of files that are the same in all but the first and the last. */
static inline bool is_between(enum mglru_version version)
{
    return version > MGLRU_6_1 && version < MGLRU_6_14;
}

/* Processes of any size are walked. */
static inline struct rig *open_version(enum mglru_version version)
{
    const char *const set[] = {versions[version], "walk_least=0", NULL};
    return rig_open(&policy_mglru, RIG_FRAMES, set);
}

static inline struct mglru *state(const struct rig *rig)
{
    return rig->state;
}

static inline pfn_t frame_of(const struct rig *rig, unsigned page)
{
    return rig->pages[page].pfn;
}

static inline void set_young(struct rig *rig, unsigned first, unsigned last)
{
    for (unsigned page = first; page <= last; page++)
        rig->frames[frame_of(rig, page)].young = 1;
}

static inline void check_shown(struct rig *rig, const char *text)
{
    ck_assert_str_eq(rig_show(rig), text);
}

static inline void set_tier(struct rig *rig, unsigned type, unsigned tier,
                            uint64_t refaulted, uint64_t total)
{
    state(rig)->tiers[type][tier] = (struct mglru_tier){
        .avg_refaulted = refaulted / 2,
        .avg_total = total / 4,
        .refaulted = refaulted - refaulted / 2,
        .evicted = total / 4,
        .protected = total - total / 4 * 2,
    };
}

static inline void set_generations(struct rig *rig, uint64_t max, uint64_t anon,
                                   uint64_t file)
{
    state(rig)->max_seq = max;
    state(rig)->min_seq[RECLAIM_ANON] = anon;
    state(rig)->min_seq[RECLAIM_FILE] = file;
}

/* Twenty pages are in the oldest generation; the one at its tail and some others are used. */
static inline struct rig *open_used(enum mglru_version version, unsigned used)
{
    struct rig *rig = open_version(version);
    for (unsigned page = 0; page < 20; page++)
        rig_touch(rig, page);
    for (unsigned page = 0; page < 20; page++) {
        const pfn_t pfn = frame_of(rig, page);
        rig->frames[pfn].young = page < used;
        mglru_take(state(rig), pfn);
        mglru_put(state(rig), pfn, 4, false);
    }
    set_generations(rig, 6, 4, 4);
    return rig;
}

static inline bool is_on(const struct rig *rig, unsigned page, uint64_t list, uint64_t seq)
{
    return state(rig)->pages[frame_of(rig, page)].list == mglru_gen(list) &&
           mglru_seq(state(rig), frame_of(rig, page)) == seq;
}

/* Pages of a file, first..last, read and in the oldest of three generations, 4; the last at
 * the head. */
static inline struct rig *open_read(enum mglru_version version, unsigned last)
{
    struct rig *rig = open_version(version);
    rig_file(rig, 0, last);
    set_generations(rig, 6, 4, 4);
    for (unsigned page = 1; page <= last; page++) {
        rig_read(rig, page);
        const pfn_t pfn = frame_of(rig, page);
        mglru_take(state(rig), pfn);
        mglru_put(state(rig), pfn, 4, false);
    }
    rig->run.wanted = 32;
    return rig;
}

/* evict_folios() once. */
static inline uint64_t evict(struct rig *rig)
{
    struct mglru_batch batch = {.reclaim = &rig->run};
    bool swapped = false;
    rig->run.page = rig_answer;
    return mglru_evict(state(rig), &batch, &swapped);
}

#endif
