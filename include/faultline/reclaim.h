/* reclaim.h -- for policies that take pages away many at a time, from lists, as Linux does:
 * what such a policy and a kernel that drives it say to each other.
 *
 * The kernel decides when to reclaim and how hard: it calls shrink with one priority after
 * the other, from RECLAIM_PRIORITY, at which a 4096th of the lists is looked at, to 0, at
 * which all is.  The policy decides which pages go; what becomes of each is for the kernel
 * to do and to say (struct reclaim, page).  Under a kernel that knows nothing of this, the
 * policy's victim() does the driver's part, for one page at a time, and page is NULL.
 *
 *     kernel: shrink(12) ─► policy: lists ─► page(pfn) ─► kernel: unmap, write, free
 *             shrink(11) ...                    │                └─► page_out(pfn)
 *                                               └─► enum page_fate ─► policy: lists  */
#ifndef FAULTLINE_RECLAIM_H
#define FAULTLINE_RECLAIM_H

#include "faultline/policy.h"

enum { RECLAIM_PRIORITY = 12 };
enum { RECLAIM_BATCH = 32 }; /* SWAP_CLUSTER_MAX                                          */

/* Pages of two types are kept apart: those that go to swap space, and those of files. */
enum reclaim_type { RECLAIM_ANON, RECLAIM_FILE, RECLAIM_TYPES };

/* What has become of a page that the policy would have go. */
enum page_fate {
    PAGE_GONE,   /* it is free: page_out has been called                                  */
    PAGE_CHOSEN, /* without a driver: it is the victim, and in memory until page_out is
                  * called, which comes next: put it and what has not been looked at back
                  * where they were, and return from shrink                               */
    PAGE_WRITING,  /* it is unmapped and being written: keep it; `written` comes later    */
    PAGE_KEEP,     /* it cannot go now                                                    */
    PAGE_ACTIVATE, /* it cannot go, and would not go soon: it belongs to those in use     */
};

enum { RECLAIM_LISTS = 2 * RECLAIM_TYPES };

/* Where shrink was when it was stopped: what it was to look at of each list, what is left of
 * that, and pages that have gone. */
struct reclaim_rest {
    bool valid;
    uint64_t target[RECLAIM_LISTS], left[RECLAIM_LISTS], gone;
};

/* One run of the driver through the priorities: Linux's scan_control. */
struct reclaim {
    unsigned
        priority;    /* RECLAIM_PRIORITY to 0; the policy may change it, and kswapd goes on
                        * from there                                                     */
    uint64_t wanted; /* pages that are to go in all                                    */
    uint64_t scanned, reclaimed; /* the policy's: pages looked at on inactive lists, and
                                  * gone, since the driver began                         */
    uint64_t written;    /* the kernel's, in page: writes that it has started             */
    uint32_t batch;      /* pages that are taken off a list at a time                     */
    uint32_t swappiness; /* 0 to 200                                                      */
    bool may_swap;       /* pages of RECLAIM_ANON can go: there is swap space left        */
    bool may_write;      /* dirty pages may be written                                    */
    bool daemon;         /* kswapd asks, and not a process that needs memory              */
    bool in_group;       /* of a memory cgroup that has come to its limit; else of all of
                          * memory                                                        */
    bool force;          /* take from active lists whatever else they need (may have been
                          * set after passed_over)                                        */
    bool passed_over;    /* the policy's: active lists were left alone                    */
    bool stop; /* the kernel's, in page: no further page can go before something has ended
                * that it waits for.  Put what has not been looked at back where it was, and
                * return from shrink, which is called again with the same priority        */
    bool
        pause; /* the kernel's, in page: the same, but when the batch has been looked at and
                 * if more is left to be                                                  */
    struct reclaim_rest rest; /* the policy's: it goes on from there then             */
    uint64_t free, high; /* frames free, and the sum of the high watermarks; in_group: 0 */
    /* Try to let the page go, which is off all lists or may be: it is not, afterwards, with
     * PAGE_GONE.  NULL: no driver (reclaim_page). */
    enum page_fate (*page)(struct reclaim *reclaim, pfn_t pfn);
    pfn_t chosen; /* without a driver: what PAGE_CHOSEN was said of; PFN_NONE: nothing   */
    /* So many folios of a list have gone, before others of it are put back: the kernel counts
     * now what it counts of them together.  A policy that reads no statistics need not say so.
     * NULL: no driver. */
    void (*uncharge)(struct reclaim *reclaim, enum reclaim_type type, uint64_t n);
    /* All pages of a batch were pages of files that are dirty, and of which no write is under
     * way: the kernel is to have some written.  NULL: no driver. */
    void (*all_dirty)(struct reclaim *reclaim);
};

