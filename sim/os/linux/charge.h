/* charge.h -- how a memory cgroup pays for its pages: a limit, and on every CPU a stock of
 * pages that are paid for but not used.
 *
 * Source: 6.1 mm/memcontrol.c try_charge_memcg(), consume_stock(), refill_stock(),
 * drain_all_stock().  One group: no other one displaces its stock.  Not modelled:
 * memory.high, charges that reclaim itself makes (they always go through).
 * Units: pages. */
#ifndef FAULTLINE_OS_LINUX_CHARGE_H
#define FAULTLINE_OS_LINUX_CHARGE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CHARGE_BATCH = 64,
    CHARGE_CPUS_MAX = 64,
    CHARGE_RECLAIM_MIN = 32,
    CHARGE_RETRIES = 16
};

struct charge_group {
    uint32_t ncpus;
    uint64_t limit;                   /* memory.max; may be set at any time              */
    uint64_t usage;                   /* stocks included                                 */
    uint32_t stocks[CHARGE_CPUS_MAX]; /* [ncpus] below CHARGE_BATCH                      */
};

enum charge_next {
    CHARGE_DONE,    /* the pages are paid for                                           */
    CHARGE_RECLAIM, /* reclaim charge->reclaim pages from the group; charge_reclaimed() */
    CHARGE_OOM,     /* choose and kill a process of the group; charge_killed()          */
};

/* A charge under way. */
struct charge {
    uint32_t cpu, pages;
    uint32_t batch;   /* pages to take from the limit, more than wanted at first         */
    uint32_t retries; /* left                                                            */
    uint32_t reclaim; /* pages that the group is asked for                               */
    bool drained;     /* the stocks were given back                                      */
};

/* ncpus: from 1 to CHARGE_CPUS_MAX. */
void charge_init(struct charge_group *group, uint32_t ncpus, uint64_t limit);

/* Charge pages (at least 1), on a CPU. */
enum charge_next charge_begin(struct charge *charge, struct charge_group *group,
                              uint32_t cpu, uint32_t pages);
/* After CHARGE_RECLAIM, so many pages were freed and uncharged. */
enum charge_next charge_reclaimed(struct charge *charge, struct charge_group *group,
                                  uint64_t reclaimed);
/* After CHARGE_OOM, a process has been killed, or is about to end by itself.  Who could kill
 * none gives the charge up. */
enum charge_next charge_killed(struct charge *charge, struct charge_group *group);

/* The pages are freed; they do not go to a stock. */
void charge_give(struct charge_group *group, uint64_t pages);

/* The stocks of all CPUs are given back. */
void charge_drain(struct charge_group *group);

#endif
