/* swaparea.h -- which slot of a swap area is taken next.
 *
 *     RUNS_24   2.4.16 mm/swapfile.c scan_swap_map(): 257 slots in a run of 256 that was
 *               free, wherever it began, and behind it; else the first free slot
 *     RUNS      6.1 scan_swap_map_slots() for a rotating disk (2.6 on): the same with 256 slots,
 *               but with fewer free ones than that on from the last slot taken
 *     CLUSTERS  6.1 scan_swap_map_try_ssd_cluster() (3.12 on): each CPU fills an aligned
 *               cluster of its own from the list of free ones; without a free one, on from
 *               its last slot
 *     LISTS     6.12 cluster_alloc_swap_entry(): the CPU's cluster, a free one, one that is
 *               partly used, and at last one of these that a CPU has come to before, in turn
 *               (fragmented)
 *     NONFULL   6.18 the same: the CPU's cluster, one of which a slot was given back since a CPU
 *               took one, a free one, and at last one of the others
 *
 * Simplified: clusters are free in the order of their numbers (the kernel begins at a random
 * one and deals them out 64 MiB apart), and a CPU does not jump when it crosses 64 MiB; a
 * slot that only the swap cache has is not reclaimed on the way.
 * Offsets are slots of the area; 0 is its header. */
#ifndef FAULTLINE_OS_LINUX_SWAPAREA_H
#define FAULTLINE_OS_LINUX_SWAPAREA_H

#include "base/error.h"

enum swaparea_rule {
    SWAPAREA_RUNS_24,
    SWAPAREA_RUNS,
    SWAPAREA_CLUSTERS,
    SWAPAREA_LISTS,
    SWAPAREA_NONFULL
};

enum swapcluster_list {
    SWAPCLUSTER_NONE, /* where no list is needed: in use, with CLUSTERS                    */
    SWAPCLUSTER_FREE,
    SWAPCLUSTER_PARTLY,
    SWAPCLUSTER_FRAGMENTED,
    SWAPCLUSTER_FULL,
    SWAPCLUSTER_LISTS,
};

struct swapcluster {
    uint32_t next, prev; /* in the list                                                   */
    uint32_t count;      /* slots that are taken or do not exist                          */
    uint8_t list;        /* enum swapcluster_list                                         */
};

/* Where a CPU goes on. */
struct swapcursor {
    uint32_t cluster; /* CLUSTERS: that it owns, or none                                  */
    uint32_t scan;    /* CLUSTERS: behind the slot that it took last                      */
    uint32_t next;    /* a slot of its cluster; LISTS: or 0                               */
};

struct swaparea_params {
    enum swaparea_rule rule;
    uint32_t nslots;  /* with the header, at least 2                                      */
    uint32_t cluster; /* slots, a power of two, at most nslots or not                     */
    uint32_t ncpus;   /* that have a cursor of their own                                  */
};

struct swaparea {
    struct swaparea_params params;
    uint32_t nused; /* without the header                                                 */
    uint32_t *map;  /* [nslots] 0: free, else what the owner of the area says             */
    /* No slot below lowest or above highest is free; full: nslots and 0. */
    uint32_t lowest, highest;
    uint32_t next, left; /* RUNS: slot to go on with, how many of the run                 */
    uint32_t nclusters;
    struct swapcluster *clusters; /* [nclusters] with CLUSTERS and LISTS                  */
    uint32_t heads[SWAPCLUSTER_LISTS], tails[SWAPCLUSTER_LISTS];
    uint32_t lengths[SWAPCLUSTER_LISTS];
    struct swapcursor *cursors; /* [ncpus]                                                */
};

#define SWAPCLUSTER_NIL UINT32_MAX

/* The rule of a release (LINUX_VERSION), for a device that rotates or does not. */
enum swaparea_rule swaparea_rule_of(uint32_t version, bool rotational);

/* An empty area; map[0] is `header`.  ERR_NOMEM. */
MUST_CHECK enum status swaparea_init(struct swaparea *area,
                                     const struct swaparea_params *params, uint32_t header,
                                     struct error *err);
void swaparea_release(struct swaparea *area);

/* Take a slot, whose map becomes `mark`; 0 if all are taken. */
uint32_t swaparea_take(struct swaparea *area, uint32_t cpu, uint32_t mark);

/* The slot is free again. */
void swaparea_give(struct swaparea *area, uint32_t offset);

/* The first free slot of from..to, or 0. */
uint32_t swaparea_first_free(const struct swaparea *area, uint32_t from, uint32_t to);

/* NULL, or a sentence that says what is inconsistent. */
const char *swaparea_check(const struct swaparea *area);

/* --- swapcluster.c: areas whose rule is CLUSTERS or LISTS ------------------------------ */

MUST_CHECK enum status swapcluster_init(struct swaparea *area, struct error *err);
/* A slot; 0: there is none.  swapcluster_took follows. */
uint32_t swapcluster_find(struct swaparea *area, uint32_t cpu);
void swapcluster_took(struct swaparea *area, uint32_t offset);
void swapcluster_gave(struct swaparea *area, uint32_t offset);
/* With LISTS: the CPU's own cluster has a slot for it; and the CPU has none any more. */
bool swapcluster_has_cursor(const struct swaparea *area, uint32_t cpu);
void swapcluster_drop_cursor(struct swaparea *area, uint32_t cpu);
const char *swapcluster_check(const struct swaparea *area);

#endif
