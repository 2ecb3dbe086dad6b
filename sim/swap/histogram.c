/* histogram.c -- see histogram.h. */
#include "swap/histogram.h"

#include <assert.h>

enum { OCTAVE_SHIFT = 7, OCTAVE = 1 << OCTAVE_SHIFT };

/* A value keeps its highest 8 bits, of which the first is set where any were dropped: so
 * the bins of an octave follow upon those of the one below. */
static uint32_t bin_of(uint64_t value)
{
    const int bits = value ? 64 - __builtin_clzll(value) : 0;
    const uint32_t dropped =
        bits > OCTAVE_SHIFT + 1 ? (uint32_t)bits - OCTAVE_SHIFT - 1 : 0;
    return dropped * OCTAVE + (uint32_t)(value >> dropped);
}

static uint64_t upper_edge(uint32_t bin)
{
    const uint32_t dropped = bin < 2 * OCTAVE ? 0 : bin / OCTAVE - 1;
    return ((uint64_t)(bin - dropped * OCTAVE + 1) << dropped) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    histogram->count++;
    histogram->bins[bin_of(value)]++;
}

uint64_t histogram_percentile_of(const struct histogram *const histograms[], unsigned n,
                                 unsigned percent)
{
    assert(percent >= 1 && percent <= 100);
    uint64_t count = 0;
    for (unsigned i = 0; i < n; i++)
        count += histograms[i]->count;
    /* Not count * percent, which may overflow. */
    const uint64_t rest = count % 100 * percent;
    const uint64_t rank = count / 100 * percent + (rest + 99) / 100;
    if (rank == 0)
        return 0;
    uint32_t bin = 0;
    for (uint64_t sum = 0;; bin++) {
        for (unsigned i = 0; i < n; i++)
            sum += histograms[i]->bins[bin];
        if (sum >= rank)
            return upper_edge(bin);
    }
}

uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent)
{
    return histogram_percentile_of(&histogram, 1, percent);
}
