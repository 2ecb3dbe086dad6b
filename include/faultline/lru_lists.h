/* lru_lists.h -- Linux's lists of pages since 2.6.28, inactive and active ones for pages that
 * go to swap space and for those of files, for the policies that keep them; newest at the head.
 *
 * A page belongs to the list that its marks say, and is there, or waits to be put there, or
 * has been taken off it to be looked at.  A folio of several pages is on lists as its first
 * one, and counts as all of them.  A ghost is in no list: its links hold a number. */
#ifndef FAULTLINE_LRU_LISTS_H
#define FAULTLINE_LRU_LISTS_H

#include "faultline/frame_ring.h"
#include "faultline/reclaim.h"

/* The first four are numbered as in the kernel; a page's own is given by two of its marks. */
enum lru_list {
    LRU_INACTIVE_ANON,
    LRU_ACTIVE_ANON,
    LRU_INACTIVE_FILE,
    LRU_ACTIVE_FILE,
    LRU_EVICTABLE,               /* so many                                             */
    LRU_WAITING = LRU_EVICTABLE, /* new, in the batch of pages that are to be added      */
    LRU_TAKEN,                   /* off its list, to be looked at                       */
    LRU_KEPT,                    /* looked at, to go back                               */
    LRU_LISTS,
    LRU_NOWHERE = LRU_LISTS,
};

enum lru_mark {
    LRU_ACTIVE = 1,
    LRU_FILE = 2,
    LRU_LIST = LRU_ACTIVE | LRU_FILE, /* the page's list                                 */
    LRU_REFERENCED = 4,
    LRU_WORKINGSET = 8, /* it was active once                                            */
    LRU_LAZY = 16,      /* among pages of files, though of none: MADV_FREE               */
    LRU_LARGE = 32,     /* the first page of a folio of several                          */
};

struct lru_lists {
    struct frame_ring ring[LRU_LISTS];
    uint64_t n[LRU_LISTS]; /* pages                                                     */
    uint8_t *marks;        /* [frame]                                                   */
    uint8_t *where;        /* [frame]                                                   */
    uint8_t *orders;       /* [frame] log2 of pages, where LRU_LARGE is set             */
};

enum { LRU_FRAME_SIZE = sizeof(struct frame_link) + 3 };

static inline void lru_init(struct lru_lists *lists, const struct policy_env *env)
{
    const size_t entries = (size_t)env->nframes + env->nghosts;
    lists->marks = (uint8_t *)env->frames + entries * sizeof(struct frame_link);
    lists->where = lists->marks + entries;
    lists->orders = lists->where + entries;
    for (unsigned i = 0; i < LRU_LISTS; i++)
        frame_ring_init(&lists->ring[i], env->frames);
}

static inline enum lru_list lru_inactive(unsigned type)
{
    return type == RECLAIM_FILE ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;
}

static inline enum lru_list lru_active(unsigned type)
{
    return type == RECLAIM_FILE ? LRU_ACTIVE_FILE : LRU_ACTIVE_ANON;
}

static inline bool lru_is(const struct lru_lists *lists, pfn_t pfn, unsigned mark)
{
    return lists->marks[pfn] & mark;
}

static inline void lru_mark(struct lru_lists *lists, pfn_t pfn, unsigned mark, bool set)
{
    const unsigned without = lists->marks[pfn] & ~mark;
    lists->marks[pfn] = (uint8_t)(set ? without | mark : without);
}

static inline enum reclaim_type lru_type(const struct lru_lists *lists, pfn_t pfn)
{
    return lru_is(lists, pfn, LRU_FILE) ? RECLAIM_FILE : RECLAIM_ANON;
}

/* Pages of the folio. */
static inline uint64_t lru_pages_of(const struct lru_lists *lists, pfn_t pfn)
{
    return lru_is(lists, pfn, LRU_LARGE) ? UINT64_C(1) << lists->orders[pfn] : 1;
}

