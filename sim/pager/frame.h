/* frame.h -- the core map, for the other files of the pager. */
#ifndef FAULTLINE_PAGER_FRAME_H
#define FAULTLINE_PAGER_FRAME_H

#include "pager/pager.h"

/* An empty frame in state GRANTED, or PFN_NONE if none is free. */
pfn_t frame_take(struct pager *pager);

/* The frame, which no page maps and no transfer uses, holds nothing any more. */
void frame_free(struct pager *pager, pfn_t pfn);

/* Put a content into a granted frame. */
void frame_put(struct pager *pager, pfn_t pfn, content_t content, enum frame_state state);

/* Give the swap device that lies in memory the frames that it needs, as far as there are
 * free ones, and take back those that it does not need. */
void frame_balance_pool(struct pager *pager);

MUST_CHECK enum status frame_map(struct pager *pager, pfn_t pfn, page_t page,
                                 struct error *err);
void frame_unmap(struct pager *pager, page_t page);

/* Hand a frame to the policy; keep it from being evicted; take it from the policy, if that
 * has it. */
void frame_activate(struct pager *pager, pfn_t pfn);
void frame_hold(struct pager *pager, pfn_t pfn);
void frame_withdraw(struct pager *pager, pfn_t pfn, enum frame_state state);

/* --- transfer.c ------------------------------------------------------------------------- */

/* Start to write a frame; its dirty flag is cleared.  ERR_CELL if swap space is full. */
MUST_CHECK enum status frame_write(struct pager *pager, pfn_t pfn, struct error *err);

/* Start to read the frame, which is FILLING, from the place of `from`: its own content or
 * the one that it is to be a copy of. */
MUST_CHECK enum status frame_read(struct pager *pager, pfn_t pfn, content_t from,
                                  struct error *err);

/* The same for its own content, with neighbours that are neither in memory nor zero, lie at
 * the places first..last (slots, or pages of its file) and find a free frame. */
MUST_CHECK enum status frame_read_run(struct pager *pager, pfn_t pfn, uint64_t first,
                                      uint64_t last, struct error *err);

/* Take a slot on the swap device for a content that has none, near those of a page's
 * neighbours.  ERR_CELL if none is free. */
MUST_CHECK enum status content_take_slot(struct pager *pager, content_t content,
                                         page_t page, struct error *err);

/* One reference to the content has ended; without others it is gone, unless it is a file's:
 * that stays in memory until it is evicted. */
void content_unref(struct pager *pager, content_t content);

/* --- fault.c ---------------------------------------------------------------------------- */

/* The frame is filled: the faults that wait for it go on.  False if there are none. */
bool fault_wake_waiters(struct pager *pager, pfn_t pfn);

#endif
