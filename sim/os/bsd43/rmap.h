/* rmap.h -- resource maps: the free space of the swap devices, kept as pieces in the order
 * of their addresses (sys/subr_rmap.c, sys/vm_sw.c, 4.3BSD, 7.1).
 *
 * Units: blocks of 512 bytes.  Block 0 is never in a map. */
#ifndef FAULTLINE_OS_BSD43_RMAP_H
#define FAULTLINE_OS_BSD43_RMAP_H

#include "os/bsd43/defaults.h"

struct bsd43_piece {
    uint32_t addr, size; /* blocks */
};

struct bsd43_rmap {
    struct bsd43_piece *pieces; /* [npieces] free, neither empty nor touching           */
    uint32_t npieces, limit;    /* more than limit pieces do not fit                    */
    uint32_t interleave;        /* blocks: no allocation crosses a multiple of it; 0: may */
    uint64_t lost;              /* blocks that were in pieces that did not fit          */
};

/* An empty map of so many pieces; ERR_NOMEM. */
MUST_CHECK enum status bsd43_rmap_init(struct bsd43_rmap *map, uint32_t limit,
                                       struct error *err);
void bsd43_rmap_release(struct bsd43_rmap *map);

/* rmalloc(): take size blocks, first fit; 0 if no piece has them.  In an interleaved map
 * size is at most the interleave, and a piece that goes on behind a multiple of it is used
 * from that multiple on or not at all. */
uint32_t bsd43_rmalloc(struct bsd43_rmap *map, uint32_t size);

/* rmfree(): give back what is not free.  When there are too many pieces the last but one is
 * lost. */
void bsd43_rmfree(struct bsd43_rmap *map, uint32_t size, uint32_t addr);

uint64_t bsd43_rmap_free_blocks(const struct bsd43_rmap *map);

/* NULL, or a sentence that says what is inconsistent. */
const char *bsd43_rmap_check(const struct bsd43_rmap *map);

/* swfree(): give the blocks of a swap device to the map.  Device 0 must be the first, into
 * a map that is empty: the first half of its first chunk but for one cluster goes to argmap
 * instead, for the arguments of exec; swapmap begins with the second half. */
void bsd43_swap_on(struct bsd43_rmap *swapmap, struct bsd43_rmap *argmap,
                   const struct bsd43_defaults *d, uint32_t device, uint32_t blocks);

#endif
