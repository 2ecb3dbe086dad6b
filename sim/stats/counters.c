/* counters.c -- see counters.h.  A description is a short phrase, which plots print at the
 * axis, and after a semicolon whatever else has to be said. */
#include "stats/counters.h"

#include "base/bits.h"
#include "stats/numbers.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define ROW(member, unit_, description_, formula_, kind_, timed_)                          \
    {                                                                                      \
        .name = #member, .unit = (unit_), .description = (description_),                   \
        .formula = (formula_), .kind = (kind_), .timed = (timed_),                         \
        .offset = offsetof(struct counters, member)                                        \
    }
#define COUNT(member, unit, description, formula)                                          \
    ROW(member, unit, description, formula, COUNTER_COUNT, false)
#define RATIO(member, description, formula)                                                \
    ROW(member, "1", description, formula, COUNTER_RATIO, false)
#define TIME(member, description, formula)                                                 \
    ROW(member, "s", description, formula, COUNTER_TIME, false)
#define TIMED_COUNT(member, unit, description)                                             \
    ROW(member, unit, description, "", COUNTER_COUNT, true)
#define TIMED_RATIO(member, unit, description, formula)                                    \
    ROW(member, unit, description, formula, COUNTER_RATIO, true)
#define TIMED_TIME(member, description, formula)                                           \
    ROW(member, "s", description, formula, COUNTER_TIME, true)
#define OWN_ROW(name_, member_, unit_, description_, kind_, timed_, own_)                  \
    {                                                                                      \
        .name = (name_), .unit = (unit_), .description = (description_), .formula = "",    \
        .kind = (kind_), .timed = (timed_), .own = (own_),                                 \
        .offset = offsetof(struct counters, member_)                                       \
    }
