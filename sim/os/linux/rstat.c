/* rstat.c -- see rstat.h. */
#include "os/linux/rstat.h"

#include <assert.h>

void rstat_init(struct rstat *rstat, uint32_t ncpus)
{
    assert(ncpus > 0 && ncpus <= RSTAT_CPUS_MAX);
    *rstat = (struct rstat){.ncpus = ncpus};
}

static bool needs_flush(const struct rstat *rstat)
{
    return rstat->pending > (uint64_t)RSTAT_BATCH * rstat->ncpus;
}

bool rstat_update(struct rstat *rstat, uint32_t cpu, uint32_t k)
{
    assert(cpu < rstat->ncpus);
    if (needs_flush(rstat))
        return true;
    const uint64_t updates = (uint64_t)rstat->cpus[cpu] + k;
    if (updates < RSTAT_BATCH) {
        rstat->cpus[cpu] = (uint32_t)updates;
        return false;
    }
    rstat->cpus[cpu] = 0;
    rstat->pending += updates;
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
    rstat_init(rstat, rstat->ncpus);
}
