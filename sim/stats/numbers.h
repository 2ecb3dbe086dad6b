/* numbers.h -- how results are written as text: the same in counters and in tables. */
#ifndef FAULTLINE_STATS_NUMBERS_H
#define FAULTLINE_STATS_NUMBERS_H

#include "base/types.h"

#define NUMBER_SIZE 32 /* room for any of these, the ending NUL included */

/* All return buffer. */
/* A whole number. */
char *number_count(uint64_t count, char buffer[NUMBER_SIZE]);
/* Seconds, exact: "0.000123", "1.0"; at most 12 decimals and at least one. */
char *number_time(psec_t time, char buffer[NUMBER_SIZE]);
/* The shortest decimal that reads back as the same double; "" if it is not finite, which
 * says that it was not measured. */
char *number_real(double real, char buffer[NUMBER_SIZE]);

#endif
