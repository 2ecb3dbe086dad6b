/* curve_data.h -- the table `curves`: written as JSON, and as much of it as a picture can
 * show. */
#ifndef FAULTLINE_REPORT_CURVE_DATA_H
#define FAULTLINE_REPORT_CURVE_DATA_H

#include "report/data.h"

#include <stdio.h>

/* curves.json: the columns with their units, and each curve of each trace at each page size
 * with its points, an array for each, of the columns that it has.  The caller finds failed
 * writes with ferror(). */
void curve_json_write(const struct data *curves, FILE *stream);

/* True if row belongs to the same curve as the one before it. */
bool curve_goes_on(const struct data *curves, size_t row);

/* The points of the curves called by names (joined by commas; NULL: all), no more of them
 * than can be seen on a logarithmic axis of the column x; the caller frees it.
 * ERR_NOMEM. */
MUST_CHECK enum status curve_data_thin(struct data **out, const struct data *curves,
                                       const char *names, const char *x, struct error *err);

#endif
