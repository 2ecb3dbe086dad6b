/* opt.h -- the stack of OPT (Belady's MIN), and the distances that its touches are at.
 *
 * Mattson, Gecsei, Slutz, Traiger 1970: the first N pages of the stack are those that OPT
 * would have in N frames.  The page touched goes on top; the one that was there goes down,
 * and at each place the page used sooner stays and the other one goes on, until the place
 * is reached that the touched page has left.  So pages move only where the next use is
 * farther than of all above, and whole blocks of places without such a page are passed
 * over (as the groups of Sugumar and Abraham, "Efficient simulation of caches under optimal
 * replacement with applications to miss characterization", SIGMETRICS 1993). */
#ifndef FAULTLINE_CURVE_OPT_H
#define FAULTLINE_CURVE_OPT_H

#include "base/error.h"
#include "base/types.h"

#include <stdbool.h>

enum { OPT_BLOCK = 64 /* places of a block */ };

struct opt_stack {
    page_t *pages;  /* [place]                                                        */
    uint64_t *next; /* [place]: when its page is used next                            */
    uint64_t *block_max; /* [place / OPT_BLOCK]: the farthest of these                    */
    page_t *place_of; /* [page], or PAGE_NONE                                           */
    uint64_t *count;  /* [distance]: touches at it                                      */
    size_t capacity;  /* of all of them, a multiple of OPT_BLOCK                        */
    page_t npages;    /* in the stack                                                   */
};

/* Room for pages 0 .. npages - 1, from a zeroed struct. */
MUST_CHECK enum status opt_reserve(struct opt_stack *stack, size_t npages,
                                   struct error *err);
void opt_release(struct opt_stack *stack);

/* Touch a page, to be used next at the time `next`; times are all different but for pages
 * that are never used again, whose time is UINT64_MAX.  True: for the first time. */
bool opt_touch(struct opt_stack *stack, page_t page, uint64_t next);

/* Memory that it takes, bytes. */
uint64_t opt_bytes(const struct opt_stack *stack);

#endif
