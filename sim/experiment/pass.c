/* pass.c -- see pass.h. */
#include "experiment/pass.h"

#include "experiment/curves.h"
#include "experiment/fold_table.h"
#include "experiment/lru_cells.h"
#include "experiment/operations.h"
#include "experiment/reduced.h"
#include "experiment/timed.h"
#include "experiment/trace_view.h"
#include "machine/pagetable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    struct pass *pass;
    struct trace *trace;
    struct trace_view_input input; /* the present batch */
    bool needs_spans; /* a view does                                                     */
    struct trace_view views[PASS_CELLS];
    size_t nviews;
    struct cell cells[PASS_CELLS];
    size_t view_of[PASS_CELLS];
    bool running[PASS_CELLS];
    /* Every block touched, to count the distinct ones: a bit each, of 64 neighbours together. */
    struct map groups; /* from block / 64 to the index in masks                          */
    uint64_t *masks;   /* [group]                                                        */
    size_t nmasks;     /* capacity                                                       */
    uint64_t blocks;   /* distinct ones                                                  */
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

/* The view of a page size. */
static size_t view_for(struct run *run, unsigned page_shift,
                       const struct policy_ops *policy)
{
    for (size_t v = 0; v < run->nviews; v++)
        if (trace_view_serves(&run->views[v], page_shift, policy))
            return v;
    struct trace_view *view = &run->views[run->nviews];
    trace_view_init(view, page_shift, run->pass->source->granule_shift);
    trace_view_serves(view, page_shift, policy);
    return run->nviews++;
}

/* To find the spans takes about as long as to replay two cells without them. */
enum { SPANS_CELLS = 3 };

/* A cell whose machine has no TLB replays what it can by spans. */
static bool uses_spans(const struct run *run, size_t i)
{
    const struct cell_config *config = run->pass->configs[i];
    return run->running[i] && !pagetable_find(config->machine.mmu.name)->create &&
           config->policy_ops->sees != POLICY_FUTURE &&
           !trace_view_keeps_spans(&run->views[run->view_of[i]]);
}

static void plan_spans(struct run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->pass->ncells; i++)
        n += uses_spans(run, i);
    run->needs_spans = n >= SPANS_CELLS;
    for (size_t i = 0; i < run->pass->ncells && run->needs_spans; i++)
        if (uses_spans(run, i))
            run->views[run->view_of[i]].needs_spans = true;
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
        run->view_of[i] = view_for(run, shift, config->policy_ops);
    }
    plan_spans(run);
}

/* The indexes of the future are complete. */
static void finish_futures(struct run *run)
{
    for (size_t v = 0; v < run->nviews; v++)
        if (run->views[v].needs_future)
            future_finish(&run->views[v].future);
}

/* Build the indexes of the future, by reading the trace once before it is replayed. */
static enum status look_ahead(struct run *run, const struct pass_host *host,
                              struct error *err)
{
    bool needed = false, by_spans = false;
    for (size_t v = 0; v < run->nviews; v++) {
        needed = needed || run->views[v].needs_future;
        by_spans = by_spans || trace_view_keeps_spans(&run->views[v]);
    }
    if (!needed)
        return OK;
    enum status status;
    while ((status = trace_next(run->trace, &run->input.batch, err)) == OK) {
        batch_classify(&run->input.batch, run->input.classes);
        if (by_spans)
            spans_find(&run->input.spans, &run->input.batch, run->input.classes);
        for (size_t v = 0; v < run->nviews && status == OK; v++)
            if (run->views[v].needs_future)
                status = trace_view_look_ahead(&run->views[v], &run->input, err);
        if (status == OK && !host->advance(host->context, 0))
            status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
        if (status != OK)
            return status;
    }
    finish_futures(run);
    return status == END ? trace_rewind(run->trace, err) : status;
}

