/* fold.h -- moves the addresses of traces into fewer bits, so that a program recorded on a
 * 64-bit machine can run on one whose addresses are narrower.
 *
 * Addresses move in *segments*, aligned pieces of 1 << segment_shift bytes; within a segment
 * nothing changes, so whatever pages up to that size saw of the trace they see of the folded
 * one.  Where segments go:
 *
 *  - A segment below 1 << bits stays where it is.
 *  - Neighbours stay neighbours: an *extent*, segments without a gap, moves as one.  Extents
 *    go, in the order of their first use, to the highest free places that are long enough.  A
 *    place stays free between them, so that they do not become one; where there is no room
 *    for that they touch, and an extent that fits nowhere as a whole goes segment by segment.
 *  - A range (of an operation, of a declared region) is never torn apart.  One that begins
 *    below 1 << bits and ends beyond it is moved.
 *
 * All this is decided before anything is replayed, from all traces that use one address
 * space: what a trace is folded to depends neither on where in it a reader begins nor on who
 * else reads. */
#ifndef FAULTLINE_TRACE_FOLD_H
#define FAULTLINE_TRACE_FOLD_H

#include "base/error.h"
#include "trace/batch.h"

struct fold; /* read-only once placed, so that many threads may use it */

struct fold_params {
    unsigned bits;          /* of the addresses afterwards, less than 64                  */
    unsigned segment_shift; /* at least the granule_shift of each trace                   */
    const char *machine; /* whose addresses have so few bits, for messages; borrowed    */
};

MUST_CHECK enum status fold_create(struct fold **out, const struct fold_params *params,
                                   struct error *err);
void fold_free(struct fold *fold);

/* Before fold_place: look at what is to be moved, in the order of its use.  ERR_NOMEM;
 * ERR_CELL if it is more than there is room for. */

/* All that the references and operations of a batch touch. */
MUST_CHECK enum status fold_look(struct fold *fold, const struct batch *batch,
                                 unsigned granule_shift, struct error *err);
/* length bytes, at least one, from start on, which end within 2^64. */
MUST_CHECK enum status fold_look_at_range(struct fold *fold, uint64_t start,
                                          uint64_t length, struct error *err);

/* Decide where everything goes.  ERR_NOMEM; ERR_CELL if ranges that must not be torn apart
 * leave no room. */
MUST_CHECK enum status fold_place(struct fold *fold, struct error *err);

/* After fold_place. */

/* Where an address in a segment that was looked at has gone. */
uint64_t fold_address(const struct fold *fold, uint64_t address);

/* Rewrite the blocks and operations of a batch.  False: it touches what was not looked at. */
MUST_CHECK bool fold_batch(const struct fold *fold, struct batch *batch,
                           unsigned granule_shift);

#endif
