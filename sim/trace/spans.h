/* spans.h -- what a span of steps touches, all told: a batch as seen by a simulation in
 * which nothing happens for a while.
 *
 * A *span* is SPAN_STEPS consecutive steps of a batch.  Where all its pages are in memory,
 * a simulation without a TLB can be told of the whole span at once: of each page that it was
 * used, whether it was stored into, and the order of the last uses.  (Between two faults
 * nothing looks at the pages, so earlier uses leave no trace.)  A span has a tenth as many
 * pages as its steps make touches, and what it touches is found once for all simulations of
 * a trace: in blocks for the batch, then in pages for each page size. */
#ifndef FAULTLINE_TRACE_SPANS_H
#define FAULTLINE_TRACE_SPANS_H

#include "trace/batch.h"

enum {
    SPAN_SHIFT = 8,
    SPAN_STEPS = 1 << SPAN_SHIFT, /* the last one of a batch may be shorter             */
    SPANS_MAX = BATCH_STEPS / SPAN_STEPS,
};

struct spans {
    uint32_t nspans;
    uint32_t *first;      /* [nspans + 1]: index of a span's first entry in blocks       */
    uint32_t *blocks;     /* index in the batch's blocks << 1 | stored into; in the order
                           * of their last uses                                          */
    uint32_t *references; /* [nspans]                                                    */
    uint16_t (*streams)[2];  /* [nspans]: where the streams are at its end: index in
                               * blocks, or BLOCK_NONE                                    */
    uint32_t *carried_first; /* [nspans + 1]: the same as first, in carried              */
    uint16_t *carried;       /* blocks into which a reference is carried over from the
                               * block before                                            */
    uint32_t *last;  /* [BATCH_BLOCKS], while building: last use, see spans.c       */
    uint32_t *roles; /* [BATCH_SHAPES], while building: what a shape does           */
};

MUST_CHECK enum status spans_init(struct spans *spans, struct error *err);
void spans_release(struct spans *spans);

/* Find the spans of a batch; classes: of batch_classify(). */
void spans_find(struct spans *spans, const struct batch *batch, const uint8_t *classes);

/* The same in pages of one size. */
struct paged_spans {
    const struct spans *spans;
    uint32_t *first;     /* [nspans + 1]                                                 */
    uint32_t *pages;     /* page << 1 | stored into; in the order of their last uses      */
    uint32_t *crossings; /* [nspans]: references that were carried over to a further page */
    uint32_t *seen;      /* [page], while building: 1 + index in pages of the entry made
                          * last for it                                                  */
    size_t capacity;     /* of seen                                                      */
};

MUST_CHECK enum status paged_spans_init(struct paged_spans *paged, struct error *err);
void paged_spans_release(struct paged_spans *paged);

/* pages: as page_space_translate() gives them, of npages pages. */
MUST_CHECK enum status paged_spans_find(struct paged_spans *paged,
                                        const struct spans *spans, const uint32_t *pages,
                                        uint32_t npages, struct error *err);

#endif
