/* linux.h -- what the files of the kernel share.  Units: frames of the machine's page size,
 * references where a parameter says so. */
#ifndef FAULTLINE_OS_LINUX_LINUX_H
#define FAULTLINE_OS_LINUX_LINUX_H

#include "faultline/reclaim.h"
#include "os/linux/compaction.h"
#include "os/linux/compressed.h"
#include "os/linux/file_readahead.h"
#include "os/linux/flusher.h"
#include "os/linux/groupstats.h"
#include "os/linux/khugepaged.h"
#include "os/linux/memory.h"
#include "os/linux/rstat.h"
#include "os/linux/swap_readahead.h"
#include "os/linux/swapslots.h"
#include "os/linux/version.h"
#include "os/linux/writeback.h"
#include "pager/instance.h"
#include "pager/pager.h"
#include "stats/vmstat.h"

enum { LINUX_TABLES_NONE, LINUX_TABLES_FILES, LINUX_TABLES_ALL };

enum { LINUX_CGROUP_1, LINUX_CGROUP_2, LINUX_CGROUP_2_ONLY };

struct linux_params {
    uint32_t version;           /* of linux_versions                                     */
    uint32_t cgroup_version;    /* of its hierarchy: LINUX_CGROUP_1 and so on             */
    uint32_t cgroup_tables;     /* whose page tables are charged to the cgroup           */
    uint64_t swappiness;        /* 0 to 200                                              */
    uint64_t cgroup_frames;     /* limit of the memory cgroup; 0: there is none          */
    uint64_t stats_flush_every; /* references; 0: a timer                                */
    uint64_t stats_cpus;
    uint64_t fault_around;  /* bytes                                                 */
    uint32_t swap_priority; /* enum linux_swap_priority                               */
    uint32_t thp;           /* enum linux_thp                                         */
    uint32_t thp_defrag;    /* enum linux_defrag                                      */
    struct linux_khugepaged_params khugepaged;
    uint64_t page_cluster; /* log2 of slots                                          */
    uint32_t swap_rotates; /* enum linux_rotates                                     */
    bool vma_ra_enabled;
    uint64_t read_ahead_kb; /* KiB                                                    */
    bool file_large_folios; /* of their file system                                   */
    uint64_t dirty_background_ratio, dirty_ratio; /* percent                              */
    psec_t dirty_writeback, dirty_expire;
    struct linux_zswap_params zswap;
    uint64_t nr_requests;    /* in the queue of a swap device, of reclaim              */
    uint64_t max_sectors_kb; /* of a request                                            */
    uint64_t cost_scan;      /* references                                            */
};

/* Priorities of swap areas: as swapon gives them, the first one the highest, or the same. */
enum linux_swap_priority { LINUX_SWAP_FALLING, LINUX_SWAP_EQUAL };

/* Whether swap devices rotate: as they are, or all or none of them. */
enum linux_rotates { LINUX_ROTATES_DEVICE, LINUX_ROTATES_YES, LINUX_ROTATES_NO };

/* Which anonymous memory may have huge pages: transparent_hugepage/enabled. */
enum linux_thp { LINUX_THP_ALWAYS, LINUX_THP_MADVISE, LINUX_THP_NEVER };

/* What a fault does for a huge page if no block of frames is free: transparent_hugepage/
 * defrag. */
enum linux_defrag {
    LINUX_DEFRAG_ALWAYS,
    LINUX_DEFRAG_DEFER,
    LINUX_DEFRAG_DEFER_MADVISE,
    LINUX_DEFRAG_MADVISE,
    LINUX_DEFRAG_NEVER
};

/* A file, which everybody has opened once. */
struct linux_file {
    struct file_readahead ahead;
    struct linux_dirty dirty;
};

