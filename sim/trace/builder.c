/* builder.c -- see builder.h.
 * The two dictionaries of a batch are found through open-addressed tables whose slots
 * carry the number of the batch that filled them, so that a new batch empties them free. */
#include "trace/builder.h"

#include "base/bits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    TABLE_SLOTS = 1 << 17, /* twice a full dictionary */
    LARGEST_REFERENCE = 65536,
};

struct slot {
    uint64_t stamp; /* batch that filled the slot, counted from 1 */
    uint32_t index;
};

struct builder {
    struct batch batch;
    unsigned granule_shift;
    uint32_t headroom; /* steps that one more reference may need */
    uint64_t stamp;
    uint64_t block[2]; /* where the instruction [0] and the data [1] stream are */
    uint16_t index[2]; /* the same as index in the batch's blocks, or BLOCK_NONE */
    struct shape open; /* the step under way; length 0: none */
    struct slot *block_slots, *shape_slots;
};

static uint16_t block_index(struct builder *b, uint64_t block)
{
    for (size_t i = mix64(block) % TABLE_SLOTS;; i = (i + 1) % TABLE_SLOTS) {
        struct slot *slot = &b->block_slots[i];
        if (slot->stamp != b->stamp) {
            *slot = (struct slot){.stamp = b->stamp, .index = b->batch.nblocks};
            b->batch.blocks[b->batch.nblocks++] = block;
            return (uint16_t)slot->index;
        }
        if (b->batch.blocks[slot->index] == block)
            return (uint16_t)slot->index;
    }
}

static bool same_shape(const struct shape *a, const struct shape *b)
{
    return a->data == b->data && a->store == b->store && a->length == b->length &&
           a->continued == b->continued;
}

static uint32_t shape_index(struct builder *b, const struct shape *shape)
{
    const uint64_t hash =
        mix64(shape->data ^
              mix64(shape->store ^ mix64((uint64_t)shape->length << 1 | shape->continued)));
    for (size_t i = hash % TABLE_SLOTS;; i = (i + 1) % TABLE_SLOTS) {
        struct slot *slot = &b->shape_slots[i];
        if (slot->stamp != b->stamp) {
            *slot = (struct slot){.stamp = b->stamp, .index = b->batch.nshapes};
            b->batch.shapes[b->batch.nshapes++] = *shape;
            return slot->index;
        }
        if (same_shape(&b->batch.shapes[slot->index], shape))
            return slot->index;
    }
}

static void close_step(struct builder *b)
{
    if (b->open.length == 0)
        return;
    const uint16_t block = b->index[b->open.data & 1];
    b->batch.steps[b->batch.nsteps++] =
        (uint32_t)block << STEP_SHAPE_BITS | shape_index(b, &b->open);
    b->open = (struct shape){0};
}

/* One reference's part in one block. */
static void add_piece(struct builder *b, bool data, bool store, uint64_t block,
                      bool continued)
{
    const bool moved = b->index[data] == BLOCK_NONE || b->block[data] != block;
    if (moved || b->open.length == STEP_REFERENCES)
        close_step(b);
    if (moved) {
        b->block[data] = block;
        b->index[data] = block_index(b, block);
    }
    if (b->open.length == 0)
        b->open.continued = continued;
    b->open.data |= (uint64_t)data << b->open.length;
    b->open.store |= (uint64_t)store << b->open.length;
    b->open.length++;
}

static void add_access(struct builder *b, bool data, bool store, vaddr_t vaddr,
                       uint32_t size)
{
    const uint64_t first = vaddr >> b->granule_shift;
    /* A reference that would wrap round the end of the address space stops there. */
    const vaddr_t end = vaddr + (size - 1) < vaddr ? UINT64_MAX : vaddr + (size - 1);
    const uint64_t last = end >> b->granule_shift;
    for (uint64_t block = first; block <= last; block++)
        add_piece(b, data, store, block, block != first);
}

