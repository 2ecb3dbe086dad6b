/* footprint.c -- see footprint.h. */
#include "curve/footprint.h"

#include <stdlib.h>

enum status footprint_reserve(struct footprint *footprint, size_t npages, struct error *err)
{
    if (npages <= footprint->capacity)
        return OK;
    const size_t capacity = npages < 1024 ? 1024 : npages + npages / 2;
    uint64_t *first_uses = realloc(footprint->first_uses, capacity * sizeof *first_uses);
    if (!first_uses)
        return error_nomem(err);
    footprint->first_uses = first_uses;
    footprint->capacity = capacity;
    return OK;
}

void footprint_release(struct footprint *footprint)
{
    free(footprint->first_uses);
    *footprint = (struct footprint){0};
}
