/* histogram.h -- how often which times occurred, in fixed memory.
 * Values below 256 have a bin each; above, an octave is divided into 128 bins, so that a
 * bin is less than 1 % as wide as the values in it. */
#ifndef FAULTLINE_SWAP_HISTOGRAM_H
#define FAULTLINE_SWAP_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BINS = 57 * 128 + 128 };

/* Zeroed: empty. */
struct histogram {
    uint64_t count;
    uint64_t bins[HISTOGRAM_BINS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* The upper edge of the bin that holds the percentile: the smallest value that at least
 * `percent` (1 to 100) of all do not exceed.  0 if there are none. */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent);

/* The same of the values of n histograms together. */
uint64_t histogram_percentile_of(const struct histogram *const histograms[], unsigned n,
                                 unsigned percent);

#endif
