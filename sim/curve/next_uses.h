/* next_uses.h -- when the pages of a string (page_string.h) will be used next, for an
 * analysis that reads a trace twice.
 *
 * The first reading notes of each batch which pages are in its string, and where first: far
 * less than the string itself.  The second one has a batch's string to look into, and for
 * what comes after the batch the notes. */
#ifndef FAULTLINE_CURVE_NEXT_USES_H
#define FAULTLINE_CURVE_NEXT_USES_H

#include "base/error.h"
#include "base/types.h"

#define NEXT_USE_NEVER UINT64_MAX

struct next_uses {
    /* A note: a page of a batch, the place in the string of its first use there, counted
     * from the trace's beginning; after next_uses_turn() that in the page's next batch.  */
    page_t *pages;
    uint64_t *places;
    size_t nnotes, capacity;
    size_t *ends; /* [batch]: where its notes end                                        */
    size_t nbatches, batch_capacity;
    uint64_t *next;  /* [page]: while turning and afterwards, the next use                */
    uint32_t *noted; /* [page]: 1 + number of the last batch that has a note of it        */
    size_t npages;   /* capacity of noted                                                */
    uint64_t length; /* of the strings so far                                           */
    size_t at;       /* second reading: number of the next batch                        */
};

/* First reading, from a zeroed struct: note the next batch's string, of pages below npages. */
MUST_CHECK enum status next_uses_note(struct next_uses *uses, const page_t *string,
                                      uint32_t n, page_t npages, struct error *err);

/* The first reading is done. */
MUST_CHECK enum status next_uses_turn(struct next_uses *uses, struct error *err);

/* Second reading: fill next[n] for the next batch's string, with places in the string or
 * NEXT_USE_NEVER.  ERR_IO: it is not the string of the first reading. */
MUST_CHECK enum status next_uses_find(struct next_uses *uses, const page_t *string,
                                      uint32_t n, uint64_t *next, struct error *err);
void next_uses_release(struct next_uses *uses);

/* Memory that it takes, bytes. */
uint64_t next_uses_bytes(const struct next_uses *uses);

#endif
