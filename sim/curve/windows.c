/* windows.c -- see windows.h. */
#include "curve/windows.h"

#include "base/bits.h"

#include <stdlib.h>

enum { DENSE_SHIFT = 13, STEPS_SHIFT = 12 };

_Static_assert(WINDOW_DENSE == 1 << DENSE_SHIFT, "the first doubling begins there");
_Static_assert(WINDOW_STEPS == 1 << STEPS_SHIFT, "steps of a doubling");
_Static_assert(WINDOW_COUNT == WINDOW_DENSE + (64 - DENSE_SHIFT) * WINDOW_STEPS,
               "a window as long as any 64-bit number");

size_t window_number(uint64_t length)
{
    if (length <= WINDOW_DENSE)
        return (size_t)length - 1;
    const uint64_t below = length - 1;
    const unsigned doubling = 63 - (unsigned)__builtin_clzll(below);
    const uint64_t step = (below >> (doubling - STEPS_SHIFT)) - WINDOW_STEPS;
    return WINDOW_DENSE + (size_t)(doubling - DENSE_SHIFT) * WINDOW_STEPS + (size_t)step;
}

uint64_t window_length(size_t number)
{
    if (number < WINDOW_DENSE)
        return number + 1;
    const size_t beyond = number - WINDOW_DENSE;
    const unsigned doubling = DENSE_SHIFT + (unsigned)(beyond / WINDOW_STEPS);
    const uint64_t step = beyond % WINDOW_STEPS + 1;
    return ((uint64_t)1 << doubling) + (step << (doubling - STEPS_SHIFT));
}

/* How many of n ascending numbers are not greater than this one. */
static page_t not_greater(const uint64_t *ascending, page_t n, uint64_t number)
{
    page_t low = 0, high = n;
    while (low < high) {
        const page_t middle = low + (high - low) / 2;
        if (ascending[middle] <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of the excess of each number over the window, the sum. */
static double excess(const uint64_t *ascending, const uint64_t *sums, page_t n,
                     uint64_t window)
{
    const page_t within = not_greater(ascending, n, window);
    return (double)(sums[n] - sums[within]) - (double)window * (double)(n - within);
}

/* Xiang et al. 2011, with the pages' first and last uses at both ends: of all windows, how
 * many miss each page. */
static double footprint(const struct window_curve *c, size_t i, uint64_t window)
{
    if (window >= c->references)
        return c->npages;
    const uint64_t longer = c->intervals[c->n - 1] - c->intervals[i];
    const double between = (double)(c->interval_sum[c->n - 1] - c->interval_sum[i]) -
                           (double)window * (double)longer;
    const double missed = between +
                          excess(c->first_uses, c->first_sums, c->npages, window) +
                          excess(c->rests, c->rest_sums, c->npages, window);
    return c->npages - missed / (double)(c->references - window + 1);
}

struct window_point window_curve_point(const struct window_curve *c, size_t i)
{
    const uint64_t window = window_length(i), all = c->intervals[c->n - 1];
    const uint64_t longer = all - c->intervals[i];
    const page_t ended = not_greater(c->rests, c->npages, window);
    const double within = (double)c->interval_sum[i], references = (double)c->references;
    const double at_end =
        (double)c->rest_sums[ended] + (double)window * (double)(c->npages - ended);
    return (struct window_point){
        .window = window,
        .faults = c->uses - c->intervals[i],
        .working_set = (within + (double)window * (double)longer + at_end) / references,
        .vmin = (within + (double)longer + (double)c->npages) / references,
        .footprint = footprint(c, i, window),
        .intervals = c->intervals[i] - (i ? c->intervals[i - 1] : 0),
    };
}

size_t window_curve_find(const struct window_curve *c, uint64_t window, bool *exact)
{
    size_t i = window_number(window);
    if (i >= c->n) {
        *exact = true;
        return c->n - 1;
    }
    *exact = window_length(i) == window;
    return *exact ? i : i - 1;
}

void window_curve_release(struct window_curve *curve)
{
    free(curve->intervals);
    free(curve->interval_sum);
    free(curve->rests);
    free(curve->first_sums);
    free(curve->rest_sums);
    *curve = (struct window_curve){0};
}
