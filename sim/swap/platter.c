/* platter.c -- see platter.h. */
#include "swap/platter.h"

#include <assert.h>
#include <stddef.h>

/* Sectors that pass in a time, rounded up. */
static uint64_t sectors_in(psec_t time, psec_t turn, uint64_t sectors)
{
    const psec_t part = time % turn;
    return (part * sectors + turn - 1) / turn;
}

void platter_init(struct platter *platter, const struct platter_params *params)
{
    const uint64_t zones = params->zones, cylinders = params->cylinders;
    assert(zones >= 1 && zones <= PLATTER_ZONES_MAX && zones <= cylinders);
    assert(params->sectors_inner >= 1 && params->sectors_inner <= params->sectors_outer);
    *platter = (struct platter){.cylinders = cylinders,
                                .heads = params->heads,
                                .turn = params->turn,
                                .nzones = zones};
    const uint64_t range = params->sectors_outer - params->sectors_inner;
    const uint64_t steps = zones > 1 ? zones - 1 : 1;
    for (uint64_t i = 0; i < zones; i++) {
        struct platter_zone *zone = &platter->zones[i];
        zone->first_sector = platter->sectors;
        zone->first_cylinder = i * cylinders / zones;
        zone->sectors = params->sectors_outer - (range * i + steps / 2) / steps;
        zone->head_skew = sectors_in(params->head_skew, params->turn, zone->sectors);
        zone->cylinder_skew =
            sectors_in(params->cylinder_skew, params->turn, zone->sectors);
        const uint64_t end = (i + 1) * cylinders / zones;
        platter->sectors += (end - zone->first_cylinder) * params->heads * zone->sectors;
    }
}

struct place platter_locate(const struct platter *platter, uint64_t sector)
{
    assert(sector < platter->sectors);
    const struct platter_zone *zone = &platter->zones[platter->nzones - 1];
    while (sector < zone->first_sector)
        zone--;
    const uint64_t within = sector - zone->first_sector;
    const uint64_t track = within / zone->sectors;
    return (struct place){.zone = zone,
                          .cylinder = zone->first_cylinder + track / platter->heads,
                          .head = track % platter->heads,
                          .sector = within % zone->sectors};
}

/* Where on its track, counted in sectors from the index, the sector lies. */
static uint64_t slot_of(const struct platter *platter, const struct place *place)
{
    const struct platter_zone *zone = place->zone;
    const uint64_t cylinders = place->cylinder - zone->first_cylinder;
    const uint64_t skew =
        cylinders * zone->cylinder_skew +
        (cylinders * (platter->heads - 1) + place->head) * zone->head_skew;
    return (place->sector + skew) % zone->sectors;
}

/* When in a turn the boundary before a slot passes.  Boundaries are rounded, turns are not:
 * so what follows without a gap waits exactly 0. */
static psec_t boundary(const struct platter *platter, const struct place *place,
                       uint64_t slot)
{
    return slot * platter->turn / place->zone->sectors;
}

psec_t platter_wait(const struct platter *platter, const struct place *place, psec_t now)
{
    const psec_t begin = boundary(platter, place, slot_of(platter, place));
    return (begin + platter->turn - now % platter->turn) % platter->turn;
}

psec_t platter_pass(const struct platter *platter, const struct place *place,
                    uint64_t sectors)
{
    assert(place->sector + sectors <= place->zone->sectors);
    const uint64_t slot = slot_of(platter, place);
    return boundary(platter, place, slot + sectors) - boundary(platter, place, slot);
}
