/* uses.h -- how often each block of memory was used, by kind, apart for each mapping that it
 * belonged to.  Memory is bounded by the blocks touched and the mappings that held them. */
#ifndef FAULTLINE_LAYOUT_USES_H
#define FAULTLINE_LAYOUT_USES_H

#include "base/map.h"

#include <stddef.h>

enum use_kind { USE_FETCH, USE_LOAD, USE_STORE, USE_KINDS };

/* What was done to one block. */
struct use_count {
    uint64_t references[USE_KINDS];
    uint64_t accesses[USE_KINDS]; /* these, and parts of references that begin elsewhere */
};

struct use {
    uint64_t block;
    uint64_t references[USE_KINDS];
    uint32_t mapping;
    uint32_t older;  /* the use of the same block before this one; USE_NONE: none         */
    uint8_t touched; /* bit 1 << kind: it was accessed so                                 */
};

#define USE_NONE UINT32_MAX

struct uses {
    struct map blocks; /* from block to a dense number                                    */
    uint32_t *newest;  /* [dense number]: the use that was counted last                   */
    struct use *use;   /* [n]                                                             */
    size_t newest_room, n, room;
};

/* Zeroed, a struct uses holds nothing. */
void uses_release(struct uses *uses);

/* ERR_NOMEM. */
MUST_CHECK enum status uses_add(struct uses *uses, uint64_t block, uint32_t mapping,
                                const struct use_count *count, struct error *err);

#endif