/* The memory cgroup in which all processes are. */
struct linux_group {
    uint64_t limit; /* frames; UINT64_MAX: none                                          */
    struct rstat rstat;
    unsigned cpu; /* that does what is counted                                           */
    bool lags; /* statistics are read as they were flushed last, and not as they are     */
    uint64_t stock; /* charged ahead of need: struct memcg_stock_pcp                     */
    uint64_t kernel_pages; /* charged for the kernel's own objects                       */
    uint64_t object_stock; /* bytes of these that no object has yet                      */
    struct map tables;     /* page tables that exist                                     */
    struct map nodes;      /* of trees of the page cache, that exist                     */
    uint8_t *heights;      /* [nfiles] levels of each file's tree                        */
    uint32_t nfiles;
};

struct linux_kernel {
    struct pager *pager;
    const struct linux_params *params;
    uint32_t version; /* LINUX_VERSION                                                   */
    struct linux_memory memory;
    struct linux_group group;
    struct swapslots *slots; /* of the swap areas; NULL with `timing: none`       */
    bool swap_rotates;       /* a swap device does                               */
    struct swap_readahead swap_ahead; /* of slots                                         */
    struct linux_read *spare_reads;
    struct linux_file *files; /* [nfiles]: number of the file                             */
    uint32_t nfiles;
    pfn_t pinned; /* frame whose folio a fault holds while it reads ahead, or gets a frame
                   * to copy it to; or PFN_NONE                                          */
    uint64_t slots_taken, slots_max; /* by contents, now and at most                     */
    struct linux_writeback writeback;
    struct linux_flusher flusher;
    struct linux_zswap zswap;
    struct linux_khugepaged khugepaged;
    struct linux_compaction compaction[ZONES];
    struct linux_kcompactd kcompactd;
    struct vmstat counts; /* but those of the lists, which the policy counts              */
    content_t zero; /* of the zero page, or CONTENT_NONE: nobody has read it yet          */
    struct event timer;
    uint64_t seconds; /* since it was booted                                              */
};

/* One run of reclaim, and what it stands for the policy. */
struct linux_reclaim {
    struct reclaim r;
    struct linux_kernel *kernel;
    bool met_dirty; /* pages of files                                                     */
    bool pauses;    /* it takes time: it may be paused when it has begun to write         */
    bool paused;    /* it has been, and goes on when what it has done has been paid for   */
    unsigned walks; /* through the priorities, that have come to their end                */
};

/* The policy's side of reclaim, or NULL: it has none, and is asked for victims. */
static inline const struct reclaim_ops *linux_lists(const struct linux_kernel *kernel)
{
    return kernel->pager->policy->reclaim;
}

static inline void *linux_lists_state(const struct linux_kernel *kernel)
{
    return pager_instance(kernel->pager, 0)->state;
}

/* --- params.c --------------------------------------------------------------------------- */

extern const struct param linux_param_table[]; /* of struct linux_params                  */

/* LINUX_VERSION of the release. */
uint32_t linux_version_of(const struct linux_params *params);

/* kernel_ops: ERR_CONFIG, a value that the release does not take. */
enum status linux_fit(const void *params, struct error *err);

/* --- fault.c ---------------------------------------------------------------------------- */

enum status linux_fault(void *state, struct pager *pager, struct fault *fault,
                        struct error *err);
/* The content is read at once, and does not go through the swap cache. */
bool linux_swaps_at_once(const struct pager *pager, const struct content *content);

/* --- swapcache.c ------------------------------------------------------------------------- */

/* The content has no place in swap space any more, and is dirty if it is in memory. */
void linux_leave_swap(struct pager *pager, content_t content);
/* folio_free_swap(): the same of what is in the frame, unless it is being written, or others
 * than so many pages, which map it, stand for it. */
void linux_free_swap(struct pager *pager, pfn_t pfn, unsigned mappings);
/* kernel_ops: a store of its only user, and a mapping while swap space is rather full, take
 * the page's slot away. */
bool linux_lets_store(void *state, struct pager *pager, page_t page, pfn_t pfn, bool store);
enum status linux_mapped(void *state, struct pager *pager, const struct fault *fault,
                         pfn_t pfn, struct error *err);

