/* compact.c -- see compact.h. */
#include "trace/compact.h"

#include <assert.h>
#include <string.h>

enum { UNUSED = 0, USED = 1 };

static uint64_t ones(uint64_t mask)
{
    return (uint64_t)__builtin_popcountll(mask);
}

/* Loads followed at once by a store, each of which may be a modify. */
static uint64_t load_store_pairs(const struct shape *shape)
{
    const uint64_t loads = shape->data & ~shape->store & shape_own(shape);
    return ones(loads & shape->store >> 1);
}

static void count(struct batch *batch, uint64_t pairs_before)
{
    struct reference_counts counts = {0};
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        counts.ifetches += ones(shape_own(shape) & ~shape->data);
        counts.loads += ones(shape_own(shape) & shape->data & ~shape->store);
        counts.stores += ones(shape_own(shape) & shape->store);
        pairs += load_store_pairs(shape);
    }
    if (pairs_before)
        counts.modifies = batch->counts.modifies * pairs / pairs_before;
    const uint64_t most = counts.loads < counts.stores ? counts.loads : counts.stores;
    if (counts.modifies > most)
        counts.modifies = most;
    batch->counts = counts;
}

static void compact_blocks(uint32_t *renumber, struct batch *batch)
{
    memset(renumber, 0, batch->nblocks * sizeof *renumber);
    for (uint32_t i = 0; i < batch->nsteps; i++)
        renumber[batch->steps[i] >> STEP_SHAPE_BITS] = USED;
    for (int s = 0; s < 2; s++)
        if (batch->start[s] != BLOCK_NONE)
            renumber[batch->start[s]] = USED;
    uint32_t n = 0;
    for (uint32_t i = 0; i < batch->nblocks; i++)
        if (renumber[i] != UNUSED) {
            batch->blocks[n] = batch->blocks[i];
            renumber[i] = n++;
        }
    batch->nblocks = n;
    for (uint32_t i = 0; i < batch->nsteps; i++)
        batch->steps[i] = renumber[batch->steps[i] >> STEP_SHAPE_BITS] << STEP_SHAPE_BITS |
                          (batch->steps[i] & STEP_SHAPE_MASK);
    for (int s = 0; s < 2; s++)
        if (batch->start[s] != BLOCK_NONE)
            batch->start[s] = (uint16_t)renumber[batch->start[s]];
}

static void compact_shapes(uint32_t *renumber, struct batch *batch)
{
    memset(renumber, 0, batch->nshapes * sizeof *renumber);
    for (uint32_t i = 0; i < batch->nsteps; i++)
        renumber[batch->steps[i] & STEP_SHAPE_MASK] = USED;
    uint32_t n = 0;
    for (uint32_t i = 0; i < batch->nshapes; i++)
        if (renumber[i] != UNUSED) {
            batch->shapes[n] = batch->shapes[i];
            renumber[i] = n++;
        }
    batch->nshapes = n;
    for (uint32_t i = 0; i < batch->nsteps; i++)
        batch->steps[i] = (batch->steps[i] & ~STEP_SHAPE_MASK) |
                          renumber[batch->steps[i] & STEP_SHAPE_MASK];
}

uint64_t compact_pairs(const struct batch *batch)
{
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < batch->nsteps; i++)
        pairs += load_store_pairs(step_shape(batch, batch->steps[i]));
    return pairs;
}

void compact_steps(struct batch *batch, uint64_t pairs_before, uint32_t *scratch)
{
    static_assert(BATCH_BLOCKS >= BATCH_SHAPES, "the scratch serves both dictionaries");
    count(batch, pairs_before);
    compact_blocks(scratch, batch);
    compact_shapes(scratch, batch);
}

void compact_drop_steps(struct batch *batch)
{
    batch->nsteps = batch->nshapes = batch->nblocks = 0;
    batch->start[0] = batch->start[1] = BLOCK_NONE;
    batch->counts = (struct reference_counts){0};
}

void compact_names(struct batch *batch)
{
    uint32_t low = batch->names_length, high = 0;
    for (uint32_t i = 0; i < batch->nops; i++) {
        const uint32_t file = batch->ops[i].file;
        if (file == VM_ANONYMOUS)
            continue;
        const uint32_t past = file + (uint32_t)strlen(batch->names + file) + 1;
        low = file < low ? file : low;
        high = past > high ? past : high;
    }
    batch->names_length = high > low ? high - low : 0;
    memmove(batch->names, batch->names + low, batch->names_length);
    for (uint32_t i = 0; i < batch->nops; i++)
        if (batch->ops[i].file != VM_ANONYMOUS)
            batch->ops[i].file -= low;
}
