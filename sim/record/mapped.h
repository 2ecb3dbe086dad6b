/* mapped.h -- the regions of an address space while nothing is kept of it, so that a
 * recording that begins later can begin with them. */
#ifndef FAULTLINE_RECORD_MAPPED_H
#define FAULTLINE_RECORD_MAPPED_H

#include "base/error.h"
#include "trace/vm_op.h"

/* `map` is the operation that would make it; its `file` is not used. */
struct mapped_region {
    struct vm_op map;
    char *file; /* name, or NULL; owned */
};

/* Zeroed: nothing is mapped.  In order of address, without overlaps. */
struct mapped {
    struct mapped_region *regions;
    size_t n, capacity;
};

void mapped_release(struct mapped *mapped);
MUST_CHECK enum status mapped_copy(struct mapped *to, const struct mapped *from,
                                   struct error *err);

/* Carry out an operation; only MAP, UNMAP and PROTECT change something.  file: of a MAP, or
 * NULL. */
MUST_CHECK enum status mapped_change(struct mapped *mapped, const struct vm_op *op,
                                     const char *file, struct error *err);

#endif
