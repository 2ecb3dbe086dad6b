/* random_batches.h -- batches of a made-up program that is long enough for spans of steps
 * (trace/spans.h): phases in which it stays in a few pages, for thousands of references, so
 * that whole spans have what they need in memory, and jumps between them. */
#ifndef FAULTLINE_TESTS_RANDOM_BATCHES_H
#define FAULTLINE_TESTS_RANDOM_BATCHES_H

#include "base/rng.h"
#include "trace/builder.h"

#include <check.h>

enum { RANDOM_BATCHES_MAX = 12, RANDOM_PAGE = 4096 };

struct random_batches {
    struct batch batch[RANDOM_BATCHES_MAX];
    size_t n;
    unsigned granule_shift;
};

/* Where the program is. */
struct random_program {
    struct rng *rng;
    struct builder *builder;
    unsigned pages;     /* of RANDOM_PAGE bytes                                     */
    bool apart;         /* code and data lie in different ones                      */
    vaddr_t base[2];    /* of the present phase: code, data                         */
    unsigned window[2]; /* bytes from there                                         */
    vaddr_t at[2];      /* addresses used next                                      */
    unsigned loop;      /* references left in the loop in place                     */
    unsigned only;      /* 0: code only, 1: data only, else both                    */
};

static inline unsigned random_of(struct random_program *p, unsigned n)
{
    return (unsigned)rng_below(p->rng, n);
}

static inline void random_phase(struct random_program *p)
{
    p->only = random_of(p, 12);
    for (unsigned stream = 0; stream < 2; stream++) {
        const unsigned npages = 1 + random_of(p, p->pages < 6 ? p->pages : 6);
        const unsigned first = random_of(p, p->pages - npages + 1);
        const vaddr_t apart = p->apart && stream ? (vaddr_t)1 << 33 : 0;
        p->base[stream] = apart + ((vaddr_t)1 << 20) + (vaddr_t)first * RANDOM_PAGE;
        p->window[stream] = npages * RANDOM_PAGE;
        p->at[stream] = p->base[stream] + random_of(p, p->window[stream]);
    }
}

/* One reference: on the way through its window, now and then somewhere else in it, at the end
 * of a page, or in a run of many in place; some are so long that they cross pages. */
static inline void random_reference(struct random_program *p)
{
    const unsigned stream = p->only < 2 ? p->only : random_of(p, 2);
    const enum reference_kind kind =
        stream ? (enum reference_kind)(LOAD + random_of(p, 3)) : IFETCH;
    const unsigned size = random_of(p, 40)  ? 1 + random_of(p, 8)
                          : random_of(p, 4) ? 1 + random_of(p, 1500)
                                            : 1 + random_of(p, 3 * RANDOM_PAGE);
    builder_add(p->builder, kind, p->at[stream], size);
    if (p->loop > 0) {
        p->loop--;
        return;
    }
    if (random_of(p, 60) == 0)
        p->loop = random_of(p, 150);
    if (random_of(p, 20) == 0)
        p->at[stream] = p->base[stream] + random_of(p, p->window[stream]);
    else if (random_of(p, 40) == 0)
        p->at[stream] = (p->at[stream] | (RANDOM_PAGE - 1)) - random_of(p, 8);
    else
        p->at[stream] += random_of(p, 48);
    if (p->at[stream] - p->base[stream] >= p->window[stream])
        p->at[stream] = p->base[stream];
}

/* Add references until there are n, or a batch is full. */
static inline void random_references(struct random_program *program, unsigned n)
{
    unsigned left = 0;
    for (unsigned i = 0; i < n && !builder_full(program->builder); i++) {
        if (left-- == 0) {
            random_phase(program);
            left = random_of(program, 1 + random_of(program, 20000));
        }
        random_reference(program);
    }
}

/* Make n batches, initialised before, of some nrefs references to so many pages; a batch ends
 * where it is full. */
static inline void random_batches_make(struct random_batches *batches, struct rng *rng,
                                       unsigned granule_shift, unsigned pages, size_t n,
                                       unsigned nrefs)
{
    struct random_program program = {.rng = rng, .pages = pages};
    program.apart = random_of(&program, 4) != 0;
    batches->granule_shift = granule_shift;
    ck_assert_int_eq(builder_create(&program.builder, granule_shift, NULL), OK);
    for (batches->n = 0; batches->n < n; batches->n++) {
        random_references(&program, 1 + random_of(&program, 2 * nrefs / (unsigned)n));
        builder_take(program.builder, &batches->batch[batches->n]);
    }
    builder_free(program.builder);
}

#endif
