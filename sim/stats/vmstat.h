/* vmstat.h -- what Linux counts, by the names of /proc/vmstat and of a memory cgroup's
 * memory.stat; pages are those of the machine.  To add one is to add it here, a row to the
 * table of counters, and to count it. */
#ifndef FAULTLINE_STATS_VMSTAT_H
#define FAULTLINE_STATS_VMSTAT_H

#include <stdint.h>

struct vmstat {
    /* Of the kernel. */
    uint64_t pgfault, pgmajfault, pswpin, pswpout, swap_ra, swap_ra_hit;
    uint64_t zswpin, zswpout, zswpwb;
    uint64_t pgscan_direct, pgscan_kswapd, pgsteal_direct, pgsteal_kswapd;
    uint64_t allocstall, pageoutrun, oom_kill;
    uint64_t pglazyfree, pglazyfreed;
    uint64_t thp_fault_alloc, thp_fault_fallback, thp_fault_fallback_charge, thp_split_page;
    uint64_t thp_collapse_alloc, thp_collapse_alloc_failed;
    uint64_t thp_scan_exceed_none_pte, thp_scan_exceed_swap_pte, thp_scan_exceed_share_pte;
    uint64_t pages_collapsed, full_scans;
    uint64_t compact_stall, compact_fail, compact_success, compact_daemon_wake;
    uint64_t compact_migrate_scanned, compact_free_scanned, pgmigrate_success;

    /* Of the policy's lists: COUNT_UNKNOWN if it has none. */
    uint64_t pgscan_anon, pgscan_file, pgsteal_anon, pgsteal_file;
    uint64_t pgrefill, pgactivate, pgdeactivate, pgrotated;
    uint64_t workingset_refault_anon, workingset_refault_file;
    uint64_t workingset_activate_anon, workingset_activate_file;
    uint64_t workingset_restore_anon, workingset_restore_file;
};

#endif
