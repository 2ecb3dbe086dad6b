/* flt_chunk.c -- see flt_chunk.h.
 * Nothing that a chunk says is believed before a checksum or a bound has confirmed it. */
#include "trace/flt_chunk.h"

#include "trace/flt_layout.h"
#include "trace/flt_ops.h"

#include <stddef.h>
#include <xxhash.h>

const char *flt_chunk_parse(struct flt_chunk *chunk, const unsigned char *header)
{
    if (memcmp(header, FLT_CHUNK_MAGIC, 4) != 0)
        return "does not begin as a chunk does";
    if (get32(header + 4) != (uint32_t)XXH3_64bits(header + FLT_CHUNK_SUMMED,
                                                   FLT_CHUNK_HEADER - FLT_CHUNK_SUMMED))
        return "has a header that does not match its checksum";
    *chunk = (struct flt_chunk){
        .number = get64(header + 8),
        .nsteps = get32(header + 16),
        .nshapes = get32(header + 20),
        .nblocks = get32(header + 24),
        .start = {get16(header + 28), get16(header + 30)},
        .counts = {get64(header + 32), get64(header + 40), get64(header + 48),
                   get64(header + 56)},
        .payload = get32(header + 64),
        .expanded = get32(header + 68),
        .checksum = get64(header + 72),
    };
    if (chunk->nsteps > BATCH_STEPS || chunk->nshapes > BATCH_SHAPES ||
        chunk->nblocks > BATCH_BLOCKS || chunk->expanded > FLT_EXPANDED_MAX ||
        chunk->payload > ZSTD_compressBound(FLT_EXPANDED_MAX))
        return "has impossible sizes";
    return NULL;
}

static const unsigned char *get_blocks(const unsigned char *p, const unsigned char *end,
                                       struct batch *batch)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < batch->nblocks; i++) {
        uint64_t zigzag = 0;
        unsigned shift = 0;
        do {
            if (p == end || shift > 63)
                return NULL;
            zigzag |= (uint64_t)(*p & 0x7f) << shift;
            shift += 7;
        } while (*p++ & 0x80);
        last += zigzag >> 1 ^ (0 - (zigzag & 1));
        batch->blocks[i] = last;
    }
    return p;
}

static uint64_t get_mask(const unsigned char *p, ptrdiff_t bytes)
{
    uint64_t mask = 0;
    for (ptrdiff_t i = 0; i < bytes; i++)
        mask |= (uint64_t)p[i] << (8 * i);
    return mask;
}

static const unsigned char *get_shapes(const unsigned char *p, const unsigned char *end,
                                       struct batch *batch)
{
    for (uint32_t i = 0; i < batch->nshapes; i++) {
        if (p == end)
            return NULL;
        struct shape *shape = &batch->shapes[i];
        shape->length = *p & 0x7f;
        shape->continued = *p++ >> 7;
        const ptrdiff_t bytes = (shape->length + 7) / 8;
        if (shape->length == 0 || shape->length > STEP_REFERENCES || end - p < 2 * bytes)
            return NULL;
        shape->data = get_mask(p, bytes);
        shape->store = get_mask(p + bytes, bytes);
        p += 2 * bytes;
        const uint64_t used = shape_references(shape);
        if ((shape->data | shape->store) & ~used || shape->store & ~shape->data)
            return NULL;
    }
    return p;
}

/* A stream must have moved somewhere before a step from number `first` on may say that it
 * was active. */
static bool streams_are_placed(const struct batch *batch, uint32_t first, uint32_t end,
                               bool instructions, bool data)
{
    bool placed[2] = {instructions, data};
    for (uint32_t i = first; i < end && !(placed[0] && placed[1]); i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        const uint64_t used = shape_references(shape);
        placed[shape->data & 1] = true;
        if ((!placed[0] && shape->data != used) || (!placed[1] && shape->data != 0))
            return false;
    }
    return true;
}

/* A thread's first steps after a switch go on where no other thread was. */
static bool switches_are_sound(const struct batch *batch)
{
    uint32_t end = batch->nsteps;
    for (uint32_t i = batch->nops; i-- > 0;) {
        const struct vm_op *op = &batch->ops[i];
        if (op->kind != VM_SWITCH)
            continue;
        if (!streams_are_placed(batch, op->step, end, false, false) ||
            (op->step < end && step_shape(batch, batch->steps[op->step])->continued))
            return false;
        end = op->step;
    }
    return true;
}

static void copy_steps(uint32_t *steps, const unsigned char *p, uint32_t n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(steps, p, 4 * (size_t)n);
#else
    for (uint32_t i = 0; i < n; i++)
        steps[i] = get32(p + 4 * (size_t)i);
#endif
}

/* Steps whose indexes lie outside the dictionaries would be read out of bounds later.  All
 * is done in 16 bits, of which compilers take the largest of several at a time. */
static bool indexes_are_sound(const struct batch *batch)
{
    uint16_t most_block = 0, most_shape = 0;
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        const uint16_t block = (uint16_t)(batch->steps[i] >> STEP_SHAPE_BITS);
        const uint16_t shape = (uint16_t)(batch->steps[i] & STEP_SHAPE_MASK);
        most_block = block > most_block ? block : most_block;
        most_shape = shape > most_shape ? shape : most_shape;
    }
    for (int s = 0; s < 2; s++)
        if (batch->start[s] != BLOCK_NONE && batch->start[s] >= batch->nblocks)
            return false;
    return batch->nsteps == 0 ||
           (most_block < batch->nblocks && most_shape < batch->nshapes);
}

static const unsigned char *get_steps(const unsigned char *p, const unsigned char *end,
                                      struct batch *batch)
{
    if ((size_t)(end - p) < (size_t)batch->nsteps * 4)
        return NULL;
    copy_steps(batch->steps, p, batch->nsteps);
    return indexes_are_sound(batch) && streams_are_placed(batch, 0, batch->nsteps,
                                                          batch->start[0] != BLOCK_NONE,
                                                          batch->start[1] != BLOCK_NONE)
               ? p + 4 * (size_t)batch->nsteps
               : NULL;
}

const char *flt_chunk_expand(const struct flt_chunk *chunk, const unsigned char *packed,
                             unsigned char *raw, ZSTD_DCtx *zstd, struct batch *batch)
{
    if (XXH3_64bits(packed, chunk->payload) != chunk->checksum)
        return "does not match its checksum";
    const size_t size =
        ZSTD_decompressDCtx(zstd, raw, FLT_EXPANDED_MAX, packed, chunk->payload);
    if (ZSTD_isError(size) || size != chunk->expanded)
        return "does not expand";
    batch->number = chunk->number;
    batch->nsteps = chunk->nsteps;
    batch->nshapes = chunk->nshapes;
    batch->nblocks = chunk->nblocks;
    batch->start[0] = chunk->start[0];
    batch->start[1] = chunk->start[1];
    batch->counts = chunk->counts;
    const unsigned char *end = raw + size, *p = get_blocks(raw, end, batch);
    p = p ? get_shapes(p, end, batch) : NULL;
    p = p ? get_steps(p, end, batch) : NULL;
    return p && flt_ops_get(p, end, batch) && switches_are_sound(batch) &&
                   !batch_is_empty(batch)
               ? NULL
               : "has contents that make no sense";
}
