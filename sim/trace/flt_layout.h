/* flt_layout.h -- the bytes of a native trace, shared by its reader and its writer.
 * All numbers are little-endian.
 *
 *     header   magic 8 | version 4 | bytes of the header 4 | granule shift 4 |
 *              address bits 4 | length of origin 4 | origin | reduction below | checksum 8
 *     chunk    magic 4 | header checksum 4 | chunk header below | payload
 *     index    magic 4 | kinds of operations counted 4 | chunks 8 | entries of 24 bytes |
 *              totals 48 | operations of each kind counted, 8 each | checksum 8
 *     trailer  offset of the index 8 | magic 8
 *
 * The payload is one zstd frame of: block numbers (each the zigzag difference to the one
 * before, as a base-128 varint), shapes (length | continued << 7, data mask, store mask:
 * each mask in as many bytes as the length needs), steps (4 bytes each, as in batch.h), and
 * if there are any, operations: their number 4 | bytes of names 4 | operations of 40 bytes,
 * the fields of struct vm_op in their order | names, each ended by NUL.
 *
 * Full traces are written as version 4.  Version 1 has no operations; a file without any
 * differs in its version only.  Version 2 has the first FLT_KINDS_2 kinds of them, the first
 * FLT_ADVICES_2 advices, and no status of an exit.  Version 3 is that of reduced traces:
 * only these have a reduction (method 4 | frames 8), so that a program that knows nothing of
 * them does not take one for a full trace; they have no operations.  Checksums are XXH3: 64
 * bits, or their low 32 for a chunk header. */
#ifndef FAULTLINE_TRACE_FLT_LAYOUT_H
#define FAULTLINE_TRACE_FLT_LAYOUT_H

#include "trace/batch.h"

#include <stdint.h>
#include <string.h>

#define FLT_MAGIC                                                                          \
    "\x89"                                                                                 \
    "FLT\r\n\x1a\n"
#define FLT_END_MAGIC "FLTEND\r\n"
#define FLT_CHUNK_MAGIC "FLCK"
#define FLT_INDEX_MAGIC "FLIX"

enum {
    FLT_VERSION = 4,         /* the last one that is read */
    FLT_VERSION_FULL = 4,    /* of traces that are not reduced */
    FLT_VERSION_REDUCED = 3, /* of those that are */
    FLT_KINDS_2 = 8,         /* kinds of operations in version 2 */
    FLT_ADVICES_2 = 5,       /* enum vm_advice */
    FLT_KINDS_4 = 10,        /* in version 4 at first; those after them came later */
    FLT_HEADER_FIXED = 28,   /* up to the origin */
    FLT_REDUCTION = 12,      /* method 4, frames 8 */
    /* Chunk header: magic 4, header checksum 4, number 8, nsteps 4, nshapes 4, nblocks 4,
     * start of the two streams 2+2, ifetches 8, loads 8, stores 8, modifies 8,
     * payload bytes 4, expanded bytes 4, payload checksum 8. */
    FLT_CHUNK_HEADER = 80,
    FLT_CHUNK_SUMMED = 8, /* the header checksum covers the bytes from here on */
    FLT_INDEX_HEADER = 16,
    FLT_INDEX_ENTRY = 24,  /* offset 8, references 8, nsteps 4, payload bytes 4 */
    FLT_INDEX_TOTALS = 48, /* ifetches, loads, stores, modifies, steps, distinct blocks */
    FLT_INDEX_OPS = 8 * VM_OP_KINDS, /* operations by kind, if there are any */
    FLT_TRAILER = 16,
    FLT_OPS_HEADER = 8, /* number 4, bytes of names 4 */
    FLT_OP = 40,
    /* Most bytes of an expanded payload: full dictionaries, steps and operations. */
    FLT_EXPANDED_MAX = BATCH_BLOCKS * 10 + BATCH_SHAPES * 17 + BATCH_STEPS * 4 +
                       FLT_OPS_HEADER + BATCH_OPS * FLT_OP + BATCH_NAMES,
};

static inline void put32(unsigned char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(v >> (8 * i));
}

static inline void put64(unsigned char *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (unsigned char)(v >> (8 * i));
}

static inline uint32_t get32(const unsigned char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v |= (uint32_t)p[i] << (8 * i);
    return v;
}

static inline uint64_t get64(const unsigned char *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static inline uint16_t get16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

#endif
