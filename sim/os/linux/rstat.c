/* rstat.c -- see rstat.h. */
#include "os/linux/rstat.h"

#include <assert.h>
#include <string.h>

void rstat_init(struct rstat *rstat, uint32_t ncpus, bool in_lots)
{
    assert(ncpus > 0 && ncpus <= RSTAT_CPUS_MAX);
    *rstat = (struct rstat){.ncpus = ncpus, .in_lots = in_lots};
}

static bool needs_flush(const struct rstat *rstat)
{
    return rstat->pending > (uint64_t)rstat->ncpus * (rstat->in_lots ? 1 : RSTAT_BATCH);
}

bool rstat_update(struct rstat *rstat, uint32_t cpu, uint32_t k)
{
    assert(cpu < rstat->ncpus);
    const bool due = needs_flush(rstat);
    if (due && !rstat->in_lots)
        return true;
    const uint64_t updates = (uint64_t)rstat->cpus[cpu] + k;
    if (updates < RSTAT_BATCH + (rstat->in_lots ? 1u : 0u)) {
        rstat->cpus[cpu] = (uint32_t)updates;
        return due;
    }
    rstat->cpus[cpu] = 0;
    if (!due)
        rstat->pending += rstat->in_lots ? updates / RSTAT_BATCH : updates;
    return needs_flush(rstat);
}

bool rstat_read(struct rstat *rstat)
{
    const bool flushes = needs_flush(rstat);
    if (flushes)
        rstat_flush(rstat);
    return flushes;
}

void rstat_flush(struct rstat *rstat)
{
    rstat->pending = 0;
    if (!rstat->in_lots)
        memset(rstat->cpus, 0, sizeof rstat->cpus);
}
