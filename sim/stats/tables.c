/* tables.c -- see tables.h.  As with counters, plots print a description's first phrase at
 * the axis. */
#include "stats/tables.h"

#include "base/types.h"
#include "stats/counters.h"
#include "stats/gauges.h"

#include <string.h>

#define COLUMN(name_, unit_, description_)                                                 \
    {                                                                                      \
        .name = (name_), .unit = (unit_), .description = (description_)                    \
    }
#define OPTIONAL(group_, name_, unit_, description_)                                       \
    {                                                                                      \
        .name = (name_), .unit = (unit_), .description = (description_), .group = (group_) \
    }
#define GAUGE(kernel, member, unit_, description_)                                         \
    {                                                                                      \
        .name = #member, .unit = (unit_), .description = (description_), .own = OWN_GAUGE, \
        .group = (kernel), .offset = offsetof(struct gauges, member)                       \
    }
#define HAND(member, description_)                                                         \
    {                                                                                      \
        .name = #member, .unit = "frame", .description = (description_),                   \
        .goes_round = true, .own = OWN_GAUGE, .group = BSD43,                              \
        .offset = offsetof(struct gauges, member)                                          \
    }
#define COUNTED(kernels, name_, member, unit_, description_)                               \
    {                                                                                      \
        .name = (name_), .unit = (unit_), .description = (description_),                   \
        .own = OWN_COUNTER, .group = (kernels),                                            \
        .offset = offsetof(struct counters, member)                                        \
    }
