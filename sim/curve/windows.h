/* windows.h -- working set, VMIN and average footprint for every length of window, from the
 * intervals between uses.
 *
 * Time is counted in references; a page is used at time t if the reference of number t
 * touches it (at most once a reference).  The window of length T that ends at time t holds
 * the references t - T + 1 .. t.
 *
 * - The working set W(t, T) is the pages used in that window (Denning, "The working set
 *   model for program behavior", CACM 11(5), 1968).  A use faults if the interval since its
 *   page's last use is longer than T.
 * - VMIN keeps a page after a use if its next use comes within T, else only at the time of
 *   the use itself (Prieve and Fabry, "VMIN: an optimal variable-space page replacement
 *   algorithm", CACM 19(5), 1976).  It faults as often as the working set of the same T.
 * - The footprint fp(T) is the mean number of distinct pages over all windows of length T
 *   that lie within the trace (Xiang, Bao, Ding, Gao, "Linear-time modeling of program
 *   working set in shared cache", PACT 2011).
 *
 * Mean sizes over the times 1 .. references follow from the histogram of intervals and the
 * pages' first and last uses: Slutz and Traiger, "A note on the calculation of average
 * working set size", CACM 17(10), 1974; Denning and Slutz, "Generalized working sets for
 * segment reference strings", CACM 21(9), 1978. */
#ifndef FAULTLINE_CURVE_WINDOWS_H
#define FAULTLINE_CURVE_WINDOWS_H

#include "base/types.h"

#include <stdbool.h>

/* The windows of a curve: every length up to WINDOW_DENSE, and from there WINDOW_STEPS
 * equal steps to each doubling, the longest at least as long as the trace.  What the curve
 * says of each of them is exact. */
enum {
    WINDOW_DENSE = 8192,
    WINDOW_STEPS = 4096,
    WINDOW_COUNT =
        WINDOW_DENSE + 51 * WINDOW_STEPS, /* of all lengths of 64 bits          */
};

/* The shortest of them that is at least as long, for a length of at least 1. */
size_t window_number(uint64_t length);

/* Its length, references. */
uint64_t window_length(size_t number);

struct window_curve {
    size_t n;               /* windows; 0: not asked for                                  */
    uint64_t references;    /* length of the trace                                        */
    uint64_t uses;          /* of pages: a reference may use several                      */
    page_t npages;          /* distinct pages                                             */
    uint64_t *intervals;    /* [n]: intervals between uses no longer than the window      */
    uint64_t *interval_sum; /* [n]: their sum, references                                 */
    uint64_t *first_uses; /* [npages] ascending: the pages' first uses, from 1; borrowed */
    uint64_t *rests; /* [npages] ascending: times from their last uses to the end, those
                             * included: 1 for a page that the last reference used         */
    uint64_t *first_sums, *rest_sums; /* [npages + 1]: sums of the first so many          */
};

/* At one window. */
struct window_point {
    uint64_t window;    /* references                                               */
    uint64_t faults;    /* working set and VMIN alike                               */
    double working_set; /* mean pages of the working set                            */
    double vmin;        /* mean pages of VMIN                                       */
    double footprint;   /* fp(window); of all pages if the trace is shorter         */
    uint64_t intervals; /* exactly: intervals longer than those of the window before,
                              * and no longer than this window                            */
};

/* Point i, 0 .. n - 1. */
struct window_point window_curve_point(const struct window_curve *curve, size_t i);

/* The curve's longest window that is no longer than this (at least 1), as a number for
 * window_curve_point.  *exact: it is of this length, or both are at least as long as the
 * trace, so that all is the same. */
size_t window_curve_find(const struct window_curve *curve, uint64_t window, bool *exact);

void window_curve_release(struct window_curve *curve);

#endif
