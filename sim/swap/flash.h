/* flash.h -- the flash of a solid-state drive: channels with dies, and the time that their
 * operations take.
 *
 * A die reads, programs or erases; a channel moves the bytes of its dies.  Each does one
 * thing at a time.  A page that is read or written takes its turn at its channel and at its
 * die from the same moment on, and the later of the two decides: it is not followed from
 * one queue into the other.  Times must not decrease from call to call. */
#ifndef FAULTLINE_SWAP_FLASH_H
#define FAULTLINE_SWAP_FLASH_H

#include "swap/ftl.h"
#include "swap/lane.h"

struct flash_params {
    struct ftl_params layout; /* dies: of all channels                                    */
    uint32_t channels;
    uint64_t unit;         /* bytes                                                       */
    uint64_t channel_rate; /* bytes per second, 0: unlimited                              */
    psec_t read, program, erase;
    bool suspend; /* reads go before programs and erases, and interrupt them              */
};

struct flash {
    struct flash_params params;
    struct ftl *ftl;
    struct lane *channels; /* then the dies                                               */
    struct lane *dies;
    psec_t page_transfer;
};

/* ERR_NOMEM. */
MUST_CHECK enum status flash_init(struct flash *flash, const struct flash_params *params,
                                  struct error *err);
void flash_release(struct flash *flash); /* a zeroed one is nothing */

/* Read bytes of a page from now on; returns when they have come. */
psec_t flash_read(struct flash *flash, psec_t now, uint32_t page, uint64_t bytes);

/* Program a page with n units, as in ftl_write, and collect blocks if need be; returns when
 * it will be done. */
psec_t flash_program(struct flash *flash, psec_t now, const uint32_t *units, uint32_t n);

#endif
