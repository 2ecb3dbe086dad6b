/* rstat.h -- when a memory cgroup's statistics reach those who read them: counts wait on the
 * CPUs, and are flushed when enough have come together or by a timer.
 *
 * Source: 6.1 and 6.14 mm/memcontrol.c memcg_rstat_updated(), mem_cgroup_flush_stats(),
 * memcg_vmstats_needs_flush().  An update is any change of a counter, whatever its sign, and
 * counts by how much it changes; which changes an event makes is the caller's affair.  One
 * group without a parent of its own. */
#ifndef FAULTLINE_OS_LINUX_RSTAT_H
#define FAULTLINE_OS_LINUX_RSTAT_H

#include <stdbool.h>
#include <stdint.h>

enum { RSTAT_BATCH = 64, RSTAT_CPUS_MAX = 64 };

struct rstat {
    uint32_t ncpus;
    bool in_lots;
    uint64_t pending;              /* updates that the CPUs have handed in, or lots     */
    uint32_t cpus[RSTAT_CPUS_MAX]; /* [ncpus] updates since they last did, up to BATCH   */
};

/* ncpus: from 1 to RSTAT_CPUS_MAX.  in_lots: before 6.8 a CPU hands in how many whole times
 * BATCH its updates are, when they are more than that; a flush takes only what was handed in. */
void rstat_init(struct rstat *rstat, uint32_t ncpus, bool in_lots);

/* One change by k on a CPU; 0 is none.  True if a reader would flush now: then no more is
 * added. */
bool rstat_update(struct rstat *rstat, uint32_t cpu, uint32_t k);

/* Somebody reads memory.stat.  True if that flushed: all changes until now are seen. */
bool rstat_read(struct rstat *rstat);

/* The timer, every two seconds, flushes in any case. */
void rstat_flush(struct rstat *rstat);

#endif