#define BSD(member, unit, description)                                                     \
    OWN_ROW(#member, member, unit, description, COUNTER_COUNT, true, COUNTING_BSD43)
#define VMSTAT(member, unit, description)                                                  \
    OWN_ROW(#member, vmstat.member, unit, description, COUNTER_COUNT, false, COUNTING_LINUX)
#define BOTH (COUNTING_BSD43 | COUNTING_LINUX)

const struct counter counter_table[] = {
    COUNT(references, "references",
          "references of the program; a modify counts as a load and a store",
          "ifetches + loads + stores"),
    COUNT(ifetches, "references", "instruction fetches", ""),
    COUNT(loads, "references", "loads; those of modifies included", ""),
    COUNT(stores, "references", "stores; those of modifies included", ""),
    COUNT(accesses, "accesses",
          "page accesses; references plus one for each further page that a reference "
          "crossing a page boundary touches",
          ""),
    COUNT(faults, "faults", "page faults", "faults_major + faults_minor"),
    COUNT(faults_cold, "faults", "cold faults; first touch of a page ever", ""),
    COUNT(faults_major, "faults", "major faults; those that wait for a device", ""),
    COUNT(faults_minor, "faults", "minor faults; those solved without a device", ""),
    COUNT(faults_referenced, "faults",
          "faults that set a simulated referenced bit; of faults_minor, where software "
          "keeps the bit by making pages invalid",
          ""),
    RATIO(fault_rate, "fault rate", "faults / references"),
    COUNT(page_ins, "pages", "pages brought in", ""),
    COUNT(page_outs, "pages", "pages evicted", ""),
    COUNT(page_outs_dirty, "pages",
          "dirty pages evicted; of page_outs, those written to the device", ""),
    ROW(resident_mean, "pages",
        "pages in memory on average over the references; with replacement by process the "
        "sum of the averages over each process's own",
        "", COUNTER_RATIO, false),
    COUNT(ghosts_max, "pages", "evicted pages that the policy remembered at once at most",
          ""),
    COUNT(policy_memory, "bytes",
          "memory of the policy; its state, and what it keeps for each page in memory and "
          "each ghost, at most",
          ""),
    COUNT(tlb_l1i_misses, "misses",
          "first-level TLB misses of instructions; one array may serve both", ""),
    COUNT(tlb_l1d_misses, "misses", "first-level TLB misses of data", ""),
    COUNT(tlb_l2_hits, "hits", "second-level TLB hits", ""),
    COUNT(tlb_l2_misses, "misses", "second-level TLB misses", ""),
    COUNT(tlb_l3_hits, "hits", "third-level TLB hits", ""),
    COUNT(tlb_l3_misses, "misses", "third-level TLB misses", ""),
    COUNT(tlb_flushes, "flushes",
          "TLB flushes; at switches and instead of many "
          "invalidations, over all CPUs",
          ""),
    COUNT(walks, "walks", "page-table walks; those that loaded the TLB", ""),
    COUNT(walk_accesses, "accesses",
          "memory accesses of page-table walks; reads, those of modify_walks included", ""),
    COUNT(walk_writes, "accesses",
          "memory writes of page-table walks; of referenced and modified bits", ""),
    COUNT(walk_instructions, "instructions",
          "instructions of page-table walks; where software walks", ""),
    COUNT(walk_cache_hits, "hits", "page-walk cache hits; walks that began lower down", ""),
    COUNT(table_cache_hits, "hits",
          "table accesses that hit the data cache; of walk_accesses + walk_writes", ""),
    COUNT(table_cache_misses, "misses", "table accesses that missed the data cache",
          "walk_accesses + walk_writes - table_cache_hits"),
    COUNT(modify_walks, "walks",
          "walks for the modified bit; of stores that hit a TLB entry without it", ""),
    COUNT(alias_faults, "faults",
          "alias faults; uses of a page whose frame had its one entry for another", ""),
    COUNT(table_bytes, "bytes", "memory of page tables; the most at any time", ""),
    TIME(translation_time,
         "time of translations; TLB hits beyond the first level, and page-table walks", ""),
    RATIO(cycles_per_reference, "cycles of translation per reference",
          "translation_time * clock / references"),
    COUNT(bytes_fetched, "bytes", "bytes fetched; what the pages brought in hold",
          "page_ins * page_size"),
    COUNT(bytes_touched, "bytes",
          "bytes touched; distinct blocks touched, at the granule of the trace",
          "distinct blocks * granule"),
    TIMED_TIME(elapsed, "simulated time; until the last process has ended",
               "(cpu_user + cpu_fault + cpu_switch + cpu_kernel + cpu_idle_paging + "
               "cpu_idle) / cpus"),
    TIMED_TIME(cpu_user,
               "CPU time of references; with TLB and page-table walks, over all CPUs", ""),
    TIMED_TIME(cpu_fault,
               "CPU time of page faults; traps, pages copied and zeroed, over all CPUs",
               ""),
    TIMED_TIME(cpu_switch, "CPU time of context switches; over all CPUs", ""),
    TIMED_TIME(
        cpu_idle_paging,
        "CPU time idle for paging; CPUs idle while a process waits for paging, or is "
        "swapped out and could run",
        ""),
    TIMED_TIME(cpu_idle, "CPU time idle otherwise; over all CPUs", ""),
    TIMED_RATIO(cpu_utilisation, "1",
                "CPU utilisation; the part of the CPUs' time that is spent on references",
                "cpu_user / (elapsed * cpus)"),
    TIMED_TIME(paging_wait, "time of waiting for paging; over all processes", ""),
    TIMED_TIME(ready_wait, "time of waiting for a CPU; over all processes", ""),
    TIMED_TIME(effective_access_time, "effective access time; of a reference",
               "(cpu_user + cpu_fault + paging_wait) / references"),
    TIMED_RATIO(slowdown, "1",
                "slowdown by paging; against unlimited memory, known with `baseline: yes`",
                "elapsed / baseline"),
    TIMED_COUNT(context_switches, "switches", "context switches"),
    TIMED_COUNT(faults_zero_fill, "faults",
                "zero-fill faults; first uses of memory that holds nothing yet"),
    TIMED_COUNT(faults_copy, "faults", "copy-on-write faults"),
    TIMED_COUNT(faults_in_transfer, "faults",
                "faults on pages in transfer; they wait for a transfer under way"),
    TIMED_COUNT(faults_reclaim, "faults", "reclaim faults; the page was found in memory"),
    TIMED_COUNT(faults_protection, "faults", "protection faults"),
    TIMED_COUNT(violations, "references",
                "violations; uses of memory that is not mapped or not to be used so, of "
                "processes whose regions operations map; they are passed over"),
    TIMED_COUNT(pages_read_ahead, "pages",
                "pages read ahead; beside those that were asked for"),
    TIMED_COUNT(read_ahead_hits, "pages", "pages read ahead and then used"),
    TIMED_COUNT(write_backs, "pages",
                "pages written back; in the background, while resident"),
    TIMED_COUNT(scans, "accessed bits", "accessed bits looked at by the policy"),
    TIMED_COUNT(shootdowns, "shootdowns",
                "TLB shootdowns; operations that took translations from other CPUs"),
    TIMED_COUNT(shootdown_ipis, "interrupts", "interrupts of TLB shootdowns"),
    TIMED_COUNT(shootdown_ipis_saved, "interrupts",
                "interrupts that TLB shootdowns saved; to CPUs told when they next switch"),
    TIMED_COUNT(shootdown_pages, "pages", "pages of TLB shootdowns"),
    TIMED_TIME(shootdown_time, "CPU time of TLB shootdowns; at senders and receivers", ""),
    TIMED_COUNT(large_pages, "pages", "large pages mapped"),
    TIMED_COUNT(large_page_failures, "pages",
                "large pages not to be had; faults that found no run of free frames"),
    TIMED_COUNT(large_page_splits, "pages",
                "large pages split; mapped by base pages from then on"),
    TIMED_COUNT(swap_used_max, "slots", "most swap slots in use"),
    TIMED_COUNT(swap_reads, "requests", "read requests of the swap device"),
    TIMED_COUNT(swap_writes, "requests", "write requests of the swap device"),
    TIMED_RATIO(swap_utilisation, "1",
                "utilisation of the swap device; the part of the time in which it works, "
                "of several the mean",
                "time it works / elapsed"),
    TIMED_RATIO(swap_queue_mean, "requests",
                "mean queue of the swap device; requests that wait or are served", ""),
    TIMED_TIME(swap_wait_mean, "mean wait of a swap request; until the device serves it",
               ""),
    TIMED_TIME(swap_wait_p99, "99th percentile of the wait of swap requests", ""),
    TIMED_TIME(swap_service_mean, "mean service time of a swap request", ""),
    TIMED_TIME(swap_service_p99, "99th percentile of the service time of swap requests",
               ""),
    BSD(v_faults, "faults", "faults by the kernel's own count"),
    BSD(pgin, "transfers", "page-in transfers"),
    BSD(pgout, "transfers", "page-out transfers"),
    BSD(pgpgin, "hw pages", "hw pages paged in"),
    BSD(pgpgout, "hw pages", "hw pages paged out"),
    BSD(intrans, "faults",
        "faults that slept and then found their page valid; on text in transit, or for "
        "memory"),
    BSD(pgrec, "faults", "page reclaims of all kinds"),
    BSD(fastpgrec, "faults",
        "fast reclaims; of pages in the resident set, as referenced bits are simulated"),
    BSD(pgfrec, "faults", "reclaims from the free list"),
    BSD(xsfrec, "faults", "text pages found in memory by their swap block"),
    BSD(xifrec, "faults", "text pages found in memory by their file's block"),
    BSD(exfod, "hw pages", "hw pages filled on demand from files"),
    BSD(zfod, "hw pages", "hw pages filled on demand with zeros"),
    BSD(nexfod, "hw pages", "hw pages that became fill on demand from files"),
    BSD(nzfod, "hw pages", "hw pages that became fill on demand with zeros"),
    BSD(scan, "pairs", "pages looked at by the pagedaemon; with two hands pairs"),
    BSD(rev, "turns", "turns of the pagedaemon's front hand"),
    BSD(seqfree, "hw pages", "hw pages freed around sequential processes"),
    BSD(dfree, "hw pages", "hw pages freed by the pagedaemon"),
    BSD(swpin, "processes", "processes swapped in"),
    BSD(swpout, "processes", "processes swapped out"),
    OWN_ROW("pswpin", pswpin, "pages",
            "pages swapped in; with 4.3BSD hw pages, with whole processes and their texts",
            COUNTER_COUNT, false, BOTH),
    OWN_ROW("pswpout", pswpout, "pages",
            "pages swapped out; with 4.3BSD hw pages, with whole processes and their texts",
            COUNTER_COUNT, false, BOTH),
    OWN_ROW("cpu_kernel", cpu_kernel, "s",
            "CPU time of the kernel's own processes and of interrupts; over all CPUs",
            COUNTER_TIME, true, BOTH),
    VMSTAT(pgfault, "faults", "faults by the kernel's own count"),
    VMSTAT(pgmajfault, "faults", "major faults by the kernel's own count"),
    VMSTAT(swap_ra, "pages", "pages read ahead from swap space"),
    VMSTAT(swap_ra_hit, "pages", "pages that a fault found in the swap cache, read ahead"),
    VMSTAT(zswpin, "pages", "pages brought in from the zswap pool"),
    VMSTAT(zswpout, "pages", "pages put into the zswap pool"),
    VMSTAT(zswpwb, "pages", "pages written from the zswap pool to a swap device"),
    VMSTAT(pgscan_direct, "pages",
           "pages looked at by direct reclaim; on inactive lists, in memory cgroups too"),
    VMSTAT(pgscan_kswapd, "pages", "pages looked at by kswapd; on inactive lists"),
    VMSTAT(pgsteal_direct, "pages", "pages freed by direct reclaim; in memory cgroups too"),
    VMSTAT(pgsteal_kswapd, "pages", "pages freed by kswapd"),
    VMSTAT(allocstall, "reclaims",
           "direct reclaims; for want of frames, and not in a memory "
           "cgroup that is at its limit"),
    VMSTAT(pageoutrun, "rounds", "rounds of kswapd"),
    VMSTAT(oom_kill, "processes", "processes killed for want of memory"),
    VMSTAT(pglazyfree, "pages", "anonymous pages that a process has said may be dropped"),
    VMSTAT(pglazyfreed, "pages", "of these, dropped by reclaim"),
    VMSTAT(thp_fault_alloc, "pages", "huge pages that faults got"),
    VMSTAT(thp_fault_fallback, "faults", "faults that got none, for want of free frames"),
    VMSTAT(thp_fault_fallback_charge, "faults",
           "... for want of room in the memory cgroup"),
    VMSTAT(thp_split_page, "pages", "huge pages split"),
    VMSTAT(thp_collapse_alloc, "pages", "huge pages that khugepaged got"),
    VMSTAT(thp_collapse_alloc_failed, "times",
           "khugepaged got none, for want of free frames"),
    VMSTAT(thp_scan_exceed_none_pte, "ranges",
           "left alone by khugepaged since more than max_ptes_none of a range are empty"),
    VMSTAT(thp_scan_exceed_swap_pte, "ranges",
           "... since more than max_ptes_swap are in swap space"),
    VMSTAT(thp_scan_exceed_share_pte, "ranges",
           "... since more than max_ptes_shared are shared with other processes"),
    VMSTAT(pages_collapsed, "pages", "huge pages that khugepaged has made of small ones"),
    VMSTAT(full_scans, "times", "khugepaged has been through all processes"),
    VMSTAT(compact_stall, "times", "memory was compacted for a huge page"),
    VMSTAT(compact_fail, "times", "... and it could not be had"),
    VMSTAT(compact_success, "times", "... and it could"),
    VMSTAT(compact_daemon_wake, "times", "kcompactd was woken"),
    VMSTAT(compact_migrate_scanned, "pages", "pages looked at to be moved by compaction"),
    VMSTAT(compact_free_scanned, "pages", "pages looked at for free frames"),
    VMSTAT(pgmigrate_success, "pages", "pages moved to other frames"),
    VMSTAT(pgscan_anon, "pages", "anonymous pages looked at by reclaim"),
    VMSTAT(pgscan_file, "pages", "pages of files looked at by reclaim"),
    VMSTAT(pgsteal_anon, "pages", "anonymous pages freed by reclaim"),
    VMSTAT(pgsteal_file, "pages", "pages of files freed by reclaim"),
    VMSTAT(pgrefill, "pages", "pages looked at on active lists"),
    VMSTAT(pgactivate, "pages", "pages made active"),
    VMSTAT(pgdeactivate, "pages", "pages made inactive"),
    VMSTAT(pgrotated, "pages",
           "pages rotated; to where reclaim finds them next, when they have been written"),
    VMSTAT(workingset_refault_anon, "pages", "refaults of anonymous pages"),
    VMSTAT(workingset_refault_file, "pages", "refaults of pages of files"),
    VMSTAT(workingset_activate_anon, "pages",
           "anonymous pages activated by refaults; as of the working set"),
    VMSTAT(workingset_activate_file, "pages",
           "pages of files activated by refaults; as of the working set"),
    VMSTAT(workingset_restore_anon, "pages",
           "anonymous pages restored by refaults; of the working set when they went"),
    VMSTAT(workingset_restore_file, "pages",
           "pages of files restored by refaults; of the working set when they went"),
};
const size_t counter_count = ARRAY_LEN(counter_table);

const struct counter *counter_find(const char *name)
{
    for (size_t i = 0; i < counter_count; i++)
        if (strcmp(counter_table[i].name, name) == 0)
            return &counter_table[i];
    return NULL;
}

void counter_tells_kernel(const struct counter *counter, struct counters *counters)
{
    if (is_power_of_two(counter->own))
        counters->kernel_own |= counter->own;
}

const char *counter_kernels(const struct counter *counter)
{
    static const char *const names[] = {
        "", [COUNTING_BSD43] = "bsd43", [COUNTING_LINUX] = "linux",
        [BOTH] = "bsd43 or linux"};
    return names[counter->own];
}

static const void *member(const struct counter *counter, const struct counters *counters)
{
    return (const char *)counters + counter->offset;
}

bool counter_known(const struct counter *counter, const struct counters *counters)
{
    if (counter->own && !(counter->own & counters->kernel_own))
        return false;
    return counter->kind != COUNTER_COUNT ||
           *(const uint64_t *)member(counter, counters) != COUNT_UNKNOWN;
}

char *counter_format(const struct counter *counter, const struct counters *counters,
                     char *buffer, size_t size)
{
    assert(size >= NUMBER_SIZE);
    (void)size; /* an assertion may be compiled out */
    const void *value = member(counter, counters);
    buffer[0] = '\0';
    if (!counter_known(counter, counters))
        return buffer;
    switch (counter->kind) {
    case COUNTER_COUNT:
        return number_count(*(const uint64_t *)value, buffer);
    case COUNTER_TIME:
        return number_time(*(const psec_t *)value, buffer);
    case COUNTER_RATIO:
        break;
    }
    return number_real(*(const double *)value, buffer);
}

double counter_value(const struct counter *counter, const struct counters *counters)
{
    const void *value = member(counter, counters);
    if (!counter_known(counter, counters))
        return NAN;
    switch (counter->kind) {
    case COUNTER_COUNT:
        return (double)*(const uint64_t *)value;
    case COUNTER_TIME:
        return (double)*(const psec_t *)value / 1e12;
    case COUNTER_RATIO:
        break;
    }
    return *(const double *)value;
}
