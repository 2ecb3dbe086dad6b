/* compaction.h -- blocks of free frames, made by moving pages together.
 *
 *     first frame of the zone                                          last
 *     pages that can be moved ───► ...          ... ◄─── frames that are free
 *
 * One scanner goes up, block by block of a huge page's size, and takes the pages, the other one
 * comes down to meet it and finds frames for them, until there is a block that is large
 * enough.  What follows a failure is put off: twice as often with each, up to 64 times.
 *
 * Sources: 6.12 mm/compaction.c compact_zone(), compaction_suitable(), __compact_finished(),
 * isolate_migratepages_block(), isolate_freepages(), compaction_deferred(),
 * defer_compaction(), try_to_compact_pages(), kcompactd_do_work(); mm/vmstat.c
 * fragmentation_index(); mm/page_alloc.c __alloc_pages_direct_compact().
 * Not modelled: block types, the hints by which scanners skip blocks, proactive compaction. */
#ifndef FAULTLINE_OS_LINUX_COMPACTION_H
#define FAULTLINE_OS_LINUX_COMPACTION_H

#include "engine/engine.h"
#include "os/linux/zone.h"
#include "pager/pager.h"

struct linux_kernel;

/* Of a zone. */
struct linux_compaction {
    pfn_t migrate, free;   /* blocks at which the scanners go on; both 0: anew           */
    uint64_t considered;   /* times since it failed last                               */
    unsigned defer_shift;  /* so often it is put off: 1 << this                         */
    uint32_t order_failed; /* smallest order that it is put off for                    */
};

enum linux_compact_result {
    COMPACT_SKIPPED, /* too little is free, or what is free is enough                     */
    COMPACT_DEFERRED, /* it failed not long ago                                           */
    COMPACT_COMPLETE, /* all has been looked at, in vain                                   */
    COMPACT_SUCCESS,
};

/* kcompactd: compacts when it is woken, beside programs. */
struct linux_kcompactd {
    struct event event;
    struct kernel_work work;
    bool wakes; /* it is going to, or has not spent the time yet of what it did        */
    uint32_t order; /* of the blocks that are wanted                                      */
};

/* Frames that must be free beside a watermark so that pages can be moved. */
static inline uint64_t linux_compact_gap(uint32_t order)
{
    return UINT64_C(2) << order;
}

/* compaction_ready(): a block is free, or so much that it is not for reclaim to make one. */
bool linux_compaction_ready(const struct linux_kernel *kernel, uint32_t order);

void linux_compaction_init(struct linux_kernel *kernel);

/* try_to_compact_pages(): compact one zone after the other until a block of 2^order frames is
 * free; defers: a failure puts off what follows. */
enum linux_compact_result linux_compact(struct linux_kernel *kernel, uint32_t order,
                                        bool defers);
/* A block has been had of the zone in which the frame is. */
void linux_compact_done(struct linux_kernel *kernel, pfn_t pfn, uint32_t order);

/* --- kcompactd.c ------------------------------------------------------------------------- */

void linux_kcompactd_init(struct linux_kernel *kernel);
void linux_kcompactd_stop(struct linux_kernel *kernel);
/* wakeup_kcompactd() */
void linux_wake_kcompactd(struct linux_kernel *kernel, uint32_t order);

#endif
