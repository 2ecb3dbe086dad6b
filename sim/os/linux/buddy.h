/* buddy.h -- the free frames of one zone in blocks of 2^order, aligned to their size.
 *
 * Sources: 2.4.0, 2.4.16 mm/page_alloc.c rmqueue(), expand(), __free_pages_ok(); 6.1
 * mm/page_alloc.c __rmqueue_smallest(), expand(), __free_one_page().
 * Frames are 0 .. nframes - 1 of the zone.  Lists are last in, first out; in the order of a
 * new zone low frames come first (as they do since 5.10, whose boot adds blocks at the
 * tail).  Not modelled: block types, per-CPU lists, and that since 2.6.35 a block whose
 * larger neighbour is free goes to the tail. */
#ifndef FAULTLINE_OS_LINUX_BUDDY_H
#define FAULTLINE_OS_LINUX_BUDDY_H

#include "base/error.h"
#include "base/types.h"
#include "os/linux/version.h"

enum { BUDDY_ORDERS_MAX = 11 };

struct buddy {
    pfn_t nframes, nfree;
    uint32_t orders;  /* lists: the largest block is 2^(orders - 1)                       */
    bool upper_first; /* a block that is split is used from its upper end                 */
    pfn_t heads[BUDDY_ORDERS_MAX];   /* [order] first block, or PFN_NONE                  */
    pfn_t nblocks[BUDDY_ORDERS_MAX]; /* [order]                                           */
    pfn_t *next, *prev;              /* [nframes] of a block's first frame                */
    uint8_t *order; /* [nframes + 1] of a free block's first frame; else no order, so that
                     * the last block has a neighbour that is not free                  */
};

/* All frames are free but the first `reserved`; ERR_NOMEM.  Through 2.4 the largest block is
 * 2^9 and split from above, since 2.6 2^10 and from below. */
MUST_CHECK enum status buddy_init(struct buddy *buddy, pfn_t nframes, pfn_t reserved,
                                  uint32_t version, struct error *err);
void buddy_release(struct buddy *buddy);

/* The first of 2^order frames, or PFN_NONE if no block is large enough, though so many frames
 * may be free. */
pfn_t buddy_alloc(struct buddy *buddy, uint32_t order);

/* Take one frame of from .. end - 1: the first that is free, unless it is of a block of 2^order
 * frames or more; PFN_NONE: there is none. */
pfn_t buddy_take_within(struct buddy *buddy, pfn_t from, pfn_t end, uint32_t order);

/* Give back 2^order frames from pfn on, a multiple of that; those of a larger block may come
 * back in parts. */
void buddy_give(struct buddy *buddy, pfn_t pfn, uint32_t order);

/* NULL, or a sentence that says what is inconsistent. */
const char *buddy_check(const struct buddy *buddy);

#endif
