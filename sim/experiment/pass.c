/* pass.c -- see pass.h. */
#include "experiment/pass.h"

#include "experiment/fold_table.h"
#include "experiment/timed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The pages of the trace at one of the page sizes that the pass's cells have. */
struct view {
    struct page_index index;
    struct page_space space;
    uint32_t *pages;
    struct future future; /* built if a cell of this page size needs it */
    bool needs_future;
};

struct run {
    struct pass *pass;
    struct trace *trace;
    struct batch batch;
    uint8_t *classes;
    struct view views[PASS_CELLS];
    size_t nviews;
    struct cell cells[PASS_CELLS];
    size_t view_of[PASS_CELLS];
    bool running[PASS_CELLS];
    struct map blocks; /* every block touched, to count the distinct ones */
    struct reference_counts counts;
};

static void cell_fails(struct cell_result *result, const char *message)
{
    result->state = CELL_FAILED;
    snprintf(result->message, sizeof result->message, "%s", message);
}

/* The message says which trace it was that cannot be replayed. */
static void trace_fails(struct cell_result *result, const struct source *source,
                        const struct error *why)
{
    struct error err;
    error_set(&err, why->code, at_file(source->path), "%s", why->text);
    result->state = CELL_FAILED;
    error_format(&err, result->message, sizeof result->message);
}

/* The view of a page size; two whose futures are counted in different units are two. */
static size_t view_for(struct run *run, unsigned page_shift,
                       const struct policy_ops *policy)
{
    const bool future = policy->sees == POLICY_FUTURE;
    for (size_t v = 0; v < run->nviews; v++) {
        struct view *view = &run->views[v];
        if (view->space.page_shift != page_shift)
            continue;
        if (future && !view->needs_future)
            view->future.in_references = policy->uses_time;
        if (future && view->future.in_references != policy->uses_time)
            continue;
        view->needs_future |= future;
        return v;
    }
    struct view *view = &run->views[run->nviews];
    view->needs_future = future;
    view->future.in_references = future && policy->uses_time;
    page_index_init(&view->index);
    page_space_init(&view->space, &view->index, 0, page_shift,
                    run->pass->source->granule_shift);
    return run->nviews++;
}

/* Choose the views; cells with pages below the trace's granule fail here. */
static void plan(struct run *run)
{
    for (size_t i = 0; i < run->pass->ncells; i++) {
        const struct cell_config *config = run->pass->configs[i];
        const unsigned shift = log2_of(config->page_size);
        if (shift < run->pass->source->granule_shift) {
            char text[160];
            snprintf(text, sizeof text,
                     "pages of %llu bytes: the trace knows addresses to %llu bytes only",
                     (unsigned long long)config->page_size,
                     1ull << run->pass->source->granule_shift);
            cell_fails(run->pass->results[i], text);
            continue;
        }
        run->running[i] = true;
        run->view_of[i] = view_for(run, shift, policy_find(config->policy.name));
    }
}

static struct paged_batch paged(const struct run *run, const struct view *view)
{
    return (struct paged_batch){
        .batch = &run->batch,
        .classes = run->classes,
        .pages = view->pages,
        .index = &view->index,
        .npages = view->index.npages,
    };
}

/* Build the indexes of the future, by reading the trace once before it is replayed. */
static enum status look_ahead(struct run *run, const struct pass_host *host,
                              struct error *err)
{
    bool needed = false;
    for (size_t v = 0; v < run->nviews; v++)
        needed = needed || run->views[v].needs_future;
    if (!needed)
        return OK;
    enum status status;
    while ((status = trace_next(run->trace, &run->batch, err)) == OK) {
        batch_classify(&run->batch, run->classes);
        for (size_t v = 0; v < run->nviews && status == OK; v++) {
            struct view *view = &run->views[v];
            if (!view->needs_future)
                continue;
            status = page_space_translate(&view->space, &run->batch, view->pages, err);
            if (status != OK)
                continue;
            const struct paged_batch batch = paged(run, view);
            status = future_add(&view->future, &batch, err);
        }
        if (status == OK && !host->advance(host->context, 0))
            status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
        if (status != OK)
            return status;
    }
    for (size_t v = 0; v < run->nviews; v++)
        if (run->views[v].needs_future)
            future_finish(&run->views[v].future);
    return status == END ? trace_rewind(run->trace, err) : status;
}

static enum status start_cells(struct run *run, struct error *err)
{
    for (size_t i = 0; i < run->pass->ncells; i++) {
        if (!run->running[i])
            continue;
        const struct view *view = &run->views[run->view_of[i]];
        const struct cell_config *config = run->pass->configs[i];
        const bool future = policy_find(config->policy.name)->sees == POLICY_FUTURE;
        struct error why;
        const enum status status =
            cell_init(&run->cells[i], config, future ? &view->future : NULL, &why);
        if (status == OK)
            continue;
        run->running[i] = false;
        if (status == ERR_NOMEM)
            return error_nomem(err);
        cell_fails(run->pass->results[i], why.text);
    }
    return OK;
}

