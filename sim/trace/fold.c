/* fold.c -- see fold.h: what a trace touches, and its rewriting.  Where it goes is decided in
 * fold_place.c. */
#include "trace/fold.h"

#include "base/units.h"
#include "trace/fold_inside.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS_FIRST = 64 };

enum status fold_create(struct fold **out, const struct fold_params *params,
                        struct error *err)
{
    struct fold *fold = calloc(1, sizeof *fold);
    if (!fold)
        return error_nomem(err);
    fold->params = *params;
    if (params->bits > params->segment_shift)
        fold->nplaces = (uint64_t)1 << (params->bits - params->segment_shift);
    *out = fold;
    return OK;
}

void fold_free(struct fold *fold)
{
    if (!fold)
        return;
    free(fold->units);
    free(fold);
}

/* --- what is touched -------------------------------------------------------------------- */

/* The first unit that does not end before the segment; nunits if all do. */
static size_t find(const struct fold *fold, uint64_t segment)
{
    size_t low = 0, high = fold->nunits;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (fold->units[middle].last < segment)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Do the segments lie in the unit? */
static bool holds(const struct fold *fold, size_t unit, uint64_t first, uint64_t last)
{
    return unit < fold->nunits && fold->units[unit].first <= first &&
           fold->units[unit].last >= last;
}

static enum status too_much(const struct fold *fold, struct error *err)
{
    char size[32];
    return error_set(
        err, ERR_CELL, at_nowhere(),
        "the trace touches more than the %u bits of %s can hold, in segments of "
        "%s",
        fold->params.bits, fold->params.machine,
        format_size((uint64_t)1 << fold->params.segment_shift, size, sizeof size));
}

static enum status make_room(struct fold *fold, struct error *err)
{
    if (fold->nunits < fold->capacity)
        return OK;
    const size_t capacity = fold->capacity ? 2 * fold->capacity : UNITS_FIRST;
    struct fold_unit *units = realloc(fold->units, capacity * sizeof *units);
    if (!units)
        return error_nomem(err);
    fold->units = units;
    fold->capacity = capacity;
    return OK;
}

/* Make one unit of the segments and of all units that share one with them. */
static enum status add(struct fold *fold, uint64_t first, uint64_t last, struct error *err)
{
    const size_t at = find(fold, first);
    if (holds(fold, at, first, last))
        return OK;
    if (make_room(fold, err) != OK)
        return ERR_NOMEM;
    struct fold_unit unit = {.first = first, .last = last, .use = fold->uses++};
    size_t end = at;
    for (; end < fold->nunits && fold->units[end].first <= last; end++) {
        const struct fold_unit *old = &fold->units[end];
        fold->touched -= old->last - old->first + 1;
        unit.first = old->first < unit.first ? old->first : unit.first;
        unit.last = old->last > unit.last ? old->last : unit.last;
        unit.use = old->use < unit.use ? old->use : unit.use;
    }
    memmove(&fold->units[at + 1], &fold->units[end],
            (fold->nunits - end) * sizeof *fold->units);
    fold->units[at] = unit;
    fold->nunits -= end - at;
    fold->nunits++;
    fold->touched += unit.last - unit.first + 1;
    return fold->touched > fold->nplaces ? too_much(fold, err) : OK;
}

enum status fold_look_at_range(struct fold *fold, uint64_t start, uint64_t length,
                               struct error *err)
{
    assert(length > 0 && start <= UINT64_MAX - (length - 1));
    const unsigned shift = fold->params.segment_shift;
    return add(fold, start >> shift, (start + (length - 1)) >> shift, err);
}

static enum status look_at_op(struct fold *fold, const struct vm_op *op, struct error *err)
{
    struct error why;
    if (!vm_op_has_range(op))
        return OK;
    const enum status status = fold_look_at_range(fold, op->start, op->length, &why);
    if (status == ERR_CELL)
        return error_set(err, status, at_nowhere(),
                         "%.400s, with the %s of %" PRIu64 " bytes from 0x%" PRIx64 " on",
                         why.text, vm_op_names[op->kind], op->length, op->start);
    if (status != OK)
        error_copy(err, &why);
    return status;
}

/* The segment of a block in the batch's dictionary. */
static uint64_t segment_of(const struct fold *fold, const struct batch *batch,
                           uint32_t block, unsigned granule_shift)
{
    return batch->blocks[block] >> (fold->params.segment_shift - granule_shift);
}

static enum status look_at_block(struct fold *fold, const struct batch *batch,
                                 uint32_t block, unsigned granule_shift, struct error *err)
{
    const uint64_t segment = segment_of(fold, batch, block, granule_shift);
    return add(fold, segment, segment, err);
}

/* Has all that the batch touches been looked at? */
static bool knows(const struct fold *fold, const struct batch *batch,
                  unsigned granule_shift)
{
    const unsigned shift = fold->params.segment_shift;
    for (uint32_t i = 0; i < batch->nblocks; i++) {
        const uint64_t segment = segment_of(fold, batch, i, granule_shift);
        if (!holds(fold, find(fold, segment), segment, segment))
            return false;
    }
    for (uint32_t i = 0; i < batch->nops; i++) {
        const struct vm_op *op = &batch->ops[i];
        const uint64_t first = op->start >> shift;
        if (vm_op_has_range(op) &&
            !holds(fold, find(fold, first), first, (op->start + (op->length - 1)) >> shift))
            return false;
    }
    return true;
}

enum status fold_look(struct fold *fold, const struct batch *batch, unsigned granule_shift,
                      struct error *err)
{
    assert(granule_shift <= fold->params.segment_shift);
    if (knows(fold, batch, granule_shift))
        return OK;
    enum status status = OK;
    uint32_t op = 0;
    for (int stream = 0; stream < 2 && status == OK; stream++)
        if (batch->start[stream] != BLOCK_NONE)
            status = look_at_block(fold, batch, batch->start[stream], granule_shift, err);
    for (uint32_t i = 0; i < batch->nsteps && status == OK; i++) {
        for (; op < batch->nops && batch->ops[op].step <= i && status == OK; op++)
            status = look_at_op(fold, &batch->ops[op], err);
        const uint32_t block = batch->steps[i] >> STEP_SHAPE_BITS;
        if (status == OK)
            status = look_at_block(fold, batch, block, granule_shift, err);
    }
    for (; op < batch->nops && status == OK; op++)
        status = look_at_op(fold, &batch->ops[op], err);
    /* A dictionary may hold more than its batch needs. */
    for (uint32_t i = 0; i < batch->nblocks && status == OK; i++)
        status = look_at_block(fold, batch, i, granule_shift, err);
    return status;
}

/* --- rewriting -------------------------------------------------------------------------- */

/* Where the place with this number goes, of which a segment has 1 << shift. */
static uint64_t moved(const struct fold *fold, uint64_t number, unsigned shift)
{
    const uint64_t segment = number >> shift;
    const size_t at = find(fold, segment);
    assert(holds(fold, at, segment, segment));
    const struct fold_unit *unit = &fold->units[at];
    const uint64_t inside = number - (segment << shift);
    return ((unit->to + (segment - unit->first)) << shift) + inside;
}

uint64_t fold_address(const struct fold *fold, uint64_t address)
{
    return moved(fold, address, fold->params.segment_shift);
}

bool fold_batch(const struct fold *fold, struct batch *batch, unsigned granule_shift)
{
    if (!knows(fold, batch, granule_shift))
        return false;
    for (uint32_t i = 0; i < batch->nblocks; i++)
        batch->blocks[i] =
            moved(fold, batch->blocks[i], fold->params.segment_shift - granule_shift);
    for (uint32_t i = 0; i < batch->nops; i++)
        if (vm_op_has_range(&batch->ops[i]))
            batch->ops[i].start = fold_address(fold, batch->ops[i].start);
    return true;
}
