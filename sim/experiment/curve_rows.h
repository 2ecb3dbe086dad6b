/* curve_rows.h -- the points of curves as rows of the table `curves`. */
#ifndef FAULTLINE_EXPERIMENT_CURVE_ROWS_H
#define FAULTLINE_EXPERIMENT_CURVE_ROWS_H

#include "experiment/curve_request.h"
#include "stats/rows.h"

struct frame_range {
    uint64_t first, last; /* inclusive */
};

/* Which points. */
struct curve_points {
    curve_set set;
    uint64_t references;   /* of the trace; a reduced one has fewer steps            */
    uint64_t frames_least; /* lru and opt begin here, at least 1                     */
    const struct frame_range *ranges; /* [nranges]: their frames                         */
    size_t nranges; /* 0: all up to the footprint                             */
};

/* The frames of a range of which there is something to say: it ends at the footprint. */
struct frame_range curve_range(const struct frame_range *range, page_t npages);

/* The next window after this one (0: the first) that is written: each length up to
 * WINDOWS_DENSE, and from there WINDOWS_STEPS to each doubling. */
enum { WINDOWS_DENSE = 128, WINDOWS_STEPS = 64 };
uint64_t curve_next_window(uint64_t window);

/* Add the points of the curves at one page size.  Running out of memory is noted in rows. */
void curve_rows_add(struct rows *rows, const struct curve *curve,
                    const struct curve_points *points);

#endif
