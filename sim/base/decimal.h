/* decimal.h -- decimal numbers and their units, as parts of a text: what units.c and
 * time_units.c read and write with. */
#ifndef FAULTLINE_BASE_DECIMAL_H
#define FAULTLINE_BASE_DECIMAL_H

#include "base/types.h"

#include <stdbool.h>
#include <stddef.h>

struct unit {
    const char *name;
    uint64_t factor; /* bytes, picoseconds, hertz                                      */
};

/* A decimal number as written: digits / 10^scale. */
struct decimal {
    uint64_t digits;
    unsigned scale; /* at most 18                                                      */
    bool overflow;  /* it has more digits than fit                                     */
};

enum fit { FITS, TOO_LARGE, NOT_WHOLE };

const char *skip_blanks(const char *s);
/* Without the blanks at its end. */
size_t trimmed_length(const char *s);

/* Read digits[.digits], without fraction digits only; NULL if there is no such number.
 * Returns what follows it. */
const char *decimal_read(struct decimal *number, const char *s, bool fraction);

/* The number times factor, unless it is no whole number or beyond 64 bits. */
enum fit decimal_scale(uint64_t *value, const struct decimal *number, uint64_t factor);

/* The same divided by a divisor above 0, rounded to the nearest whole number, a half up. */
enum fit decimal_ratio(uint64_t *value, const struct decimal *number, uint64_t factor,
                       uint64_t divisor);

/* The unit called so, or NULL. */
const struct unit *unit_find(const struct unit *units, size_t n, const char *name,
                             size_t length);

/* The largest of the units, each of at least 1000, in which the value has three decimals
 * at most, or NULL. */
const struct unit *unit_for(uint64_t value, const struct unit *units, size_t n);

/* The value in such a unit: "8.33 ms". */
void unit_format(uint64_t value, const struct unit *unit, char *buffer, size_t size);

#endif
