/* future.h -- when each page will be used next: the index that an offline policy needs.
 *
 * A step *touches* one page, or two: first the one, then the other.  The time of a touch is
 * 2s, or 2s + 1 for the other page, in step number s; or, in references, the number, from 1,
 * of the step's first reference to the page.  The index has for each touch the time of the
 * page's next touch in a later step.
 *
 * It is of one of two kinds.  *By steps* it has two entries a step.  *By spans* it has one
 * for each page of each span (trace/spans.h), a tenth of that: the time of its next touch
 * after the span.  The next touches within a span are found again where they are wanted,
 * that is, where more happens in it than that its pages are used. */
#ifndef FAULTLINE_PAGER_FUTURE_H
#define FAULTLINE_PAGER_FUTURE_H

#include "trace/paged_batch.h"

struct future_spans;

struct future {
    bool in_references; /* set before building; by steps only                            */
    uint32_t *next;     /* by steps: [2 * step], and + 1 for its other page; by spans:
                         * [entry].  A time, or FUTURE_NEVER                             */
    size_t nnext, capacity;
    uint64_t nsteps, nreferences; /* built so far                                        */
    uint64_t *of_page; /* [page]: scratch, see future.c                                  */
    size_t page_capacity;
    struct future_spans *spans; /* what else it has by spans; NULL: it is by steps       */
};

#define FUTURE_NEVER UINT32_MAX

/* Build batch by batch, from a zeroed struct, then finish; release frees it.  ERR_CELL if
 * the trace has more than 2^31 steps, or 2^32 references where they count. */
MUST_CHECK enum status future_add(struct future *future, const struct paged_batch *batch,
                                  struct error *err);
/* The same by spans; spans: of the batch. */
MUST_CHECK enum status future_add_spans(struct future *future, const struct spans *spans,
                                        const struct paged_batch *batch, struct error *err);
void future_finish(struct future *future);
void future_release(struct future *future);

/* Memory of the finished index, bytes. */
uint64_t future_bytes(const struct future *future);

/* --- for the replay ---------------------------------------------------------------------- */

/* By spans: go on to the next batch, from before the first one; its steps and pages must have
 * the same numbers as when it was added.  *spans: its spans, with `next`; valid until the
 * next call.  ERR_IO: it is not the batch that was added. */
MUST_CHECK enum status future_next_batch(struct future *future,
                                         const struct paged_batch *batch,
                                         const struct paged_spans **spans,
                                         struct error *err);

/* The next touches of a batch's steps: [2 * step of the batch], and + 1 for the other page.
 * before: steps before the batch.  By spans: of those that have been spread. */
const uint32_t *future_of_steps(const struct future *future, uint64_t before);

/* By spans: find the next touches of all steps of a span of the present batch. */
void future_spread(const struct future *future, const struct paged_batch *batch,
                   uint32_t span);

#endif
