/* swap_space.h -- the swap devices of a machine under one numbering of slots.
 *
 *     slot ─► zone ─► stripe of the zone ─► device, slot there
 *
 * With one device a slot of the space is that slot of the device.  With several, stripes of
 * slots go round them: the first lies on device 0, the second on device 1, and so on.  A
 * transfer lies within one stripe. */
#ifndef FAULTLINE_SWAP_SWAP_SPACE_H
#define FAULTLINE_SWAP_SWAP_SPACE_H

#include "swap/device.h"

/* Slots that go round the same devices. */
struct swap_zone {
    uint64_t first; /* slot of the space                                                  */
    uint64_t start; /* slot at which it begins on each of its devices                     */
    unsigned n;     /* devices                                                            */
    uint8_t devices[DEVICES_MAX]; /* [n]                                             */
};

/* Zeroed: without a device. */
struct swap_space {
    struct device *devices[DEVICES_MAX]; /* [n]; borrowed                            */
    uint64_t sizes[DEVICES_MAX];         /* [n] slots of each that may be used       */
    unsigned n, nzones;                  /* devices, zones                           */
    bool in_memory;                      /* the devices are: all of them or none     */
    uint64_t stripe;                     /* slots, a power of two; 0 with one device */
    uint64_t nslots;                     /* of the space                             */
    struct swap_zone zones[DEVICES_MAX]; /* [nzones] in the order of their slots     */
};

/* One device more, of which so many slots may be used; a layout must follow. */
void swap_space_add(struct swap_space *space, struct device *device, uint64_t slots);

/* Layouts of several devices; stripe: slots, a power of two.  Either leaves a single device
 * as it is.
 * stripe: a device that is at its end is passed over, so that every slot can be used; what
 * is left of a device beside whole stripes is not.
 * interleave: smaller devices count as the largest one, in whole stripes: the space has
 * slots that none of them holds, which nobody may use (swap_space_holds). */
void swap_space_stripe(struct swap_space *space, uint64_t stripe);
void swap_space_interleave(struct swap_space *space, uint64_t stripe);

/* The devices one after the other, each beginning at a multiple of the same power of two,
 * which is returned: the space has slots between them that nobody may use.  A single device
 * is left as it is. */
uint64_t swap_space_chain(struct swap_space *space);

struct swap_place {
    struct device *device;
    uint64_t slot; /* of the device                                                       */
};

/* Where a slot lies, which is less than nslots. */
struct swap_place swap_space_place(const struct swap_space *space, uint64_t slot);

/* A device holds the slot. */
bool swap_space_holds(const struct swap_space *space, uint64_t slot);

/* The slots a and a + 1 lie behind one another on one device. */
static inline bool swap_space_adjacent(const struct swap_space *space, uint64_t a)
{
    return space->stripe == 0 || (a + 1) % space->stripe != 0;
}

/* Bytes of the machine that devices in memory take. */
uint64_t swap_space_memory(const struct swap_space *space);

/* Requests that wait or are being served, at all devices. */
uint64_t swap_space_pending(const struct swap_space *space);

/* devices_stats() of all of them. */
void swap_space_stats(const struct swap_space *space, struct device_stats *stats);

#endif
