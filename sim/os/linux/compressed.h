/* compressed.h -- zswap in front of the swap devices: what it costs to put a page there and to
 * have it back, and the worker that writes pages on to the device when the pool is full.
 *
 * 6.6 mm/zswap.c.  How well pages compress is drawn as the device zram does. */
#ifndef FAULTLINE_OS_LINUX_COMPRESSED_H
#define FAULTLINE_OS_LINUX_COMPRESSED_H

#include "base/rng.h"
#include "os/linux/zswap.h"
#include "pager/io.h"

struct linux_kernel;

struct linux_zswap_params {
    bool enabled;
    uint64_t max_pool_percent, accept_percent;
    double ratio;               /* page size over the mean size of a compressed page      */
    double spread, same_filled; /* 0 to 1                                                 */
    uint64_t compress_rate, expand_rate; /* bytes a second                                */
};

struct linux_zswap {
    bool on;
    struct zswap pool;
    struct rng rng;
    struct pager_io io; /* of the worker                                                  */
    bool busy;          /* it is under way                                                */
};

/* Nothing is done unless it is enabled and there is a swap device that takes time. */
MUST_CHECK enum status linux_zswap_init(struct linux_kernel *kernel, uint32_t nslots,
                                        struct error *err);
void linux_zswap_release(struct linux_kernel *kernel);

/* The page, which is dirty, goes to its slot: true, and it is clean, if the pool has it. */
bool linux_zswap_store(struct linux_kernel *kernel, pfn_t pfn);
/* The pool has what is in the slot.  Then load: it is read into the frame, FILLING. */
bool linux_zswap_has(const struct linux_kernel *kernel, slot_t slot);
void linux_zswap_load(struct linux_kernel *kernel, pfn_t pfn);
void linux_zswap_invalidate(struct linux_kernel *kernel, slot_t slot);

#endif
