/* page_lists.h -- lists of pages as Linux kept them before 2.6.28: a page is on one of them or
 * on none, newest at the head, and has marks of its own. */
#ifndef FAULTLINE_PAGE_LISTS_H
#define FAULTLINE_PAGE_LISTS_H

#include "faultline/frame_ring.h"
#include "faultline/reclaim.h"

enum { PAGE_LISTS_MAX = 3, PAGE_ON_NO_LIST = 0xff };

struct page_lists {
    struct frame_ring ring[PAGE_LISTS_MAX];
    uint64_t n[PAGE_LISTS_MAX];
    uint8_t
        *list; /* [frame]: the one that it is on, or PAGE_ON_NO_LIST                     */
    uint8_t *mark; /* [frame]: the policy's                                              */
};

enum { PAGE_LISTS_FRAME_SIZE = sizeof(struct frame_link) + 2 };

static inline void page_lists_init(struct page_lists *lists, const struct policy_env *env)
{
    lists->list = (uint8_t *)env->frames + env->nframes * sizeof(struct frame_link);
    lists->mark = lists->list + env->nframes;
    for (unsigned i = 0; i < PAGE_LISTS_MAX; i++)
        frame_ring_init(&lists->ring[i], env->frames);
}

/* Put a page that is on no list at the head of one. */
static inline void page_list_add(struct page_lists *lists, unsigned list, pfn_t pfn)
{
    frame_ring_add(&lists->ring[list], pfn);
    lists->n[list]++;
    lists->list[pfn] = (uint8_t)list;
}

static inline void page_list_remove(struct page_lists *lists, pfn_t pfn)
{
    const unsigned list = lists->list[pfn];
    if (list == PAGE_ON_NO_LIST)
        return;
    frame_ring_remove(&lists->ring[list], pfn);
    lists->n[list]--;
    lists->list[pfn] = PAGE_ON_NO_LIST;
}

/* Put a page, wherever it is, at the head of a list. */
static inline void page_list_move(struct page_lists *lists, unsigned list, pfn_t pfn)
{
    page_list_remove(lists, pfn);
    page_list_add(lists, list, pfn);
}

/* The same at the tail. */
static inline void page_list_move_tail(struct page_lists *lists, unsigned list, pfn_t pfn)
{
    page_list_move(lists, list, pfn);
    if (lists->n[list] > 1)
        lists->ring[list].head = lists->ring[list].links[pfn].older;
}

/* The page at the tail, or PFN_NONE. */
static inline pfn_t page_list_tail(const struct page_lists *lists, unsigned list)
{
    return frame_ring_oldest(&lists->ring[list]);
}

/* For want of a page that can go, the oldest one that is not locked, of the last list that has
 * one; else one that is on no list, or any. */
static inline pfn_t page_lists_last_resort(const struct page_lists *lists,
                                           const struct policy_env *env)
{
    for (unsigned list = PAGE_LISTS_MAX; list-- > 0;) {
        pfn_t pfn = page_list_tail(lists, list);
        for (uint64_t n = lists->n[list]; n > 0; n--) {
            if (!page_locked(env, pfn))
                return pfn;
            pfn = lists->ring[list].links[pfn].newer;
        }
    }
    pfn_t locked = PFN_NONE;
    for (pfn_t pfn = 0; pfn < env->nframes; pfn++) {
        if (page_evictable(env, pfn) && !page_locked(env, pfn))
            return pfn;
        if (page_evictable(env, pfn) && locked == PFN_NONE)
            locked = pfn;
    }
    return locked;
}

/* Add the pages of a list to n by their types. */
static inline void page_list_count(const struct page_lists *lists, unsigned list,
                                   const struct policy_env *env, uint64_t n[RECLAIM_TYPES])
{
    pfn_t pfn = frame_ring_newest(&lists->ring[list]);
    for (uint64_t left = lists->n[list]; left > 0; left--) {
        n[page_is_file(env, pfn) ? RECLAIM_FILE : RECLAIM_ANON]++;
        pfn = lists->ring[list].links[pfn].older;
    }
}

/* What must hold whenever no page is being looked at: NULL, or a sentence. */
static inline const char *page_lists_check(const struct page_lists *lists,
                                           const struct policy_env *env)
{
    uint64_t pages[PAGE_LISTS_MAX] = {0};
    for (pfn_t pfn = 0; pfn < env->nframes; pfn++) {
        const unsigned list = lists->list[pfn];
        if (page_evictable(env, pfn) && list < PAGE_LISTS_MAX)
            pages[list]++;
        else if (page_evictable(env, pfn) && list != PAGE_ON_NO_LIST)
            return "a page is on a list that does not exist";
    }
    for (unsigned list = 0; list < PAGE_LISTS_MAX; list++) {
        const struct frame_ring *ring = &lists->ring[list];
        if (!frame_ring_holds(ring, lists->n[list]) || pages[list] != lists->n[list])
            return "a list of pages is not as long as it is counted";
        pfn_t pfn = frame_ring_newest(ring);
        for (uint64_t n = lists->n[list]; n > 0; n--, pfn = ring->links[pfn].older)
            if (lists->list[pfn] != list || !page_evictable(env, pfn))
                return "a page is on a list that is not its own";
    }
    return NULL;
}

/* Show a list, each page with its mark of that value, if it has it, by that name. */
static inline void page_list_show(const struct page_lists *lists, unsigned list,
                                  const char *name, unsigned mark, const char *mark_name,
                                  struct policy_view *view)
{
    view_list(view, name);
    pfn_t pfn = frame_ring_newest(&lists->ring[list]);
    for (uint64_t n = lists->n[list]; n > 0; n--) {
        view_entry(view, pfn);
        if (lists->mark[pfn] & mark)
            view_number(view, mark_name, pfn, 1);
        pfn = lists->ring[list].links[pfn].older;
    }
}

#endif
