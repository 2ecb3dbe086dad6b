/* slice.c -- see slice.h. */
#include "trace/slice.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { UNUSED = 0, USED = 1 };

enum status slice_init(struct slice *slice, uint64_t from, uint64_t count,
                       struct error *err)
{
    const uint64_t end = from + count < from ? UINT64_MAX : from + count;
    *slice = (struct slice){.from = from, .end = end};
    slice->renumber = malloc(BATCH_BLOCKS * sizeof *slice->renumber);
    static_assert(BATCH_BLOCKS >= BATCH_SHAPES, "the scratch serves both dictionaries");
    return slice->renumber ? OK : error_nomem(err);
}

void slice_release(struct slice *slice)
{
    free(slice->renumber);
    *slice = (struct slice){0};
}

bool slice_done(const struct slice *slice)
{
    return slice->at >= slice->end;
}

static uint64_t ones(uint64_t mask)
{
    return (uint64_t)__builtin_popcountll(mask);
}

/* The references that begin in the step: all but a first one that is only continued. */
static uint64_t own(const struct shape *shape)
{
    return shape_references(shape) & ~(uint64_t)shape->continued;
}

/* Loads followed at once by a store, each of which may be a modify. */
static uint64_t load_store_pairs(const struct shape *shape)
{
    const uint64_t loads = shape->data & ~shape->store & own(shape);
    return ones(loads & shape->store >> 1);
}

static void count(struct batch *batch, uint64_t pairs_before)
{
    struct reference_counts counts = {0};
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        counts.ifetches += ones(own(shape) & ~shape->data);
        counts.loads += ones(own(shape) & shape->data & ~shape->store);
        counts.stores += ones(own(shape) & shape->store);
        pairs += load_store_pairs(shape);
    }
    if (pairs_before)
        counts.modifies = batch->counts.modifies * pairs / pairs_before;
    const uint64_t most = counts.loads < counts.stores ? counts.loads : counts.stores;
    if (counts.modifies > most)
        counts.modifies = most;
    batch->counts = counts;
}

/* A stream's place before the cut is forgotten unless a kept step still uses it. */
static void forget_unused_start(struct batch *batch)
{
    bool moved[2] = {false, false}, used[2] = {false, false};
    for (uint32_t i = 0; i < batch->nsteps && !(moved[0] && moved[1]); i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        moved[shape->data & 1] = true;
        used[0] |= !moved[0] && (~shape->data & shape_references(shape)) != 0;
        used[1] |= !moved[1] && shape->data != 0;
    }
    for (int s = 0; s < 2; s++)
        if (!used[s])
            batch->start[s] = BLOCK_NONE;
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

/* Reduce the batch to its steps first .. end-1. */
static void keep(struct slice *slice, struct batch *batch, uint32_t first, uint32_t end,
                 bool forget_start)
{
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < batch->nsteps; i++)
        pairs += load_store_pairs(step_shape(batch, batch->steps[i]));
    for (uint32_t i = 0; i < first; i++)
        batch->start[step_shape(batch, batch->steps[i])->data & 1] =
            (uint16_t)(batch->steps[i] >> STEP_SHAPE_BITS);
    batch->nsteps = end - first;
    memmove(batch->steps, batch->steps + first, batch->nsteps * sizeof *batch->steps);
    count(batch, pairs);
    if (forget_start)
        forget_unused_start(batch);
    compact_blocks(slice->renumber, batch);
    compact_shapes(slice->renumber, batch);
}

static void drop_steps(struct batch *batch)
{
    batch->nsteps = batch->nshapes = batch->nblocks = 0;
    batch->start[0] = batch->start[1] = BLOCK_NONE;
    batch->counts = (struct reference_counts){0};
}

/* Keep the operations in the range, for a batch of which the steps first .. end-1 stay. */
static void keep_ops(const struct slice *slice, struct batch *batch, uint32_t first,
                     uint32_t end)
{
    uint64_t at = slice->at;
    uint32_t step = 0, kept = 0;
    for (uint32_t i = 0; i < batch->nops; i++) {
        struct vm_op op = batch->ops[i];
        for (; step < op.step; step++)
            at += ones(own(step_shape(batch, batch->steps[step])));
        if (at < slice->from || at >= slice->end)
            continue;
        op.step = op.step < first ? 0 : op.step > end ? end - first : op.step - first;
        batch->ops[kept++] = op;
    }
    batch->nops = kept;
}

/* Leave out the names before the first and after the last that is used. */
static void trim_names(struct batch *batch)
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

void slice_batch(struct slice *slice, struct batch *batch)
{
    const bool begun = slice->begun;
    uint32_t first = batch->nsteps, end = batch->nsteps;
    uint64_t at = slice->at;
    for (uint32_t i = 0; i < batch->nsteps && (at < slice->end || slice->keeping); i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        if (!shape->continued)
            slice->keeping = at >= slice->from && at < slice->end;
        if (slice->keeping && first == batch->nsteps)
            first = i;
        if (!slice->keeping && first < i) {
            end = i;
            break;
        }
        at += ones(own(shape));
    }
    keep_ops(slice, batch, first, end);
    trim_names(batch);
    slice->begun = begun || first < end;
    slice->kept = slice->kept || first < end || batch->nops;
    slice->at += batch_references(batch);
    if (first == end)
        drop_steps(batch);
    else if (first > 0 || end < batch->nsteps || !begun)
        keep(slice, batch, first, end, !begun);
}
