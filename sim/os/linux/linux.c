/* linux.c -- the kernel of Linux: what it sets up when it is booted, and what it is asked. */
#include "os/linux/linux.h"

#include <stdlib.h>

static enum status linux_init(void *state, struct pager *pager, const void *params,
                              struct error *err)
{
    struct linux_kernel *kernel = state;
    kernel->pager = pager;
    kernel->params = params;
    kernel->version = linux_version_of(kernel->params);
    kernel->zero = CONTENT_NONE;
    kernel->pinned = PFN_NONE;
    kernel->group.limit =
        kernel->params->cgroup_frames ? kernel->params->cgroup_frames : UINT64_MAX;
    linux_writeback_init(kernel);
    linux_flusher_init(kernel);
    pager->clear_invalidates = true;
    if (pager->by_process)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "kernel 'linux' replaces in all of memory: set 'replacement: "
                         "global'");
    linux_kswapd_init(kernel);
    linux_lost_init(kernel);
    linux_khugepaged_init(kernel);
    linux_compaction_init(kernel);
    linux_kcompactd_init(kernel);
    const enum status status =
        zones_init(&kernel->memory.zones, pager, kernel->version, 0, err);
    if (status != OK)
        return status;
    rstat_init(&kernel->group.rstat, (uint32_t)kernel->params->stats_cpus,
               kernel->version < LINUX_VERSION(6, 8, 0));
    if (kernel->params->cgroup_frames && kernel->params->stats_flush_every)
        pager->tick_at = kernel->params->stats_flush_every;
    return linux_swapon(kernel, err);
}

static void linux_release(void *state)
{
    struct linux_kernel *kernel = state;
    map_release(&kernel->group.nodes);
    map_release(&kernel->group.tables);
    free(kernel->group.heights);
    linux_swapoff(kernel);
    linux_files_release(kernel);
    linux_khugepaged_release(kernel);
    zones_release(&kernel->memory.zones);
}

/* vma_has_recency(), which came between 6.1 and 6.5 (6.3); before, folio_referenced_one(). */
static bool linux_has_recency(const void *state, const struct region *region)
{
    const struct linux_kernel *kernel = state;
    return region->advice != VM_SEQUENTIAL &&
           (region->advice != VM_RANDOM || kernel->version < LINUX_VERSION(6, 3, 0));
}

/* do_swap_page(), filemap_fault(): a fault has locked what it has waited for until it has mapped
 * it. */
static bool linux_locked(const void *state, const struct pager *pager, pfn_t pfn)
{
    (void)state;
    return linux_is_awaited(pager, pfn);
}

/* Which lists the releases have, from the first on that was seen with them, and whose rules
 * the policy is to follow, as it calls them; NULL: it has one set. */
static const struct {
    const char *policy, *version;
    uint32_t from;
} generations[] = {
    {"linux5", "6.18", LINUX_VERSION(6, 18, 0)},
    {"linux5", "6.12", LINUX_VERSION(6, 12, 0)},
    {"linux5", "6.5", LINUX_VERSION(6, 5, 0)},
    {"linux5", "6.1", LINUX_VERSION(6, 1, 0)},
    {"linux5", "5.15", LINUX_VERSION(5, 15, 0)},
    {"linux5", "5.9", LINUX_VERSION(5, 9, 0)},
    {"linux5", "5.8", LINUX_VERSION(5, 8, 0)},
    {"linux5", "5.7", LINUX_VERSION(5, 7, 0)},
    {"linux3", "5.4", LINUX_VERSION(5, 4, 0)},
    {"linux3", "4.19", LINUX_VERSION(4, 19, 0)},
    {"linux3", "3.16", LINUX_VERSION(3, 16, 0)},
    {"linux2628", NULL, LINUX_VERSION(2, 6, 28)},
    {"linux26", NULL, LINUX_VERSION(2, 6, 0)},
    {"linux24", "2.4.32", LINUX_VERSION(2, 4, 32)},
    {"linux24", "2.4.16", LINUX_VERSION(2, 4, 16)},
    {"linux24age", NULL, 0},
};

static void linux_native(const void *params, struct native_policy *native)
{
    const uint32_t version = linux_version_of(params);
    size_t i = 0;
    while (version < generations[i].from)
        i++;
    native->name = generations[i].policy;
    if (!generations[i].version)
        return;
    native->set[0].param = "version";
    native->set[0].value = generations[i].version;
}

const struct kernel_ops kernel_linux = {
    .name = "linux",
    .summary = "Linux, from 2.4 to today: lists of active and inactive pages, kswapd, "
               "memory cgroups",
    .source = "Linux 2.4.0 to 6.18: mm/",
    .params = linux_param_table,
    .params_size = sizeof(struct linux_params),
    .state_size = sizeof(struct linux_kernel),
    .fit = linux_fit,
    .native = linux_native,
    .init = linux_init,
    .release = linux_release,
    .fault = linux_fault,
    .drives = true,
    .updated = linux_updated,
    .has_recency = linux_has_recency,
    .locked = linux_locked,
    .tick = linux_tick,
    .start = linux_start,
    .stop = linux_stop,
    .patience = UINT64_C(600000000000000), /* 10 minutes */
    .stuck = linux_stuck,
    .count = linux_count,
    .sample = linux_sample,
    .mapped = linux_mapped,
    .region_advised = linux_advised,
    .lets_store = linux_lets_store,
    .clean = linux_clean,
    .place = linux_place,
    .place_given = linux_place_given,
    .can_swap = linux_can_swap,
    .take_frame = linux_take_frame,
    .frame_freed = linux_frame_freed,
    .check = linux_check,
    .process_begin = linux_process_begin,
    .process_end = linux_process_end,
};
