/* levels.h -- the pages of a trace at up to eight page sizes together.
 *
 * A block is looked up once, for its page of the smallest size; the larger pages that hold
 * a page are in a row of a table. */
#ifndef FAULTLINE_CURVE_LEVELS_H
#define FAULTLINE_CURVE_LEVELS_H

#include "trace/paged_batch.h"

enum { LEVELS_MAX = 8 /* page sizes taken together */ };

struct levels {
    unsigned n;
    unsigned granule_shift;
    unsigned page_shifts[LEVELS_MAX]; /* ascending                                       */
    page_t npages[LEVELS_MAX];        /* [level]: pages that have a number                */
    struct page_index index;          /* of the smallest pages                           */
    struct page_space space;
    struct map maps[LEVELS_MAX]; /* [level > 0]: from VPN to page                        */
    page_t *rows;                /* [page * n + level]: the page that holds this one     */
    size_t capacity;             /* of rows, smallest pages                              */
    uint32_t *entries[LEVELS_MAX]; /* [level][block]: page << 1 | boundary, of the batch  */
};

/* page_shifts: n of them, 1 .. LEVELS_MAX, ascending, none below granule_shift. */
MUST_CHECK enum status levels_init(struct levels *levels, const unsigned *page_shifts,
                                   unsigned n, unsigned granule_shift, struct error *err);
void levels_release(struct levels *levels);

/* Fill entries for a batch. */
MUST_CHECK enum status levels_translate(struct levels *levels, const struct batch *batch,
                                        struct error *err);

/* The pages that hold a smallest page: [level]. */
static inline const page_t *levels_row(const struct levels *levels, page_t page)
{
    return &levels->rows[(size_t)page * levels->n];
}

/* Memory that it takes, bytes. */
uint64_t levels_bytes(const struct levels *levels);

#endif
