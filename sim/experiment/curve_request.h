/* curve_request.h -- the curves that users ask for, by name, and what the analyses of
 * curve/curve.h have to do for them. */
#ifndef FAULTLINE_EXPERIMENT_CURVE_REQUEST_H
#define FAULTLINE_EXPERIMENT_CURVE_REQUEST_H

#include "curve/curve.h"
#include "trace/reduction.h"

/* In the order in which they are written. */
enum curve_name {
    CURVE_NAME_LRU,
    CURVE_NAME_OPT,
    CURVE_NAME_WORKING_SET,
    CURVE_NAME_VMIN,
    CURVE_NAME_WINDOW_FOOTPRINT,
    CURVE_NAME_FOOTPRINT,
    CURVE_NAME_REUSE_DISTANCE,
    CURVE_NAMES
};

/* "lru", "working-set", as users write them. */
extern const char *const curve_names[CURVE_NAMES];

/* A set of curves: bit i is curve_names[i]. */
typedef unsigned curve_set;

/* True if the points of the curve have a value in this column of the table `curves`. */
bool curve_has_column(enum curve_name name, const char *column);

/* The column of `curves` that holds what x or y of cells does: "memory" for
 * "machine.memory", "pages" for "resident_mean"; else the name itself. */
const char *curve_column_like(const char *name);

/* Add the curve called name.  ERR_CONFIG: there is none, with the nearest; it is there
 * already.  what: what names it, for messages. */
MUST_CHECK enum status curve_set_add(curve_set *set, const char *name, const char *what,
                                     struct location at, struct error *err);

/* Ask for the curves at the page sizes of which bit i is pages of 1 << i bytes. */
struct curve_request curve_request_of(curve_set set, uint64_t page_sizes);

/* A trace as curves see it. */
struct curve_trace {
    const char *path;
    const struct reduction *reduction;
    uint64_t granule; /* bytes */
};

/* May the trace be asked for these curves, of the least frames `frames` (0: as few as it
 * allows)?  A reduced one knows lru, and if it is reduced so opt, from its frames on.
 * ERR_CONFIG. */
MUST_CHECK enum status curve_request_check(const struct curve_trace *trace, curve_set set,
                                           uint64_t page_sizes, uint64_t frames,
                                           struct error *err);

#endif
