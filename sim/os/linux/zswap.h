/* zswap.h -- compressed pages in memory in front of the swap device: which are taken, and which
 * go on to the device.
 *
 * Source: 6.6 mm/zswap.c zswap_store(), zswap_load(), shrink_worker() (6.1 differs: it
 * writes one page back each time it is full, and a load does not make a page young).  What
 * pages take is that of zsmalloc (swap/zsmalloc.h).  How large a page is when it is compressed
 * the caller says; huge pages must not be given to it.
 * Units: frames, and bytes where it is said. */
#ifndef FAULTLINE_OS_LINUX_ZSWAP_H
#define FAULTLINE_OS_LINUX_ZSWAP_H

#include "base/error.h"
#include "swap/zsmalloc.h"

struct zswap_params {
    uint64_t page_size;      /* bytes, a power of two, at least 64                        */
    uint64_t nframes;        /* of the machine                                            */
    uint32_t nslots;         /* of the swap space                                         */
    uint32_t max_percent;    /* of the frames that the pool may take: 20                  */
    uint32_t accept_percent; /* of that, below which a full pool takes pages again: 90    */
    uint32_t chain;          /* pages of a zspage at most: 8                              */
    bool exclusive;          /* a page that is loaded leaves the pool (exclusive_loads)   */
};

enum zswap_kind { ZSWAP_NONE, ZSWAP_SAME_FILLED, ZSWAP_COMPRESSED };

struct zswap_entry {
    slot_t newer, older; /* COMPRESSED: neighbours by the last use                        */
    uint16_t class;      /* COMPRESSED: of zsmalloc                                       */
    uint8_t kind;        /* enum zswap_kind                                               */
};

struct zswap {
    struct zswap_params params;
    struct zswap_entry *entries; /* [nslots]                                              */
    slot_t newest, oldest;       /* or SLOT_NONE                                          */
    uint64_t nsame, ncompressed; /* pages in it                                           */
    bool full;      /* it was, and has not gone below the threshold since                 */
    bool shrinking; /* pages are being written back                                       */
    struct zsmalloc zs;
};

/* An empty pool; ERR_NOMEM. */
MUST_CHECK enum status zswap_init(struct zswap *zswap, const struct zswap_params *params,
                                  struct error *err);
void zswap_release(struct zswap *zswap);

/* The page of a slot is written, and is so many bytes when compressed; 0: the same word is
 * everywhere; a page size or more: it cannot be compressed.  True if the pool has it now;
 * else it must go to the device.  What the pool had of the slot is lost in any case. */
bool zswap_store(struct zswap *zswap, slot_t slot, uint64_t bytes);

/* The page of a slot is read: what it was in the pool.  NONE: it is on the device.  With
 * `exclusive` it is nowhere then but in memory, and therefore dirty. */
enum zswap_kind zswap_load(struct zswap *zswap, slot_t slot);

/* The slot is free. */
void zswap_invalidate(struct zswap *zswap, slot_t slot);

/* While the pool is being shrunk, in the background: the slot whose page is to be written to
 * the device next, the one used longest ago, which leaves the pool.  SLOT_NONE: no more. */
slot_t zswap_shrink(struct zswap *zswap);

/* Frames that the pool takes. */
uint64_t zswap_frames(const struct zswap *zswap);

/* NULL, or a sentence that says what is inconsistent. */
const char *zswap_check(const struct zswap *zswap);

#endif
