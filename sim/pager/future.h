/* future.h -- when each page will be used next: the index that an offline policy needs.
 *
 * One entry a touch, in the order of replay (of each step that touches anything, the page
 * touched first, then the other one if the step touches it).  Step number s has the times
 * 2s (its first page) and 2s + 1 (its other page); or, in references, a touch has the number,
 * from 1, of the step's first reference to the page. */
#ifndef FAULTLINE_PAGER_FUTURE_H
#define FAULTLINE_PAGER_FUTURE_H

#include "trace/paged_batch.h"

struct future {
    uint32_t
        *next; /* [touch]: time of the page's next touch in a later step, or FUTURE_NEVER */
    bool in_references; /* set before building                                          */
    uint64_t ntouches;
    size_t capacity;
    uint64_t nsteps, nreferences; /* built so far                                      */
    uint64_t
        *last; /* [page], while building: its last touch << 1 | it was a pair's second */
    size_t last_capacity;
};

#define FUTURE_NEVER UINT32_MAX

/* Build batch by batch, from a zeroed struct, then finish; release frees it.  ERR_CELL if
 * the trace has more than 2^31 steps, or 2^32 references where they count. */
MUST_CHECK enum status future_add(struct future *future, const struct paged_batch *batch,
                                  struct error *err);
void future_finish(struct future *future);
void future_release(struct future *future);

/* Memory of the finished index, bytes. */
uint64_t future_bytes(const struct future *future);

#endif
