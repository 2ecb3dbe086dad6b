/* trace_view.c -- see trace_view.h. */
#include "experiment/trace_view.h"

#include <stdlib.h>

void trace_view_init(struct trace_view *view, unsigned page_shift, unsigned granule_shift)
{
    *view = (struct trace_view){0};
    page_index_init(&view->index);
    page_space_init(&view->space, &view->index, 0, page_shift, granule_shift);
}

bool trace_view_serves(struct trace_view *view, unsigned page_shift,
                       const struct policy_ops *policy)
{
    const bool future = policy->sees == POLICY_FUTURE;
    if (view->space.page_shift != page_shift)
        return false;
    if (future && !view->needs_future)
        view->future.in_references = policy->uses_time;
    if (future && view->future.in_references != policy->uses_time)
        return false; /* the two futures are counted in different units */
    view->needs_future |= future;
    return true;
}

bool trace_view_keeps_spans(const struct trace_view *view)
{
    return view->needs_future && !view->future.in_references;
}

enum status trace_view_prepare(struct trace_view *view, struct error *err)
{
    view->pages = malloc(BATCH_BLOCKS * sizeof *view->pages);
    if (!view->pages)
        return error_nomem(err);
    if (!view->needs_spans)
        return OK;
    const enum status status = span_finder_init(&view->finder, err);
    return status == OK ? paged_spans_init(&view->found, err) : status;
}

void trace_view_release(struct trace_view *view)
{
    page_space_release(&view->space);
    page_index_release(&view->index);
    future_release(&view->future);
    span_finder_release(&view->finder);
    paged_spans_release(&view->found);
    free(view->pages);
}

struct paged_batch trace_view_batch(const struct trace_view *view,
                                    const struct trace_view_input *input)
{
    return (struct paged_batch){
        .spans = view->spans,
        .batch = &input->batch,
        .classes = input->classes,
        .pages = view->pages,
        .index = &view->index,
        .npages = view->index.npages,
    };
}

enum status trace_view_look_ahead(struct trace_view *view,
                                  const struct trace_view_input *input, struct error *err)
{
    const enum status status =
        page_space_translate(&view->space, &input->batch, view->pages, err);
    if (status != OK)
        return status;
    const struct paged_batch batch = trace_view_batch(view, input);
    return trace_view_keeps_spans(view)
               ? future_add_spans(&view->future, &input->spans, &batch, err)
               : future_add(&view->future, &batch, err);
}

enum status trace_view_translate(struct trace_view *view,
                                 const struct trace_view_input *input, struct error *err)
{
    const enum status status =
        page_space_translate(&view->space, &input->batch, view->pages, err);
    if (status != OK)
        return status;
    const struct paged_batch batch = trace_view_batch(view, input);
    if (trace_view_keeps_spans(view))
        return future_next_batch(&view->future, &batch, &view->spans, err);
    if (!view->needs_spans)
        return OK;
    view->spans = &view->found;
    return span_finder_run(&view->finder, &view->found, &input->spans, &batch, err);
}
