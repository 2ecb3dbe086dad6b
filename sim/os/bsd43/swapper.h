/* swapper.h -- what process 0 decides: when memory is so short that a process must go, whom
 * to swap out, whom to swap in, and on what to sleep (sched() of sys/vm_sched.c, schedcpu()
 * of sys/kern_synch.c, 4.3BSD, 7.1).  Nothing here swaps: the kernel is told what to do,
 * does it, and asks again.
 *
 * Units: hw pages (defaults.h), seconds. */
#ifndef FAULTLINE_OS_BSD43_SWAPPER_H
#define FAULTLINE_OS_BSD43_SWAPPER_H

#include "os/bsd43/rate.h"

enum bsd43_stat { BSD43_SSLEEP, BSD43_SRUN, BSD43_SIDL, BSD43_SZOMB, BSD43_SSTOP };

/* p_flag, as far as the swapper looks at it (h/proc.h). */
enum {
    BSD43_SLOAD = 1 << 0,   /* in memory                             */
    BSD43_SSYS = 1 << 1,    /* swapper or pagedaemon                 */
    BSD43_SLOCK = 1 << 2,   /* being swapped out                     */
    BSD43_SULOCK = 1 << 3,  /* locked in memory by the user          */
    BSD43_SPAGE = 1 << 4,   /* waits for a page-in                   */
    BSD43_SKEEP = 1 << 5,   /* not to be swapped: forks, for example */
    BSD43_SWEXIT = 1 << 6,  /* exits                                 */
    BSD43_SPHYSIO = 1 << 7, /* does raw input or output              */
    BSD43_SSEQL = 1 << 8,   /* said to use its memory sequentially   */
    BSD43_SUANOM = 1 << 9,  /* said to use it anomalously            */
};

enum {
    BSD43_PZERO = 25,     /* who sleeps at a priority above it can be interrupted */
    BSD43_TIME_MAX = 127, /* seconds: p_time and p_slptime count no further       */
};

struct bsd43_text {
    int32_t rssize; /* hw pages in memory                            */
    int32_t ccount; /* processes in memory that share them           */
    int32_t swrss;  /* hw pages when it was last swapped out         */
    uint32_t poip;  /* page-outs in progress                         */
    bool locked;    /* XLOCK                                         */
};

struct bsd43_proc {
    enum bsd43_stat stat;
    uint32_t flags;                /* BSD43_SLOAD ...                               */
    int32_t pri;                   /* priority of its sleep                         */
    int32_t nice;                  /* -20 .. 20                                     */
    int32_t time;                  /* seconds since it came into memory or left it  */
    int32_t slptime;               /* seconds asleep or stopped                     */
    int32_t rssize;                /* hw pages of data and stack in memory          */
    int32_t swrss;                 /* the same when it was last swapped out         */
    uint32_t poip;                 /* page-outs in progress                         */
    const struct bsd43_text *text; /* NULL: none                                    */
};

/* All that sched() looks at. */
struct bsd43_swap_view {
    const struct bsd43_defaults *defaults;
    const struct bsd43_meter *meter;
    const struct bsd43_proc *procs; /* [nprocs] in the order of the kernel's list, which
                                     * has the newest first                             */
    size_t nprocs;
    int32_t freemem;
    int32_t multprog; /* processes in memory that can run, but for the pagedaemon; only
                       * 3BSD asks                                                      */
    bool kmapwnt;     /* a process waits for room in the kernel's map of page tables    */
};

#define BSD43_NO_PROC SIZE_MAX

/* Must someone go, whoever wants in? */
bool bsd43_desperate(const struct bsd43_swap_view *view);

bool bsd43_swappable(const struct bsd43_proc *proc);

/* How much a process that is out deserves to come in: the more, the longer it is out and
 * has waited, the smaller it was, and the less nice it is. */
int32_t bsd43_swap_in_priority(const struct bsd43_proc *proc,
                               const struct bsd43_defaults *d);

/* What its going frees: its own pages and its share of its text. */
int32_t bsd43_size_in_memory(const struct bsd43_proc *proc);

/* --- a turn of sched()'s loop --------------------------------------------------------- */

enum bsd43_swap_verb {
    BSD43_SWAP_OUT_DEADWOOD, /* long asleep, and memory is short or it has no pages       */
    BSD43_SWAP_IN,
    BSD43_SWAP_OUT,
    BSD43_SLEEP_RUNOUT, /* nobody wants in: sleep till someone does                       */
    BSD43_SLEEP_LBOLT, /* someone wants in since a moment ago: sleep till the next second */
    BSD43_SLEEP_RUNIN, /* someone wants in, nobody can go: sleep till the next second    */
};

struct bsd43_swap_action {
    enum bsd43_swap_verb verb;
    size_t proc;     /* whom: an index of procs, or BSD43_NO_PROC                         */
    int32_t reserve; /* hw pages to add to the deficit before; if the swap fails as many
                      * are taken off it again, but not below 0                           */
};

enum bsd43_swap_stage {
    BSD43_TURN_BEGINS,
    BSD43_TURN_SCANS,
    BSD43_TURN_SWAPS_OUT,
    BSD43_TURN_ENDS,
};

/* Where a turn is; zeroed: at its beginning.  The process table may change while the kernel
 * swaps: it then puts `next` and `candidate` where they belong in the new one. */
struct bsd43_swap_turn {
    enum bsd43_swap_stage stage;
    bool desperate;   /* someone must go                                                  */
    bool deserving;   /* the candidate has been out for long                              */
    size_t next;      /* while the turn scans: the process to look at next                */
    size_t candidate; /* who wants in most, or BSD43_NO_PROC                              */
    int32_t priority; /* the candidate's                                                  */
};

/* What to do next.  After a SWAP_IN or a SWAP_OUT that has succeeded, and after each sleep,
 * the turn is over: begin another one.  After one that has failed, and after deadwood,
 * whatever came of it, call again.  wantin: someone has begun to want in since the turn
 * began. */
struct bsd43_swap_action bsd43_sched(struct bsd43_swap_turn *turn,
                                     const struct bsd43_swap_view *view, bool wantin);

/* --- what the clock counts ------------------------------------------------------------ */

/* schedcpu(), once a second: how long processes are where they are. */
void bsd43_age(struct bsd43_proc *procs, size_t nprocs);

/* How many processes vmtotal() takes to be able to run: those that do, or are being made,
 * or sleep where no signal wakes them. */
uint32_t bsd43_runnable(const struct bsd43_proc *procs, size_t nprocs);

#endif