/* Take the page off where it is. */
static inline void lru_take(struct lru_lists *lists, pfn_t pfn)
{
    const unsigned list = lists->where[pfn];
    lists->where[pfn] = LRU_NOWHERE;
    if (list == LRU_NOWHERE)
        return;
    frame_ring_remove(&lists->ring[list], pfn);
    lists->n[list] -= lru_pages_of(lists, pfn);
}

/* Put a page that is nowhere at the head of a list, or of its own. */
static inline void lru_put(struct lru_lists *lists, enum lru_list list, pfn_t pfn)
{
    frame_ring_add(&lists->ring[list], pfn);
    lists->n[list] += lru_pages_of(lists, pfn);
    lists->where[pfn] = (uint8_t)list;
}

static inline void lru_add(struct lru_lists *lists, pfn_t pfn)
{
    lru_put(lists, lists->marks[pfn] & LRU_LIST, pfn);
}

/* The same at the tail. */
static inline void lru_add_tail(struct lru_lists *lists, pfn_t pfn)
{
    struct frame_ring *ring = &lists->ring[lists->marks[pfn] & LRU_LIST];
    const pfn_t head = frame_ring_newest(ring);
    lru_add(lists, pfn);
    if (head != PFN_NONE)
        ring->head = head;
}

/* Put the page, wherever it is, at the head of its own list. */
static inline void lru_move(struct lru_lists *lists, pfn_t pfn)
{
    lru_take(lists, pfn);
    lru_add(lists, pfn);
}

static inline pfn_t lru_tail(const struct lru_lists *lists, enum lru_list list)
{
    return frame_ring_oldest(&lists->ring[list]);
}

/* Put all pages of a list at the heads of their own, the oldest first. */
static inline void lru_drain(struct lru_lists *lists, enum lru_list list)
{
    while (lists->n[list] > 0)
        lru_move(lists, lru_tail(lists, list));
}

/* Take n pages, and what more the last folio has, or all that there are off the tail of a
 * list, to be looked at; returns how many. */
static inline uint64_t lru_isolate(struct lru_lists *lists, enum lru_list list, uint64_t n)
{
    uint64_t taken = 0;
    while (taken < n && lists->n[list] > 0) {
        const pfn_t pfn = lru_tail(lists, list);
        taken += lru_pages_of(lists, pfn);
        lru_take(lists, pfn);
        lru_put(lists, LRU_TAKEN, pfn);
    }
    return taken;
}

/* Put the pages that were taken and not looked at back where they were. */
static inline void lru_return(struct lru_lists *lists)
{
    while (lists->n[LRU_TAKEN] > 0) {
        const pfn_t pfn = frame_ring_newest(&lists->ring[LRU_TAKEN]);
        lru_take(lists, pfn);
        lru_add_tail(lists, pfn);
    }
}

/* What a ghost holds: the age at which its page was evicted, and whether that was one of the
 * working set. */
static inline void lru_remember(struct lru_lists *lists, pfn_t ghost, uint64_t age,
                                bool workingset)
{
    lists->ring[0].links[ghost] = (struct frame_link){(pfn_t)(age >> 32), (pfn_t)age};
    lists->marks[ghost] = workingset ? LRU_WORKINGSET : 0;
    lists->where[ghost] = LRU_NOWHERE;
}

static inline uint64_t lru_age(const struct lru_lists *lists, pfn_t ghost)
{
    const struct frame_link link = lists->ring[0].links[ghost];
    return (uint64_t)link.newer << 32 | link.older;
}

