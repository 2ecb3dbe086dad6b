/* counters.h -- everything that is counted, in one table: it writes the headings of
 * results.csv, results.json, `faultline list counters` and the manual. */
#ifndef FAULTLINE_STATS_COUNTERS_H
#define FAULTLINE_STATS_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

struct counters {
    uint64_t references, ifetches, loads, stores;
    uint64_t accesses;
    uint64_t faults, faults_cold, faults_major, faults_minor;
    double fault_rate;
    uint64_t page_ins, page_outs, page_outs_dirty;
    uint64_t tlb_l1i_misses, tlb_l1d_misses, tlb_l2_hits, tlb_l2_misses;
    uint64_t walks, walk_accesses;
    uint64_t bytes_fetched, bytes_touched;
};

enum counter_kind { COUNTER_COUNT, COUNTER_RATIO }; /* uint64_t, double */

struct counter {
    const char *name;        /* column heading                                        */
    const char *unit;        /* "references", "pages", "bytes", "1"                   */
    const char *description; /* what is counted                                       */
    const char *formula;     /* for derived ones; "" otherwise                        */
    enum counter_kind kind;
    size_t offset; /* in struct counters                                              */
};

extern const struct counter counter_table[]; /* in column order */
extern const size_t counter_count;

/* The counter called name, or NULL. */
const struct counter *counter_find(const char *name);

/* Its value as results.csv prints it: a whole number, or the shortest decimal that reads
 * back as the same double; returns buffer. */
char *counter_format(const struct counter *counter, const struct counters *counters,
                     char *buffer, size_t size);

/* Its value as a number, for plots. */
double counter_value(const struct counter *counter, const struct counters *counters);

#endif
