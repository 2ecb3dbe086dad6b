/* paged_batch.h -- a batch as a machine of one page size sees it: every block translated
 * to the page that holds it, every shape reduced to what matters for two pages. */
#ifndef FAULTLINE_TRACE_PAGED_BATCH_H
#define FAULTLINE_TRACE_PAGED_BATCH_H

#include "base/map.h"
#include "base/types.h"
#include "trace/batch.h"

/* The class of a step: which of the two streams' pages it touches and in what order.  A
 * part of a reference that stays in the page of the part before it touches nothing. */
enum step_class {
    STEP_MOVER_DATA = 1,  /* the stream that moved is the data stream                    */
    STEP_FIRST_DATA = 2,  /* the page touched first is the data stream's                 */
    STEP_OTHER = 4,       /* the other stream's page is touched too                      */
    STEP_LAST_OTHER = 8,  /* ... and last                                                */
    STEP_STORE = 16,      /* the data stream's page is written                           */
    STEP_TOUCHES = 32,    /* at least one page is touched                                */
    STEP_EXTRA_SHIFT = 6, /* bit 6: one access more than references, since the reference
                           * before it crossed the page's boundary                       */
};

/* Class of a shape; boundary: its step's block is the first of its page. */
uint8_t shape_class(const struct shape *shape, bool boundary);

/* The pages of a trace at one page size, numbered in the order of their appearance. */
struct page_space {
    unsigned page_shift, granule_shift;
    struct map map; /* from VPN to page */
    vpn_t *vpns;    /* of each page     */
    page_t npages;
    size_t capacity;
};

/* page_shift must not be below granule_shift. */
void page_space_init(struct page_space *space, unsigned page_shift, unsigned granule_shift);
void page_space_release(struct page_space *space);

/* A batch with what is derived from it.  Valid until the batch is refilled. */
struct paged_batch {
    const struct batch *batch;
    const uint8_t *classes; /* [2 * shape + boundary]                                    */
    const uint32_t *pages;  /* [block]: page << 1 | boundary                             */
    const vpn_t *vpns;      /* of all pages seen so far                                  */
    page_t npages;          /* pages seen so far, with this batch                        */
};

/* Give every block of the batch its page, in pages[BATCH_BLOCKS]. */
MUST_CHECK enum status page_space_translate(struct page_space *space,
                                            const struct batch *batch, uint32_t *pages,
                                            struct error *err);

/* Fill classes[2 * BATCH_SHAPES]. */
void batch_classify(const struct batch *batch, uint8_t *classes);

/* The page where a stream is before the first step, or PAGE_NONE. */
static inline page_t paged_batch_start(const struct paged_batch *paged, int stream)
{
    const uint16_t block = paged->batch->start[stream];
    return block == BLOCK_NONE ? PAGE_NONE : paged->pages[block] >> 1;
}

#endif
