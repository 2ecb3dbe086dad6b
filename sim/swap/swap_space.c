/* swap_space.c -- see swap_space.h. */
#include "swap/swap_space.h"

#include "base/bits.h"

#include <assert.h>

void swap_space_add(struct swap_space *space, struct device *device, uint64_t slots)
{
    assert(space->n < DEVICES_MAX);
    const bool in_memory = device_model(device)->in_memory;
    assert(space->n == 0 || in_memory == space->in_memory);
    space->devices[space->n] = device;
    space->sizes[space->n++] = slots;
    space->in_memory = in_memory;
    space->nslots = space->sizes[0];
}

/* A zone of the devices that have more than `from` stripes, as long as all of these have
 * more; returns the stripe after its last one, or 0 if there are no such devices. */
static uint64_t add_zone(struct swap_space *space, const uint64_t stripes[], uint64_t from)
{
    struct swap_zone *zone = &space->zones[space->nzones];
    *zone = (struct swap_zone){.first = space->nslots, .start = from * space->stripe};
    uint64_t end = UINT64_MAX;
    for (unsigned i = 0; i < space->n; i++)
        if (stripes[i] > from) {
            zone->devices[zone->n++] = (uint8_t)i;
            end = stripes[i] < end ? stripes[i] : end;
        }
    if (zone->n == 0)
        return 0;
    space->nslots += (end - from) * space->stripe * zone->n;
    space->nzones++;
    return end;
}

static void lay_out(struct swap_space *space, const uint64_t stripes[], uint64_t stripe)
{
    assert(is_power_of_two(stripe));
    space->stripe = stripe;
    space->nslots = 0;
    space->nzones = 0;
    for (uint64_t from = 0; (from = add_zone(space, stripes, from)) > 0;)
        ;
}

void swap_space_stripe(struct swap_space *space, uint64_t stripe)
{
    uint64_t stripes[DEVICES_MAX];
    for (unsigned i = 0; i < space->n; i++)
        stripes[i] = space->sizes[i] / stripe;
    if (space->n > 1)
        lay_out(space, stripes, stripe);
}

void swap_space_interleave(struct swap_space *space, uint64_t stripe)
{
    uint64_t stripes[DEVICES_MAX], most = 0;
    for (unsigned i = 0; i < space->n; i++)
        most = space->sizes[i] > most ? space->sizes[i] : most;
    for (unsigned i = 0; i < space->n; i++)
        stripes[i] = (most + stripe - 1) / stripe;
    if (space->n > 1)
        lay_out(space, stripes, stripe);
}

uint64_t swap_space_chain(struct swap_space *space)
{
    uint64_t stripe = 1;
    for (unsigned i = 0; i < space->n; i++)
        while (stripe < space->sizes[i])
            stripe *= 2;
    if (space->n == 1)
        return stripe;
    space->stripe = stripe;
    space->nslots = space->n * stripe;
    space->nzones = space->n;
    for (unsigned i = 0; i < space->n; i++)
        space->zones[i] =
            (struct swap_zone){.first = i * stripe, .n = 1, .devices = {(uint8_t)i}};
    return stripe;
}

static unsigned find(const struct swap_space *space, uint64_t slot, uint64_t *place)
{
    *place = slot;
    if (space->stripe == 0)
        return 0;
    assert(slot < space->nslots);
    const struct swap_zone *zone = &space->zones[space->nzones - 1];
    while (zone->first > slot)
        zone--;
    const uint64_t number = (slot - zone->first) / space->stripe;
    *place = zone->start + number / zone->n * space->stripe + slot % space->stripe;
    return zone->devices[number % zone->n];
}

struct swap_place swap_space_place(const struct swap_space *space, uint64_t slot)
{
    uint64_t place;
    const unsigned device = find(space, slot, &place);
    return (struct swap_place){space->devices[device], place};
}

bool swap_space_holds(const struct swap_space *space, uint64_t slot)
{
    if (slot >= space->nslots)
        return false;
    uint64_t place;
    const unsigned device = find(space, slot, &place);
    return place < space->sizes[device];
}

uint64_t swap_space_memory(const struct swap_space *space)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < space->n && space->in_memory; i++)
        bytes += device_memory(space->devices[i]);
    return bytes;
}

uint64_t swap_space_pending(const struct swap_space *space)
{
    uint64_t pending = 0;
    for (unsigned i = 0; i < space->n; i++)
        pending += device_pending(space->devices[i]);
    return pending;
}

void swap_space_stats(const struct swap_space *space, struct device_stats *stats)
{
    const struct device *devices[DEVICES_MAX];
    for (unsigned i = 0; i < space->n; i++)
        devices[i] = space->devices[i];
    devices_stats(devices, space->n, stats);
}
