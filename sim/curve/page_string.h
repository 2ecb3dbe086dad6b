/* page_string.h -- a trace as a string of pages, without the accesses that tell a stack
 * algorithm nothing.
 *
 * Left out are an access to the page of the access before, and of the alternations between
 * two pages x y x y x y ... all but as many as make no difference: x y, x y x or x y x y,
 * so that it ends with the same page, and both pages are used again if they were.  The
 * accesses left out find their page in the two topmost places of any stack algorithm's
 * stack and leave it there, so that the faults with two frames or more stay the same (for
 * OPT and LRU: Kaplan, Smaragdakis, Wilson, "Flexible reference trace reduction for VM
 * simulations", ACM TOMACS 13(1), 2003). */
#ifndef FAULTLINE_CURVE_PAGE_STRING_H
#define FAULTLINE_CURVE_PAGE_STRING_H

#include "curve/steps.h"

/* Most pages of a batch's string: a step touches two pages for the first time, and before
 * each of them at most two alternations must be put down. */
enum { PAGE_STRING_MAX = 4 * BATCH_STEPS + 2 };

struct page_string {
    page_t *pages; /* [n], of the batch                                                  */
    uint32_t n;
    page_t recent[2]; /* accessed last, and before it; PAGE_NONE at first               */
    uint64_t pending; /* alternations between them that are not in a string yet       */
    uint64_t changes; /* accesses so far to another page than the access before         */
};

MUST_CHECK enum status page_string_init(struct page_string *string, struct error *err);
void page_string_release(struct page_string *string);

/* Go back to the beginning of the trace. */
void page_string_rewind(struct page_string *string);

/* Replace pages by the string of the next batch. */
void page_string_next(struct page_string *string, const struct level_batch *batch);

#endif
