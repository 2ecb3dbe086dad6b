/* tables.h -- the results of a cell that have many rows: its processes, its devices, the
 * arrays of its TLBs, how things went on over time, and what had been counted at the marks
 * of its programs; and the curves of a trace.  As
 * counters.h, these tables write the headings of files, results.json and the axes of
 * plots. */
#ifndef FAULTLINE_STATS_TABLES_H
#define FAULTLINE_STATS_TABLES_H

#include <stdbool.h>
#include <stddef.h>

enum {
    TABLE_PROCESSES, /* a row for each process, in order of their numbers                 */
    TABLE_DEVICES,   /* a row for "swap", or for "swap1", "swap2" ... where there are
                      * several, and, if it is another device, "files"                    */
    TABLE_TLBS,      /* a row for each array of the TLB, of all CPUs together             */
    TABLE_SERIES,    /* for each sample a row for "all" and one for each process; what
                      * only "all" has is blank in a process's row                        */
    TABLE_CURVES,    /* of a trace and not of a cell: a row for each point of each curve;
                      * what a curve does not have is blank                               */
    TABLE_MARKS,     /* a row for each mark that a program comes to: what its process and
                      * all together have done so far                                     */
    TABLES
};

/* What of a kernel's own a column of TABLE_SERIES holds. */
enum own_column {
    OWN_NONE,    /* nothing: all kernels have it                                         */
    OWN_GAUGE,   /* a gauge                                                              */
    OWN_COUNTER, /* what has been counted since the sample before                        */
};

/* Columns that may be left out: together with the others of their group, where all rows are
 * blank in all of them.  Of a kernel's own the group is of enum counting_kernel, or of
 * several. */
enum { TABLE_ALWAYS = 0, TABLE_OPTIONAL = 1, TABLE_GROUPS = 4, TABLE_COLUMNS_MAX = 128 };

struct table_column {
    const char *name;        /* heading                                                  */
    const char *unit;        /* "pages", "s", "1"; "" for names and numbers of things    */
    const char *description; /* a short phrase, and more after a semicolon               */
    bool goes_round; /* it starts again from 0: lines over time are broken there         */
    enum own_column own;
    unsigned group;
    size_t offset; /* in struct gauges or struct counters                                */
};

struct result_table_kind {
    const char *name; /* "processes": the file is processes.csv                          */
    const struct table_column *columns;
    size_t ncolumns;
    bool timed; /* there are rows with `timing: events` only                           */
};

extern const struct result_table_kind result_tables[TABLES];

/* The process of a sample's row that stands for all of them. */
#define SERIES_ALL "all"

/* The table's column called name, or NULL. */
const struct table_column *table_column_find(const struct result_table_kind *table,
                                             const char *name);

#endif