void builder_add(struct builder *builder, enum reference_kind kind, vaddr_t vaddr,
                 uint32_t size)
{
    assert(!builder_full(builder) && size >= 1 && size <= LARGEST_REFERENCE);
    struct reference_counts *counts = &builder->batch.counts;
    if (kind != STORE) {
        add_access(builder, kind != IFETCH, false, vaddr, size);
        *(kind == IFETCH ? &counts->ifetches : &counts->loads) += 1;
    }
    if (kind == STORE || kind == MODIFY) {
        add_access(builder, true, true, vaddr, size);
        counts->stores++;
    }
    counts->modifies += kind == MODIFY;
}

void builder_op(struct builder *builder, const struct vm_op *op, const char *file)
{
    assert(!builder_full(builder));
    struct batch *batch = &builder->batch;
    close_step(builder);
    struct vm_op *added = &batch->ops[batch->nops++];
    *added = *op;
    added->step = batch->nsteps;
    added->file = file ? batch->names_length : VM_ANONYMOUS;
    assert(vm_op_is_sound(added));
    if (!file)
        return;
    const size_t size = strlen(file) + 1;
    assert(size > 1 && size <= VM_NAME_MAX + 1);
    memcpy(batch->names + batch->names_length, file, size);
    batch->names_length += (uint32_t)size;
}

bool builder_full(const struct builder *builder)
{
    const struct batch *batch = &builder->batch;
    return batch->nsteps + builder->headroom > BATCH_STEPS ||
           batch->nshapes + builder->headroom > BATCH_SHAPES ||
           batch->nblocks + builder->headroom > BATCH_BLOCKS - 1 || /* BLOCK_NONE */
           batch->nops == BATCH_OPS ||
           batch->names_length > BATCH_NAMES - (VM_NAME_MAX + 1);
}

/* Start an empty batch where the streams are. */
static void start_batch(struct builder *b)
{
    struct batch *batch = &b->batch;
    b->stamp++;
    batch->nsteps = batch->nshapes = batch->nblocks = 0;
    batch->nops = batch->names_length = 0;
    batch->counts = (struct reference_counts){0};
    for (int s = 0; s < 2; s++) {
        if (b->index[s] != BLOCK_NONE)
            b->index[s] = block_index(b, b->block[s]);
        batch->start[s] = b->index[s];
    }
}

void builder_take(struct builder *builder, struct batch *batch)
{
    close_step(builder);
    const struct batch empty = *batch;
    const uint64_t number = builder->batch.number;
    *batch = builder->batch;
    builder->batch = empty;
    builder->batch.number = batch_is_empty(batch) ? number : number + 1;
    start_batch(builder);
}

enum status builder_create(struct builder **out, unsigned granule_shift, struct error *err)
{
    assert(granule_shift >= GRANULE_SHIFT_MIN && granule_shift <= GRANULE_SHIFT_MAX);
    struct builder *b = calloc(1, sizeof *b);
    if (!b)
        return error_nomem(err);
    b->granule_shift = granule_shift;
    /* A modify touches every block twice; one more step may be open. */
    b->headroom = 2 * (((uint32_t)LARGEST_REFERENCE >> granule_shift) + 2) + 1;
    b->index[0] = b->index[1] = BLOCK_NONE;
    b->block_slots = calloc(TABLE_SLOTS, sizeof *b->block_slots);
    b->shape_slots = calloc(TABLE_SLOTS, sizeof *b->shape_slots);
    if (!b->block_slots || !b->shape_slots || batch_init(&b->batch, err) != OK) {
        builder_free(b);
        return error_nomem(err);
    }
    start_batch(b);
    *out = b;
    return OK;
}

void builder_free(struct builder *builder)
{
    if (!builder)
        return;
    batch_release(&builder->batch);
    free(builder->block_slots);
    free(builder->shape_slots);
    free(builder);
}
