/* compare.c -- see compare.h.
 * Both sides are runs of references during which neither stream moves; as much is compared
 * at once as the shorter of the two has, so that it does not matter where steps end. */
#include "trace/compare.h"

#include "base/types.h"

#include <string.h>

#define NOWHERE UINT64_MAX /* is no block: the least granule has 16 bytes */

enum status compare_init(struct compare *compare, struct trace *a, struct trace *b,
                         bool operations, struct error *err)
{
    struct trace *const traces[] = {a, b};
    *compare = (struct compare){.operations = operations};
    for (int i = 0; i < 2; i++)
        if (trace_info(traces[i])->granule_shift > compare->granule_shift)
            compare->granule_shift = trace_info(traces[i])->granule_shift;
    for (int i = 0; i < 2; i++) {
        struct compared *side = &compare->side[i];
        side->trace = traces[i];
        side->shift = compare->granule_shift - trace_info(traces[i])->granule_shift;
        side->at[0] = side->at[1] = NOWHERE;
        const enum status status = batch_init(&side->batch, err);
        if (status != OK) {
            compare_release(compare);
            return status;
        }
    }
    return OK;
}

void compare_release(struct compare *compare)
{
    for (int i = 0; i < 2; i++)
        batch_release(&compare->side[i].batch);
}

/* The streams are where the batch says they were before it. */
static void start_batch(struct compared *side)
{
    for (int s = 0; s < 2; s++) {
        const uint16_t index = side->batch.start[s];
        side->at[s] =
            index == BLOCK_NONE ? NOWHERE : side->batch.blocks[index] >> side->shift;
    }
}

/* Take the next step that has something to compare.  False: an operation, or the end of the
 * batch, comes first. */
ALWAYS_INLINE bool next_step(struct compared *side)
{
    const struct batch *batch = &side->batch;
    do {
        if (side->step == side->stop)
            return false;
        const uint32_t step = batch->steps[side->step++];
        const struct shape *shape = step_shape(batch, step);
        const uint64_t block = batch->blocks[step >> STEP_SHAPE_BITS] >> side->shift;
        const unsigned moved = shape->data & 1;
        /* The rest of a reference that crosses blocks is news only in another one. */
        const bool known = shape->continued && side->at[moved] == block;
        side->at[moved] = block;
        side->data = shape->data >> known;
        side->store = shape->store >> known;
        side->left = (unsigned)shape->length - known;
        side->continued = shape->continued && !known;
    } while (UNLIKELY(side->left == 0));
    return true;
}

static void consume(struct compared *side, unsigned n)
{
    side->data = side->data >> (n - 1) >> 1;
    side->store = side->store >> (n - 1) >> 1;
    side->left -= n;
    side->continued = false;
}

/* The first of the n references in which the sides differ; n: none. */
static unsigned first_difference(const struct compared *a, const struct compared *b,
                                 unsigned n)
{
    const uint64_t all = low_bits(n);
    uint64_t differ = ((a->data ^ b->data) | (a->store ^ b->store)) & all;
    differ |= (uint64_t)(a->continued != b->continued);
    if (a->at[0] != b->at[0])
        differ |= ~a->data & all;
    if (a->at[1] != b->at[1])
        differ |= a->data & all;
    return differ ? lowest_bit(differ) : n;
}

const struct vm_op *compared_op(const struct compared *side)
{
    const struct batch *batch = &side->batch;
    return side->left == 0 && side->step == side->stop && side->op < batch->nops
               ? &batch->ops[side->op]
               : NULL;
}

static bool same_operation(const struct compared *a, const struct compared *b)
{
    const struct vm_op *x = compared_op(a), *y = compared_op(b);
    return x && y && x->kind == y->kind && x->protection == y->protection &&
           x->advice == y->advice && x->shared == y->shared && x->stream == y->stream &&
           x->start == y->start && x->length == y->length && x->offset == y->offset &&
           (x->file == VM_ANONYMOUS) == (y->file == VM_ANONYMOUS) &&
           (x->file == VM_ANONYMOUS ||
            strcmp(a->batch.names + x->file, b->batch.names + y->file) == 0);
}

