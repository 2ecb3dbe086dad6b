/* batch.h -- the unit in which traces flow: some hundred thousand steps in flat arrays.
 *
 * A *step* is a run of consecutive references of one thread in which the instruction
 * stream stays in one block and the data stream stays in one block (docs/architecture.md,
 * "References and steps").  A step word names the block to which one stream moved and the
 * step's *shape*, the exact order of its references:
 *
 *     steps[i]:  31 ........ 16 15 ......... 0
 *                index in blocks  index in shapes
 *
 * The stream of the shape's first reference is the one that moved; the other stream stays
 * in the block where it was.  blocks[] and shapes[] are the batch's own dictionaries, so a
 * consumer translates each distinct block once a batch and not once a step.
 *
 * Blocks are numbered vaddr >> granule_shift. */
#ifndef FAULTLINE_TRACE_BATCH_H
#define FAULTLINE_TRACE_BATCH_H

#include "base/bits.h"
#include "base/error.h"
#include "trace/vm_op.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    BATCH_STEPS = 1 << 18,  /* capacity of a batch                                  */
    BATCH_SHAPES = 1 << 16, /* capacity of its dictionaries: an index is 16 bits     */
    BATCH_BLOCKS = 1 << 16,
    BATCH_OPS = 1 << 14,   /* operations between its steps                         */
    BATCH_NAMES = 1 << 20, /* bytes of the names of files that they map            */
    STEP_REFERENCES = 64,  /* most references of one step: a bit each in the masks    */
    STEP_SHAPE_BITS = 16,
};

/* log2 of a block's bytes: 16 B to 1 GiB; 512 B unless asked otherwise. */
enum { GRANULE_SHIFT_MIN = 4, GRANULE_SHIFT_MAX = 30, GRANULE_SHIFT_DEFAULT = 9 };

/* Can a trace have blocks of so many bytes? */
static inline bool granule_is_valid(uint64_t bytes)
{
    return is_power_of_two(bytes) && log2_of(bytes) >= GRANULE_SHIFT_MIN &&
           log2_of(bytes) <= GRANULE_SHIFT_MAX;
}

#define STEP_SHAPE_MASK 0xffffu
#define BLOCK_NONE UINT16_MAX /* a stream that has not been anywhere yet */

/* References of a step in their order; bit i is the i-th reference. */
struct shape {
    uint64_t data;  /* 1: a load or a store; 0: an instruction fetch                 */
    uint64_t store; /* 1: a store (then data is 1 too)                               */
    uint8_t length; /* 1 .. STEP_REFERENCES                                          */
    bool continued; /* the first one is no reference of its own: it is the part of the
                     * reference before it (of its stream) that lies in this block    */
};

/* References by kind.  A modify counts as a load and a store; parts of references that
 * cross into a further block are not references. */
struct reference_counts {
    uint64_t ifetches, loads, stores;
    uint64_t modifies; /* of the loads and stores: pairs made by one instruction      */
};

struct batch {
    uint64_t number; /* position in its trace, from 0                                */
    uint32_t nsteps, nshapes, nblocks;
    uint16_t start[2]; /* index in blocks: where the instruction [0] and data [1] stream
                        * were before the first step, or BLOCK_NONE                  */
    struct reference_counts counts;
    uint32_t *steps;
    struct shape *shapes;
    uint64_t *blocks;
    uint32_t nops, names_length; /* bytes of names in use                               */
    struct vm_op *ops;           /* in order of their steps                             */
    char *names;
};

/* Allocate the arrays at full capacity, so that a batch can be refilled for ever. */
MUST_CHECK enum status batch_init(struct batch *batch, struct error *err);
void batch_release(struct batch *batch);

/* The bits of a shape's masks that stand for references. */
static inline uint64_t shape_references(const struct shape *shape)
{
    return low_bits(shape->length);
}

/* The shape of a step. */
static inline const struct shape *step_shape(const struct batch *batch, uint32_t step)
{
    return &batch->shapes[step & STEP_SHAPE_MASK];
}

/* Nothing in it; one without steps may still hold operations. */
static inline bool batch_is_empty(const struct batch *batch)
{
    return batch->nsteps == 0 && batch->nops == 0;
}

static inline uint64_t batch_references(const struct batch *batch)
{
    return batch->counts.ifetches + batch->counts.loads + batch->counts.stores;
}

#endif