static enum status start_cells(struct run *run, struct error *err)
{
    for (size_t i = 0; i < run->pass->ncells; i++) {
        if (!run->running[i])
            continue;
        const struct trace_view *view = &run->views[run->view_of[i]];
        const struct cell_config *config = run->pass->configs[i];
        const bool future = config->policy_ops->sees == POLICY_FUTURE;
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

static enum status count_block(struct run *run, uint64_t block, struct error *err)
{
    const uint32_t group =
        map_get_or_add(&run->groups, block >> 6, (uint32_t)run->groups.used, err);
    if (group == MAP_ABSENT)
        return ERR_NOMEM;
    if (group == run->nmasks) {
        const size_t n = run->nmasks ? 2 * run->nmasks : 256;
        uint64_t *masks = realloc(run->masks, n * sizeof *masks);
        if (!masks)
            return error_nomem(err);
        memset(masks + run->nmasks, 0, (n - run->nmasks) * sizeof *masks);
        run->masks = masks;
        run->nmasks = n;
    }
    const uint64_t bit = UINT64_C(1) << (block & 63);
    run->blocks += !(run->masks[group] & bit);
    run->masks[group] |= bit;
    return OK;
}

static enum status count_blocks(struct run *run, struct error *err)
{
    enum status status = OK;
    for (uint32_t i = 0; i < run->input.batch.nblocks && status == OK; i++)
        status = count_block(run, run->input.batch.blocks[i], err);
    return status;
}

static enum status replay_cell(struct run *run, size_t i, struct error *err)
{
    const struct paged_batch batch =
        trace_view_batch(&run->views[run->view_of[i]], &run->input);
    struct error why;
    const enum status status = pager_replay(&run->cells[i].pager, &batch, &why);
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
    const struct reference_counts *counts = &run->input.batch.counts;
    run->counts.ifetches += counts->ifetches;
    run->counts.loads += counts->loads;
    run->counts.stores += counts->stores;
    batch_classify(&run->input.batch, run->input.classes);
    enum status status = count_blocks(run, err);
    if (run->needs_spans)
        spans_find(&run->input.spans, &run->input.batch, run->input.classes);
    for (size_t v = 0; v < run->nviews && status == OK; v++)
        status = trace_view_translate(&run->views[v], &run->input, err);
    for (size_t i = 0; i < run->pass->ncells && status == OK; i++)
        if (run->running[i]) {
            status = replay_cell(run, i, err);
            if (status == OK &&
                !host->advance(host->context, batch_references(&run->input.batch)))
                status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
        }
    return status;
}

static enum status prepare(struct run *run, const struct fold *fold, struct error *err)
{
    const struct source_use use = {.fold = fold};
    enum status status = source_read(run->pass->source, &use, &run->trace, err);
    if (status == OK)
        status = batch_init(&run->input.batch, err);
    if (status != OK)
        return status;
    run->input.classes = malloc(2 * (size_t)BATCH_SHAPES);
    if (!run->input.classes)
        return error_nomem(err);
    plan(run);
    bool by_spans = run->needs_spans;
    for (size_t v = 0; v < run->nviews && status == OK; v++) {
        status = trace_view_prepare(&run->views[v], err);
        by_spans = by_spans || trace_view_keeps_spans(&run->views[v]);
    }
    return status == OK && by_spans ? spans_init(&run->input.spans, err) : status;
}

static void clean_up(struct run *run)
{
    for (size_t i = 0; i < run->pass->ncells; i++)
        if (run->running[i])
            cell_release(&run->cells[i]);
    for (size_t v = 0; v < run->nviews; v++)
        trace_view_release(&run->views[v]);
    spans_release(&run->input.spans);
    map_release(&run->groups);
    free(run->masks);
    batch_release(&run->input.batch);
    free(run->input.classes);
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
        while ((status = trace_next(run->trace, &run->input.batch, err)) == OK)
            if ((status = replay_batch(run, host, err)) != OK)
                break;
        status = status == END ? OK : status;
    }
    const uint64_t touched = run->blocks << pass->source->granule_shift;
    for (size_t i = 0; i < pass->ncells && status == OK; i++)
        if (run->running[i]) {
            cell_result(run->cells[i].config, &run->cells[i].pager, &run->counts, touched,
                        pass->results[i]);
            reduced_mark(pass->results[i], pass->source);
            operations_mark(pass->results[i], pass->source);
        }
    clean_up(run);
    return status;
}

size_t pass_cells(uint64_t references)
{
    /* Replayed in some tens of seconds. */
    const uint64_t cells = UINT64_C(20000000000) / (references + 1);
    return cells < PASS_CELLS_LEAST ? PASS_CELLS_LEAST
           : cells < PASS_CELLS     ? (size_t)cells
                                    : PASS_CELLS;
}

enum status pass_run(struct pass *pass, const struct pass_host *host, struct error *err)
{
    const struct fold *fold;
    struct error why;
    if (pass->curves)
        return curves_run(pass, host, err);
    if (pass->lru)
        return lru_cells_run(pass, host, err);
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
