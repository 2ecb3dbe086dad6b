/* counters.h -- everything that is counted, in one table: it writes the headings of
 * results.csv, results.json, `faultline list counters` and the manual. */
#ifndef FAULTLINE_STATS_COUNTERS_H
#define FAULTLINE_STATS_COUNTERS_H

#include "base/types.h"
#include "stats/vmstat.h"

#include <stdbool.h>

/* Kernels that count by names of their own; bits. */
enum counting_kernel { COUNTING_BSD43 = 1, COUNTING_LINUX = 2 };

struct counters {
    uint64_t references, ifetches, loads, stores;
    uint64_t accesses;
    uint64_t faults, faults_cold, faults_major, faults_minor, faults_referenced;
    double fault_rate;
    uint64_t page_ins, page_outs, page_outs_dirty;
    double resident_mean;
    uint64_t ghosts_max, policy_memory;
    uint64_t tlb_l1i_misses, tlb_l1d_misses;
    uint64_t tlb_l2_hits, tlb_l2_misses, tlb_l3_hits, tlb_l3_misses;
    uint64_t tlb_flushes;
    uint64_t walks, walk_accesses, walk_writes, walk_instructions, walk_cache_hits;
    uint64_t table_cache_hits, table_cache_misses;
    uint64_t modify_walks, alias_faults;
    uint64_t table_bytes;
    psec_t translation_time;
    double cycles_per_reference;
    uint64_t bytes_fetched, bytes_touched;

    /* With `timing: events` only. */
    psec_t elapsed;
    psec_t cpu_user, cpu_fault, cpu_switch, cpu_idle_paging, cpu_idle; /* over all CPUs:
                                         * together elapsed times the number of CPUs     */
    double cpu_utilisation;
    psec_t paging_wait, ready_wait; /* over all processes                                */
    psec_t effective_access_time;
    double slowdown; /* NAN: no baseline was run                                         */
    uint64_t context_switches;
    uint64_t faults_zero_fill, faults_copy, faults_in_transfer, faults_reclaim;
    uint64_t faults_protection, violations;
    uint64_t pages_read_ahead, read_ahead_hits;
    uint64_t write_backs;
    uint64_t scans;
    uint64_t shootdowns, shootdown_ipis, shootdown_ipis_saved, shootdown_pages;
    psec_t shootdown_time; /* over all CPUs                                              */
    uint64_t large_pages, large_page_failures, large_page_splits;
    uint64_t swap_used_max;
    uint64_t swap_reads, swap_writes;
    double swap_utilisation, swap_queue_mean;
    psec_t swap_wait_mean, swap_wait_p99, swap_service_mean, swap_service_p99;

    /* Of a kernel that counts by names of its own: kernel_own is its bit of enum
     * counting_kernel, or 0.  Those of 4.3BSD's vmmeter, where a hw page is 512 bytes; pswpin
     * and pswpout are Linux's too, in pages. */
    unsigned kernel_own;
    uint64_t v_faults, pgin, pgout, pgpgin, pgpgout, intrans, pgrec, fastpgrec, pgfrec,
        xsfrec, xifrec, exfod, zfod, nexfod, nzfod, scan, rev, seqfree, dfree, swpin,
        swpout, pswpin, pswpout;
    psec_t cpu_kernel; /* over all CPUs, beside cpu_user and the others; 0 if kernel_own is
                        * not set                                                        */
    struct vmstat vmstat; /* of Linux                                                    */
};

enum counter_kind {
    COUNTER_COUNT, /* uint64_t; COUNT_UNKNOWN: it was not measured                       */
    COUNTER_RATIO, /* double; NAN: it was not measured                                   */
    COUNTER_TIME,  /* psec_t, printed as seconds                                         */
};

#define COUNT_UNKNOWN UINT64_MAX

struct counter {
    const char *name;        /* column heading                                        */
    const char *unit;        /* "references", "pages", "bytes", "s", "1"              */
    const char *description; /* what is counted                                       */
    const char *formula;     /* for derived ones; "" otherwise                        */
    enum counter_kind kind;
    bool timed;    /* it has a meaning with `timing: events` only                      */
    unsigned own;  /* kernels that have it, bits of enum counting_kernel; 0: all have it */
    size_t offset; /* in struct counters                                              */
};

/* In column order: timed ones behind the others, kernels' own last. */
extern const struct counter counter_table[];
extern const size_t counter_count;

/* A value of the counter has been read back that is not unknown: if only one kernel has the
 * counter, it is that kernel's counters that are read. */
void counter_tells_kernel(const struct counter *counter, struct counters *counters);

/* The kernels that have it, as in "bsd43 or linux"; "" if all have. */
const char *counter_kernels(const struct counter *counter);

/* True unless it is a kernel's own, and those are of another one, or it was not measured. */
bool counter_known(const struct counter *counter, const struct counters *counters);

/* The counter called name, or NULL. */
const struct counter *counter_find(const char *name);

/* Its value as results.csv prints it: a whole number; exact seconds; or the shortest
 * decimal that reads back as the same double; "" if it was not measured.  Returns buffer. */
char *counter_format(const struct counter *counter, const struct counters *counters,
                     char *buffer, size_t size);

/* Its value as a number, for plots: times in seconds, NAN if it was not measured. */
double counter_value(const struct counter *counter, const struct counters *counters);

#endif
