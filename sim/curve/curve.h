/* curve.h -- what one reading of a trace tells about every memory size at once, exactly,
 * for several page sizes together.
 *
 * A *stack curve* (Mattson, Gecsei, Slutz, Traiger, "Evaluation techniques for storage
 * hierarchies", IBM Systems Journal 9(2), 1970) holds the faults for every number of
 * frames.  It equals the replay of policies `lru` and `opt` without timing at each of them.
 *
 * A *window curve* (windows.h) holds working set, VMIN and average footprint for every
 * length of window.
 *
 * Memory is proportional to the pages, whatever the trace's length, but for OPT: it reads
 * the trace twice, and its index of the future has 12 bytes for each page of each batch of
 * steps (where a full index has 4 for each touch). */
#ifndef FAULTLINE_CURVE_CURVE_H
#define FAULTLINE_CURVE_CURVE_H

#include "curve/windows.h"
#include "trace/trace.h"

/* What is asked for, one bit each; the footprint over time comes with any of them. */
enum curve_kind {
    CURVE_LRU = 1,
    CURVE_OPT = 2,
    CURVE_WINDOWS = 4,
};

enum { CURVE_PAGE_SIZES = 32 /* most page sizes of one request */ };

struct curve_request {
    unsigned kinds;     /* of enum curve_kind, at least one                               */
    size_t npage_sizes; /* 1 .. CURVE_PAGE_SIZES                                          */
    unsigned page_shifts[CURVE_PAGE_SIZES]; /* log2 of bytes, distinct, in any order      */
};

/* Faults for every number of frames, of one policy.
 *
 * An access is a reference, or the part of one in a further page.  It *is at distance d* if
 * d distinct other pages were accessed since its page was (for OPT: if d pages stand above
 * it in Mattson's stack), so it faults with at most d frames. */
struct stack_curve {
    uint64_t *faults; /* [0 .. npages]; NULL: not asked for.  [0] is the number of accesses,
                       * and [frames] for frames >= npages the number of cold faults.     */
    page_t npages;    /* distinct pages                                                   */
};

/* Faults with so many frames, at least 1. */
static inline uint64_t stack_curve_faults(const struct stack_curve *curve, uint64_t frames)
{
    return curve->faults[frames < curve->npages ? frames : curve->npages];
}

/* Accesses at distance d, 0 .. npages - 1: the reuse-distance histogram.  The other
 * accesses, npages of them, are the first ones of their pages. */
static inline uint64_t stack_curve_at_distance(const struct stack_curve *curve, page_t d)
{
    return curve->faults[d] - curve->faults[d + 1];
}

/* What a trace gives at one page size. */
struct curve {
    unsigned page_shift;
    page_t npages; /* distinct pages: the footprint                                      */
    uint64_t references;
    uint64_t accesses;    /* references, and parts of them in a further page             */
    uint64_t *first_uses; /* [npages], ascending: numbers, from 1, of the references that
                           * used a page for the first time.  So n distinct pages have been
                           * used by reference first_uses[n - 1], and not before it.      */
    struct stack_curve lru, opt;
    struct window_curve windows; /* n is 0 if not asked for                              */
    uint64_t bytes; /* memory that its analyses took in the end, with a share of what they
                     * have in common with other page sizes; batches not counted         */
    uint64_t index_bytes; /* of these: the index of the future                            */
};

/* Who runs an analysis may follow and stop it. */
struct curve_host {
    void *context;
    /* So many references more are done (0: a batch was read to look ahead); false: stop. */
    bool (*advance)(void *context, uint64_t references);
};

/* Read the trace, opened without operations, from its beginning, where it stands, to its
 * end, and fill curves[request->npage_sizes], in the request's order; each must be released.
 * Of a reduced trace the faults of LRU and OPT are right from its number of frames on, and
 * nothing else is; whether it is exact for the policy, the caller knows.
 * ERR_CONFIG: a page size below the trace's granule, windows of a reduced trace.  ERR_CELL:
 * the trace has more than 2^29 pages.  ERR_IO (with OPT: a pipe cannot be read twice, a file
 * changed in between), ERR_DAMAGED, ERR_NOMEM, ERR_INTERRUPTED.  After an error there is nothing to release. */
MUST_CHECK enum status curve_run(struct curve *curves, const struct curve_request *request,
                                 struct trace *trace, const struct curve_host *host,
                                 struct error *err);
void curve_release(struct curve *curve);

#endif
