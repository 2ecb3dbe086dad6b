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
    if (future->nsteps + steps->nsteps > UINT32_MAX / 2 - 1)
        return error_set(
            err, ERR_CELL, at_nowhere(),
            "more than 2^31 steps: too long for a policy that sees the future");
    if (future->in_references &&
        future->nreferences + batch_references(steps) >= UINT32_MAX)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "more than 2^32 references: too long for a policy that sees the "
                         "time of the next use");
    if (reserve(future, batch, err) != OK)
        return ERR_NOMEM;
    page_t current[2] = {paged_batch_start(batch, 0), paged_batch_start(batch, 1)};
    for (uint32_t i = 0; i < steps->nsteps; i++, future->nsteps++) {
        const uint32_t page = batch->pages[steps->steps[i] >> STEP_SHAPE_BITS];
        const unsigned class =
            batch->classes[2 * (steps->steps[i] & STEP_SHAPE_MASK) + (page & 1)];
        current[class & STEP_MOVER_DATA] = page >> 1;
        const struct shape *shape = step_shape(steps, steps->steps[i]);
        const uint64_t before = future->nreferences;
        if (future->in_references)
            future->nreferences += (uint64_t)shape->length - shape->continued;
        if (!(class & STEP_TOUCHES))
            continue;
        const bool first = class & STEP_FIRST_DATA;
        uint64_t times[2] = {2 * future->nsteps, 2 * future->nsteps + 1};
        if (future->in_references)
            number_touches(times, shape, class, before);
        touch(future, current[first], times[0], false);
        if (class & STEP_OTHER)
            touch(future, current[!first], times[1], current[0] == current[1]);
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
