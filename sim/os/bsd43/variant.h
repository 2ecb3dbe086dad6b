/* variant.h -- the releases whose paging the model follows, and where they differ.
 *
 * Sources: 3BSD sys/sys/vmsched.c 2.2 and sys/h/vm.h 2.1 (1980); 4.1BSD as of April 1981,
 * sys/vm_sched.c 4.10, whose disk maps are those of 4.1c; 4.2BSD sys/vm_sched.c 6.1,
 * sys/vm_page.c 6.3, vax/autoconf.c 6.1 (1983); 4.3BSD sys/vm_page.c, vm_sched.c,
 * vax/vmparam.h 7.1 (1986); 4.3BSD-Tahoe sys/vm_page.c 7.x, vm_sw.c 7.2 (1988). */
#ifndef FAULTLINE_OS_BSD43_VARIANT_H
#define FAULTLINE_OS_BSD43_VARIANT_H

#include <stdbool.h>
#include <stdint.h>

enum bsd43_variant {
    BSD43_3BSD,
    BSD43_41BSD,
    BSD43_42BSD,
    BSD43_43BSD,
    BSD43_TAHOE,
    BSD43_VARIANTS,
};

/* What fastscan and slowscan count. */
enum bsd43_scan_unit {
    BSD43_SECONDS_PER_TURN,    /* of the hand: the smaller, the faster */
    BSD43_CLUSTERS_PER_SECOND, /* looked at: the larger, the faster    */
};

/* How the swapper tells that more than one process wants to run. */
enum bsd43_load {
    BSD43_MULTPROG, /* more than 1 process in memory can run */
    BSD43_AVENRUN,  /* the load average is at least 2        */
};

struct bsd43_rules {
    const char *name;          /* as in configurations: `variant: 4.3bsd`               */
    uint8_t hands;             /* of the pagedaemon                                     */
    uint8_t wakes_per_second;  /* of the pagedaemon, by schedpaging()                   */
    enum bsd43_scan_unit unit; /* of fastscan and slowscan                              */
    uint8_t push_divisor;      /* a wake starts no push after more than maxpgio / this  */
    bool busy_counts_as_push;  /* a dirty page of a process that is being swapped or
                                * exits is left alone, but counts as pushed             */
    bool takes_at_once;        /* valid pages of SSEQL, SUANOM and over-limit processes */
    bool hands_before_wrap;    /* both hands have advanced when it is asked whether the
                                * front hand has gone round                             */
    bool reference_bit;        /* the machine has one: the front hand clears it, and the
                                * page stays valid; a text page has those of all sharers */
    bool klusters;             /* kluster(): swap reads and writes of several clusters  */
    bool fodklusters;          /* fodkluster(): file reads of several clusters          */
    bool validates_text;       /* klustered text pages are valid at once                */
    bool flushes_kluster;      /* blkflush() covers the kluster, and not one cluster    */
    bool skips_label;          /* of a further swap device the first cluster is unused  */
    enum bsd43_load load;      /* in the swapper's desperate condition                  */
    uint16_t ndmap;            /* chunks of a disk map, at most BSD43_NDMAP             */
    uint16_t dmmin;            /* blocks: the smallest chunk                            */
    uint16_t dmmax;            /* blocks: the largest; 0: computed from MAXDSIZ         */
};

enum { BSD43_NDMAP = 38 };

const struct bsd43_rules *bsd43_rules(enum bsd43_variant variant);

#endif