/* What a policy has counted since it began, by the names of /proc/vmstat. */
struct reclaim_counts {
    uint64_t pgscan[RECLAIM_TYPES], pgsteal[RECLAIM_TYPES]; /* _anon, _file               */
    uint64_t pgrefill, pgactivate, pgdeactivate, pgrotated;
    uint64_t workingset_refault[RECLAIM_TYPES], workingset_activate[RECLAIM_TYPES];
    uint64_t workingset_restore[RECLAIM_TYPES];
};

/* Lengths of the lists in pages, as /proc/meminfo has them. */
struct reclaim_sizes {
    uint64_t active[RECLAIM_TYPES], inactive[RECLAIM_TYPES];
};

struct reclaim_ops {
    /* From which priority to which the driver goes, downwards; NULL: RECLAIM_PRIORITY to
     * 0. */
    void (*priorities)(const void *state, unsigned *first, unsigned *last);
    /* Reclaim at reclaim->priority, until `wanted` have gone or the priority's work is
     * done. */
    void (*shrink)(void *state, struct reclaim *reclaim);
    /* A process that needed memory, or kswapd, has been through the priorities, as far as
     * reclaim->priority; may be NULL. */
    void (*finish)(void *state, const struct reclaim *reclaim);
    /* kswapd begins a round; may be NULL. */
    void (*age)(void *state, struct reclaim *reclaim);
    /* A second has passed, where the kernel keeps time; may be NULL. */
    void (*second)(void *state);
    /* A page has been used otherwise than through a mapping, or a mapping with its accessed
     * bit set has been removed: mark_page_accessed(). */
    void (*used)(void *state, pfn_t pfn);
    /* Pages that have come and wait for others to be put on lists with them are put there now:
     * lru_add_drain(); may be NULL. */
    void (*drain)(void *state);
    /* The write of a page that was PAGE_WRITING is over; it is clean unless it has been
     * stored into since; may be NULL. */
    void (*written)(void *state, pfn_t pfn);
    /* The page, in use until now, is said not to be needed soon: MADV_COLD.  NULL, as the
     * next: the versions that the policy is of do not know the advice. */
    void (*deactivate)(void *state, pfn_t pfn);
    /* What is in the page is said not to be needed any more, unless it is stored into:
     * MADV_FREE. */
    void (*lazy_free)(void *state, pfn_t pfn);
    /* The statistics of the memory cgroup are exact at this moment; until it comes, where
     * the kernel reads them, it reads those of the last time.  NULL: it reads none. */
    void (*flushed)(void *state);
    void (*sizes)(const void *state, struct reclaim_sizes *sizes);
    const struct reclaim_counts *(*counts)(const void *state);
    /* What must hold of the lists between any two calls, for builds that look: NULL, or a
     * sentence that says what does not.  NULL: nothing. */
    const char *(*check)(const void *state);
};

/* Let the page go: the driver's answer, or without one PAGE_CHOSEN. */
static inline enum page_fate reclaim_page(struct reclaim *reclaim, pfn_t pfn)
{
    if (reclaim->page)
        return reclaim->page(reclaim, pfn);
    reclaim->chosen = pfn;
    return PAGE_CHOSEN;
}

/* --- what such a policy may ask besides --------------------------------------------------- */

