/* tables.c -- see tables.h.  As with counters, plots print a description's first phrase at
 * the axis. */
#include "stats/tables.h"

#include "base/types.h"

#include <string.h>

static const struct table_column processes[] = {
    {"process", "", "process"},
    {"space", "", "number of the address space; threads of one process share it"},
    {"priority", "", "priority; larger runs first"},
    {"start", "s", "time of its start"},
    {"elapsed", "s",
     "time from start to end; user + fault + paging_wait + ready_wait, and sleep + swapped "
     "where there is such"},
    {"user", "s", "CPU time of references; with TLB and page-table walks"},
    {"fault", "s", "CPU time of page faults; traps, pages copied and zeroed"},
    {"paging_wait", "s", "time of waiting for paging"},
    {"ready_wait", "s", "time of waiting for a CPU; with context switches"},
    {"references", "references", "references"},
    {"faults", "faults", "page faults; faults_major + faults_minor"},
    {"faults_major", "faults", "major faults; those that wait for a device"},
    {"faults_minor", "faults", "minor faults; those solved without a device"},
    {"page_ins", "pages", "pages brought in"},
    {"effective_access_time", "s",
     "effective access time; (user + fault + paging_wait) / references"},
    {"slowdown", "1",
     "slowdown by paging; elapsed / elapsed with unlimited memory, known with `baseline: "
     "yes`"},
    {"resident_max", "pages", "most resident pages"},
    {"sleep", "s", "time asleep; until a child ended, for a time, or for ever"},
    {"swapped", "s", "time swapped out; while it could run"},
    {"end", "",
     "how it ended; blank: by itself, \"asleep\": it slept to the end of the run, "
     "\"killed\": there was not enough swap space"},
};

static const struct table_column devices[] = {
    {"device", "", "device; \"swap\", \"files\""},
    {"model", "", "model of the device"},
    {"reads", "requests", "read requests"},
    {"writes", "requests", "write requests"},
    {"bytes_read", "bytes", "bytes read"},
    {"bytes_written", "bytes", "bytes written"},
    {"merges", "requests", "requests merged; into others for neighbouring pages"},
    {"operations", "operations", "operations; requests that are left after merging"},
    {"utilisation", "1",
     "utilisation of the device; the part of the time in which it works"},
    {"wait_mean", "s", "mean wait of a request; until it is served"},
    {"wait_p99", "s", "99th percentile of the wait of requests"},
    {"service_mean", "s", "mean service time of a request"},
    {"service_p99", "s", "99th percentile of the service time of requests"},
    {"queue_mean", "requests",
     "mean queue of the device; requests that wait or are served"},
    {"queue_max", "requests", "longest queue of the device"},
};

static const struct table_column tlbs[] = {
    {"tlb", "", "array of the TLB; as in its keys, machine.tlb.NAME"},
    {"level", "", "level; 1 is nearest to the CPU"},
    {"entries", "entries", "entries of the array; of each CPU"},
    {"ways", "ways", "ways; entries in a set"},
    {"hits", "hits", "hits of the array; blank at level 1, where they are not counted"},
    {"misses", "misses", "misses of the array"},
    {"fills", "entries", "entries filled in"},
    {"displaced", "entries", "entries displaced; by others that were filled in"},
    {"invalidated", "entries", "entries invalidated; one by one"},
    {"flushes", "flushes", "flushes of the whole array"},
};

/* Rates are those since the sample before. */
static const struct table_column series[] = {
    {"time", "s", "time"},
    {"process", "", "process; \"all\" stands for all of them"},
    {"resident", "pages", "resident pages"},
    {"free_frames", "frames", "free frames"},
    {"faults_per_second", "faults per second", "page faults per second"},
    {"page_ins_per_second", "pages per second", "pages per second brought in"},
    {"page_outs_per_second", "pages per second", "pages per second evicted"},
    {"scans_per_second", "accessed bits per second",
     "accessed bits per second looked at by the policy"},
    {"cpu_utilisation", "1",
     "CPU utilisation; the part of the CPUs' time that is spent on references"},
    {"ready", "processes", "processes ready to run"},
    {"waiting", "processes", "processes waiting for paging"},
    {"swap_queue", "requests", "requests at the swap device; waiting or served"},
};

static const struct table_column curves[] = {
    {"page_size", "bytes", "page size"},
    {"curve", "", "curve; what is told of every memory size, window or time"},
    {"frames", "frames", "memory; of lru and opt"},
    {"memory", "bytes", "memory; frames or mean pages, times the page size"},
    {"window", "references",
     "window in references; of working-set, vmin and window-footprint"},
    {"distance", "pages", "reuse distance; other pages used since the last use of a page"},
    {"reference", "references", "references so far; of footprint"},
    {"faults", "faults", "page faults"},
    {"fault_rate", "1", "fault rate; faults / references"},
    {"pages", "pages", "pages; of windows the mean"},
    {"accesses", "accesses",
     "page accesses; those at a reuse distance, or without one: first uses of pages"},
};

const struct result_table_kind result_tables[TABLES] = {
    [TABLE_PROCESSES] = {"processes", processes, ARRAY_LEN(processes), true, 3},
    [TABLE_DEVICES] = {"devices", devices, ARRAY_LEN(devices), true, 0},
    [TABLE_TLBS] = {"tlbs", tlbs, ARRAY_LEN(tlbs), false, 0},
    [TABLE_SERIES] = {"series", series, ARRAY_LEN(series), true, 0},
    [TABLE_CURVES] = {"curves", curves, ARRAY_LEN(curves), false, 0},
};

const struct table_column *table_column_find(const struct result_table_kind *table,
                                             const char *name)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}
