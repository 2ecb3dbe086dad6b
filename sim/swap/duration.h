/* duration.h -- arithmetic on times. */
#ifndef FAULTLINE_SWAP_DURATION_H
#define FAULTLINE_SWAP_DURATION_H

#include "base/types.h"

static inline psec_t later(psec_t a, psec_t b)
{
    return a > b ? a : b;
}

/* How long bytes take at a rate of bytes per second; 0: unlimited, takes no time.  Rounded
 * up: the last byte must have come. */
static inline psec_t transfer_time(uint64_t bytes, uint64_t rate)
{
    __extension__ typedef unsigned __int128 wide_t;
    if (rate == 0)
        return 0;
    return (psec_t)(((wide_t)bytes * UINT64_C(1000000000000) + rate - 1) / rate);
}

#endif
