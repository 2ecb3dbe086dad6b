/* density.h -- how often each place was used in each span of time, as coarse as a picture
 * needs it.
 *
 * Time is cut into columns of equal numbers of references, places into units of equal sizes.
 * Where there are more of either than asked for, two become one, so neither the length of the
 * trace nor its addresses need be known beforehand. */
#ifndef FAULTLINE_LAYOUT_DENSITY_H
#define FAULTLINE_LAYOUT_DENSITY_H

#include "base/map.h"
#include "base/types.h"
#include "layout/uses.h"

struct density_size {
    uint32_t columns;    /* most columns, an even number                                  */
    uint32_t units;      /* most units                                                    */
    uint64_t references; /* of the trace; 0: not known                                    */
};

/* Accesses, as many as fit. */
struct density_cell {
    uint32_t accesses[USE_KINDS];
};

struct density {
    struct density_size size;
    unsigned unit_shift; /* log2 of a unit's bytes                                        */
    uint64_t width;      /* references of a column                                        */
    uint32_t column;     /* the one under way                                             */
    uint64_t left;       /* references until it is full                                   */
    struct map index;    /* from address >> unit_shift to the unit's number               */
    uint64_t *units; /* [index.used]: address >> unit_shift, in order of appearance    */
    struct density_cell **cells; /* [unit][column]                                        */
};

/* Units are of 1 << unit_shift bytes at first.  ERR_NOMEM. */
MUST_CHECK enum status density_init(struct density *density,
                                    const struct density_size *size, unsigned unit_shift,
                                    struct error *err);
void density_release(struct density *density);

/* Accesses to a place in the column under way.  ERR_NOMEM. */
MUST_CHECK enum status density_add(struct density *density, vaddr_t place,
                                   const struct use_count *count, struct error *err);

/* So many references are done, at most density.left. */
void density_advance(struct density *density, uint64_t references);

/* Columns with references. */
uint32_t density_columns(const struct density *density);

#endif
