/* frame.h -- the core map, for the other files of the pager and for kernels that keep a free
 * list of their own. */
#ifndef FAULTLINE_PAGER_FRAME_H
#define FAULTLINE_PAGER_FRAME_H

#include "pager/pager.h"

/* Enter a new state, and count frames by state; nothing else. */
void frame_set_state(struct pager *pager, pfn_t pfn, enum frame_state state);

/* An empty frame in state GRANTED, or PFN_NONE if none is free. */
pfn_t frame_take(struct pager *pager);

/* n empty frames in state GRANTED from *first on, which is a multiple of n, a power of two:
 * the lowest ones.  PFN_NONE if no such run is free. */
MUST_CHECK enum status frame_take_run(struct pager *pager, pfn_t *first, pfn_t n,
                                      struct error *err);

/* The frame, which no page maps and no transfer uses, holds nothing any more. */
void frame_free(struct pager *pager, pfn_t pfn);

/* The next frame that was never used, FREE and on no list yet; PFN_NONE: there is none.  For
 * take_frame of a kernel. */
pfn_t pager_unused_frame(struct pager *pager);

/* For a kernel with a free list of its own.  frame_cache: the frame, ACTIVE, HELD or LEAVING,
 * clean and not being written, is free from now on and keeps what it holds.  frame_uncache: a
 * CACHED frame holds nothing any more, and stays where it is on the list.  frame_reclaim: a
 * CACHED frame, which the kernel has taken off its list, is HELD again. */
void frame_cache(struct pager *pager, pfn_t pfn);
void frame_uncache(struct pager *pager, pfn_t pfn);
void frame_reclaim(struct pager *pager, pfn_t pfn);

/* Put a content into a granted frame. */
void frame_put(struct pager *pager, pfn_t pfn, content_t content, enum frame_state state);

/* Give page tables, and a swap device that lies in memory, the frames that they need, as far
 * as there are free ones, and take back those that they do not need. */
void frame_balance_pool(struct pager *pager);

/* Evict for frames that page tables have taken and that were not free.  ERR_CELL if the
 * tables leave none for pages. */
MUST_CHECK enum status frame_pay_tables(struct pager *pager, struct error *err);

/* The page, which is not resident, is going to be mapped as one of the region (or NULL). */
MUST_CHECK enum status page_set_global(struct pager *pager, const struct region *region,
                                       page_t page, struct error *err);

MUST_CHECK enum status frame_map(struct pager *pager, pfn_t pfn, page_t page,
                                 struct error *err);
/* Map the pages of a large page, see mmu_map_large(). */
MUST_CHECK enum status frame_map_large(struct pager *pager, pfn_t pfn, const page_t *pages,
                                       unsigned shift, struct error *err);
/* If the page is part of a large one: map the pages of that one by one from now on. */
void frame_split(struct pager *pager, page_t page);
/* Take the accessed bits: whether that of one page is set, or of how many that map the frame,
 * and clear them. */
bool mapping_take_referenced(struct pager *pager, page_t page);
unsigned frame_take_referenced(struct pager *pager, pfn_t pfn);

/* A large page is split first. */
void frame_unmap(struct pager *pager, page_t page);
/* Unmap all pages of the large page that holds this one. */
void frame_unmap_large(struct pager *pager, page_t page);

/* --- folios ----------------------------------------------------------------------------- */

/* A folio is so many frames, a power of two, one behind the other from a multiple of that on,
 * which hold pages of a file that are so too.  They come to the policy together, which knows
 * the first of them, and go together.  Any other frame is a folio of one. */
static inline pfn_t folio_frames(const struct pager *pager, pfn_t pfn)
{
    return (pfn_t)1 << pager->frames[pfn].order;
}

/* The first frame of the folio. */
static inline pfn_t folio_first(const struct pager *pager, pfn_t pfn)
{
    return pfn & ~(folio_frames(pager, pfn) - 1);
}

/* Hand a frame, or all of its folio, to the policy; keep a frame from being evicted; take it
 * from the policy, if that has it: of a folio all frames, each of which is by itself then. */
void frame_activate(struct pager *pager, pfn_t pfn);
void frame_hold(struct pager *pager, pfn_t pfn);
/* evicted: what it holds is remembered by the policies that do so. */
void frame_withdraw(struct pager *pager, pfn_t pfn, enum frame_state state, bool evicted);

/* Take over from the hardware whether the frame was modified: its pages' bits are clear
 * afterwards. */
void frame_collect_modified(struct pager *pager, pfn_t pfn);

/* --- move.c ----------------------------------------------------------------------------- */

/* What is in the frame, which is ACTIVE and neither being written nor part of a large page, is in
 * another one, which is GRANTED, from now on: pages map that one, and its policy has it, as a
 * page that comes.  The frame is free. */
MUST_CHECK enum status frame_move(struct pager *pager, pfn_t from, pfn_t to,
                                  struct error *err);

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

