/* reduction.h -- what has been left out of a reduced trace, and what it may still be used
 * for.
 *
 * A reduced trace has fewer references than the program made, yet the same references that
 * fault in a memory of `frames` frames or more, under the policies that its method is exact
 * for: Kaplan, Smaragdakis, Wilson, "Trace reduction for virtual memory simulations",
 * SIGMETRICS 1999; "Flexible reference trace reduction for VM simulations", ACM TOMACS
 * 13(1), 2003.  Its granule is the page size that it was reduced for. */
#ifndef FAULTLINE_TRACE_REDUCTION_H
#define FAULTLINE_TRACE_REDUCTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* The numbers are those of the native format. */
enum reduction_method {
    REDUCTION_NONE,
    REDUCTION_SAD, /* Safely Allowed Drop: exact for lru and opt                         */
    REDUCTION_OLR, /* Optimal LRU Reduction: exact for lru, and the shortest that is     */
    REDUCTION_METHODS
};

/* As many frames as a machine can have. */
#define REDUCTION_FRAMES_MAX (UINT32_MAX - UINT64_C(1))

struct reduction {
    enum reduction_method method;
    uint64_t frames; /* 1 .. REDUCTION_FRAMES_MAX; 0: not reduced                        */
};

/* "sad", "olr", as the command line has them; NULL for REDUCTION_NONE. */
extern const char *const reduction_names[REDUCTION_METHODS];

/* "SAD", "OLR", for people. */
extern const char *const reduction_titles[REDUCTION_METHODS];

/* The policies that the method is exact for: "lru and opt". */
extern const char *const reduction_policies[REDUCTION_METHODS];

/* What a trace is to be used for. */
struct reduction_use {
    const char *policy;
    uint64_t frames; /* the fewest                                                       */
    uint64_t page_size, granule; /* bytes; that of the trace                             */
    bool tables; /* addresses are translated by page tables and TLBs                     */
    bool timed;  /* with `timing: events`                                                */
};

/* May the trace of this name be used so?  A trace that is not reduced may.  ERR_CONFIG says
 * why not, and what would be right. */
MUST_CHECK enum status reduction_allows(const struct reduction *reduction, const char *path,
                                        const struct reduction_use *use, struct error *err);

#endif