#define BSD_COUNTED(member, unit, description)                                             \
    COUNTED(BSD43, #member, member, unit, description)
#define VMSTAT(member, unit, description)                                                  \
    COUNTED(LINUX, #member, vmstat.member, unit, description)

enum { BSD43 = COUNTING_BSD43, LINUX = COUNTING_LINUX, BOTH = BSD43 | LINUX };

static const struct table_column processes[] = {
    COLUMN("process", "", "process"),
    COLUMN("space", "", "number of the address space; threads of one process share it"),
    COLUMN("priority", "", "priority; larger runs first"),
    COLUMN("start", "s", "time of its start"),
    COLUMN("elapsed", "s",
           "time from start to end; user + fault + paging_wait + ready_wait, and sleep + "
           "swapped where there is such"),
    COLUMN("user", "s", "CPU time of references; with TLB and page-table walks"),
    COLUMN("fault", "s", "CPU time of page faults; traps, pages copied and zeroed"),
    COLUMN("paging_wait", "s", "time of waiting for paging"),
    COLUMN("ready_wait", "s", "time of waiting for a CPU; with context switches"),
    COLUMN("references", "references", "references"),
    COLUMN("faults", "faults", "page faults; faults_major + faults_minor"),
    COLUMN("faults_major", "faults", "major faults; those that wait for a device"),
    COLUMN("faults_minor", "faults", "minor faults; those solved without a device"),
    COLUMN("page_ins", "pages", "pages brought in"),
    COLUMN("effective_access_time", "s",
           "effective access time; (user + fault + paging_wait) / references"),
    COLUMN("slowdown", "1",
           "slowdown by paging; elapsed / elapsed with unlimited memory, known with "
           "`baseline: yes`"),
    COLUMN("resident_max", "pages", "most resident pages"),
    OPTIONAL(TABLE_OPTIONAL, "sleep", "s",
             "time asleep; until a child ended, for a time, or for ever"),
    OPTIONAL(TABLE_OPTIONAL, "swapped", "s", "time swapped out; while it could run"),
    OPTIONAL(TABLE_OPTIONAL, "end", "",
             "how it ended; blank: by itself, \"asleep\": it slept to the end of the run, "
             "\"killed\": the kernel ended it, for want of memory or swap space or by its "
             "limits"),
};

static const struct table_column devices[] = {
    COLUMN("device", "", "device; \"swap\", of several \"swap1\" and so on, \"files\""),
    COLUMN("model", "", "model of the device"),
    COLUMN("reads", "requests", "read requests"),
    COLUMN("writes", "requests", "write requests"),
    COLUMN("bytes_read", "bytes", "bytes read"),
    COLUMN("bytes_written", "bytes", "bytes written"),
    COLUMN("merges", "requests", "requests merged; into others for neighbouring pages"),
    COLUMN("operations", "operations", "operations; requests that are left after merging"),
    COLUMN("utilisation", "1",
           "utilisation of the device; the part of the time in which it works"),
    COLUMN("wait_mean", "s", "mean wait of a request; until it is served"),
    COLUMN("wait_p99", "s", "99th percentile of the wait of requests"),
    COLUMN("service_mean", "s", "mean service time of a request"),
    COLUMN("service_p99", "s", "99th percentile of the service time of requests"),
    COLUMN("queue_mean", "requests",
           "mean queue of the device; requests that wait or are served"),
    COLUMN("queue_max", "requests", "longest queue of the device"),
};

static const struct table_column tlbs[] = {
    COLUMN("tlb", "", "array of the TLB; as in its keys, machine.tlb.NAME"),
    COLUMN("level", "", "level; 1 is nearest to the CPU"),
    COLUMN("entries", "entries", "entries of the array; of each CPU"),
    COLUMN("ways", "ways", "ways; entries in a set"),
    COLUMN("hits", "hits",
           "hits of the array; blank at level 1, where they are not counted"),
    COLUMN("misses", "misses", "misses of the array"),
    COLUMN("fills", "entries", "entries filled in"),
    COLUMN("displaced", "entries", "entries displaced; by others that were filled in"),
    COLUMN("invalidated", "entries", "entries invalidated; one by one"),
    COLUMN("flushes", "flushes", "flushes of the whole array"),
};

/* Rates, and what a kernel has counted, are those since the sample before. */
static const struct table_column series[] = {
    COLUMN("time", "s", "time"),
    COLUMN("process", "", "process; \"all\" stands for all of them"),
    COLUMN("resident", "pages", "resident pages"),
    COLUMN("free_frames", "frames", "free frames"),
    COLUMN("faults_per_second", "faults per second", "page faults per second"),
    COLUMN("page_ins_per_second", "pages per second", "pages per second brought in"),
    COLUMN("page_outs_per_second", "pages per second", "pages per second evicted"),
    COLUMN("scans_per_second", "accessed bits per second",
           "accessed bits per second looked at by the policy"),
    COLUMN("cpu_utilisation", "1",
           "CPU utilisation; the part of the CPUs' time that is spent on references"),
    COLUMN("ready", "processes", "processes ready to run"),
    COLUMN("waiting", "processes", "processes waiting for paging"),
    COLUMN("swap_queue", "requests", "requests at the swap device; waiting or served"),
    GAUGE(BSD43, freemem, "hw pages", "free memory; a hw page has 512 bytes"),
    GAUGE(BSD43, lotsfree, "hw pages", "lotsfree; with less free the pagedaemon scans"),
    GAUGE(BSD43, desfree, "hw pages",
          "desfree; with less free processes may be swapped out"),
    GAUGE(BSD43, minfree, "hw pages", "minfree; the least that is tolerable"),
    GAUGE(BSD43, deficit, "hw pages",
          "deficit; hw pages that processes to be swapped in need"),
    GAUGE(BSD43, desscan, "pairs",
          "pages to be looked at; in a wake-up of the pagedaemon, with two hands pairs"),
    HAND(front, "frame at which the front hand stands; or the only one"),
    HAND(back, "frame at which the back hand stands"),
    GAUGE(BSD43, rss, "hw pages", "resident set; that of texts in all only"),
    BSD_COUNTED(pgin, "transfers", "page-in transfers; since the sample before"),
    BSD_COUNTED(pgout, "transfers", "page-out transfers; since the sample before"),
    BSD_COUNTED(pgrec, "faults", "page reclaims of all kinds; since the sample before"),
    BSD_COUNTED(fastpgrec, "faults", "fast reclaims; since the sample before"),
    BSD_COUNTED(pgfrec, "faults", "reclaims from the free list; since the sample before"),
    BSD_COUNTED(zfod, "hw pages", "hw pages filled with zeros; since the sample before"),
    BSD_COUNTED(scan, "pairs",
                "pages looked at by the pagedaemon; with two hands pairs, since the sample "
                "before"),
    BSD_COUNTED(rev, "turns", "turns of the front hand; since the sample before"),
    BSD_COUNTED(dfree, "hw pages",
                "hw pages freed by the pagedaemon; since the sample before"),
    BSD_COUNTED(swpin, "processes", "processes swapped in; since the sample before"),
    BSD_COUNTED(swpout, "processes", "processes swapped out; since the sample before"),
    GAUGE(LINUX, nr_free_pages, "frames", "free frames"),
    GAUGE(LINUX, watermark_min, "frames",
          "min watermark; with less free than the zones' together processes must reclaim"),
    GAUGE(LINUX, watermark_low, "frames",
          "low watermark; with less free than the zones' together kswapd is woken"),
    GAUGE(LINUX, watermark_high, "frames",
          "high watermark; so much of the zones' together kswapd would have free"),
    GAUGE(LINUX, nr_inactive_anon, "pages", "inactive anonymous pages"),
    GAUGE(LINUX, nr_active_anon, "pages", "active anonymous pages"),
    GAUGE(LINUX, nr_inactive_file, "pages", "inactive pages of files"),
    GAUGE(LINUX, nr_active_file, "pages", "active pages of files"),
    GAUGE(LINUX, cgroup_usage, "frames",
          "frames charged to the memory cgroup; with a limit"),
    VMSTAT(pgfault, "faults", "faults; since the sample before"),
    VMSTAT(pgmajfault, "faults", "major faults; since the sample before"),
    COUNTED(LINUX, "pswpin", pswpin, "pages", "pages swapped in; since the sample before"),
    COUNTED(LINUX, "pswpout", pswpout, "pages",
            "pages swapped out; since the sample before"),
    VMSTAT(pgscan_direct, "pages",
           "pages looked at by direct reclaim; since the sample before"),
    VMSTAT(pgscan_kswapd, "pages", "pages looked at by kswapd; since the sample before"),
    VMSTAT(pgsteal_direct, "pages",
           "pages freed by direct reclaim; since the sample before"),
    VMSTAT(pgsteal_kswapd, "pages", "pages freed by kswapd; since the sample before"),
    VMSTAT(allocstall, "reclaims", "direct reclaims; since the sample before"),
    VMSTAT(pageoutrun, "rounds", "rounds of kswapd; since the sample before"),
};

static const struct table_column curves[] = {
    COLUMN("page_size", "bytes", "page size"),
    COLUMN("curve", "", "curve; what is told of every memory size, window or time"),
    COLUMN("frames", "frames", "memory; of lru and opt"),
    COLUMN("memory", "bytes", "memory; frames or mean pages, times the page size"),
    COLUMN("window", "references",
           "window in references; of working-set, vmin and window-footprint"),
    COLUMN("distance", "pages",
           "reuse distance; other pages used since the last use of a page"),
    COLUMN("reference", "references", "references so far; of footprint"),
    COLUMN("faults", "faults", "page faults"),
    COLUMN("fault_rate", "1", "fault rate; faults / references"),
    COLUMN("pages", "pages", "pages; of windows the mean"),
    COLUMN("accesses", "accesses",
           "page accesses; those at a reuse distance, or without one: first uses of pages"),
};

/* Those from `references` on are counters of all processes, by their names; those of
 * kernels that have names of their own come last. */
static const struct table_column marks[] = {
    COLUMN("mark", "", "mark; as the trace calls it"),
    COLUMN("process", "", "process that came to the mark"),
    COLUMN("time", "s", "time"),
    COLUMN("user", "s", "CPU time of the process's references"),
    COLUMN("fault", "s", "CPU time of the process's page faults"),
    COLUMN("paging_wait", "s", "time for which the process waited for paging"),
    COLUMN("ready_wait", "s", "time for which the process waited for a CPU"),
    COLUMN("own_references", "references", "references of the process"),
    COLUMN("own_faults_major", "faults", "major faults of the process"),
    COLUMN("own_faults_minor", "faults", "minor faults of the process"),
    COLUMN("own_resident", "pages", "resident pages of the process"),
    COLUMN("references", "references", "references; of all processes, as what follows"),
    COLUMN("faults", "faults", "page faults; faults_major + faults_minor"),
    COLUMN("faults_major", "faults", "major faults; those that wait for a device"),
    COLUMN("faults_minor", "faults", "minor faults; those solved without a device"),
    COLUMN("faults_zero_fill", "faults", "zero-fill faults"),
    COLUMN("faults_copy", "faults", "copy-on-write faults"),
    COLUMN("faults_reclaim", "faults", "reclaim faults; the page was found in memory"),
    COLUMN("page_ins", "pages", "pages brought in"),
    COLUMN("page_outs", "pages", "pages evicted"),
    COLUMN("page_outs_dirty", "pages", "dirty pages evicted"),
    COLUMN("write_backs", "pages", "pages written back"),
    COLUMN("scans", "accessed bits", "accessed bits looked at by the policy"),
    COLUMN("swap_reads", "requests", "read requests of the swap device"),
    COLUMN("swap_writes", "requests", "write requests of the swap device"),
    COLUMN("cpu_user", "s", "CPU time of references"),
    COLUMN("cpu_fault", "s", "CPU time of page faults"),
    COLUMN("cpu_switch", "s", "CPU time of context switches"),
    COLUMN("cpu_idle_paging", "s", "CPU time idle for paging"),
    COLUMN("cpu_idle", "s", "CPU time idle otherwise"),
    COLUMN("context_switches", "switches", "context switches"),
    OPTIONAL(BOTH, "cpu_kernel", "s",
             "CPU time of the kernel's own processes and of interrupts"),
    OPTIONAL(BSD43, "v_faults", "faults", "faults by the kernel's own count"),
    OPTIONAL(BSD43, "pgin", "transfers", "page-in transfers"),
    OPTIONAL(BSD43, "pgout", "transfers", "page-out transfers"),
    OPTIONAL(BSD43, "pgpgin", "hw pages", "hw pages paged in"),
    OPTIONAL(BSD43, "pgpgout", "hw pages", "hw pages paged out"),
    OPTIONAL(BSD43, "intrans", "faults",
             "faults that slept and then found their page valid"),
    OPTIONAL(BSD43, "pgrec", "faults", "page reclaims of all kinds"),
    OPTIONAL(BSD43, "fastpgrec", "faults", "fast reclaims"),
    OPTIONAL(BSD43, "pgfrec", "faults", "reclaims from the free list"),
    OPTIONAL(BSD43, "xsfrec", "faults", "text pages found in memory by their swap block"),
    OPTIONAL(BSD43, "xifrec", "faults", "text pages found in memory by their file's block"),
    OPTIONAL(BSD43, "exfod", "hw pages", "hw pages filled on demand from files"),
    OPTIONAL(BSD43, "zfod", "hw pages", "hw pages filled on demand with zeros"),
    OPTIONAL(BSD43, "nexfod", "hw pages", "hw pages that became fill on demand from files"),
    OPTIONAL(BSD43, "nzfod", "hw pages", "hw pages that became fill on demand with zeros"),
    OPTIONAL(BSD43, "scan", "pairs", "pages looked at by the pagedaemon"),
    OPTIONAL(BSD43, "rev", "turns", "turns of the pagedaemon's front hand"),
    OPTIONAL(BSD43, "seqfree", "hw pages", "hw pages freed around sequential processes"),
    OPTIONAL(BSD43, "dfree", "hw pages", "hw pages freed by the pagedaemon"),
    OPTIONAL(BSD43, "swpin", "processes", "processes swapped in"),
    OPTIONAL(BSD43, "swpout", "processes", "processes swapped out"),
    OPTIONAL(BOTH, "pswpin", "pages", "pages swapped in"),
    OPTIONAL(BOTH, "pswpout", "pages", "pages swapped out"),
    OPTIONAL(LINUX, "pgfault", "faults", "faults by the kernel's own count"),
    OPTIONAL(LINUX, "pgmajfault", "faults", "major faults by the kernel's own count"),
    OPTIONAL(LINUX, "pgscan_direct", "pages", "pages looked at by direct reclaim"),
    OPTIONAL(LINUX, "pgscan_kswapd", "pages", "pages looked at by kswapd"),
    OPTIONAL(LINUX, "pgsteal_direct", "pages", "pages freed by direct reclaim"),
    OPTIONAL(LINUX, "pgsteal_kswapd", "pages", "pages freed by kswapd"),
    OPTIONAL(LINUX, "allocstall", "reclaims", "direct reclaims"),
    OPTIONAL(LINUX, "pageoutrun", "rounds", "rounds of kswapd"),
    OPTIONAL(LINUX, "oom_kill", "processes", "processes killed for want of memory"),
};

const struct result_table_kind result_tables[TABLES] = {
    [TABLE_PROCESSES] = {"processes", processes, ARRAY_LEN(processes), true},
    [TABLE_DEVICES] = {"devices", devices, ARRAY_LEN(devices), true},
    [TABLE_TLBS] = {"tlbs", tlbs, ARRAY_LEN(tlbs), false},
    [TABLE_SERIES] = {"series", series, ARRAY_LEN(series), true},
    [TABLE_CURVES] = {"curves", curves, ARRAY_LEN(curves), false},
    [TABLE_MARKS] = {"marks", marks, ARRAY_LEN(marks), true},
};

const struct table_column *table_column_find(const struct result_table_kind *table,
                                             const char *name)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}
