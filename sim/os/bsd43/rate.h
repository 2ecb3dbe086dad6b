/* rate.h -- how fast the pagedaemon looks at memory, and what the kernel averages once a
 * second: schedpaging(), vmmeter(), loadav() of sys/vm_sched.c (4.3BSD, 7.1), in its
 * integer arithmetic.
 *
 * Units: memory in hw pages (defaults.h), desscan in clusters a wake of the pagedaemon. */
#ifndef FAULTLINE_OS_BSD43_RATE_H
#define FAULTLINE_OS_BSD43_RATE_H

#include "os/bsd43/defaults.h"

/* The counters of struct vmmeter (h/vmmeter.h), in its order. */
enum bsd43_counter {
    BSD43_SWTCH,     /* context switches                                         */
    BSD43_TRAP,      /* calls of trap()                                          */
    BSD43_SYSCALL,   /* system calls                                             */
    BSD43_INTR,      /* device interrupts                                        */
    BSD43_SOFT,      /* software interrupts                                      */
    BSD43_PDMA,      /* pseudo-DMA interrupts                                    */
    BSD43_PSWPIN,    /* hw pages of u-areas and page tables swapped in           */
    BSD43_PSWPOUT,   /* hw pages swapped out with their process                  */
    BSD43_PGIN,      /* page-in transfers                                        */
    BSD43_PGOUT,     /* page-out transfers                                       */
    BSD43_PGPGIN,    /* hw pages paged in                                        */
    BSD43_PGPGOUT,   /* hw pages paged out                                       */
    BSD43_INTRANS,   /* faults that slept and then found their page valid        */
    BSD43_PGREC,     /* reclaims of all kinds                                    */
    BSD43_XSFREC,    /* text pages found in memory by their swap block           */
    BSD43_XIFREC,    /* text pages found in memory by their file's block         */
    BSD43_EXFOD,     /* hw pages filled on demand from files                     */
    BSD43_ZFOD,      /* hw pages filled on demand with zeros                     */
    BSD43_VRFOD,     /* unused                                                   */
    BSD43_NEXFOD,    /* hw pages that became fill on demand from files           */
    BSD43_NZFOD,     /* hw pages that became fill on demand with zeros           */
    BSD43_NVRFOD,    /* unused                                                   */
    BSD43_PGFREC,    /* reclaims from the free list                              */
    BSD43_FAULTS,    /* faults that reached pagein(), and fast reclaims          */
    BSD43_SCAN,      /* pairs of clusters that the hands looked at               */
    BSD43_REV,       /* turns of the hand                                        */
    BSD43_SEQFREE,   /* hw pages freed behind and ahead of sequential processes  */
    BSD43_DFREE,     /* hw pages freed by the pagedaemon                         */
    BSD43_FASTPGREC, /* reclaims in the assembly language path                   */
    BSD43_SWPIN,     /* processes swapped in                                     */
    BSD43_SWPOUT,    /* processes swapped out                                    */
    BSD43_NCOUNTERS,
};

/* What is averaged.  Zeroed, then avefree set to the free memory at boot (meminit()). */
struct bsd43_meter {
    int32_t deficit;                /* hw pages promised to processes that come in        */
    int32_t avefree, avefree30;     /* hw pages: free memory over some 5 and 30 seconds   */
    double avenrun[3];              /* processes that can run, over 1, 5, 15 minutes      */
    uint32_t cnt[BSD43_NCOUNTERS];  /* since the last second (swpin, swpout: 5 seconds) */
    uint32_t rate[BSD43_NCOUNTERS]; /* a second, over some 5 seconds (swpin, swpout: in
                                     * the last 5 seconds)                              */
    uint64_t sum[BSD43_NCOUNTERS];  /* since boot, without what is in cnt; the pages of
                                     * swapping are added here at once                  */
};

/* A tick of schedpaging(), rules->wakes_per_second times a second.  True if the pagedaemon
 * is to be woken; *desscan is how many clusters (with two hands: pairs) it may look at till
 * the next tick, counted from 0. */
bool bsd43_schedpaging(const struct bsd43_defaults *d, int32_t freemem, int32_t deficit,
                       int32_t *desscan);

/* vmmeter(), once a second: decay the deficit, average free memory and counters. */
void bsd43_vmmeter(struct bsd43_meter *meter, const struct bsd43_defaults *d,
                   int32_t freemem);

/* What vmmeter() does besides every 5 seconds: load averages from the number of processes
 * that can run (swapper.h counts them), rates of swpin and swpout. */
void bsd43_vmtotal(struct bsd43_meter *meter, uint32_t runnable);

/* At the end of vmmeter(): is the swapper to be woken, wherever it sleeps?  runout: it
 * sleeps for want of work; slept: for how long, in seconds. */
bool bsd43_wakes_swapper(const struct bsd43_meter *meter, const struct bsd43_defaults *d,
                         bool runout, int32_t slept);

/* All that has been counted since boot. */
uint64_t bsd43_counted(const struct bsd43_meter *meter, enum bsd43_counter counter);

#endif
