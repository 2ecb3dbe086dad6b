/* count.c -- what is counted, by the kernel and by the policy of its lists, and what samples
 * over time tell of them.
 *
 * 6.12 mm/vmscan.c shrink_inactive_list(), do_try_to_free_pages(): reclaim in a group counts
 * in pgscan_direct of its memory.stat, and not in allocstall. */
#include "os/linux/linux.h"

#include "stats/counters.h"
#include "stats/gauges.h"

static void count_lists(struct vmstat *vmstat, const struct reclaim_counts *lists)
{
    vmstat->pgscan_anon = lists->pgscan[RECLAIM_ANON];
    vmstat->pgscan_file = lists->pgscan[RECLAIM_FILE];
    vmstat->pgsteal_anon = lists->pgsteal[RECLAIM_ANON];
    vmstat->pgsteal_file = lists->pgsteal[RECLAIM_FILE];
    vmstat->pgrefill = lists->pgrefill;
    vmstat->pgactivate = lists->pgactivate;
    vmstat->pgdeactivate = lists->pgdeactivate;
    vmstat->pgrotated = lists->pgrotated;
    vmstat->workingset_refault_anon = lists->workingset_refault[RECLAIM_ANON];
    vmstat->workingset_refault_file = lists->workingset_refault[RECLAIM_FILE];
    vmstat->workingset_activate_anon = lists->workingset_activate[RECLAIM_ANON];
    vmstat->workingset_activate_file = lists->workingset_activate[RECLAIM_FILE];
    vmstat->workingset_restore_anon = lists->workingset_restore[RECLAIM_ANON];
    vmstat->workingset_restore_file = lists->workingset_restore[RECLAIM_FILE];
}

void linux_count(const void *state, struct counters *counters)
{
    /* Of a policy without lists. */
    static const struct reclaim_counts unknown = {
        .pgscan = {COUNT_UNKNOWN, COUNT_UNKNOWN},
        .pgsteal = {COUNT_UNKNOWN, COUNT_UNKNOWN},
        .pgrefill = COUNT_UNKNOWN,
        .pgactivate = COUNT_UNKNOWN,
        .pgdeactivate = COUNT_UNKNOWN,
        .pgrotated = COUNT_UNKNOWN,
        .workingset_refault = {COUNT_UNKNOWN, COUNT_UNKNOWN},
        .workingset_activate = {COUNT_UNKNOWN, COUNT_UNKNOWN},
        .workingset_restore = {COUNT_UNKNOWN, COUNT_UNKNOWN},
    };
    const struct linux_kernel *kernel = state;
    const struct reclaim_ops *lists = linux_lists(kernel);
    counters->kernel_own = COUNTING_LINUX;
    counters->vmstat = kernel->counts;
    counters->vmstat.thp_split_page = kernel->pager->counts.large_page_splits;
    counters->swap_used_max = kernel->slots_max;
    counters->pswpin = kernel->counts.pswpin;
    counters->pswpout = kernel->counts.pswpout;
    count_lists(&counters->vmstat,
                lists ? lists->counts(linux_lists_state(kernel)) : &unknown);
}

void linux_sample(const void *state, const struct pager *pager, const struct space *space,
                  struct gauges *gauges)
{
    const struct linux_kernel *kernel = state;
    const struct reclaim_ops *lists = linux_lists(kernel);
    const struct zones *zones = &kernel->memory.zones;
    struct reclaim_sizes sizes;
    if (space)
        return;
    gauges->nr_free_pages = pager_free_frames(pager);
    if (!zones->endless) {
        gauges->watermark_min = zones->min;
        gauges->watermark_low = zones->low;
        gauges->watermark_high = zones->high;
    }
    if (kernel->params->cgroup_frames)
        gauges->cgroup_usage = linux_usage(kernel);
    if (!lists)
        return;
    lists->sizes(linux_lists_state(kernel), &sizes);
    gauges->nr_inactive_anon = sizes.inactive[RECLAIM_ANON];
    gauges->nr_active_anon = sizes.active[RECLAIM_ANON];
    gauges->nr_inactive_file = sizes.inactive[RECLAIM_FILE];
    gauges->nr_active_file = sizes.active[RECLAIM_FILE];
}