/* Compare while both sides have something in their batches.  False: they differ. */
static bool compare_batches(struct compare *compare)
{
    struct compared *a = &compare->side[0], *b = &compare->side[1];
    for (;;) {
        const bool more = a->left || next_step(a);
        if (!((b->left || next_step(b)) && more))
            break;
        const unsigned n = a->left < b->left ? a->left : b->left;
        const unsigned same = first_difference(a, b, n);
        compare->references += same - (same > 0 && a->continued);
        if (UNLIKELY(same < n)) {
            if (same > 0) {
                consume(a, same);
                consume(b, same);
            }
            return false;
        }
        consume(a, n);
        consume(b, n);
    }
    return true;
}

/* Has all of the side's batch been compared? */
static bool is_used_up(const struct compared *side)
{
    return side->left == 0 && side->step == side->batch.nsteps &&
           side->op == side->batch.nops;
}

/* The steps up to the next operation that counts can be compared. */
static void find_stop(struct compared *side)
{
    const struct batch *batch = &side->batch;
    side->stop = side->op < batch->nops ? batch->ops[side->op].step : batch->nsteps;
}

/* Read batches of the side until there is something to compare, or the end. */
static enum status refill(struct compare *compare, struct compared *side, struct error *err)
{
    while (!side->ended && is_used_up(side)) {
        const enum status status = trace_next(side->trace, &side->batch, err);
        if (status != OK && status != END)
            return status;
        side->ended = status == END;
        if (side->ended)
            break;
        side->before = compare->references;
        side->step = 0;
        side->op = compare->operations ? 0 : side->batch.nops;
        find_stop(side);
        start_batch(side);
    }
    return OK;
}

static void compare_operations(struct compare *compare)
{
    struct compared *a = &compare->side[0], *b = &compare->side[1];
    while (compare_at_operation(compare)) {
        if ((is_used_up(a) && !a->ended) || (is_used_up(b) && !b->ended))
            return; /* what it has is in its next batch */
        compare->differ = !same_operation(a, b);
        if (compare->differ)
            return;
        a->op++;
        b->op++;
        compare->ops++;
        find_stop(a);
        find_stop(b);
    }
}

enum status compare_next(struct compare *compare, struct error *err)
{
    struct compared *a = &compare->side[0], *b = &compare->side[1];
    enum status status = refill(compare, a, err);
    if (status == OK)
        status = refill(compare, b, err);
    if (status != OK)
        return status;
    if (a->ended && b->ended)
        return END;
    compare->differ = !compare_batches(compare);
    if (!compare->differ)
        compare_operations(compare);
    /* One that has ended lacks what the other still has. */
    if (!compare->differ && a->ended != b->ended)
        compare->differ = !is_used_up(a->ended ? b : a);
    return compare->differ ? END : OK;
}

uint64_t compare_difference(const struct compare *compare)
{
    const bool within = compare->side[0].continued || compare->side[1].continued;
    return compare->references - (within && compare->references > 0);
}

bool compare_at_operation(const struct compare *compare)
{
    return compared_op(&compare->side[0]) || compared_op(&compare->side[1]);
}

static void add_block(struct compared_reference *reference, uint64_t block)
{
    if (reference->nblocks < COMPARED_BLOCKS)
        reference->blocks[reference->nblocks] = block;
    reference->nblocks++;
}

size_t compared_references(const struct compared *side, uint64_t first,
                           struct compared_reference *found, size_t n)
{
    struct compared copy = *side; /* runs through the batch once more */
    uint64_t number = side->before;
    size_t nfound = 0;
    copy.step = copy.left = 0;
    copy.stop = copy.batch.nsteps;
    start_batch(&copy);
    while (number < first + n && next_step(&copy))
        for (; copy.left > 0; consume(&copy, 1)) {
            const bool data = copy.data & 1;
            number += !copy.continued;
            if (number <= first || number > first + n)
                continue;
            if (!copy.continued)
                found[nfound++] = (struct compared_reference){
                    .number = number - 1, .data = data, .store = copy.store & 1};
            if (nfound > 0)
                add_block(&found[nfound - 1], copy.at[data]);
        }
    return nfound;
}