/* For want of anything better: the oldest page that the kernel has not locked. */
static inline pfn_t lru_last_resort(const struct lru_lists *lists,
                                    const struct policy_env *env)
{
    static const enum lru_list order[] = {LRU_INACTIVE_FILE, LRU_INACTIVE_ANON,
                                          LRU_ACTIVE_FILE, LRU_ACTIVE_ANON};
    pfn_t locked = PFN_NONE;
    for (unsigned i = 0; i < LRU_EVICTABLE; i++) {
        pfn_t pfn = lru_tail(lists, order[i]);
        for (uint64_t n = lists->n[order[i]]; n > 0;) {
            if (!page_locked(env, pfn))
                return pfn;
            if (locked == PFN_NONE)
                locked = pfn;
            n -= lru_pages_of(lists, pfn);
            pfn = lists->ring[order[i]].links[pfn].newer;
        }
    }
    return locked;
}

/* The page is where a list, on which it is, says. */
static inline bool lru_belongs(const struct lru_lists *lists, const struct policy_env *env,
                               unsigned list, pfn_t pfn)
{
    const bool file = page_is_file(env, pfn) || lru_is(lists, pfn, LRU_LAZY);
    return page_evictable(env, pfn) && lists->where[pfn] == list &&
           lru_pages_of(lists, pfn) == page_folio(env, pfn) &&
           (list == LRU_WAITING || (lists->marks[pfn] & LRU_LIST) == list) &&
           lru_is(lists, pfn, LRU_FILE) == file;
}

/* Folios on the list, or UINT64_MAX: they have not as many pages as are counted. */
static inline uint64_t lru_folios(const struct lru_lists *lists, unsigned list)
{
    pfn_t pfn = frame_ring_newest(&lists->ring[list]);
    uint64_t folios = 0;
    for (uint64_t left = lists->n[list]; left > 0; folios++) {
        if (pfn == PFN_NONE || lru_pages_of(lists, pfn) > left)
            return UINT64_MAX;
        left -= lru_pages_of(lists, pfn);
        pfn = lists->ring[list].links[pfn].older;
    }
    return folios;
}

/* What must hold whenever no page is being looked at: NULL, or a sentence. */
static inline const char *lru_lists_check(const struct lru_lists *lists,
                                          const struct policy_env *env)
{
    uint64_t listed = 0, pages = 0;
    if (lists->n[LRU_TAKEN] > 0 || lists->n[LRU_KEPT] > 0)
        return "a page has been taken off its list and not been put back";
    for (unsigned list = 0; list < LRU_LISTS; list++) {
        const struct frame_ring *ring = &lists->ring[list];
        const uint64_t folios = lru_folios(lists, list);
        if (folios == UINT64_MAX || !frame_ring_holds(ring, folios))
            return "a list of pages is not as long as it is counted";
        pfn_t pfn = frame_ring_newest(ring);
        for (uint64_t n = folios; n > 0; n--, pfn = ring->links[pfn].older)
            if (!lru_belongs(lists, env, list, pfn))
                return "a page is on a list that is not its own";
        listed += lists->n[list];
    }
    for (pfn_t pfn = 0; pfn < env->nframes; pfn++)
        pages += page_evictable(env, pfn);
    return listed == pages ? NULL : "a page is on no list";
}

static const char *const lru_list_names[] = {"inactive anon", "active anon",
                                             "inactive file", "active file", "waiting"};

static inline void lru_show(const struct lru_lists *lists, struct policy_view *view)
{
    for (unsigned list = LRU_INACTIVE_ANON; list <= LRU_WAITING; list++) {
        if (lists->n[list] == 0)
            continue;
        view_list(view, lru_list_names[list]);
        pfn_t pfn = frame_ring_newest(&lists->ring[list]);
        for (uint64_t n = lists->n[list]; n > 0;) {
            view_entry(view, pfn);
            if (lru_is(lists, pfn, LRU_REFERENCED))
                view_number(view, "referenced", pfn, 1);
            if (lru_is(lists, pfn, LRU_WORKINGSET))
                view_number(view, "workingset", pfn, 1);
            if (lru_is(lists, pfn, LRU_LARGE))
                view_number(view, "pages", pfn, lru_pages_of(lists, pfn));
            n -= lru_pages_of(lists, pfn);
            pfn = lists->ring[list].links[pfn].older;
        }
    }
}

#endif
