/* lane.h -- a part of a device that does one thing at a time and prefers urgent work: that
 * starts at once, or after the urgent work before it, and suspends what is in the
 * background, which goes on in the gaps.  Times must not decrease from call to call. */
#ifndef FAULTLINE_SWAP_LANE_H
#define FAULTLINE_SWAP_LANE_H

#include "swap/duration.h"

/* A zeroed lane is idle. */
struct lane {
    psec_t urgent;     /* until then it is at urgent work                               */
    psec_t background; /* time that background work takes yet                           */
    psec_t accounted;  /* background is as of then                                      */
};

/* Background work is done while there is no urgent one. */
static inline void lane_advance(struct lane *lane, psec_t now)
{
    const psec_t from = later(lane->accounted, lane->urgent);
    if (now > from) {
        const psec_t gap = now - from;
        lane->background -= gap < lane->background ? gap : lane->background;
    }
    lane->accounted = now;
}

/* Work that comes now, of a length; returns when it will be done. */
static inline psec_t lane_urgent(struct lane *lane, psec_t now, psec_t length)
{
    lane_advance(lane, now);
    lane->urgent = later(now, lane->urgent) + length;
    return lane->urgent;
}

/* The same in the background: when it will be done if no more urgent work comes. */
static inline psec_t lane_background(struct lane *lane, psec_t now, psec_t length)
{
    lane_advance(lane, now);
    lane->background += length;
    return later(now, lane->urgent) + lane->background;
}

/* Urgent work that must wait for all that was given before it, which is as good as done. */
static inline psec_t lane_in_turn(struct lane *lane, psec_t now, psec_t length)
{
    lane->urgent = lane_background(lane, now, length);
    lane->background = 0;
    return lane->urgent;
}

#endif
