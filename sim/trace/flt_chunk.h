/* flt_chunk.h -- one chunk of a native trace, from its bytes to a batch; for the reader. */
#ifndef FAULTLINE_TRACE_FLT_CHUNK_H
#define FAULTLINE_TRACE_FLT_CHUNK_H

#include "trace/batch.h"

#include <zstd.h>

/* The fields of a chunk's header. */
struct flt_chunk {
    uint64_t number;
    uint32_t nsteps, nshapes, nblocks;
    uint16_t start[2];
    struct reference_counts counts;
    uint32_t payload, expanded; /* bytes */
    uint64_t checksum;          /* of the payload */
};

/* Both return NULL, or what is wrong, as the end of a sentence that begins with "chunk 3". */

/* Parse and check the FLT_CHUNK_HEADER bytes of a chunk's header. */
MUST_CHECK const char *flt_chunk_parse(struct flt_chunk *chunk,
                                       const unsigned char *header);

/* Expand and check the payload at `packed` into *batch (from batch_init), by way of the
 * FLT_EXPANDED_MAX bytes at `raw`. */
MUST_CHECK const char *flt_chunk_expand(const struct flt_chunk *chunk,
                                        const unsigned char *packed, unsigned char *raw,
                                        ZSTD_DCtx *zstd, struct batch *batch);

#endif
