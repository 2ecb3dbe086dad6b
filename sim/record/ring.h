/* ring.h -- the reader's side of faultline/recording.h: the bell, and the rings that images
 * write their words into. */
#ifndef FAULTLINE_RECORD_RING_H
#define FAULTLINE_RECORD_RING_H

#include "base/error.h"
#include "faultline/recording.h"

#include <stdbool.h>

/* --- the bell ----------------------------------------------------------------------------- */

/* Make the file `bell` in a folder and map it.  ERR_OUTPUT. */
MUST_CHECK enum status bell_create(struct recording_bell **bell, const char *folder,
                                   struct error *err);
void bell_free(struct recording_bell *bell);

/* How often it has been rung. */
uint32_t bell_rung(const struct recording_bell *bell);

/* Sleep until it has been rung more often than `seen` times, for so many milliseconds at
 * most, or until a signal comes. */
void bell_wait(struct recording_bell *bell, uint32_t seen, unsigned milliseconds);

/* Tell all images that nothing more is wanted. */
void bell_stop(struct recording_bell *bell);

/* --- rings -------------------------------------------------------------------------------- */

struct ring {
    struct ring *next; /* for the owner's list                                          */
    bool passed_over;  /* nobody knows its image: what comes of it is thrown away         */
    uint32_t pid, parent, thread, forked_at; /* as the image has said                    */
    uint64_t made; /* when: of two rings of one process the later one has more          */
    int process;   /* file descriptor of it, or -1: it is gone                          */
    uint32_t consumed;
    struct recording_ring *shared;
};

/* Map all rings in a folder that have not been, and unlink them; they are added to *rings in
 * the order in which they were made.  ERR_IO, ERR_DAMAGED, ERR_NOMEM. */
MUST_CHECK enum status rings_find(struct ring **rings, const char *folder,
                                  struct error *err);
void ring_free(struct ring *ring);

/* The next chunk, if there is one: at most RECORDING_CHUNK_WORDS words. */
bool ring_chunk(const struct ring *ring, const uint64_t **words, uint32_t *n);

/* Give it back. */
void ring_done(struct ring *ring);

/* Will no chunk be published any more, and have all been given back?  An image that is
 * replaced by another one does not say so. */
bool ring_is_over(const struct ring *ring);

/* Has the process ended? */
bool process_is_gone(int process);

#endif
