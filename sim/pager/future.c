/* future.c -- see future.h. */
#include "pager/future.h"

#include <stdlib.h>

#define NO_TOUCH UINT64_MAX

static enum status reserve(struct future *f, const struct paged_batch *batch,
                           struct error *err)
{
    const uint64_t most = f->ntouches + 2 * (uint64_t)batch->batch->nsteps;
    if (most > f->capacity) {
        const size_t capacity = most < 1u << 20 ? 1u << 20 : (size_t)(most + most / 2);
        uint32_t *next = realloc(f->next, capacity * sizeof *next);
        if (!next)
            return error_nomem(err);
        f->next = next;
        f->capacity = capacity;
    }
    if (batch->npages > f->last_capacity) {
        const size_t capacity = 2 * (size_t)batch->npages;
        uint64_t *last = realloc(f->last, capacity * sizeof *last);
        if (!last)
            return error_nomem(err);
        for (size_t page = f->last_capacity; page < capacity; page++)
            last[page] = NO_TOUCH;
        f->last = last;
        f->last_capacity = capacity;
    }
    return OK;
}

/* Enter a touch of page; with `twin` it is a page's second touch at the same time (a step
 * whose streams share the page), and both touches get the same next time. */
static void touch(struct future *f, page_t page, uint64_t time, bool twin)
{
    const uint64_t last = f->last[page];
    if (last != NO_TOUCH && !twin) {
        f->next[last >> 1] = (uint32_t)time;
        if (last & 1)
            f->next[(last >> 1) - 1] = (uint32_t)time;
    }
    f->last[page] = f->ntouches << 1 | twin;
    f->next[f->ntouches++] = FUTURE_NEVER;
}

enum status future_add(struct future *future, const struct paged_batch *batch,
                       struct error *err)
{
    const struct batch *steps = batch->batch;
    if (future->nsteps + steps->nsteps > UINT32_MAX / 2 - 1)
        return error_set(
            err, ERR_CELL, at_nowhere(),
            "more than 2^31 steps: too long for a policy that sees the future");
    if (reserve(future, batch, err) != OK)
        return ERR_NOMEM;
    page_t current[2] = {paged_batch_start(batch, 0), paged_batch_start(batch, 1)};
    for (uint32_t i = 0; i < steps->nsteps; i++, future->nsteps++) {
        const uint32_t page = batch->pages[steps->steps[i] >> STEP_SHAPE_BITS];
        const unsigned class =
            batch->classes[2 * (steps->steps[i] & STEP_SHAPE_MASK) + (page & 1)];
        current[class & STEP_MOVER_DATA] = page >> 1;
        if (!(class & STEP_TOUCHES))
            continue;
        const bool first = class & STEP_FIRST_DATA;
        const uint64_t time = 2 * future->nsteps;
        touch(future, current[first], time, false);
        if (class & STEP_OTHER)
            touch(future, current[!first], time + 1, current[0] == current[1]);
    }
    return OK;
}

void future_finish(struct future *future)
{
    free(future->last);
    future->last = NULL;
    future->last_capacity = 0;
    uint32_t *next = realloc(future->next, (size_t)future->ntouches * sizeof *next);
    if (next) {
        future->next = next;
        future->capacity = (size_t)future->ntouches;
    }
}

void future_release(struct future *future)
{
    free(future->next);
    free(future->last);
    *future = (struct future){0};
}

uint64_t future_bytes(const struct future *future)
{
    return future->capacity * sizeof *future->next;
}
