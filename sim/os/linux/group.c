/* group.c -- the memory cgroup: charges, and the statistics that reclaim reads.
 *
 * 6.12 mm/memcontrol.c try_charge_memcg(), memcg_rstat_updated(), mem_cgroup_flush_stats();
 * what of a statistic is counted when: as measured on 6.18 (anonymous memory). */
#include "os/linux/linux.h"

/* What is charged is what holds something for a process, not yet what a fault has been given
 * and is to be charged for; and what the kernel keeps for it. */
uint64_t linux_usage(const struct linux_kernel *kernel)
{
    const pfn_t *count = kernel->pager->count;
    return (uint64_t)count[FRAME_FILLING] + count[FRAME_HELD] + count[FRAME_ACTIVE] +
           count[FRAME_LEAVING] + kernel->group.kernel_pages;
}

void linux_updated(void *state, uint64_t n)
{
    struct linux_kernel *kernel = state;
    if (kernel->params->cgroup_frames)
        rstat_update(&kernel->group.rstat, kernel->group.cpu, (uint32_t)n);
}

void linux_stats(struct linux_kernel *kernel, unsigned n)
{
    while (n-- > 0)
        linux_updated(kernel, 1);
}

static void flushed(struct linux_kernel *kernel)
{
    const struct reclaim_ops *lists = linux_lists(kernel);
    if (lists && lists->flushed)
        lists->flushed(linux_lists_state(kernel));
}

void linux_read_stat(struct linux_kernel *kernel)
{
    if (rstat_read(&kernel->group.rstat) && kernel->group.lags)
        flushed(kernel);
}

void linux_flush_stats(struct linux_kernel *kernel)
{
    rstat_flush(&kernel->group.rstat);
    if (kernel->group.lags)
        flushed(kernel);
}

void linux_flush_before_pass(struct linux_kernel *kernel)
{
    if (kernel->version < LINUX_VERSION(6, 1, 0))
        linux_flush_stats(kernel);
    else if (kernel->version < LINUX_VERSION(6, 12, 0))
        linux_read_stat(kernel);
}

/* From the first charge on the lists read what was flushed last: nothing yet.  Before rstat
 * (5.9: __mod_memcg_lruvec_state()) no flush is needed, only 32 pages of a CPU's. */
static void begin_to_lag(struct linux_kernel *kernel)
{
    kernel->group.lags =
        kernel->version >= LINUX_VERSION(5, 15, 0) &&
        (kernel->params->stats_flush_every > 0 || kernel->pager->storage.engine);
    if (kernel->group.lags)
        flushed(kernel);
}

uint64_t linux_tick(void *state, struct pager *pager, uint64_t references)
{
    struct linux_kernel *kernel = state;
    (void)pager;
    linux_read_stat(kernel);
    const uint64_t every = kernel->params->stats_flush_every;
    return (references / every + 1) * every;
}

/* consume_stock(), refill_stock().  The stock makes no difference to single frames, but to
 * several, which it must have all of. */
bool linux_charge_now(struct linux_kernel *kernel, uint64_t n)
{
    enum { MEMCG_CHARGE_BATCH = 64 };
    struct linux_group *group = &kernel->group;
    const uint64_t charged = linux_usage(kernel) + group->stock;
    const uint64_t batch = n < MEMCG_CHARGE_BATCH ? MEMCG_CHARGE_BATCH : n;
    if (group->stock >= n) {
        group->stock -= n;
        return true;
    }
    if (charged + batch <= group->limit) {
        group->stock += batch - n;
        if (group->stock > MEMCG_CHARGE_BATCH)
            group->stock = 0;
        return true;
    }
    return charged + n <= group->limit;
}

void linux_charge_drain(struct linux_kernel *kernel, uint64_t n)
{
    struct linux_group *group = &kernel->group;
    if (linux_usage(kernel) + group->stock + n > group->limit)
        group->stock = 0;
}

enum status linux_charge(struct linux_kernel *kernel, struct fault *fault, uint64_t n,
                         bool *charged, struct error *err)
{
    enum { RETRIES = 16 }; /* MAX_RECLAIM_RETRIES */
    *charged = true;
    if (!kernel->params->cgroup_frames)
        return OK;
    if (!kernel->group.lags)
        begin_to_lag(kernel);
    for (unsigned retries = RETRIES;
         linux_reclaim_stopped(kernel) || !linux_charge_now(kernel, n);) {
        const uint64_t freed = linux_direct_reclaim(kernel, true, n, fault != NULL);
        linux_charge_drain(kernel, n);
        if (kernel->pager->failed.code != OK) {
            error_copy(err, &kernel->pager->failed);
            return kernel->pager->failed.code;
        }
        if (linux_wait_for_writes(kernel, fault, freed)) {
            *charged = !fault;
            return OK;
        }
        if (freed == 0 && retries-- == 0) {
            if (!fault) /* the fault's own page is next */
                return OK;
            const enum status status =
                linux_out_of_memory(kernel, fault, true, charged, err);
            if (status != OK || !*charged)
                return status;
            retries = RETRIES;
        }
    }
    return OK;
}
