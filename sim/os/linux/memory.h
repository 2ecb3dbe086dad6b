/* memory.h -- all of memory: its zones, and kswapd, which keeps some of it free.  In the
 * kernel's state (linux.h). */
#ifndef FAULTLINE_OS_LINUX_MEMORY_H
#define FAULTLINE_OS_LINUX_MEMORY_H

#include "faultline/reclaim.h"
#include "os/linux/oom.h"
#include "os/linux/zone.h"
#include "pager/pager.h"

/*  asleep ─► runs: pass after pass, until memory is balanced ─► falls asleep ─► asleep
 *             │ ▲                                             │
 *             ▼ └───────────────────── woken, not balanced ◄──┘
 *            waits for writes  */
enum linux_kswapd_state {
    KSWAPD_ASLEEP,
    KSWAPD_RUNS,
    KSWAPD_WAITS,        /* for writes, or a time                                         */
    KSWAPD_FALLS_ASLEEP, /* in a tenth of a second, unless it is woken                    */
};

struct linux_kswapd {
    enum linux_kswapd_state state;
    unsigned priority;       /* of the next pass                                          */
    psec_t delay;            /* how long it is to be in that state; 0: at once on         */
    struct event event;      /* it goes on                                                */
    struct kernel_work work; /* what it has done and not yet spent the time for           */
    struct reclaim pass;     /* the last                                                  */
    uint64_t passes;         /* since it began to run through the priorities              */
    uint64_t reclaimed;      /* pages, in all passes since the first priority             */
    uint64_t looked_at;      /* pages, in all passes since the first priority             */
    uint64_t scanned;        /* pages looked at since any was freed                       */
    unsigned first, last;    /* priorities                                                */
    unsigned failures;       /* runs in a row that have reclaimed nothing                 */
    bool spends;             /* what is done at the moment is done by it                  */
    bool woken;              /* while it fell asleep                                      */
    bool resumes;            /* the last pass has been stopped in the middle              */
    bool idle;               /* no page looked at in the last run, and none freed since   */
};

/* Nothing can be reclaimed: it waits for a while before it kills. */
struct linux_lost {
    struct oom_watch watch;
    struct fault_list yielded; /* till the next tick                                      */
    struct event tick;
    unsigned ticks; /* since a frame was freed or one was seen being filled             */
    bool in_group; /* it was so of the group when somebody yielded last                   */
};

struct linux_memory {
    struct zones zones;
    struct linux_kswapd kswapd;
    struct linux_lost lost;
    bool sparing; /* frames that are taken are for what could be done without             */
    struct fault_list throttled; /* wait until half of the lowest watermark is free       */
};

#endif
