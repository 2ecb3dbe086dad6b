/* builder_inside.h -- the builder's inside, and its bulk calls: many references that stay
 * where their streams are at once.  For who knows beforehand how references lie to each
 * other, as the decoder of recordings does (record/decode.h); all others use builder_add.
 *
 * What builder_move and builder_append say must be what builder_add would have found out:
 * a stream is moved only to a block where it is not, and a reference is appended only while
 * its stream is in its block.  Then the batches are the same ones. */
#ifndef FAULTLINE_TRACE_BUILDER_INSIDE_H
#define FAULTLINE_TRACE_BUILDER_INSIDE_H

#include "trace/builder.h"

enum {
    BUILDER_NEAR_BLOCKS = 1 << 12, /* most blocks of a batch, of most programs          */
    BUILDER_NEAR_SHAPES = 1 << 11,
    BUILDER_SHORT = 6, /* references of shapes that are found without a search          */
};

/* No block: addresses have 64 bits, numbers of blocks fewer. */
#define BUILDER_NOWHERE UINT64_MAX

/* A slot of the tables in which a batch's dictionaries are found. */
struct builder_slot {
    uint64_t stamp; /* batch that filled the slot, counted from 1 */
    uint32_t index;
};

/* What was looked up last, so that most look-ups touch one line of memory. */
struct builder_near_block {
    uint64_t block;
    uint32_t stamp; /* low bits of the batch's; 0: never filled */
    uint32_t index;
};

struct builder_near_shape {
    uint64_t data, store;
    uint32_t length_continued; /* 2 * length + continued; 0: never filled */
    uint32_t stamp;
    uint32_t index;
};

/* Where the builder is in its batch; who adds much works on a copy of his own. */
struct builder_cursor {
    uint64_t block[2]; /* where the instruction [0] and the data [1] stream are, or
                        * BUILDER_NOWHERE                                               */
    uint16_t index[2]; /* the same as index in the batch's blocks, or BLOCK_NONE */
    /* The step under way, fields as in struct shape; length 0: none. */
    uint64_t data, store;
    uint32_t length, continued;
};

struct builder {
    struct batch batch;
    unsigned granule_shift;
    uint32_t headroom; /* steps that one more reference may need */
    uint64_t stamp;
    struct builder_cursor at;
    struct builder_slot *block_slots, *shape_slots;
    struct builder_near_block near_blocks[BUILDER_NEAR_BLOCKS];
    struct builder_near_shape near_shapes[BUILDER_NEAR_SHAPES];
    /* By length, data, store; SHAPE_NONE: not in the batch's dictionary yet. */
    uint16_t short_shapes[(BUILDER_SHORT + 1) << (2 * BUILDER_SHORT)];
};

#define SHAPE_NONE UINT16_MAX /* the last one of a full dictionary is never used */

/* The index of a block in the batch's dictionary, entered there if it is new. */
uint16_t builder_enter_block(struct builder *builder, uint64_t block);

/* Steps that may be added before the builder is full.  A move adds one, and so do as many
 * references as fill one. */
ALWAYS_INLINE uint32_t builder_room(const struct builder *builder)
{
    const struct batch *batch = &builder->batch;
    const uint32_t steps = BATCH_STEPS - batch->nsteps;
    const uint32_t shapes = BATCH_SHAPES - batch->nshapes;
    const uint32_t blocks = BATCH_BLOCKS - 1 - batch->nblocks; /* BLOCK_NONE */
    const uint32_t dictionaries = shapes < blocks ? shapes : blocks;
    const uint32_t least = steps < dictionaries ? steps : dictionaries;
    return least > builder->headroom ? least - builder->headroom : 0;
}

ALWAYS_INLINE uint16_t builder_block_index(struct builder *builder, uint64_t block)
{
    /* Neighbours stay neighbours, and regions that lie far apart get apart. */
    const uint64_t place = (block ^ block >> 12 ^ block >> 24) % BUILDER_NEAR_BLOCKS;
    struct builder_near_block *near = &builder->near_blocks[place];
    if (LIKELY(near->block == block && near->stamp == (uint32_t)builder->stamp))
        return (uint16_t)near->index;
    const uint16_t index = builder_enter_block(builder, block);
    *near = (struct builder_near_block){block, (uint32_t)builder->stamp, index};
    return index;
}

/* The same of a shape; single words are passed, since what has just been written in parts is slow to be read
 * as a whole. */
uint32_t builder_near_shape_index(struct builder *builder, uint64_t data, uint64_t store,
                                  uint32_t length_continued);

ALWAYS_INLINE uint32_t builder_shape_index(struct builder *builder,
                                           const struct builder_cursor *at)
{
    if (at->length > BUILDER_SHORT || at->continued)
        return builder_near_shape_index(builder, at->data, at->store,
                                        at->length << 1 | at->continued);
    const uint64_t place =
        ((uint64_t)at->length << BUILDER_SHORT | at->data) << BUILDER_SHORT | at->store;
    const uint16_t index = builder->short_shapes[place];
    if (LIKELY(index != SHAPE_NONE))
        return index;
    return builder->short_shapes[place] = (uint16_t)builder_near_shape_index(
               builder, at->data, at->store, at->length << 1);
}

ALWAYS_INLINE void builder_close_step(struct builder *builder, struct builder_cursor *at)
{
    if (at->length == 0)
        return;
    const uint32_t block = at->index[at->data & 1];
    builder->batch.steps[builder->batch.nsteps++] =
        block << STEP_SHAPE_BITS | builder_shape_index(builder, at);
    at->data = at->store = 0;
    at->length = at->continued = 0;
}

/* A stream goes to another block.  continued: the next reference to be appended is the part
 * in this block of the one before.  Takes a step of the room. */
ALWAYS_INLINE void builder_move(struct builder *builder, struct builder_cursor *at,
                                bool data, uint64_t block, bool continued)
{
    builder_close_step(builder, at);
    at->block[data] = block;
    at->index[data] = builder_block_index(builder, block);
    at->continued = continued;
}

/* Append n references, 1 to STEP_REFERENCES: bit i of the masks is the i-th one, the others
 * are 0.  The caller counts them in batch.counts. */
ALWAYS_INLINE void builder_append(struct builder *builder, struct builder_cursor *at,
                                  uint64_t data, uint64_t store, uint32_t n)
{
    const uint32_t room = STEP_REFERENCES - at->length;
    if (LIKELY(n <= room)) {
        /* n is not 0, so that there is room, and length is below 64. */
        at->data |= data << at->length;
        at->store |= store << at->length;
        at->length += n;
        return;
    }
    if (room > 0) {
        at->data |= data << at->length;
        at->store |= store << at->length;
        at->length = STEP_REFERENCES;
    }
    builder_close_step(builder, at);
    at->data = room < 64 ? data >> room : 0;
    at->store = room < 64 ? store >> room : 0;
    at->length = n - room;
}

#endif
