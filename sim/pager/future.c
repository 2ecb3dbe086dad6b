/* future.c -- see future.h.
 *
 * While the index is built, of_page has the last entry made for each page: it is filled in
 * where the page is touched next.  While a span is spread, from its end back, of_page has
 * the next touch of each of its pages. */
#include "pager/future.h"

#include <stdlib.h>
#include <string.h>

#define NO_ENTRY UINT64_MAX

/* What the index keeps of the batches, and what the replay finds of the present one. */
struct future_spans {
    struct span *spans; /* nspans + 1 for each batch, as paged_spans has them            */
    size_t nspans, span_capacity;
    uint32_t *pages; /* [entry], as paged_spans has them                                 */
    size_t capacity;
    uint32_t batch_steps; /* most of a batch                                             */
    /* The batch that is being added, or replayed; its spans and pages are above. */
    struct paged_spans batch;
    struct span_finder finder; /* while it is added                                      */
    uint64_t step;          /* number of its first step                                  */
    uint32_t *of_steps;     /* [2 * batch_steps]: see future_of_steps()                  */
    bool spread[SPANS_MAX]; /* of_steps has the span's                                   */
    size_t next_span, next_entry; /* first ones of the next batch                        */
    uint64_t next_step;
};

static enum status reserve_entries(struct future *f, uint32_t **array, size_t *capacity,
                                   size_t more, struct error *err)
{
    const size_t most = f->nnext + more;
    if (most <= *capacity)
        return OK;
    const size_t enough = most < 1u << 18 ? 1u << 18 : most + most / 2;
    uint32_t *entries = realloc(*array, enough * sizeof *entries);
    if (!entries)
        return error_nomem(err);
    *array = entries;
    *capacity = enough;
    return OK;
}

static enum status reserve_pages(struct future *f, page_t npages, struct error *err)
{
    if (npages <= f->page_capacity)
        return OK;
    const size_t capacity = 2 * (size_t)npages;
    uint64_t *of_page = realloc(f->of_page, capacity * sizeof *of_page);
    if (!of_page)
        return error_nomem(err);
    for (size_t page = f->page_capacity; page < capacity; page++)
        of_page[page] = NO_ENTRY;
    f->of_page = of_page;
    f->page_capacity = capacity;
    return OK;
}

static enum status check_length(const struct future *f, const struct batch *batch,
                                struct error *err)
{
    if (f->nsteps + batch->nsteps > UINT32_MAX / 2 - 1)
        return error_set(
            err, ERR_CELL, at_nowhere(),
            "more than 2^31 steps: too long for a policy that sees the future");
    if (f->in_references && f->nreferences + batch_references(batch) >= UINT32_MAX)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "more than 2^32 references: too long for a policy that sees the "
                         "time of the next use");
    return OK;
}

/* --- by steps ---------------------------------------------------------------------------- */

/* Enter a touch of page; with `twin` it is a page's second touch by one step, whose streams
 * share the page, and both touches get the same next time. */
static void touch(struct future *f, page_t page, uint64_t entry, uint64_t time, bool twin)
{
    const uint64_t last = f->of_page[page];
    if (last != NO_ENTRY && !twin) {
        f->next[last >> 1] = (uint32_t)time;
        if (last & 1)
            f->next[(last >> 1) - 1] = (uint32_t)time;
    }
    f->of_page[page] = entry << 1 | twin;
}

/* The numbers of a step's first references to its two pages.  before: references before it.
 * The part that a reference carries over has that reference's number. */
static void number_touches(uint64_t times[2], const struct shape *shape, unsigned class,
                           uint64_t before)
{
    const uint64_t number = before + !shape->continued; /* of position 0 */
    const bool skipped = shape->continued && !(class >> STEP_EXTRA_SHIFT);
    const uint64_t all = shape_references(shape) & ~(uint64_t)skipped;
    const uint64_t data = shape->data & all;
    const uint64_t others = class & STEP_FIRST_DATA ? all & ~data : data;
    times[0] = number + skipped;
    times[1] = others ? number + (uint64_t)__builtin_ctzll(others) : 0;
}

