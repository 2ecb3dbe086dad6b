/* compact.h -- makes a batch sound again after some of its steps were taken away. */
#ifndef FAULTLINE_TRACE_COMPACT_H
#define FAULTLINE_TRACE_COMPACT_H

#include "trace/batch.h"

enum { COMPACT_SCRATCH = BATCH_BLOCKS }; /* numbers */

/* The references that begin in a step, as a mask: all but a first one that is only
 * continued. */
static inline uint64_t shape_own(const struct shape *shape)
{
    return shape_references(shape) & ~(uint64_t)shape->continued;
}

/* Loads followed at once by a store, each of which may be a modify.  To be asked before
 * steps go. */
uint64_t compact_pairs(const struct batch *batch);

/* Count the steps that are left, and leave out of the dictionaries what they do not use.
 * A step does not mark which of its loads and stores are modifies: the batch keeps the share
 * that its pairs suggest.  scratch[COMPACT_SCRATCH]. */
void compact_steps(struct batch *batch, uint64_t pairs_before, uint32_t *scratch);

/* No step is left. */
void compact_drop_steps(struct batch *batch);

/* Leave out the names before the first and after the last that an operation uses. */
void compact_names(struct batch *batch);

#endif
