/* flusher.h -- dirty pages of files, and the thread that writes them back.
 *
 *     store ─► trap: dirty ─► by its file, in the order of the first store
 *                │              └─► flusher: every 5 s what is older than 30 s; above the
 *                │                  background threshold all, until it is below
 *                └─► above that and half way to the limit: the writer is slowed down
 *
 * 6.12 mm/page-writeback.c balance_dirty_pages(), domain_dirty_limits(); fs/fs-writeback.c
 * wb_do_writeback(), writeback_sb_inodes().  Simplified: all writers share one rate, and each
 * waits for its own page before the store, not for some pages after it; one thread, for one
 * device. */
#ifndef FAULTLINE_OS_LINUX_FLUSHER_H
#define FAULTLINE_OS_LINUX_FLUSHER_H

#include "engine/engine.h"
#include "pager/io.h"

struct linux_kernel;
struct linux_flush;
struct linux_paced;

/* What of a file is dirty: pages in the order of the stores, and those that are being gone
 * through, ascending. */
struct linux_dirty {
    uint64_t *pages; /* [n]                                                               */
    uint64_t *batch; /* [nbatch], done up to `at`                                         */
    uint32_t n, capacity, nbatch, at;
    psec_t since; /* the first of `pages` was dirtied; of a batch: its first              */
    uint64_t turn; /* files are gone through in the order of these                        */
};

enum linux_flush_kind { FLUSH_NONE, FLUSH_OLD, FLUSH_BACKGROUND, FLUSH_ALL };

struct linux_flusher {
    uint64_t dirty, writing;    /* pages                                                 */
    uint32_t requests;          /* under way                                             */
    uint64_t turns;             /* given to dirty files                                  */
    enum linux_flush_kind kind; /* of what is under way                                  */
    psec_t before;              /* FLUSH_OLD: files dirty since then or earlier          */
    uint64_t wanted;            /* FLUSH_ALL: pages to be written since memory is short  */
    uint32_t file, chunk;       /* whose turn it is, or UINT32_MAX, and how many of its
                                  * pages are written before the next one's              */
    struct event wake;          /* every dirty_writeback                                 */
    struct linux_flush *spare;
    /* The rate at which the device writes, in pages a second, and where that stands. */
    double bandwidth;
    uint64_t written, stamp_written;
    psec_t stamp;
    psec_t next; /* the next writer may go on                                             */
    struct linux_paced *paced, *spare_paced;
};

void linux_flusher_init(struct linux_kernel *kernel);
void linux_flusher_stop(struct linux_kernel *kernel);

/* The page of a file in the frame is stored into, and was clean. */
MUST_CHECK enum status linux_dirtied(struct linux_kernel *kernel, pfn_t pfn,
                                     struct error *err);
/* A fault is going to dirty a page of a file: must it wait, for there are too many?  It
 * sleeps then, and is called again. */
bool linux_pace(struct linux_kernel *kernel, struct fault *fault);
/* wakeup_flusher_threads(): reclaim finds nothing but dirty pages. */
void linux_flush_all(struct linux_kernel *kernel);
/* More can be written, or something has been: go on. */
void linux_flusher_run(struct linux_kernel *kernel);

/* domain_dirty_limits(), in pages. */
struct linux_dirty_limits {
    uint64_t background, limit;
};
struct linux_dirty_limits linux_dirty_limits(const struct linux_kernel *kernel);

void linux_dirty_release(struct linux_dirty *dirty);
const char *linux_flusher_check(const struct linux_kernel *kernel);

#endif
