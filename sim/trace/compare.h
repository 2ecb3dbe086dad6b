/* compare.h -- do two traces hold the same references?
 * Compared are, reference by reference, the kind and the blocks touched, further parts of a
 * reference that crosses blocks too, at the larger granule of the two; on request the
 * operations between them too.  How the references are cut into steps and batches does not
 * count, nor which loads and stores are modifies. */
#ifndef FAULTLINE_TRACE_COMPARE_H
#define FAULTLINE_TRACE_COMPARE_H

#include "trace/trace.h"

enum { COMPARED_BLOCKS = 4 }; /* of one reference that are shown */

/* A trace and how far it was compared. */
struct compared {
    struct trace *trace;
    struct batch batch;
    unsigned shift;       /* from its blocks to those compared                         */
    bool ended;           /* nothing follows                                           */
    uint64_t before;      /* references before the batch                               */
    uint32_t step, op;    /* of the batch, next to be looked at                        */
    uint32_t stop;        /* the step before which `op` comes; else their end          */
    uint64_t at[2];       /* blocks in which the instruction and the data stream are   */
    uint64_t data, store; /* what was not compared yet of the step under way           */
    unsigned left;        /* its length                                                */
    bool continued;       /* it begins with a further part of the reference before     */
};

struct compare {
    struct compared side[2];
    unsigned granule_shift; /* of the blocks compared                                    */
    bool operations;
    bool differ;
    uint64_t references, ops; /* that are equal so far; the last reference only as far as
                               * its parts were compared                                 */
};

/* A reference as it is shown. */
struct compared_reference {
    uint64_t number; /* from 0                                                           */
    bool data, store;
    unsigned nblocks;                 /* may be more than are kept                       */
    uint64_t blocks[COMPARED_BLOCKS]; /* numbers, at the granule compared                */
};

/* Begin with both traces at their beginnings; they are borrowed. */
MUST_CHECK enum status compare_init(struct compare *compare, struct trace *a,
                                    struct trace *b, bool operations, struct error *err);
void compare_release(struct compare *compare);

/* Compare until another batch of either trace is needed: OK, there is more; END, all has
 * been compared or they differ; or an error of a trace. */
MUST_CHECK enum status compare_next(struct compare *compare, struct error *err);

/* The number of the first reference that is not the same in both.  compare->differ. */
uint64_t compare_difference(const struct compare *compare);

/* Is it an operation in which they differ: on one side at least one is next? */
bool compare_at_operation(const struct compare *compare);

/* The operation that is next of the side, or NULL. */
const struct vm_op *compared_op(const struct compared *side);

/* The references of the side's present batch from number `first` on, at most n of them, as
 * the granule compared shows them; returns how many there are. */
size_t compared_references(const struct compared *side, uint64_t first,
                           struct compared_reference *found, size_t n);

#endif
