/* writeback.h -- anonymous pages on their way to a swap device that takes time.
 *
 * Reclaim gives a page a slot, unmaps it and starts to write it; the page stays with the
 * policy, found by its slot in the swap cache, until the write is over and the next scan
 * finds it clean.
 *
 *     reclaim ─► linux_write_out ─► device ─► written(): to the tail ─► reclaim: free
 *                   │                └─► those that wait for a request, or for progress
 *                   └─► queue full: reclaim stops, and goes on when requests have ended
 *
 * Pages that reclaim writes one after the other to slots that lie so are one request, of
 * max_sectors_kb at most.
 *
 * 6.12 mm/vmscan.c pageout(), reclaim_throttle(); mm/page_io.c; block/blk-mq-tag.c,
 * block/blk-merge.c blk_attempt_plug_merge(). */
#ifndef FAULTLINE_OS_LINUX_WRITEBACK_H
#define FAULTLINE_OS_LINUX_WRITEBACK_H

#include "faultline/reclaim.h"
#include "pager/io.h"

struct linux_kernel;
struct linux_reclaim;
struct linux_write;
struct linux_stopped;

struct linux_writeback {
    struct linux_write *spare;
    struct linux_write *plugged;    /* that the next page may still join, or NULL        */
    pfn_t last;                     /* frame of it                                       */
    uint64_t end;                   /* byte behind it                                    */
    uint32_t n;                     /* writes that reclaim has started, under way        */
    uint32_t queued[DEVICES_MAX];   /* of these, at each swap device                     */
    uint32_t ended;                 /* since requests were handed on last                */
    struct fault_list room;         /* wait for a request of a queue that is full        */
    struct fault_list throttled;    /* wait until reclaim's writes make progress         */
    uint64_t written, written_then; /* writes ended; and when the first was throttled    */
    struct event timeout;           /* of those that are throttled                       */
    struct linux_stopped *stopped, *spare_stopped; /* reclaims that wait                  */
};

void linux_writeback_init(struct linux_kernel *kernel);
void linux_writeback_stop(struct linux_kernel *kernel);

/* blk_finish_plug(): what has been put together by reclaim goes to its device. */
void linux_unplug(struct linux_kernel *kernel);

/* Put the page, ACTIVE or LEAVING, into the write that is being put together (*out), or one
 * that begins with it. */
MUST_CHECK enum status linux_add_write(struct linux_kernel *kernel, pfn_t pfn,
                                       struct linux_write **out, struct error *err);

/* What is in the frame is written at once, or need not be waited for. */
bool linux_writes_at_once(const struct pager *pager, pfn_t pfn);

/* pageout(): write the page, which is dirty, unmapped and ACTIVE, to its slot or its file.
 * PAGE_WRITING; PAGE_ACTIVATE: there is no slot; r.stop is set if the queue is full now. */
enum page_fate linux_write_out(struct linux_reclaim *reclaim, pfn_t pfn);

/* Evict a victim of a policy without lists: it leaves the policy now, and is free when it has
 * been written. */
MUST_CHECK enum status linux_evict(struct linux_reclaim *reclaim, pfn_t pfn,
                                   struct error *err);

/* A reclaim that has been stopped goes on when the fault for which it is, the one that the
 * pager works on, is called again: note where it was; go on there (false: it was not stopped);
 * has it been; it is not wanted any more. */
void linux_stop_reclaim(const struct linux_reclaim *reclaim);
bool linux_resume_reclaim(struct linux_reclaim *reclaim);
bool linux_reclaim_stopped(struct linux_kernel *kernel);
/* The same, and nothing has to end first: it goes on when the CPU has spent its time. */
bool linux_reclaim_paused(struct linux_kernel *kernel);
void linux_forget_stopped(struct linux_kernel *kernel);

/* Writes of reclaim or of the flusher are. */
bool linux_writes_under_way(const struct linux_kernel *kernel);

/* The fault's reclaim has let `freed` pages go: must it wait, for a request or because
 * nothing goes before writes have ended?  It sleeps then, if it is not NULL. */
bool linux_wait_for_writes(struct linux_kernel *kernel, struct fault *fault,
                           uint64_t freed);

/* The write of a frame that is LEAVING is over. */
void linux_leave(struct linux_kernel *kernel, pfn_t pfn);
/* So many pages have been written, by whomever. */
void linux_wrote(struct linux_kernel *kernel, uint64_t n);

/* Conservation: NULL, or a sentence that says what does not hold. */
const char *linux_writeback_check(const struct linux_kernel *kernel);

#endif
