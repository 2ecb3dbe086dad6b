/* session.h -- processes that replay patterns in one group, taking turns.
 *
 * The parent stays outside the group.  Each child maps its memory, waits until all have done
 * so, enters the group, replays `turn` references and hands on to the next; who has none
 * left hands on at once.  All end when the last has replayed its last reference, so that no
 * memory is given back before.  What they count is in memory shared with the parent. */
#ifndef LIVE_SESSION_H
#define LIVE_SESSION_H

#include "group.h"
#include "memory.h"
#include "pattern.h"

enum { SESSION_PROCESSES_MAX = 64 };

struct session_params {
    const struct pattern *patterns;
    unsigned processes;    /* 1 to SESSION_PROCESSES_MAX                               */
    uint64_t turn;         /* references, from 1 on                                    */
    uint64_t flush_every;  /* memory.stat is read before each such reference; 0: never */
    uint64_t series_every; /* references between samples; 0: none                      */
    bool keep_tlb; /* leave translations whose accessed bits were cleared in the TLB   */
    struct memory_params memory; /* of each process                                    */
};

/* Counts at one moment. */
struct sample {
    uint64_t references;
    uint64_t major_faults, minor_faults; /* of all processes, since they entered       */
    uint64_t values[GROUP_VALUES]; /* of memory.stat, if it was read at that moment    */
    bool has_values;
};

struct session {
    struct sample end;
    const struct sample *series;
    size_t nseries;
    bool
        killed; /* by the kernel, for want of memory; `end` has what was counted till then */
};

/* Run it.  Fails with fail(). */
void session_run(struct session *session, const struct group *group,
                 const struct session_params *params);

#endif