/* Pages of the folio that begins in the frame: so many, one behind the other, come, are used and
 * go as one, of which the policy knows the first frame.  Only with policies that say so
 * (policy_ops.folios), and of files; 1 else.  What is said of a page below and by page_dirty()
 * is said of any page of its folio. */
unsigned page_folio(const struct policy_env *env, pfn_t pfn);
/* The page is one of a file. */
bool page_is_file(const struct policy_env *env, pfn_t pfn);
/* ... that is mapped to be executed somewhere. */
bool page_is_executable(const struct policy_env *env, pfn_t pfn);
/* Pages of address spaces that are mapped to the frame. */
unsigned page_mappings(const struct policy_env *env, pfn_t pfn);
/* How many of these have their accessed bit set; it is clear in all of them afterwards.  Of a
 * larger folio the mappings of one region count as one, and 2 stands for more. */
unsigned page_take_young(const struct policy_env *env, pfn_t pfn);
/* It was read ahead of need and has not been used. */
bool page_read_ahead(const struct policy_env *env, pfn_t pfn);
/* For page_in only: a fault brings it in, or has it read ahead, and not in memory that is said to
 * be used in no order, or once and in order. */
bool page_faulted_in(const struct policy_env *env, pfn_t pfn);
/* A device has what is in it, or had it before it was stored into: a page of a file, or one
 * that has been swapped out before. */
bool page_is_saved(const struct policy_env *env, pfn_t pfn);
/* A write of it is under way. */
bool page_writing(const struct policy_env *env, pfn_t pfn);
/* A statistic of the memory cgroup changes by n in one call. */
void policy_updated(const struct policy_env *env, uint64_t n);
/* Frames that pages are mapped to, of all of memory. */
uint64_t policy_mapped(const struct policy_env *env);
/* There is swap space for pages that are in no file. */
bool policy_can_swap(const struct policy_env *env);
/* For so many pages; UINT64_MAX: for any number. */
uint64_t policy_swap_left(const struct policy_env *env);

/* A way through the mapped pages of a process, in the order of their addresses.  Begin with
 * next at the first VPN that is wanted. */
struct page_walk {
    uint32_t process;
    vpn_t next; /* to be looked at                                                       */
    vpn_t vpn;  /* of the page found last                                                */
};

/* The number of the first process from this one on whose pages the policy has, or UINT32_MAX:
 * there is none. */
uint32_t walk_process(const struct policy_env *env, uint32_t process);
/* Pages of the process that are mapped. */
uint64_t walk_resident(const struct policy_env *env, uint32_t process);
/* A CPU has switched to the process from something else since this was asked last; true where
 * nobody knows: without a clock, and where no kernel drives. */
bool walk_take_switched_to(const struct policy_env *env, uint32_t process);
/* The frame of the next page that is mapped and may be evicted; PFN_NONE: there is none. */
pfn_t walk_next(const struct policy_env *env, struct page_walk *walk);
/* Come to the n-th page, from 0 on, that is mapped to the frame, as if it had been found;
 * false: there are no more. */
bool walk_mapping(const struct policy_env *env, pfn_t pfn, unsigned n,
                  struct page_walk *walk);
/* The accessed bit of the mapping found last; it is clear afterwards. */
bool walk_take_young(const struct policy_env *env, const struct page_walk *walk);
/* That page is said to be used in no order, or once and in order (MADV_RANDOM, _SEQUENTIAL). */
bool walk_is_advised(const struct policy_env *env, const struct page_walk *walk);
/* Uses through that mapping count when a page is to go: vma_has_recency(). */
bool walk_has_recency(const struct policy_env *env, const struct page_walk *walk);
/* The first and the last page of the area that page lies in. */
void walk_area(const struct policy_env *env, const struct page_walk *walk, vpn_t *first,
               vpn_t *last);
/* How many pages of first..last of the process, mapped or not, are in areas that are not
 * advised so. */
uint64_t walk_pages(const struct policy_env *env, uint32_t process, vpn_t first,
                    vpn_t last);
/* Remove that mapping; what it says of the page is not lost.  What was in the frame stays. */
void walk_unmap(const struct policy_env *env, const struct page_walk *walk);

#endif
