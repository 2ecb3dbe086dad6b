/* counters.c -- see counters.h.  A description is a short phrase, which plots print at the
 * axis, and after a semicolon whatever else has to be said. */
#include "stats/counters.h"

#include "base/types.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(member, unit_, description_, formula_)                                       \
    {                                                                                      \
        .name = #member, .unit = (unit_), .description = (description_),                   \
        .formula = (formula_), .kind = COUNTER_COUNT,                                      \
        .offset = offsetof(struct counters, member)                                        \
    }
#define RATIO(member, description_, formula_)                                              \
    {                                                                                      \
        .name = #member, .unit = "1", .description = (description_),                       \
        .formula = (formula_), .kind = COUNTER_RATIO,                                      \
        .offset = offsetof(struct counters, member)                                        \
    }

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
    RATIO(fault_rate, "fault rate", "faults / references"),
    COUNT(page_ins, "pages", "pages brought in", ""),
    COUNT(page_outs, "pages", "pages evicted", ""),
    COUNT(page_outs_dirty, "pages",
          "dirty pages evicted; of page_outs, those written to the device", ""),
    COUNT(tlb_l1i_misses, "misses", "misses of the first-level instruction TLB", ""),
    COUNT(tlb_l1d_misses, "misses", "misses of the first-level data TLB", ""),
    COUNT(tlb_l2_hits, "hits", "hits of the unified second-level TLB", ""),
    COUNT(tlb_l2_misses, "misses",
          "misses of the unified second-level TLB; page-table walks follow", ""),
    COUNT(walks, "walks", "page-table walks; those that loaded the TLB", ""),
    COUNT(walk_accesses, "accesses", "memory accesses of page-table walks", ""),
    COUNT(bytes_fetched, "bytes", "bytes fetched; what the pages brought in hold",
          "page_ins * page_size"),
    COUNT(bytes_touched, "bytes",
          "bytes touched; distinct blocks touched, at the granule of the trace",
          "distinct blocks * granule"),
};
const size_t counter_count = ARRAY_LEN(counter_table);

const struct counter *counter_find(const char *name)
{
    for (size_t i = 0; i < counter_count; i++)
        if (strcmp(counter_table[i].name, name) == 0)
            return &counter_table[i];
    return NULL;
}

static const void *member(const struct counter *counter, const struct counters *counters)
{
    return (const char *)counters + counter->offset;
}

char *counter_format(const struct counter *counter, const struct counters *counters,
                     char *buffer, size_t size)
{
    assert(size >= 32);
    if (counter->kind == COUNTER_COUNT) {
        const uint64_t *count = member(counter, counters);
        snprintf(buffer, size, "%" PRIu64, *count);
        return buffer;
    }
    const double ratio = *(const double *)member(counter, counters);
    /* 15 digits survive any double, 17 tell any two of them apart. */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, ratio);
        if (strtod(buffer, NULL) == ratio)
            break;
    }
    return buffer;
}

double counter_value(const struct counter *counter, const struct counters *counters)
{
    if (counter->kind == COUNTER_COUNT)
        return (double)*(const uint64_t *)member(counter, counters);
    return *(const double *)member(counter, counters);
}
