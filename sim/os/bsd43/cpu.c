/* cpu.c -- CPU time of the kernel: who spends it.  A process does so for what its faults
 * take, the pagedaemon for what it does, and whoever is on the CPU waits while an
 * interrupt is served. */
#include "os/bsd43/bsd43.h"

void bsd43_spend(struct bsd43 *kernel, uint64_t instructions)
{
    struct pager *pager = kernel->pager;
    const psec_t time = instructions * pager->params->cost_reference;
    if (time == 0)
        return;
    if (kernel->daemon.runs)
        kernel->daemon.work.time += time;
    else if (pager->current || !pager->host)
        pager->owed += time;
    else
        pager->host->interrupt(pager->host->context, time);
}

void bsd43_transfer(struct bsd43 *kernel, uint64_t clusters)
{
    bsd43_spend(kernel,
                kernel->params->cost_transfer + clusters * kernel->params->cost_cluster);
}
