#include "os/linux/rstat.h"
void rstat_init(struct rstat *r, unsigned cpus)
{
    *r = (struct rstat){.cpus = cpus};
}
bool rstat_update(struct rstat *r, unsigned cpu, uint64_t k)
{
    r->percpu[cpu] += k;
    if (r->pending > 64 * r->cpus || r->percpu[cpu] < 64)
        return false;
    r->pending += r->percpu[cpu];
    r->percpu[cpu] = 0;
    return true;
}
void rstat_flush(struct rstat *r)
{
    r->pending = 0;
    for (unsigned i = 0; i < r->cpus; i++)
        r->percpu[i] = 0;
}
bool rstat_read(struct rstat *r)
{
    if (r->pending <= 64 * r->cpus)
        return false;
    rstat_flush(r);
    return true;
}