/* --- swapin.c ---------------------------------------------------------------------------- */

/* do_swap_page(): read the content into the fault's frame, with neighbours; the fault waits
 * for it. */
MUST_CHECK enum status linux_swap_in(struct linux_kernel *kernel, struct fault *fault,
                                     content_t content, struct error *err);
/* Read what is in the frame, FILLING, and the page stands for; alone: without neighbours;
 * store: to be stored into. */
MUST_CHECK enum status linux_swap_read(struct linux_kernel *kernel, page_t page, pfn_t pfn,
                                       bool alone, bool store, struct error *err);
/* swap_cache_get_folio(): the fault has found its page in the swap cache. */
void linux_swap_found(struct linux_kernel *kernel, const struct fault *fault, pfn_t pfn);

/* --- filein.c ----------------------------------------------------------------------------- */

/* do_fault() on a page of a file that is not mapped: its neighbours are, and a mark that
 * read-ahead has left has more read. */
MUST_CHECK enum status linux_file_found(struct linux_kernel *kernel,
                                        const struct region *region, struct fault *fault,
                                        content_t content, struct error *err);
/* filemap_fault(): read the page into the fault's frame, with neighbours; the fault waits. */
MUST_CHECK enum status linux_file_in(struct linux_kernel *kernel, struct fault *fault,
                                     content_t content, struct error *err);
/* The fault has waited for its page, which is mapped now, and so is tried again. */
MUST_CHECK enum status linux_file_waited(struct linux_kernel *kernel,
                                         const struct fault *fault, struct error *err);
void linux_files_release(struct linux_kernel *kernel);

/* --- swap.c ------------------------------------------------------------------------------- */

/* swapon of all swap devices, in their order; and release. */
MUST_CHECK enum status linux_swapon(struct linux_kernel *kernel, struct error *err);
void linux_swapoff(struct linux_kernel *kernel);
/* kernel_ops. */
enum status linux_place(void *state, struct pager *pager, content_t content, slot_t *slot,
                        struct error *err);
void linux_place_given(void *state, struct pager *pager, slot_t slot);
bool linux_can_swap(const void *state, const struct pager *pager);
/* vm_swap_full(): less than half of swap space is free. */
bool linux_swap_full(const struct linux_kernel *kernel);
/* Conservation of slots and the swap cache: NULL, or a sentence that says what does not
 * hold. */
const char *linux_swap_check(const struct linux_kernel *kernel);

/* --- around.c ----------------------------------------------------------------------------- */

/* Map the neighbours of a page of a file that are in memory, so many with those that are mapped
 * already: do_fault_around(). */
MUST_CHECK enum status linux_fault_around(struct linux_kernel *kernel,
                                          const struct region *region, page_t page,
                                          uint32_t *met, struct error *err);

/* --- group.c ------------------------------------------------------------------------------ */

/* Frames that are charged to the group. */
uint64_t linux_usage(const struct linux_kernel *kernel);
/* kernel_ops: a statistic of the group changes by n in one call. */
void linux_updated(void *state, uint64_t n);
/* So many change by one each. */
void linux_stats(struct linux_kernel *kernel, unsigned n);
/* memory.stat is read; and the timer flushes. */
void linux_read_stat(struct linux_kernel *kernel);
void linux_flush_stats(struct linux_kernel *kernel);
/* Reclaim of the group looks at them: 5.15 shrink_node(), 6.1 prepare_scan_count(), which does
 * as who reads memory.stat; from 6.12 on only if the timer is late. */
void linux_flush_before_pass(struct linux_kernel *kernel);
uint64_t linux_tick(void *state, struct pager *pager, uint64_t references);
/* The group is charged for n frames more: false, it is at its limit. */
bool linux_charge_now(struct linux_kernel *kernel, uint64_t n);
/* drain_all_stock() if that may help, when reclaim has not made room for so many. */
void linux_charge_drain(struct linux_kernel *kernel, uint64_t n);
/* try_charge(): room for n frames more, reclaiming if need be.  On OK with *charged false
 * the fault cannot go on for now; without a fault nobody can wait or be killed, and the limit
 * is passed. */
