/* oom.h -- when memory is given up as lost, and which process dies for it.
 *
 * Sources: 2.4.16 mm/oom_kill.c out_of_memory(), badness(), select_bad_process(); 6.1
 * mm/oom_kill.c oom_badness(), oom_evaluate_task().
 * Units: pages, and ticks of 1/100 s for the times of 2.4. */
#ifndef FAULTLINE_OS_LINUX_OOM_H
#define FAULTLINE_OS_LINUX_OOM_H

#include "base/types.h"

#include <stdbool.h>

#define OOM_EXEMPT INT64_MIN

/* The points of a process, of which the most die.  An address space that is shared counts
 * whole for each process in it. */

struct oom_24 {
    uint32_t total_vm;  /* pages of all its areas                                         */
    uint64_t cpu_ticks; /* used                                                           */
    uint64_t run_ticks; /* since it began                                                 */
    bool niced;         /* to a value above 0                                             */
    bool root;          /* or has the right of system administration                      */
    bool raw_io;        /* has the right of raw I/O, as root                              */
};

/* OOM_EXEMPT if it is 0, with which none is chosen. */
int64_t oom_badness_24(const struct oom_24 *process);

struct oom_process {
    uint64_t rss, swap_entries, page_tables; /* pages                                     */
    int32_t score_adj;                       /* -1000, which exempts it, to 1000          */
};

/* total: memory and swap, or the limits of the memory cgroup. */
int64_t oom_badness(const struct oom_process *process, uint64_t total);

/* Of n processes' points, in the order in which they are looked at, the one that dies; n if all
 * are exempt.  Of equal ones 2.4 takes the first and 6.1 the last. */
size_t oom_choose(const int64_t *points, size_t n, bool last);

/* The failures of reclaim in 2.4.  Zeroed at boot. */
struct oom_watch {
    psec_t first, last; /* when the present row of failures began, and the last one       */
    uint32_t count;     /* of failures since that row is a second old                     */
};

/* Reclaim has failed, and no swap is left.  True if a process must die: failures have gone on
 * for a second, without a gap of five, and this is the tenth since then.  A new row begins. */
bool oom_watch_failed(struct oom_watch *watch, psec_t now);

#endif
