/* slice.h -- cuts a range of references out of a stream of batches, exact to the step.
 * Kept are the steps that begin with a reference number (from 0) in the range, whole, and
 * with them the further parts of their last reference where it crosses blocks; and the
 * operations before a reference in the range, or after the last one of all if the range
 * goes beyond it. */
#ifndef FAULTLINE_TRACE_SLICE_H
#define FAULTLINE_TRACE_SLICE_H

#include "trace/batch.h"

struct slice {
    uint64_t from, end; /* half-open range of reference numbers                        */
    uint64_t at;        /* number of the next batch's first reference                  */
    bool begun;         /* a step has been kept                                        */
    bool kept;          /* a step or an operation has been kept                        */
    bool keeping;       /* the last step seen was kept                                 */
    uint32_t thread;    /* that runs where the range begins, as SWITCH names it        */
    uint32_t *renumber; /* scratch: an entry for each index of a dictionary            */
};

MUST_CHECK enum status slice_init(struct slice *slice, uint64_t from, uint64_t count,
                                  struct error *err);
void slice_release(struct slice *slice);

/* Reduce the next batch of the stream to its steps and operations in the range;
 * batch_is_empty() if it has none.  Its dictionaries keep only what is used, and its counts
 * are those of what is kept, but for the modifies of a batch that is cut through: see
 * compact.h. */
void slice_batch(struct slice *slice, struct batch *batch);

/* Nothing that follows is in the range. */
bool slice_done(const struct slice *slice);

#endif
