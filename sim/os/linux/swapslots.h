/* swapslots.h -- the swap areas of a machine: which slot a page gets, who refers to it, and
 * when it is free again.
 *
 * Sources: 6.1 mm/swapfile.c get_swap_pages(), swap_free(), put_swap_folio(), vm_swap_full();
 * 6.1 mm/swap_slots.c; 2.4.16 mm/swapfile.c; swaparea.h for the place within an area.
 * Slots are those of a swap space (swap/swap_space.h): area i begins at its `first`, which is
 * its header and never taken.  A slot is free when nothing refers to it, neither entries of
 * page tables (its count) nor the swap cache.
 *
 * Slot cache [4.11 to 6.14]: a CPU takes 64 slots at a time and hands them out one by one, and
 * through 6.13 keeps up to 64 that are free before it gives them back; while more than
 * 5 * 64 slots a CPU are free, until fewer than 2 * 64 are.
 * Areas: the highest priority first, equal ones in turn: 64 slots or one at a time, from 6.15 on
 * (unless the disk rotates) until the CPU's cluster is at its end. */
#ifndef FAULTLINE_OS_LINUX_SWAPSLOTS_H
#define FAULTLINE_OS_LINUX_SWAPSLOTS_H

#include "base/error.h"
#include "os/linux/version.h"

enum { SWAPSLOTS_AREAS_MAX = 16, SWAPSLOTS_CACHE = 64 };

#define SWAPSLOTS_NO_OWNER UINT32_MAX

struct swapslots_area {
    slot_t first;     /* of the swap space; areas do not overlap                          */
    uint32_t nslots;  /* with the header, at least 2                                      */
    int32_t priority; /* the highest is used first                                        */
    bool rotational;
};

struct swapslots_params {
    uint32_t version;
    uint32_t ncpus;   /* at least 1                                                       */
    uint32_t cluster; /* slots: 256, or with huge pages in swap 512                       */
    uint32_t nareas;  /* 1 to SWAPSLOTS_AREAS_MAX                                         */
    struct swapslots_area areas[SWAPSLOTS_AREAS_MAX]; /* in the order of swapon           */
};

struct swapslots;

MUST_CHECK enum status swapslots_create(struct swapslots **out,
                                        const struct swapslots_params *params,
                                        struct error *err);
void swapslots_free(struct swapslots *slots);

/* A slot that only the swap cache has, without an owner; SLOT_NONE: all are taken. */
slot_t swapslots_alloc(struct swapslots *slots, uint32_t cpu);

/* One entry of a page table more refers to the slot, which is not free. */
void swapslots_dup(struct swapslots *slots, slot_t slot);
/* One less, or the swap cache no more.  True if the slot has become free by that. */
bool swapslots_put(struct swapslots *slots, uint32_t cpu, slot_t slot);
bool swapslots_cache_clear(struct swapslots *slots, uint32_t cpu, slot_t slot);
/* The swap cache has the slot again, which is not free. */
void swapslots_cache_set(struct swapslots *slots, slot_t slot);

uint32_t swapslots_count(const struct swapslots *slots, slot_t slot);
bool swapslots_cached(const struct swapslots *slots, slot_t slot);

/* Whose content is in a slot that is not free; for read-ahead of its neighbours.  NO_OWNER
 * where nothing was set since the slot was taken, and for slots that are free or no area's. */
void swapslots_set_owner(struct swapslots *slots, slot_t slot, uint32_t owner);
uint32_t swapslots_owner(const struct swapslots *slots, slot_t slot);

/* Slots without headers; what slot caches hold is not free. */
uint64_t swapslots_total(const struct swapslots *slots);
uint64_t swapslots_nfree(const struct swapslots *slots);
/* Slots that somebody refers to: all others are free, or in slot caches. */
uint64_t swapslots_nused(const struct swapslots *slots);
/* Less than half is free: then slots of pages in memory are given back. */
bool swapslots_full(const struct swapslots *slots);

/* NULL, or a sentence that says what is inconsistent. */
const char *swapslots_check(const struct swapslots *slots);

#endif
