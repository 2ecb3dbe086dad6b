/* steps.h -- what the analyses must know of a step, in one word: its class (paged_batch.h)
 * and two counts. */
#ifndef FAULTLINE_CURVE_STEPS_H
#define FAULTLINE_CURVE_STEPS_H

#include "trace/paged_batch.h"

/* bits 0-7: enum step_class;  8-15: alternations;  16-23: references.
 *
 * Alternations: changes from one stream to the other after the first change.  The part of
 * a reference before it that the step continues is none of its references. */
enum {
    STEP_CROSSES = 1 << STEP_EXTRA_SHIFT, /* begins with a further page of the reference
                                           * before it                                   */
    STEP_ALTERNATIONS_SHIFT = 8,
    STEP_REFERENCES_SHIFT = 16,
};

/* The word of a shape; boundary: its step's block is the first of its page. */
uint32_t shape_kind(const struct shape *shape, bool boundary);

/* Fill kinds[2 * shape + boundary] for all shapes of the batch. */
void batch_kinds(const struct batch *batch, uint32_t *kinds);

static inline uint32_t kind_alternations(uint32_t kind)
{
    return kind >> STEP_ALTERNATIONS_SHIFT & 0xff;
}

static inline uint32_t kind_references(uint32_t kind)
{
    return kind >> STEP_REFERENCES_SHIFT;
}

/* A batch at one page size. */
struct level_batch {
    const struct batch *batch;
    const uint32_t *kinds;   /* [2 * shape + boundary]                                    */
    const uint32_t *entries; /* [block]: page << 1 | boundary                             */
    page_t npages;           /* pages that have a number so far                           */
    uint64_t references;     /* of the trace before it                                    */
};

/* The page where a stream is before the first step; 0 if nowhere, since no step looks at
 * it then. */
static inline page_t level_batch_start(const struct level_batch *level, int stream)
{
    const uint16_t block = level->batch->start[stream];
    return block == BLOCK_NONE ? 0 : level->entries[block] >> 1;
}

static inline uint32_t level_batch_kind(const struct level_batch *level, uint32_t step,
                                        uint32_t entry)
{
    return level->kinds[2 * (step & STEP_SHAPE_MASK) + (entry & 1)];
}

/* Position in the shape of its first touch: the part that continues a reference within its
 * page touches nothing. */
static inline unsigned shape_first_touch(const struct shape *shape, bool boundary)
{
    return shape->continued && !boundary;
}

/* Position in the shape of the first touch by the stream that does not touch first.  There
 * must be one. */
unsigned shape_other_touch(const struct shape *shape, bool boundary);

#endif
