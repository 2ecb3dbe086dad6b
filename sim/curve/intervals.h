/* intervals.h -- counts the intervals between uses of each page, in references: what
 * window curves (windows.h) are made of. */
#ifndef FAULTLINE_CURVE_INTERVALS_H
#define FAULTLINE_CURVE_INTERVALS_H

#include "curve/footprint.h"
#include "curve/steps.h"
#include "curve/windows.h"

/* When the pages of a step are used, as numbers of references after the last one before
 * the step. */
struct step_uses {
    uint8_t first,
        first_last; /* by the stream that touches first: its first and last use */
    uint8_t other, other_last; /* by the other one, if it is active                       */
};

/* What only depends on the shapes of a batch, for all page sizes. */
struct shape_uses {
    struct step_uses *uses; /* [2 * shape + boundary]                                    */
};

MUST_CHECK enum status shape_uses_init(struct shape_uses *shapes, struct error *err);
void shape_uses_release(struct shape_uses *shapes);
void shape_uses_find(struct shape_uses *shapes, const struct batch *batch);

struct interval_counter {
    uint64_t *last_use; /* [page]: number of the reference, from 1; 0: never              */
    size_t npages;      /* capacity of last_use                                          */
    uint64_t *count;    /* [window]: intervals longer than those of the window before it  */
    uint64_t *sum;      /* [window > WINDOW_DENSE]: their sum                             */
    uint32_t *steps; /* [2 * shape + boundary]: steps of the batch that use two pages     */
    uint64_t uses;   /* so far                                                           */
    uint64_t references;
    struct footprint *footprint; /* borrowed; NULL: somebody else keeps it               */
};

MUST_CHECK enum status intervals_init(struct interval_counter *counter,
                                      struct footprint *footprint, struct error *err);
void intervals_release(struct interval_counter *counter);

MUST_CHECK enum status intervals_add(struct interval_counter *counter,
                                     const struct level_batch *batch,
                                     const struct shape_uses *shapes, struct error *err);

/* The curve of what has been added; first_uses[npages]: of the pages, borrowed by it. */
MUST_CHECK enum status intervals_finish(const struct interval_counter *counter,
                                        uint64_t *first_uses, page_t npages,
                                        struct window_curve *curve, struct error *err);

/* Memory that it takes, bytes. */
uint64_t intervals_bytes(const struct interval_counter *counter);

#endif