enum status future_add(struct future *future, const struct paged_batch *batch,
                       struct error *err)
{
    const struct batch *steps = batch->batch;
    enum status status = check_length(future, steps, err);
    if (status == OK)
        status = reserve_entries(future, &future->next, &future->capacity,
                                 2 * (size_t)steps->nsteps, err);
    if (status == OK)
        status = reserve_pages(future, batch->npages, err);
    if (status != OK)
        return status;
    page_t current[2] = {paged_batch_start(batch, 0), paged_batch_start(batch, 1)};
    for (uint32_t i = 0; i < steps->nsteps; i++, future->nnext += 2) {
        const uint32_t page = batch->pages[steps->steps[i] >> STEP_SHAPE_BITS];
        const unsigned class =
            batch->classes[2 * (steps->steps[i] & STEP_SHAPE_MASK) + (page & 1)];
        const struct shape *shape = step_shape(steps, steps->steps[i]);
        const uint64_t before = future->nreferences, entry = future->nnext;
        uint64_t times[2] = {entry, entry + 1};
        current[class & STEP_MOVER_DATA] = page >> 1;
        future->nreferences += (uint64_t)shape->length - shape->continued;
        future->next[entry] = future->next[entry + 1] = FUTURE_NEVER;
        if (!(class & STEP_TOUCHES))
            continue;
        if (future->in_references)
            number_touches(times, shape, class, before);
        const bool first = class & STEP_FIRST_DATA;
        touch(future, current[first], entry, times[0], false);
        if (class & STEP_OTHER)
            touch(future, current[!first], entry + 1, times[1], current[0] == current[1]);
    }
    future->nsteps += steps->nsteps;
    return OK;
}

/* --- by spans ---------------------------------------------------------------------------- */

static enum status start_spans(struct future *f, struct error *err)
{
    if (f->spans)
        return OK;
    f->spans = calloc(1, sizeof *f->spans);
    return f->spans ? span_finder_init(&f->spans->finder, err) : error_nomem(err);
}

static enum status reserve_spans(struct future_spans *kept, size_t more, struct error *err)
{
    const size_t most = kept->nspans + more;
    if (most <= kept->span_capacity)
        return OK;
    const size_t capacity = most + most / 2;
    struct span *spans = realloc(kept->spans, capacity * sizeof *spans);
    if (!spans)
        return error_nomem(err);
    kept->spans = spans;
    kept->span_capacity = capacity;
    return OK;
}

static enum status reserve_steps(struct future_spans *kept, uint32_t nsteps,
                                 struct error *err)
{
    if (nsteps <= kept->batch_steps)
        return OK;
    uint32_t *of_steps = realloc(kept->of_steps, 2 * (size_t)nsteps * sizeof *of_steps);
    if (!of_steps)
        return error_nomem(err);
    kept->of_steps = of_steps;
    kept->batch_steps = nsteps;
    return OK;
}

/* Room for a batch in all arrays. */
static enum status make_room(struct future *f, const struct spans *spans,
                             const struct paged_batch *batch, struct error *err)
{
    enum status status = start_spans(f, err);
    if (status != OK)
        return status;
    struct future_spans *kept = f->spans;
    const uint32_t most = spans->spans[spans->nspans].first + 1; /* that are written */
    status = reserve_spans(kept, spans->nspans + 1, err);
    if (status == OK)
        status = reserve_steps(kept, batch->batch->nsteps, err);
    if (status == OK)
        status = reserve_entries(f, &f->next, &f->capacity, most, err);
    if (status == OK)
        status = reserve_entries(f, &kept->pages, &kept->capacity, most, err);
    return status == OK ? reserve_pages(f, batch->npages, err) : status;
}

/* Enter the pages of the batch's spans, and their first uses in the entries before. */
static void enter_spans(struct future *f)
{
    const struct paged_spans *batch = &f->spans->batch;
    const uint16_t *uses = f->spans->finder.uses;
    uint32_t *next = f->next;
    for (uint32_t i = 0; i < batch->nspans; i++) {
        const uint64_t time = 2 * (f->nsteps + ((uint64_t)i << SPAN_SHIFT));
        for (uint32_t k = batch->spans[i].first; k < batch->spans[i + 1].first; k++) {
            uint64_t *last = &f->of_page[batch->pages[k] >> 1];
            if (*last != NO_ENTRY)
                next[*last] = (uint32_t)time + uses[k];
            *last = f->nnext + k;
            next[*last] = FUTURE_NEVER;
        }
    }
}

enum status future_add_spans(struct future *future, const struct spans *spans,
                             const struct paged_batch *batch, struct error *err)
{
    enum status status = check_length(future, batch->batch, err);
    if (status == OK)
        status = make_room(future, spans, batch, err);
    if (status != OK)
        return status;
    struct future_spans *kept = future->spans;
    kept->batch.spans = kept->spans + kept->nspans;
    kept->batch.pages = kept->pages + future->nnext;
    status = span_finder_run(&kept->finder, &kept->batch, spans, batch, err);
    if (status != OK)
        return status;
    enter_spans(future);
    future->nnext += kept->batch.spans[spans->nspans].first;
    kept->nspans += spans->nspans + 1;
    future->nsteps += batch->batch->nsteps;
    return OK;
}

