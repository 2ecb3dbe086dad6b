/* builder.c -- see builder.h and builder_inside.h.
 * The two dictionaries of a batch are found through open-addressed tables whose slots
 * carry the number of the batch that filled them, so that a new batch empties them free. */
#include "trace/builder.h"

#include "base/bits.h"
#include "trace/builder_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    TABLE_SLOTS = 1 << 17, /* twice a full dictionary */
    LARGEST_REFERENCE = 65536,
};

uint16_t builder_enter_block(struct builder *builder, uint64_t block)
{
    struct batch *batch = &builder->batch;
    for (size_t i = mix64(block) % TABLE_SLOTS;; i = (i + 1) % TABLE_SLOTS) {
        struct builder_slot *slot = &builder->block_slots[i];
        if (slot->stamp != builder->stamp) {
            *slot = (struct builder_slot){.stamp = builder->stamp, .index = batch->nblocks};
            batch->blocks[batch->nblocks++] = block;
            return (uint16_t)slot->index;
        }
        if (batch->blocks[slot->index] == block)
            return (uint16_t)slot->index;
    }
}

static bool same_shape(const struct shape *a, const struct shape *b)
{
    return a->data == b->data && a->store == b->store && a->length == b->length &&
           a->continued == b->continued;
}

static uint32_t enter_shape(struct builder *builder, const struct shape *shape)
{
    struct batch *batch = &builder->batch;
    const uint64_t hash =
        mix64(shape->data ^
              mix64(shape->store ^ mix64((uint64_t)shape->length << 1 | shape->continued)));
    for (size_t i = hash % TABLE_SLOTS;; i = (i + 1) % TABLE_SLOTS) {
        struct builder_slot *slot = &builder->shape_slots[i];
        if (slot->stamp != builder->stamp) {
            *slot = (struct builder_slot){.stamp = builder->stamp, .index = batch->nshapes};
            batch->shapes[batch->nshapes++] = *shape;
            return slot->index;
        }
        if (same_shape(&batch->shapes[slot->index], shape))
            return slot->index;
    }
}

static bool is_near(const struct builder *builder, const struct builder_near_shape *near,
                    uint64_t data, uint64_t store, uint32_t length_continued)
{
    return near->data == data && near->store == store &&
           near->length_continued == length_continued &&
           near->stamp == (uint32_t)builder->stamp;
}

uint32_t builder_near_shape_index(struct builder *builder, uint64_t data, uint64_t store,
                                  uint32_t length_continued)
{
    const uint64_t mixed = data * 0x9e3779b97f4a7c15u + store * 0xc2b2ae3d27d4eb4fu +
                           length_continued * 0x165667b19e3779f9u;
    /* Two places, the first for the one that was looked up last. */
    struct builder_near_shape *near =
        &builder->near_shapes[(mixed >> 40) % (BUILDER_NEAR_SHAPES / 2) * 2];
    if (LIKELY(is_near(builder, &near[0], data, store, length_continued)))
        return near[0].index;
    struct builder_near_shape found = near[1];
    if (!is_near(builder, &near[1], data, store, length_continued)) {
        const struct shape shape = {.data = data,
                                    .store = store,
                                    .length = (uint8_t)(length_continued >> 1),
                                    .continued = length_continued & 1};
        found = (struct builder_near_shape){
            .data = data,
            .store = store,
            .length_continued = length_continued,
            .stamp = (uint32_t)builder->stamp,
            .index = enter_shape(builder, &shape),
        };
    }
    near[1] = near[0];
    near[0] = found;
    return found.index;
}

/* One reference's part in one block. */
static void add_piece(struct builder *b, bool data, bool store, uint64_t block,
                      bool continued)
{
    if (b->at.block[data] != block)
        builder_move(b, &b->at, data, block, continued);
    builder_append(b, &b->at, data, store, 1);
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

static void leave_blocks(struct builder *b)
{
    b->at.block[0] = b->at.block[1] = BUILDER_NOWHERE;
    b->at.index[0] = b->at.index[1] = BLOCK_NONE;
}

void builder_op(struct builder *builder, const struct vm_op *op, const char *file)
{
    assert(!builder_full(builder));
    struct batch *batch = &builder->batch;
    builder_close_step(builder, &builder->at);
    struct vm_op *added = &batch->ops[batch->nops++];
    *added = *op;
    added->step = batch->nsteps;
    if (op->kind == VM_SWITCH) /* so that a thread's steps can be told apart from others' */
        leave_blocks(builder);
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
    memset(b->short_shapes, 0xff, sizeof b->short_shapes); /* SHAPE_NONE */
    batch->nsteps = batch->nshapes = batch->nblocks = 0;
    batch->nops = batch->names_length = 0;
    batch->counts = (struct reference_counts){0};
    for (int s = 0; s < 2; s++) {
        if (b->at.index[s] != BLOCK_NONE)
            b->at.index[s] = builder_block_index(b, b->at.block[s]);
        batch->start[s] = b->at.index[s];
    }
}

void builder_take(struct builder *builder, struct batch *batch)
{
    builder_close_step(builder, &builder->at);
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
    leave_blocks(b);
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
