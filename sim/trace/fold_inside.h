/* fold_inside.h -- what the files of fold.h share. */
#ifndef FAULTLINE_TRACE_FOLD_INSIDE_H
#define FAULTLINE_TRACE_FOLD_INSIDE_H

#include "trace/fold.h"

#include <stddef.h>

/* What is never torn apart: a segment, or the segments of ranges that share some.  Segments
 * are numbered address >> segment_shift. */
struct fold_unit {
    uint64_t first, last;
    uint64_t use; /* order of first use                                                   */
    uint64_t to;  /* where the first one goes                                            */
};

struct fold {
    struct fold_params params;
    uint64_t nplaces; /* segments below 1 << bits                                  */
    struct fold_unit
        *units; /* [nunits], by address; none shares a segment with another   */
    size_t nunits, capacity;
    uint64_t uses; /* so many first uses so far                                        */
    uint64_t
        touched; /* segments of all units; at most nplaces                            */
};

#endif