/* Start to read those of the n frames from `first` on, all FILLING, whose contents are on a
 * device: one request for each contiguous piece.  All are filled when the last one has come,
 * and HELD for the fault that waits for one of them. */
MUST_CHECK enum status frame_read_all(struct pager *pager, pfn_t first, pfn_t n,
                                      struct error *err);

/* The frame, which no page maps, holds nothing any more; nor does its content exist if
 * nobody refers to it. */
void frame_drop(struct pager *pager, pfn_t pfn);

/* Nobody refers to the content, which is in no file. */
bool content_is_dead(const struct content *content);

/* True if what a device has of the content is in swap space and not in a file. */
bool content_on_swap(const struct content *content);

/* One reference to the content has ended; without others it is gone, unless it is a file's:
 * that stays in memory until it is evicted. */
void content_unref(struct pager *pager, content_t content);

/* --- place.c ----------------------------------------------------------------------------- */

/* Take a slot of swap space for a content that has none, near those of a page's
 * neighbours.  ERR_CELL if none is free. */
MUST_CHECK enum status content_take_slot(struct pager *pager, content_t content,
                                         page_t page, struct error *err);

/* The content, which no transfer uses, has no place in swap space any more.  In transfer.c. */
void content_give_slot(struct pager *pager, content_t content);

/* The byte of swap space, or of the files' device, where a content is. */
MUST_CHECK enum status content_place(struct pager *pager, const struct content *content,
                                     uint64_t *offset, struct error *err);

/* The device on which bytes of swap space lie, all in one piece, and *offset from then on
 * where on it; NULL: there is no device. */
struct device *swap_device_at(const struct pager *pager, uint64_t *offset, uint64_t length);

/* Pages of an extent of a file, which lies in one piece: a power of two. */
uint64_t content_extent(const struct pager *pager);

/* --- fault.c ---------------------------------------------------------------------------- */

/* Tell the policy, once, that the fault needs a frame, and evict what that leads to: what a
 * variable allocation gives up, and a page of a process that has as many frames as it may. */
MUST_CHECK enum status fault_prepare(struct pager *pager, struct fault *fault,
                                     struct error *err);

/* What the kernel says of lets_store. */
static inline bool kernel_lets_store(struct pager *pager, page_t page, pfn_t pfn,
                                     bool store)
{
    const struct kernel_ops *kernel = pager->kernel;
    return !kernel->lets_store ||
           kernel->lets_store(pager->kernel_state, pager, page, pfn, store);
}

/* The frame is filled: the faults that wait for it go on.  False if there are none. */
bool fault_wake_waiters(struct pager *pager, pfn_t pfn);

/* What was in the frame is not there any more: faults that were about to use it look anew. */
void fault_forget_frame(struct pager *pager, pfn_t pfn);

/* --- large.c ---------------------------------------------------------------------------- */

/* Frames of the large page that the fault would have; 0: none. */
pfn_t large_wanted(const struct pager *pager, const struct fault *fault);

/* These are the n frames from `run` on, all GRANTED. */
void large_give_run(struct pager *pager, struct fault *fault, pfn_t run, pfn_t n);

/* If the fault is to have a large page: get it a run of frames, or count that there is none. */
MUST_CHECK enum status large_get_run(struct pager *pager, struct fault *fault,
                                     struct error *err);

/* Fill the fault's run with what the large page holds. */
MUST_CHECK enum status large_fill(struct pager *pager, struct fault *fault,
                                  struct error *err);

/* What the kernel said of the fault's frame holds for all of the run. */
void large_follow(struct pager *pager, const struct fault *fault);

/* Map the fault's page, which is in frame pfn, with the whole large page if that is in
 * memory as it must be: *mapped. */
MUST_CHECK enum status large_map(struct pager *pager, const struct fault *fault, pfn_t pfn,
                                 bool *mapped, struct error *err);

/* Map the n pages of a region as one large page of its page_shift to the run of frames, which
 * are HELD or ACTIVE and hold what the pages stand for; they can be evicted from now on. */
MUST_CHECK enum status large_map_run(struct pager *pager, const struct region *region,
                                     const page_t *pages, pfn_t run, pfn_t n, bool writable,
                                     struct error *err);

/* The fault's run can be evicted from now on. */
void large_let_go(struct pager *pager, struct fault *fault);

/* A resident page is to be stored into: split its large page unless all of that can be. */
void large_allow_store(struct pager *pager, page_t page);

/* Of an operation on the pages first..last of a space, which reaches a resident page: the
 * whole of its large page lies in them, or (false) it is in none or that has been split. */
bool large_in_range(struct pager *pager, page_t page, vpn_t first, vpn_t last);

/* Have the hardware stop stores into all of a large page, or let them through as far as
 * none must copy. */
void large_protect(struct pager *pager, page_t page, bool writable);

#endif
