/* reduce.h -- makes a trace shorter without changing which of its references fault; what
 * that means, and after whom, is in reduction.h.
 *
 * Batches go in, batches of the reduced trace come out as soon as it is known what may be
 * left out.  Memory is proportional to the pages touched, the window of references that are
 * held back to the frames; neither grows with the length of the trace.
 *
 * What is kept: which accesses fault, in their order, and so all counts of faults, page-ins
 * and page-outs; whether a page has been stored to when it goes; the numbers of references
 * by kind, which each batch that comes out has of the references it stands for.  What is
 * not: everything between the faults (TLB misses, accessed bits, time). */
#ifndef FAULTLINE_TRACE_REDUCE_H
#define FAULTLINE_TRACE_REDUCE_H

#include "trace/batch.h"
#include "trace/reduction.h"

struct reducer;

struct reduce_params {
    struct reduction reduction;
    unsigned page_shift;    /* of the reduced trace: its granule                        */
    unsigned granule_shift; /* of the trace that is reduced, at most page_shift          */
};

/* Where the reduced trace goes. */
struct reduce_output {
    void *context;
    /* What is not OK ends the work and is returned. */
    enum status (*put)(void *context, const struct batch *batch, struct error *err);
};

/* output: copied. */
MUST_CHECK enum status reducer_create(struct reducer **out,
                                      const struct reduce_params *params,
                                      const struct reduce_output *output,
                                      struct error *err);
void reducer_free(struct reducer *reducer);

/* Take the next batch of the trace, which has no operations. */
MUST_CHECK enum status reducer_add(struct reducer *reducer, const struct batch *batch,
                                   struct error *err);

/* The trace has ended: hand out the rest. */
MUST_CHECK enum status reducer_finish(struct reducer *reducer, struct error *err);

/* Page accesses taken (a reference and each crossing into a further page), and those of
 * them that the reduced trace has. */
uint64_t reducer_accesses(const struct reducer *reducer);
uint64_t reducer_kept(const struct reducer *reducer);

#endif
