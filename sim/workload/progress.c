/* progress.c -- whether a simulation can go on. */
#include "workload/thread.h"

#include <inttypes.h>
#include <stdio.h>

void progress_fail(struct simulation *sim)
{
    const struct pager *pager = &sim->pager;
    struct error err;
    char why[320];
    if (pager->kernel->stuck && pager->kernel->stuck(pager->kernel_state, pager, &err)) {
        simulation_fail(sim, &err);
        return;
    }
    if (sim->nsuspended > 0 || sim->nwaiting > pager->starved.n)
        snprintf(why, sizeof why,
                 "no process can go on: %" PRIu64 " wait for memory, %" PRIu64
                 " are swapped out, and nothing is under way that could change that; raise "
                 "machine.memory",
                 sim->nwaiting, sim->nsuspended);
    else
        snprintf(
            why, sizeof why,
            "memory is exhausted: %" PRIu64 " processes wait for a frame and none can "
            "be freed; of %u frames %u hold page tables and what the swap device keeps "
            "in memory, and %u are held for accesses that need more; raise "
            "machine.memory",
            pager->starved.n, pager->nframes, pager->count[FRAME_POOL],
            pager->count[FRAME_HELD] + pager->count[FRAME_GRANTED]);
    error_set(&err, ERR_CELL, at_nowhere(), "%s", why);
    simulation_fail(sim, &err);
}

void progress_check(struct simulation *sim)
{
    const psec_t now = engine_now(sim->engine);
    const uint64_t paging = sim->nwaiting + sim->nsuspended;
    const bool idle =
        sim->nthreads > 0 && paging + sim->nsleeping - sim->nalarms == sim->nthreads;
    const bool stuck = idle && paging > 0 && sim->pager.transfers == 0;
    struct error err;
    if (idle && paging == 0 && sleep_end(sim, &err) != OK)
        simulation_fail(sim, &err);
    if (stuck && !sim->stuck)
        sim->stuck_since = now;
    sim->stuck = stuck;
    if (stuck && now - sim->stuck_since >= sim->pager.kernel->patience)
        progress_fail(sim);
}
