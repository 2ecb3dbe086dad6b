/* runs.h -- what the core map keeps once a large page has been wanted: where runs of frames
 * are free, and which frames of large pages pass for referenced.
 *
 * A run of n frames (a power of two) begins at a multiple of n.  It is free if each of its
 * frames is on the free list or was never used. */
#ifndef FAULTLINE_PAGER_RUNS_H
#define FAULTLINE_PAGER_RUNS_H

#include "pager/pager.h"

/* Keep the referenced bits of large pages from now on, for a kernel that has runs of its
 * own. */
MUST_CHECK enum status runs_begin(struct pager *pager, struct error *err);

/* Keep account of runs of n frames from now on. */
MUST_CHECK enum status runs_want(struct pager *pager, pfn_t n, struct error *err);
void runs_free(struct frame_runs *runs);

/* First frame of the lowest free run of n frames, or PFN_NONE. */
pfn_t runs_lowest(struct pager *pager, pfn_t n);

/* The frame has come to the head of the free list.  Nothing if nobody wants runs. */
void runs_added(struct pager *pager, pfn_t pfn);

/* Take a frame off the free list, wherever it is in it. */
void runs_remove(struct pager *pager, pfn_t pfn);

/* The one referenced bit of a large page, as each of its frames has it: true from when the
 * page's bit was cleared for the sake of another frame, until it is cleared for this one.
 * False if nobody wants runs. */
bool runs_referenced(const struct pager *pager, pfn_t pfn);
void runs_set_referenced(struct pager *pager, pfn_t pfn, bool referenced);

/* NULL, or a sentence: what does not hold. */
const char *runs_check(const struct pager *pager);

#endif
