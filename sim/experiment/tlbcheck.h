/* tlbcheck.h -- whether arrays make a TLB, and which page sizes there are. */
#ifndef FAULTLINE_EXPERIMENT_TLBCHECK_H
#define FAULTLINE_EXPERIMENT_TLBCHECK_H

#include "experiment/cellwork.h"
#include "machine/pagetable.h"

/* ERR_CONFIG if two arrays of a level hold the same pages of the same stream, a level is left
 * out, there are two arrays for system space, or none of level 1 holds the base pages of a
 * stream. */
MUST_CHECK enum status tlbcheck(const struct cellwork *work,
                                const struct pagetable_ops *format);

/* "4 KiB, 2 MiB, 1 GiB": the page sizes that the hardware has; returns buffer. */
char *tlbcheck_sizes(const struct pagetable_ops *format, char *buffer, size_t size);

/* The place of the first word on the array, or on level 1 if array is NULL; nowhere if it is
 * not named. */
struct location tlbcheck_place(const struct layer *layer, const char *array);

#endif
