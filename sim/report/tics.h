/* tics.h -- where an axis has marks, and what they say. */
#ifndef FAULTLINE_REPORT_TICS_H
#define FAULTLINE_REPORT_TICS_H

#include "report/figure.h"

#define TICS_MOST 14 /* labels that fit side by side */

/* What the labels of an axis are made of. */
enum tic_kind { TIC_NUMBER, TIC_COUNT, TIC_SIZE };

/* A value as the label of a tic: "4 KiB", "1,024", "0.05"; step is the distance to the next
 * one, which says how many decimals are needed. */
const char *tic_label(struct arena *arena, enum tic_kind kind, double value, double step);

/* All: replace the axis' tics.  ERR_NOMEM. */
/* One at each of the n values. */
MUST_CHECK enum status tics_at(struct axis *axis, struct arena *arena, enum tic_kind kind,
                               const double *values, size_t n, struct error *err);
/* Round steps from low to high. */
MUST_CHECK enum status tics_linear(struct axis *axis, struct arena *arena,
                                   enum tic_kind kind, struct error *err);
/* Powers of 2. */
MUST_CHECK enum status tics_log2(struct axis *axis, struct arena *arena, enum tic_kind kind,
                                 struct error *err);
/* Powers of 10, with minor tics between them; over a short range 2 and 5 are labelled. */
MUST_CHECK enum status tics_log10(struct axis *axis, struct arena *arena,
                                  struct error *err);

#endif
