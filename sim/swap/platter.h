/* platter.h -- where the sectors of a disk lie, and when they pass under the heads.
 *
 * Sectors are numbered along a track, then over the heads of a cylinder, then over the
 * cylinders from the outermost inwards.  The cylinders are divided evenly into zones; the
 * number of sectors of a track falls linearly from the first zone to the last.  Platters
 * turn with the simulated clock: at time 0 every track's index is under its head.
 *
 * With a skew the first sector of a track lies so far behind the last one of the track
 * before as the platter turns while the heads are switched or the arm moves on, so that a
 * long transfer does not lose a turn there.  Units: picoseconds, sectors. */
#ifndef FAULTLINE_SWAP_PLATTER_H
#define FAULTLINE_SWAP_PLATTER_H

#include "base/types.h"

enum { PLATTER_ZONES_MAX = 64 };

struct platter_params {
    uint64_t cylinders, heads; /* at least 1 each                                       */
    uint64_t zones;            /* 1 to PLATTER_ZONES_MAX and to cylinders               */
    uint64_t sectors_outer, sectors_inner; /* of a track in the first and the last zone,
                                            * which are one if zones is 1               */
    psec_t turn;                           /* of a revolution, more than sectors_outer  */
    psec_t head_skew, cylinder_skew;       /* least times; both 0: no skew              */
};

struct platter_zone {
    uint64_t first_sector, first_cylinder;
    uint64_t sectors;                  /* of a track                                    */
    uint64_t head_skew, cylinder_skew; /* sectors                                       */
};

struct platter {
    uint64_t cylinders, heads, sectors;
    psec_t turn;
    uint64_t nzones;
    struct platter_zone zones[PLATTER_ZONES_MAX];
};

/* A sector's place. */
struct place {
    const struct platter_zone *zone;
    uint64_t cylinder, head, sector; /* sector: on its track                            */
};

void platter_init(struct platter *platter, const struct platter_params *params);

struct place platter_locate(const struct platter *platter, uint64_t sector);

/* From now until the sector begins to pass under its head: 0 to less than a turn. */
psec_t platter_wait(const struct platter *platter, const struct place *place, psec_t now);

/* While so many sectors of one track, from this one on, pass under its head. */
psec_t platter_pass(const struct platter *platter, const struct place *place,
                    uint64_t sectors);

#endif
