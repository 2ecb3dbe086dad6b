/* paged_batch.h -- a batch as a machine of one page size sees it: every block translated
 * to the page that holds it, every shape reduced to what matters for two pages. */
#ifndef FAULTLINE_TRACE_PAGED_BATCH_H
#define FAULTLINE_TRACE_PAGED_BATCH_H

#include "base/map.h"
#include "base/types.h"
#include "trace/batch.h"
#include "trace/spans.h"

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

/* The pages of all address spaces of a simulation.  A page's number is given out in the
 * order of appearance, and again when its address space has ended. */
struct page_index {
    vpn_t *vpns;        /* [page]                                                        */
    uint32_t *space_of; /* [page]: number of its address space                           */
    page_t npages;      /* numbers given out so far: 0 .. npages - 1                     */
    page_t free;        /* list of those that can be given again, through vpns; or
                         * PAGE_NONE                                                     */
    size_t capacity;
};

void page_index_init(struct page_index *index);
void page_index_release(struct page_index *index);

/* The pages of one address space. */
struct page_space {
    unsigned page_shift, granule_shift;
    uint32_t number;
    struct map map; /* from VPN to page */
    struct page_index *index;
};

/* page_shift must not be below granule_shift; index: borrowed. */
void page_space_init(struct page_space *space, struct page_index *index, uint32_t number,
                     unsigned page_shift, unsigned granule_shift);
/* The numbers of its pages can be given again. */
void page_space_release(struct page_space *space);

/* The page with this VPN, which gets a number if it has none; *fresh then: it is new, and
 * its number may have been another page's before.  ERR_NOMEM; ERR_CELL if there are more
 * than 2^31 pages. */
MUST_CHECK enum status page_space_page(struct page_space *space, page_t *page, vpn_t vpn,
                                       bool *fresh, struct error *err);

/* The page with this VPN if it has a number, or PAGE_NONE. */
static inline page_t page_space_find(const struct page_space *space, vpn_t vpn)
{
    return map_get(&space->map, vpn);
}

_Static_assert(MAP_ABSENT == PAGE_NONE, "page_space_find returns one for the other");

/* A batch with what is derived from it.  Valid until the batch is refilled. */
struct paged_batch {
    const struct batch *batch;
    const uint8_t *classes; /* [2 * shape + boundary]                                    */
    const uint32_t *pages;  /* [block]: page << 1 | boundary                             */
    const struct page_index *index;
    page_t npages; /* pages of the index seen so far, with this batch                    */
    const struct paged_spans
        *spans; /* of the batch, or NULL: nobody has found them       */
};

/* Give every block of the batch its page, in pages[BATCH_BLOCKS]. */
MUST_CHECK enum status page_space_translate(struct page_space *space,
                                            const struct batch *batch, uint32_t *pages,
                                            struct error *err);

/* Fill classes[2 * BATCH_SHAPES]. */
void batch_classify(const struct batch *batch, uint8_t *classes);

/* Fill lengths[BATCH_SHAPES] with the references of each shape. */
void batch_measure(const struct batch *batch, uint8_t *lengths);

/* The page where a stream is before the first step, or PAGE_NONE. */
static inline page_t paged_batch_start(const struct paged_batch *paged, int stream)
{
    const uint16_t block = paged->batch->start[stream];
    return block == BLOCK_NONE ? PAGE_NONE : paged->pages[block] >> 1;
}

#endif
