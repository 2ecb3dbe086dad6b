/* write_buffer.h -- the memory of a solid-state drive in which written units wait until a
 * page of them is full and programmed. */
#ifndef FAULTLINE_SWAP_WRITE_BUFFER_H
#define FAULTLINE_SWAP_WRITE_BUFFER_H

#include "swap/flash.h"

struct write_buffer {
    struct flash *flash;
    /* Places for pages, taken in turn: when the page that lies in each will have been
     * programmed. */
    psec_t *programmed;
    uint64_t places, place;
    /* The page that is being filled. */
    uint32_t units[FTL_PAGE_UNITS_MAX];
    uint32_t n;
    psec_t filled; /* when its last unit came, or its place was free                      */
};

/* A buffer for so many pages, at least 1, of the flash, which outlives it.  ERR_NOMEM. */
MUST_CHECK enum status write_buffer_init(struct write_buffer *buffer, struct flash *flash,
                                         uint64_t places, struct error *err);
void write_buffer_release(struct write_buffer *buffer);

/* Bytes of a unit come now; returns when they are in the buffer, which they must wait for
 * while it is full.  If they are not the whole unit, what the flash has of the rest is
 * read, too.  Times must not decrease from call to call. */
psec_t write_buffer_put(struct write_buffer *buffer, uint32_t unit, uint64_t bytes,
                        psec_t now);

/* The unit is needed neither in the buffer nor on the flash. */
void write_buffer_discard(struct write_buffer *buffer, uint32_t unit);

#endif
