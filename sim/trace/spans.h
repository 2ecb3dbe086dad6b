/* spans.h -- what a span of steps touches, all told: a batch as seen by a simulation in
 * which nothing happens for a while.
 *
 * A *span* is SPAN_STEPS consecutive steps of a batch.  Where all its pages are in memory,
 * a simulation without a TLB can be told of the whole span at once: of each page that it was
 * used, whether it was stored into, and the order of the last uses.  (Between two faults
 * nothing looks at the pages, so earlier uses leave no trace.)  A span has a tenth as many
 * pages as its steps make touches, and what it touches is found once for all simulations of
 * a trace: in blocks for the batch, then in pages for each page size.
 *
 * A use has the number 2s if it is by the stream that moves in the span's step s, and 2s + 1
 * if it is by the other one. */
#ifndef FAULTLINE_TRACE_SPANS_H
#define FAULTLINE_TRACE_SPANS_H

#include "trace/batch.h"

enum {
    SPAN_SHIFT = 8,
    SPAN_STEPS = 1 << SPAN_SHIFT,  /* the last one of a batch may be shorter             */
    SPAN_ENTRIES = 2 * SPAN_STEPS, /* most blocks or pages of one: two a step            */
    SPANS_MAX = BATCH_STEPS / SPAN_STEPS,
};

/* A span in blocks, or in pages of one size. */
struct span {
    uint32_t first;      /* index of its first entry                                     */
    uint16_t references; /* that begin in it                                             */
    uint16_t crossings;  /* that are carried over into a further block, or page          */
    uint16_t streams[2]; /* where the streams are at its end: index in the batch's blocks,
                          * or BLOCK_NONE                                                */
};

struct spans {
    uint32_t nspans;
    struct span *spans; /* [nspans + 1]; of the last one only `first` counts             */
    uint32_t *blocks;   /* an entry for each block, in the order of their last uses, see
                         * span_entry_block() and so on                                  */
    uint16_t *carried;  /* the blocks into which references are carried over, of all
                         * spans                                                         */
    uint32_t ncarried;
    /* While building: */
    uint32_t *roles;  /* [BATCH_SHAPES]: what a shape does, see spans.c                  */
    uint32_t *last;   /* [block]: its last use                                           */
    uint32_t *stored; /* [block]: its last store                                         */
};

/* bit 0: stored into;  1-16: index in the batch's blocks;  17-25: number of the first use. */
enum { SPAN_BLOCK_SHIFT = 1, SPAN_USE_SHIFT = 17 };

static inline uint32_t span_entry_block(uint32_t entry)
{
    return entry >> SPAN_BLOCK_SHIFT & UINT16_MAX;
}

static inline uint16_t span_entry_use(uint32_t entry)
{
    return (uint16_t)(entry >> SPAN_USE_SHIFT);
}

static inline uint32_t span_steps(const struct batch *batch, uint32_t span)
{
    const uint32_t left = batch->nsteps - (span << SPAN_SHIFT);
    return left < SPAN_STEPS ? left : SPAN_STEPS;
}

MUST_CHECK enum status spans_init(struct spans *spans, struct error *err);
void spans_release(struct spans *spans);

/* Find the spans of a batch; classes: of batch_classify(). */
void spans_find(struct spans *spans, const struct batch *batch, const uint8_t *classes);

/* The same in pages of one size: exactly those that the steps touch. */
struct paged_spans {
    uint32_t nspans;
    struct span *spans;   /* [nspans + 1]                                                */
    uint32_t *pages;      /* an entry for each: page << 1 | stored into                  */
    const uint32_t *next; /* [entry]: when the page is used next after the span, of a
                           * policy that sees the future (pager/future.h), or NULL       */
};

/* Room for what a batch has. */
MUST_CHECK enum status paged_spans_init(struct paged_spans *paged, struct error *err);
void paged_spans_release(struct paged_spans *paged);

/* What it takes to find them. */
struct span_finder {
    uint16_t *uses; /* [entry]: number of the page's first use in the span; one more than
                     * that where no other page has the one                              */
    struct span_page *seen; /* [page], see spans.c                                       */
    size_t capacity;        /* of seen                                                   */
    uint32_t mark;          /* of the last span                                          */
};

MUST_CHECK enum status span_finder_init(struct span_finder *finder, struct error *err);
void span_finder_release(struct span_finder *finder);

struct paged_batch;

/* Fill paged, which has room for as many entries as spans, the batch's, and one more. */
MUST_CHECK enum status span_finder_run(struct span_finder *finder,
                                       struct paged_spans *paged, const struct spans *spans,
                                       const struct paged_batch *batch, struct error *err);

/* The page where a stream is before a span of the batch, or PAGE_NONE.  spans: of blocks, or
 * of pages. */
uint32_t span_stream(const struct span *spans, const struct paged_batch *batch,
                     uint32_t span, int stream);

#endif
