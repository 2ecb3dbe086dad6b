/* trace_view.h -- a trace at one page size, for the cells of a pass that have it: its pages,
 * and what all those cells need to know of them. */
#ifndef FAULTLINE_EXPERIMENT_TRACE_VIEW_H
#define FAULTLINE_EXPERIMENT_TRACE_VIEW_H

#include "faultline/policy.h"
#include "pager/future.h"

struct trace_view {
    struct page_index index;
    struct page_space space;
    uint32_t *pages;
    bool needs_future;    /* a cell of it does                                           */
    struct future future; /* by spans, or, in references, by steps                       */
    bool needs_spans;     /* set by its user before it is prepared                       */
    struct span_finder finder;
    struct paged_spans found;
    const struct paged_spans *spans; /* of the present batch: found, or the future's, which
                                      * keeps them; or NULL                              */
};

/* A batch with what is derived from it once for all views. */
struct trace_view_input {
    struct batch batch;
    uint8_t *classes;
    struct spans spans;
};

void trace_view_init(struct trace_view *view, unsigned page_shift, unsigned granule_shift);

/* True if cells with this policy can use the view, which then makes what they need. */
bool trace_view_serves(struct trace_view *view, unsigned page_shift,
                       const struct policy_ops *policy);

/* True if its index of the future has the spans, so that nobody must find them again. */
bool trace_view_keeps_spans(const struct trace_view *view);

/* Allocate what does not grow. */
MUST_CHECK enum status trace_view_prepare(struct trace_view *view, struct error *err);
void trace_view_release(struct trace_view *view);

/* Before the replay: add a batch to the index of the future.  The input has its spans if
 * the view keeps them. */
MUST_CHECK enum status trace_view_look_ahead(struct trace_view *view,
                                             const struct trace_view_input *input,
                                             struct error *err);

/* Go on to a batch.  The input has its spans if the view needs them. */
MUST_CHECK enum status trace_view_translate(struct trace_view *view,
                                            const struct trace_view_input *input,
                                            struct error *err);

/* The batch as the view sees it. */
struct paged_batch trace_view_batch(const struct trace_view *view,
                                    const struct trace_view_input *input);

#endif
