/* page_ages.h -- pages as Linux 2.4.0 kept them: on an active, an inactive dirty and an inactive
 * clean list, each with an age.  A page grows younger when it is used, and older when it is
 * looked at and was not.
 *
 * How many are to be inactive follows from memory_pressure: how many were needed in about a
 * minute.  A walk through the largest process unmaps the old ones.  mm/swap.c,
 * age_page_up() and deactivate_page(); mm/vmscan.c, free_shortage(), inactive_shortage() and
 * swap_out(). */
#ifndef FAULTLINE_PAGE_AGES_H
#define FAULTLINE_PAGE_AGES_H

#include "faultline/page_lists.h"

enum { ACTIVE, INACTIVE_DIRTY, INACTIVE_CLEAN };
enum { AGE_START = 2, AGE_ADVANCE = 3, AGE_MAX = 64 };
enum { INACTIVE_SHIFT = 6, SWAP_SHIFT = 5, SWAP_MIN = 8 };

/* What swap_out knows of a process: swap_cnt and swap_address. */
struct ages_process {
    uint64_t left;
    vpn_t address;
};

struct page_ages {
    const struct policy_env *env;
    struct page_lists lists; /* the marks are ages                                        */
    struct ages_process *processes; /* [number % nframes]                                 */
    uint64_t memory_pressure;
    uint64_t free, high; /* of the present run                                            */
    struct reclaim_counts counts;
};

/* Bytes for a frame. */
enum { AGES_FRAME_SIZE = PAGE_LISTS_FRAME_SIZE + 6 + sizeof(struct ages_process) };

static inline void ages_init(struct page_ages *l, const struct policy_env *env)
{
    const size_t bytes = (size_t)env->nframes * PAGE_LISTS_FRAME_SIZE;
    l->env = env;
    page_lists_init(&l->lists, env);
    /* At the next multiple of 8: the 6 bytes more. */
    l->processes =
        (struct ages_process *)(void *)((char *)env->frames + (bytes + 7) / 8 * 8);
}

/* --- pages come, grow younger or older, and go ------------------------------------------- */

static inline bool ages_in_use(const struct page_ages *l, pfn_t pfn)
{
    return l->lists.mark[pfn] > 0 || page_mappings(l->env, pfn) > 0;
}

static inline void ages_activate(struct page_ages *l, pfn_t pfn)
{
    page_list_move(&l->lists, ACTIVE, pfn);
    l->counts.pgactivate++;
}

static inline void ages_deactivate(struct page_ages *l, pfn_t pfn)
{
    l->lists.mark[pfn] = 0;
    page_list_move(&l->lists, INACTIVE_DIRTY, pfn);
    l->counts.pgdeactivate++;
}

/* age_page_up() and activate_page() */
static inline void ages_used(struct page_ages *l, pfn_t pfn)
{
    uint8_t *age = &l->lists.mark[pfn];
    const unsigned list = l->lists.list[pfn];
    if (*age == 0) {
        *age = AGE_START;
        if (list == INACTIVE_DIRTY || list == INACTIVE_CLEAN)
            ages_activate(l, pfn);
    }
    *age = (uint8_t)(*age + AGE_ADVANCE > AGE_MAX ? AGE_MAX : *age + AGE_ADVANCE);
}

/* --- what is wanted ---------------------------------------------------------------------- */

static inline uint64_t ages_inactive_target(const struct page_ages *l)
{
    const uint64_t target = l->memory_pressure >> INACTIVE_SHIFT, most = l->env->share / 4;
    return target < most ? target : most;
}

static inline uint64_t ages_free_shortage(const struct page_ages *l)
{
    const uint64_t freeable = l->free + l->lists.n[INACTIVE_CLEAN];
    const uint64_t target = l->high + ages_inactive_target(l) / 3;
    if (freeable < target)
        return target - freeable;
    return freeable == 0; /* below pages_min + 1 */
}

static inline uint64_t ages_inactive_shortage(const struct page_ages *l)
{
    const uint64_t wanted = l->high + ages_inactive_target(l);
    const uint64_t has = l->free + l->lists.n[INACTIVE_CLEAN] + l->lists.n[INACTIVE_DIRTY];
    return has < wanted ? wanted - has : 0;
}

/* --- swap_out ---------------------------------------------------------------------------- */

/* try_to_swap_out() */
static inline void ages_try_to_swap_out(struct page_ages *l, const struct page_walk *walk,
                                        pfn_t pfn)
{
    const bool active = l->lists.list[pfn] == ACTIVE;
    if (walk_take_young(l->env, walk)) {
        ages_used(l, pfn);
        return;
    }
    if (!active) /* nobody else would */
        l->lists.mark[pfn] /= 2;
    if (l->lists.mark[pfn] > 0 || page_locked(l->env, pfn))
        return;
    if (!page_is_file(l->env, pfn) && page_dirty(l->env, pfn) && !policy_can_swap(l->env))
        return;
    walk_unmap(l->env, walk);
    if (l->lists.list[pfn] == PAGE_ON_NO_LIST) /* add_to_swap_cache() */
        page_list_add(&l->lists, ACTIVE, pfn);
    if (l->lists.list[pfn] == ACTIVE && page_mappings(l->env, pfn) == 0)
        ages_deactivate(l, pfn);
}

static inline struct ages_process *ages_process(const struct page_ages *l, uint32_t process)
{
    return &l->processes[process % l->env->nframes];
}

/* The process that has most left to be looked at, or UINT32_MAX; renew: all begin anew. */
static inline uint32_t ages_largest(struct page_ages *l, bool renew)
{
    uint32_t best = UINT32_MAX;
    uint64_t most = 0;
    for (uint32_t i = walk_process(l->env, 0); i != UINT32_MAX;
         i = walk_process(l->env, i + 1)) {
        struct ages_process *process = ages_process(l, i);
        const uint64_t rss = walk_resident(l->env, i);
        if (renew)
            process->left = rss >> SWAP_SHIFT > SWAP_MIN ? rss >> SWAP_SHIFT : SWAP_MIN;
        if (rss > 0 && process->left > most) {
            most = process->left;
            best = i;
        }
    }
    return best;
}

/* Look at pages of one process.  True if there are more than were to be looked at: the next
 * one is passed over. */
static inline bool ages_swap_out(struct page_ages *l)
{
    uint32_t number = ages_largest(l, false);
    if (number == UINT32_MAX)
        number = ages_largest(l, true);
    if (number == UINT32_MAX)
        return false;
    struct ages_process *process = ages_process(l, number);
    struct page_walk walk = {.process = number, .next = process->address};
    for (pfn_t pfn; (pfn = walk_next(l->env, &walk)) != PFN_NONE;) {
        process->address = walk.next;
        if (process->left == 0)
            return true;
        process->left--;
        ages_try_to_swap_out(l, &walk, pfn);
    }
    *process = (struct ages_process){.left = 0};
    return false;
}

#endif
