/* dmap.h -- disk maps: where on swap the pages of a segment go, reserved in full when the
 * segment grows, and the same place for ever (sys/vm_drum.c, h/dmap.h, sys/vm_pt.c, 4.3BSD,
 * 7.1).
 *
 * Units: sizes and block numbers in blocks of 512 bytes, which are hw pages too
 * (defaults.h); all sizes are whole clusters.  A page is meant by its number within its
 * segment; those of a stack count from its top downward. */
#ifndef FAULTLINE_OS_BSD43_DMAP_H
#define FAULTLINE_OS_BSD43_DMAP_H

#include "os/bsd43/rmap.h"

/* Chunks of a map beyond those that a map of 4.3BSD has: for segments that are not held to
 * its limits. */
struct bsd43_further {
    uint32_t *first; /* [n] first block of each chunk, 0: none                        */
    uint32_t n;
};

/* Of data or stack; zeroed: empty.  Chunk i has min(dmmin << i, dmmax) blocks. */
struct bsd43_dmap {
    uint32_t size;               /* blocks that the segment uses                      */
    uint32_t alloc;              /* blocks in its chunks                              */
    uint32_t chunk[BSD43_NDMAP]; /* first block of each chunk, 0: none                */
    struct bsd43_further further;
};

/* Let the map have as many chunks as size needs. */
MUST_CHECK enum status bsd43_dmap_hold(struct bsd43_dmap *map,
                                       const struct bsd43_defaults *d, uint32_t size,
                                       struct error *err);
/* The map, which is not used any more, was held. */
void bsd43_dmap_release(struct bsd43_dmap *map);
/* The first block of chunk i, or 0. */
uint32_t bsd43_dmap_chunk(const struct bsd43_dmap *map, uint32_t i);

/* Blocks that lie behind one another on swap. */
struct bsd43_dblock {
    uint32_t base, size;
};

/* vsexpand(): make the map, which holds as much, as large as size.  Chunks are taken one by
 * one; if one is not to be had all beyond the old size are given back, and false is
 * returned.  A smaller size gives back nothing unless it is 0. */
MUST_CHECK bool bsd43_vsexpand(struct bsd43_dmap *map, struct bsd43_rmap *swapmap,
                               const struct bsd43_defaults *d, uint32_t size);

/* swpexpand(): both segments or neither; false if there is no room. */
MUST_CHECK bool bsd43_swpexpand(struct bsd43_dmap *data, struct bsd43_dmap *stack,
                                struct bsd43_rmap *swapmap, const struct bsd43_defaults *d,
                                uint32_t data_size, uint32_t stack_size);

/* vstodb(): where the first of `size` blocks from page `page` on lie, as many as are
 * contiguous.  Of a stack (reversed) a chunk is used from its end: base is then where the
 * last of them, the lowest in memory, lies. */
struct bsd43_dblock bsd43_vstodb(const struct bsd43_dmap *map,
                                 const struct bsd43_defaults *d, uint32_t page,
                                 uint32_t size, bool reversed);

/* vtod(): the block of one cluster, of its lowest hw page.  page is the number of its first
 * hw page in the order of the segment, a multiple of the cluster. */
uint32_t bsd43_data_block(const struct bsd43_dmap *map, const struct bsd43_defaults *d,
                          uint32_t page);
uint32_t bsd43_stack_block(const struct bsd43_dmap *map, const struct bsd43_defaults *d,
                           uint32_t page);

/* Of a text; zeroed: none.  Chunks of dmtext blocks, the last one exact. */
struct bsd43_xdmap {
    uint32_t size;               /* blocks                                            */
    uint32_t daddr[BSD43_NXDAD]; /* first block of each chunk, 0: none                */
    uint32_t ptdaddr;            /* the page table, of a demand-paged text, 0: none   */
    struct bsd43_further further;
};

/* Let the map, which is empty, have as many chunks as size needs, and the opposite. */
MUST_CHECK enum status bsd43_xdmap_hold(struct bsd43_xdmap *map,
                                        const struct bsd43_defaults *d, uint32_t size,
                                        struct error *err);
void bsd43_xdmap_release(struct bsd43_xdmap *map);
uint32_t bsd43_xdmap_chunk(const struct bsd43_xdmap *map, uint32_t i);

/* vsxalloc(): false, and nothing taken, if there is no room or the text is longer than the
 * map holds: 12 chunks. */
MUST_CHECK bool bsd43_vsxalloc(struct bsd43_xdmap *map, struct bsd43_rmap *swapmap,
                               const struct bsd43_defaults *d, uint32_t size,
                               bool demand_paged);
/* vsxfree(): give back all; the map holds what it did. */
void bsd43_vsxfree(struct bsd43_xdmap *map, struct bsd43_rmap *swapmap,
                   const struct bsd43_defaults *d);
/* Blocks for the page table of a demand-paged text of so many. */
uint32_t bsd43_text_table(const struct bsd43_defaults *d, uint32_t size);
uint32_t bsd43_text_block(const struct bsd43_xdmap *map, const struct bsd43_defaults *d,
                          uint32_t page);

/* p_szpt: hw pages of page table of a process in memory, from hw pages of its segments. */
uint32_t bsd43_szpt(const struct bsd43_defaults *d, uint32_t tsize, uint32_t dsize,
                    uint32_t ssize);
/* vusize(): blocks that its u-area and page tables take when it is swapped out; what only
 * maps text is not written. */
uint32_t bsd43_vusize(const struct bsd43_defaults *d, uint32_t tsize, uint32_t dsize,
                      uint32_t ssize);

#endif
