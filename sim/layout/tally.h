/* tally.h -- counts the references of a part of a batch, block by block.
 *
 * The loop over steps looks up two small tables a step; what is to be done for each block
 * (finding its mapping, adding to a picture) is done once for each part, when the counts are
 * taken out.  A part ends where the address space changes, or a column of a picture is full,
 * in the middle of a step if need be. */
#ifndef FAULTLINE_LAYOUT_TALLY_H
#define FAULTLINE_LAYOUT_TALLY_H

#include "layout/uses.h"
#include "trace/batch.h"

/* A place between the references of a batch. */
struct tally_place {
    uint32_t step;
    unsigned reference; /* of the step's shape: 0 .. length - 1                           */
};

struct tally;

MUST_CHECK enum status tally_create(struct tally **out, struct error *err);
void tally_free(struct tally *tally);

/* Begin with a batch, which must stay as it is until all its parts are done. */
void tally_begin(struct tally *tally, const struct batch *batch);

/* Where the next part begins. */
struct tally_place tally_place(const struct tally *tally);

/* Count from there up to, not with, step `end`, but at most so many references; the number
 * of them. */
uint64_t tally_run(struct tally *tally, uint32_t end, uint64_t references);

/* The block of the first data access from here up to, not with, step `end`: false: none. */
bool tally_first_data(const struct tally *tally, uint32_t end, uint64_t *block);

/* Hand out the counts of the blocks that were accessed since the last time, each once, and
 * begin anew at 0.  The status of `take`, which ends it if it is not OK. */
MUST_CHECK enum status tally_take(struct tally *tally,
                                  enum status (*take)(void *context, uint64_t block,
                                                      const struct use_count *count,
                                                      struct error *err),
                                  void *context, struct error *err);

#endif
