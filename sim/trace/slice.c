/* slice.c -- see slice.h. */
#include "trace/slice.h"

#include "trace/compact.h"

#include <stdlib.h>
#include <string.h>

enum status slice_init(struct slice *slice, uint64_t from, uint64_t count,
                       struct error *err)
{
    const uint64_t end = from + count < from ? UINT64_MAX : from + count;
    *slice = (struct slice){.from = from, .end = end};
    slice->renumber = malloc(COMPACT_SCRATCH * sizeof *slice->renumber);
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

/* How many references begin in the step. */
static uint64_t own(const struct shape *shape)
{
    return (uint64_t)__builtin_popcountll(shape_own(shape));
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

/* Reduce the batch to its steps first .. end-1. */
static void keep(struct slice *slice, struct batch *batch, uint32_t first, uint32_t end,
                 bool forget_start)
{
    const uint64_t pairs = compact_pairs(batch);
    for (uint32_t i = 0; i < first; i++)
        batch->start[step_shape(batch, batch->steps[i])->data & 1] =
            (uint16_t)(batch->steps[i] >> STEP_SHAPE_BITS);
    batch->nsteps = end - first;
    memmove(batch->steps, batch->steps + first, batch->nsteps * sizeof *batch->steps);
    if (forget_start)
        forget_unused_start(batch);
    compact_steps(batch, pairs, slice->renumber);
}

/* Keep the operations in the range, for a batch of which the steps first .. end-1 stay. */
static void keep_ops(struct slice *slice, struct batch *batch, uint32_t first, uint32_t end)
{
    uint64_t at = slice->at;
    uint32_t step = 0, kept = 0;
    for (uint32_t i = 0; i < batch->nops; i++) {
        struct vm_op op = batch->ops[i];
        for (; step < op.step; step++)
            at += own(step_shape(batch, batch->steps[step]));
        if (at < slice->from || at >= slice->end) {
            if (op.kind == VM_SWITCH && at < slice->from)
                slice->thread = op.stream;
            continue;
        }
        op.step = op.step < first ? 0 : op.step > end ? end - first : op.step - first;
        batch->ops[kept++] = op;
    }
    batch->nops = kept;
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
        at += own(shape);
    }
    keep_ops(slice, batch, first, end);
    compact_names(batch);
    slice->begun = begun || first < end;
    slice->kept = slice->kept || first < end || batch->nops;
    slice->at += batch_references(batch);
    if (first == end)
        compact_drop_steps(batch);
    else if (first > 0 || end < batch->nsteps || !begun)
        keep(slice, batch, first, end, !begun);
}