MUST_CHECK enum status linux_charge(struct linux_kernel *kernel, struct fault *fault,
                                    uint64_t n, bool *charged, struct error *err);

/* --- timer.c ------------------------------------------------------------------------------ */

void linux_start(void *state, struct pager *pager);
void linux_stop(void *state, struct pager *pager);

/* --- kmem.c ------------------------------------------------------------------------------- */

/* Charge the group with what the page cache needs to hold a folio of 2 to the order pages of a
 * file. */
MUST_CHECK enum status linux_charge_nodes(struct linux_kernel *kernel, uint32_t file,
                                          uint64_t page, unsigned order, struct error *err);
/* Charge it with the page table that the fault needs, if there is none yet. */
MUST_CHECK enum status linux_charge_table(struct linux_kernel *kernel, struct fault *fault,
                                          const struct region *region, struct error *err);

/* The group is charged with what is kept for it, and no more: NULL, or a sentence. */
const char *linux_kmem_check(const struct linux_kernel *kernel);

/* --- reclaim.c ---------------------------------------------------------------------------- */

/* From which priority to which reclaim goes, downwards. */
void linux_priorities(const struct linux_kernel *kernel, unsigned *first, unsigned *last);
/* A run of reclaim for a process, of the group or of all of memory, or for kswapd. */
void linux_reclaim_begin(struct linux_reclaim *reclaim, struct linux_kernel *kernel,
                         bool in_group, bool daemon);
/* What is to be done at reclaim->r.priority: shrink_node(). */
void linux_shrink(struct linux_reclaim *reclaim);
/* A fault has waited for a page of the folio and not mapped it yet: it has locked it. */
bool linux_is_awaited(const struct pager *pager, pfn_t pfn);
/* kernel_ops. */
enum status linux_clean(void *state, struct pager *pager, pfn_t pfn, struct error *err);
/* do_try_to_free_pages(): reclaim for a process that needs n frames; returns pages freed.
 * pauses: for the fault that the pager works on, which can go on later. */
uint64_t linux_direct_reclaim(struct linux_kernel *kernel, bool in_group, uint64_t n,
                              bool pauses);

/* --- count.c ------------------------------------------------------------------------------ */

void linux_count(const void *state, struct counters *counters);
void linux_sample(const void *state, const struct pager *pager, const struct space *space,
                  struct gauges *gauges);

/* --- alloc.c ------------------------------------------------------------------------------ */

/* __alloc_pages(): a frame for the fault, reclaiming if need be.  On OK the fault has it
 * (fault->frame), or waits, or is killed.  ERR_CELL: there is none, and nobody who could give
 * one up. */
MUST_CHECK enum status linux_alloc(struct linux_kernel *kernel, struct fault *fault,
                                   struct error *err);
/* Pages that may be reclaimed sooner or later: zone_reclaimable_pages(). */
uint64_t linux_reclaimable(const struct linux_kernel *kernel);
/* A frame, FREE and on no list, for what must not wait and could be done without, such as a
 * page read ahead; PFN_NONE: memory is low. */
pfn_t linux_take_spare(struct linux_kernel *kernel);
/* kernel_ops: frames for what cannot be done without, whatever the watermarks say. */
pfn_t linux_take_frame(void *state, struct pager *pager);
void linux_frame_freed(void *state, struct pager *pager, pfn_t pfn);

/* --- kswapd.c ----------------------------------------------------------------------------- */

