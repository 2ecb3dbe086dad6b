/* slots.h -- places for pages on a swap device, and who has them.
 * Slot s lies at byte s * page_size.  An owner is a 32-bit number that the pager gives. */
#ifndef FAULTLINE_SWAP_SLOTS_H
#define FAULTLINE_SWAP_SLOTS_H

#include "base/error.h"
#include "base/types.h"

enum slot_allocation {
    SLOTS_PAGE,    /* page by page: the next free slot after the one taken last,
                    * round the device                                                   */
    SLOTS_CLUSTER, /* an address space takes runs of `cluster` free aligned slots and fills
                    * them in the order of its page-outs; without a free run as PAGE      */
    SLOTS_ADDRESS, /* the same, and a page's place in the run is its VPN mod cluster, so
                    * that neighbours in memory are neighbours on the device; a run serves
                    * one aligned range of VPNs of one space; without a free run as PAGE  */
};

struct slots_params {
    uint64_t nslots; /* at most SLOT_NONE; more are as good as unlimited: arrays grow
                      * with use                                                          */
    enum slot_allocation allocation;
    uint32_t cluster; /* slots, a power of two from 1 to 65536                           */
};

#define SLOT_FREE UINT32_MAX

struct slots;

MUST_CHECK enum status slots_create(struct slots **out, const struct slots_params *params,
                                    struct error *err);
void slots_free(struct slots *slots);

/* Take a slot for a page of an address space and enter its owner (not SLOT_FREE).
 * *out is SLOT_NONE if all are taken (that is OK); ERR_NOMEM. */
MUST_CHECK enum status slots_take(struct slots *slots, slot_t *out, uint32_t space,
                                  vpn_t vpn, uint32_t owner, struct error *err);
/* The slot is free again. */
void slots_give(struct slots *slots, slot_t slot);

/* The address space has ended: runs that it began are open to all. */
void slots_end_space(struct slots *slots, uint32_t space);

/* The owner of a slot, or SLOT_FREE (also for a slot beyond the last one taken). */
uint32_t slots_owner(const struct slots *slots, slot_t slot);

uint64_t slots_total(const struct slots *slots);
uint64_t slots_used(const struct slots *slots);
uint64_t slots_used_max(const struct slots *slots);

/* NULL, or a sentence that says what is inconsistent (counts, free runs, owners). */
const char *slots_check(const struct slots *slots);

#endif