enum status future_next_batch(struct future *future, const struct paged_batch *batch,
                              const struct paged_spans **spans, struct error *err)
{
    struct future_spans *kept = future->spans;
    const uint32_t nsteps = batch->batch->nsteps;
    const uint32_t nspans = (nsteps + SPAN_STEPS - 1) >> SPAN_SHIFT;
    if (!kept || kept->next_span + nspans >= kept->nspans || nsteps > kept->batch_steps ||
        batch->npages > future->page_capacity)
        return error_set(err, ERR_IO, at_nowhere(), "the trace changed while it was read");
    kept->batch = (struct paged_spans){
        .nspans = nspans,
        .spans = kept->spans + kept->next_span,
        .pages = kept->pages + kept->next_entry,
        .next = future->next + kept->next_entry,
    };
    kept->step = kept->next_step;
    kept->next_step += nsteps;
    kept->next_span += nspans + 1;
    kept->next_entry += kept->batch.spans[nspans].first;
    memset(kept->spread, 0, nspans * sizeof *kept->spread);
    *spans = &kept->batch;
    return OK;
}

/* The pages that the steps of a span touch, two a step; the first one again if there is no
 * other, PAGE_NONE if there is none.  Returns the number of steps. */
static uint32_t list_touches(page_t touched[SPAN_ENTRIES], const struct span *spans,
                             const struct paged_batch *batch, uint32_t span)
{
    const uint32_t from = span << SPAN_SHIFT, nsteps = span_steps(batch->batch, span);
    page_t current[2] = {span_stream(spans, batch, span, 0),
                         span_stream(spans, batch, span, 1)};
    page_t ipage = current[0], dpage = current[1];
    for (uint32_t i = 0; i < nsteps; i++) {
        const uint32_t step = batch->batch->steps[from + i];
        const uint32_t page = batch->pages[step >> STEP_SHAPE_BITS];
        const unsigned class = batch->classes[2 * (step & STEP_SHAPE_MASK) + (page & 1)];
        const bool data = class & STEP_MOVER_DATA;
        dpage = data ? page >> 1 : dpage;
        ipage = data ? ipage : page >> 1;
        const page_t first = class & STEP_FIRST_DATA ? dpage : ipage;
        const page_t second = class & STEP_FIRST_DATA ? ipage : dpage;
        touched[2 * (size_t)i] = class & STEP_TOUCHES ? first : PAGE_NONE;
        touched[2 * (size_t)i + 1] = class & STEP_OTHER ? second : first;
    }
    return nsteps;
}

void future_spread(const struct future *future, const struct paged_batch *batch,
                   uint32_t span)
{
    struct future_spans *kept = future->spans;
    const struct paged_spans *spans = &kept->batch;
    uint64_t *soon = future->of_page;
    page_t touched[SPAN_ENTRIES];
    if (kept->spread[span])
        return;
    kept->spread[span] = true;
    for (uint32_t k = spans->spans[span].first; k < spans->spans[span + 1].first; k++)
        soon[spans->pages[k] >> 1] = spans->next[k];
    const uint64_t first = (uint64_t)span << SPAN_SHIFT;
    for (size_t i = list_touches(touched, spans->spans, batch, span); i-- > 0;) {
        const uint64_t time = 2 * (kept->step + first + i);
        uint32_t *next = kept->of_steps + 2 * (size_t)(first + i);
        if (UNLIKELY(touched[2 * i] == PAGE_NONE))
            continue;
        next[0] = (uint32_t)soon[touched[2 * i]];
        next[1] = (uint32_t)soon[touched[2 * i + 1]];
        soon[touched[2 * i + 1]] = time + 1;
        soon[touched[2 * i]] = time;
    }
}

/* --- both -------------------------------------------------------------------------------- */

const uint32_t *future_of_steps(const struct future *future, uint64_t before)
{
    return future->spans ? future->spans->of_steps : future->next + 2 * before;
}

/* Give back what the entries do not need; an array that stays as it is does no harm. */
static void trim(const struct future *f, uint32_t **array, size_t *capacity)
{
    uint32_t *trimmed = realloc(*array, (f->nnext + 1) * sizeof *trimmed);
    if (!trimmed)
        return;
    *array = trimmed;
    *capacity = f->nnext + 1;
}

void future_finish(struct future *future)
{
    trim(future, &future->next, &future->capacity);
    if (future->spans) {
        trim(future, &future->spans->pages, &future->spans->capacity);
        span_finder_release(&future->spans->finder);
        return;
    }
    free(future->of_page);
    future->of_page = NULL;
    future->page_capacity = 0;
}

void future_release(struct future *future)
{
    free(future->next);
    free(future->of_page);
    if (future->spans) {
        span_finder_release(&future->spans->finder);
        free(future->spans->spans);
        free(future->spans->pages);
        free(future->spans->of_steps);
        free(future->spans);
    }
    *future = (struct future){0};
}

uint64_t future_bytes(const struct future *future)
{
    const struct future_spans *kept = future->spans;
    const uint64_t bytes = future->capacity * sizeof *future->next +
                           future->page_capacity * sizeof *future->of_page;
    return kept ? bytes + sizeof *kept + kept->span_capacity * sizeof *kept->spans +
                      kept->capacity * sizeof *kept->pages +
                      2 * (uint64_t)kept->batch_steps * sizeof *kept->of_steps
                : bytes;
}
