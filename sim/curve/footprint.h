/* footprint.h -- when each page was used for the first time. */
#ifndef FAULTLINE_CURVE_FOOTPRINT_H
#define FAULTLINE_CURVE_FOOTPRINT_H

#include "base/error.h"
#include "base/types.h"

struct footprint {
    uint64_t *first_uses; /* [npages], ascending: numbers of references, from 1           */
    page_t npages;        /* distinct pages                                              */
    size_t capacity;
};

/* Room for so many pages in all, from a zeroed struct. */
MUST_CHECK enum status footprint_reserve(struct footprint *footprint, size_t npages,
                                         struct error *err);
void footprint_release(struct footprint *footprint);

/* A page is used for the first time; there must be room. */
static inline void footprint_add(struct footprint *footprint, uint64_t reference)
{
    footprint->first_uses[footprint->npages++] = reference;
}

#endif