void linux_kswapd_init(struct linux_kernel *kernel);
void linux_kswapd_stop(struct linux_kernel *kernel);
/* wakeup_kswapd().  Without a clock it has done its work on return. */
void linux_wake_kswapd(struct linux_kernel *kernel);
/* Writes that reclaim has started are over: kswapd may have waited for them. */
void linux_kswapd_written(struct linux_kernel *kernel);
/* CPU time of reclaim: kswapd's, or of the process that does it. */
void linux_spend(struct linux_kernel *kernel, uint64_t references);
/* throttle_direct_reclaim(): true: the fault waits for kswapd, little being free. */
bool linux_throttle(struct linux_kernel *kernel, struct fault *fault);

/* --- advise.c --------------------------------------------------------------------------- */

/* kernel_ops. */
enum status linux_advised(void *state, struct pager *pager, struct space *space,
                          const struct region *region, vpn_t first, vpn_t last,
                          uint8_t advice, struct error *err);
/* Reclaim would have a page go that was freed lazily: it is dropped, unless it has been
 * stored into since. */
enum page_fate linux_let_lazy_go(struct linux_kernel *kernel, pfn_t pfn);

/* --- thp.c ------------------------------------------------------------------------------ */

/* log2 of the bytes of a huge page; 0: there are none. */
unsigned linux_huge_shift(const struct pager *pager);
/* The region may have huge pages, if it is large enough. */
bool linux_may_be_huge(const struct linux_kernel *kernel, const struct region *region);

/* What an allocation of a huge page does if no block is free, as its flags say. */
enum linux_huge_effort {
    LINUX_HUGE_LIGHT,   /* nothing: GFP_TRANSHUGE_LIGHT                                   */
    LINUX_HUGE_DEFER,   /* it wakes who makes some free: __GFP_KSWAPD_RECLAIM             */
    LINUX_HUGE_NORETRY, /* it compacts memory, and if that came to its end reclaims some and
                         * compacts once more: GFP_TRANSHUGE | __GFP_NORETRY              */
    LINUX_HUGE_RECLAIM, /* the same whatever came of it first: GFP_TRANSHUGE              */
};

/* n frames, GRANTED, in one block that is aligned to its size, or PFN_NONE. */
pfn_t linux_huge_alloc(struct linux_kernel *kernel, pfn_t n, enum linux_huge_effort effort);
/* The same of 2 to the order frames, more than one, for a folio that is read ahead:
 * __GFP_NORETRY. */
pfn_t linux_folio_alloc(struct linux_kernel *kernel, unsigned order);
/* They are free. */
void linux_huge_free(struct linux_kernel *kernel, pfn_t run, pfn_t n);
/* Make room for so many pages in the group, or not: nobody is killed for a huge page. */
bool linux_huge_charge(struct linux_kernel *kernel, uint64_t n,
                       enum linux_huge_effort effort);

/* Get the fault the frames of a huge page, if its page is to be in one and there are some
 * (fault->run_length); it must not wait before they are filled.  Its region may become part of
 * a larger one. */
MUST_CHECK enum status linux_huge_fault(struct linux_kernel *kernel, struct fault *fault,
                                        struct error *err);

/* --- check.c ------------------------------------------------------------------------------ */

/* kernel_ops: conservation of frames, and of those who wait for them. */
const char *linux_check(const void *state, const struct pager *pager);

/* --- kill.c ------------------------------------------------------------------------------ */

/* out_of_memory(): nothing can be reclaimed for the fault, in the group or all of memory: a
 * process is killed, and its memory is free (*again: the fault may try again); or it is that
 * of the fault, which is killed, or the fault waits.  ERR_CELL: nobody can be killed. */
MUST_CHECK enum status linux_out_of_memory(struct linux_kernel *kernel, struct fault *fault,
                                           bool in_group, bool *again, struct error *err);
/* kernel_ops: 2.4 kills nobody, since there is swap space left. */
bool linux_stuck(const void *state, const struct pager *pager, struct error *err);
void linux_lost_init(struct linux_kernel *kernel);
void linux_lost_stop(struct linux_kernel *kernel);

#endif