static enum status count_blocks(struct run *run, struct error *err)
{
    for (uint32_t i = 0; i < run->batch.nblocks; i++)
        if (map_get_or_add(&run->blocks, run->batch.blocks[i], 0, err) == MAP_ABSENT)
            return ERR_NOMEM;
    return OK;
}

static enum status replay_cell(struct run *run, size_t i, struct error *err)
{
    const struct paged_batch batch = paged(run, &run->views[run->view_of[i]]);
    struct error why;
    const enum status status =
        run->batch.nops
            ? error_set(&why, ERR_CELL, at_file(run->pass->source->path),
                        "the trace has operations on virtual memory (map, fork, ...); they "
                        "need 'timing: events'")
            : pager_replay(&run->cells[i].pager, &batch, &why);
    if (status != ERR_CELL) {
        if (status != OK)
            error_copy(err, &why);
        return status;
    }
    trace_fails(run->pass->results[i], run->pass->source, &why);
    cell_release(&run->cells[i]);
    run->running[i] = false;
    return OK;
}

static enum status replay_batch(struct run *run, const struct pass_host *host,
                                struct error *err)
{
    const struct reference_counts *counts = &run->batch.counts;
    run->counts.ifetches += counts->ifetches;
    run->counts.loads += counts->loads;
    run->counts.stores += counts->stores;
    batch_classify(&run->batch, run->classes);
    enum status status = count_blocks(run, err);
    for (size_t v = 0; v < run->nviews && status == OK; v++)
        status = page_space_translate(&run->views[v].space, &run->batch,
                                      run->views[v].pages, err);
    for (size_t i = 0; i < run->pass->ncells && status == OK; i++)
        if (run->running[i]) {
            status = replay_cell(run, i, err);
            if (status == OK &&
                !host->advance(host->context, batch_references(&run->batch)))
                status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
        }
    return status;
}

static enum status prepare(struct run *run, const struct fold *fold, struct error *err)
{
    enum status status = source_read_folded(run->pass->source, fold, &run->trace, err);
    if (status == OK)
        status = batch_init(&run->batch, err);
    if (status != OK)
        return status;
    run->classes = malloc(2 * (size_t)BATCH_SHAPES);
    plan(run);
    bool enough = run->classes;
    for (size_t v = 0; v < run->nviews; v++) {
        run->views[v].pages = malloc(BATCH_BLOCKS * sizeof *run->views[v].pages);
        enough = enough && run->views[v].pages;
    }
    return enough ? OK : error_nomem(err);
}

static void clean_up(struct run *run)
{
    for (size_t i = 0; i < run->pass->ncells; i++)
        if (run->running[i])
            cell_release(&run->cells[i]);
    for (size_t v = 0; v < run->nviews; v++) {
        page_space_release(&run->views[v].space);
        page_index_release(&run->views[v].index);
        future_release(&run->views[v].future);
        free(run->views[v].pages);
    }
    map_release(&run->blocks);
    batch_release(&run->batch);
    free(run->classes);
    trace_close(run->trace);
    free(run);
}

/* Replay the trace, folded as told or not. */
static enum status replay_pass(struct pass *pass, const struct fold *fold,
                               const struct pass_host *host, struct error *err)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return error_nomem(err);
    run->pass = pass;
    enum status status = prepare(run, fold, err);
    if (status == OK)
        status = look_ahead(run, host, err);
    if (status == OK)
        status = start_cells(run, err);
    if (status == OK) {
        while ((status = trace_next(run->trace, &run->batch, err)) == OK)
            if ((status = replay_batch(run, host, err)) != OK)
                break;
        status = status == END ? OK : status;
    }
    const uint64_t touched = (uint64_t)run->blocks.used << pass->source->granule_shift;
    for (size_t i = 0; i < pass->ncells && status == OK; i++)
        if (run->running[i])
            cell_result(run->cells[i].config, &run->cells[i].pager, &run->counts, touched,
                        pass->results[i]);
    clean_up(run);
    return status;
}

enum status pass_run(struct pass *pass, const struct pass_host *host, struct error *err)
{
    const struct fold *fold;
    struct error why;
    if (!pass->source)
        return timed_run(pass, host, err);
    const enum status status = folding_fold(&fold, pass->folding, host, &why);
    if (status == OK)
        return replay_pass(pass, fold, host, err);
    if (status != ERR_CELL) {
        error_copy(err, &why);
        return status;
    }
    for (size_t i = 0; i < pass->ncells; i++)
        trace_fails(pass->results[i], pass->source, &why);
    return OK;
}
