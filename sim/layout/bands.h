/* bands.h -- an axis of addresses without the empty space between them.
 *
 * A *band* is a stretch of the axis: places of one region without a wide gap.  Bands follow
 * each other in order of address, a few rows apart, and each has as many rows as its share
 * of the memory drawn, but never fewer than can be seen. */
#ifndef FAULTLINE_LAYOUT_BANDS_H
#define FAULTLINE_LAYOUT_BANDS_H

#include "layout/layout.h"

struct band {
    size_t region;       /* index in the map                                              */
    vaddr_t start, last; /* bytes, both inclusive                                         */
    uint32_t row, rows;  /* from the bottom; rows at least 1                              */
};

/* A unit of the density and where it is drawn. */
struct band_unit {
    uint32_t number; /* in the density                                                    */
    size_t region;
    uint64_t place; /* on the axis before it has rows: gaps are cut short                 */
    uint64_t start; /* address >> unit_shift                                              */
    uint32_t row, rows;
};

struct bands {
    struct band *bands;
    size_t n;
    struct band_unit *units; /* by address                                                */
    size_t nunits;
    uint32_t rows; /* of all                                                              */
};

enum {
    BAND_SPACE = 2,    /* rows between two bands                                          */
    BAND_ROWS_MIN = 4, /* of a band                                                       */
};

/* Lay the units of the density out on so many rows, or on more if there are many bands.
 * Release it also after an error.  ERR_NOMEM. */
MUST_CHECK enum status bands_init(struct bands *bands, const struct density *density,
                                  const struct layout_map *map, uint32_t rows,
                                  struct error *err);
void bands_release(struct bands *bands);

#endif
