/* state.h -- what the files of the kernel share: its core map, its processes with their
 * segments, texts, swap headers, and the pagedaemon's state.
 *
 * Units: hw pages and clusters as in defaults.h; a cluster is the simulator's page, so that
 * a frame is an entry of the core map and a slot of the swap device is a cluster of it. */
#ifndef FAULTLINE_OS_BSD43_STATE_H
#define FAULTLINE_OS_BSD43_STATE_H

#include "os/bsd43/dmap.h"
#include "os/bsd43/kluster.h"
#include "os/bsd43/segment.h"
#include "os/bsd43/swapper.h"
#include "pager/io.h"

enum { BSD43_KLMAX = 32 }; /* clusters of one transfer at most, with any cluster size     */

enum { BSD43_MEMORY_APART, BSD43_MEMORY_RECKONED };
enum { BSD43_LIMITS_KERNEL, BSD43_LIMITS_NONE };
enum { BSD43_REFERENCED_HARDWARE, BSD43_REFERENCED_SIMULATED };
enum { BSD43_START_BOOT, BSD43_START_RANDOM };

struct bsd43_params {
    uint32_t variant, kernel_memory, referenced, limits, start;
    bool pagedaemon, preptofree, u_areas, swapper;
    uint64_t wired, lotsfree, desfree, minfree; /* hw pages                              */
    uint64_t fastscan, slowscan, maxpgio, maxslp;
    uint64_t saferss, maxrss; /* hw pages                                                */
    uint64_t klin, klseql, kltxt, klout, klsdist;
    uint64_t nswbuf, maxusers;
    uint64_t file_block; /* bytes                                                        */
    /* CPU time, in references: instructions.                                            */
    uint64_t cost_tick, cost_pair, cost_free, cost_pagein;
    uint64_t cost_transfer, cost_cluster, cost_interrupt;
};

/* By what a text page can be found in memory that no page table points to any more. */
enum bsd43_hash { BSD43_UNHASHED, BSD43_BY_FILE, BSD43_BY_SWAP };

/* struct cmap: what is known of a frame beside the pager's own table. */
struct bsd43_cmap {
    uint32_t next, prev; /* on the free list: entries of the core map                     */
    uint32_t ndx;        /* c_ndx: its process's space, or its text's number              */
    uint16_t push;       /* the swap header under which it is locked, from 1; 0: none     */
    uint8_t type;        /* enum bsd43_type                                               */
    uint8_t hash;        /* enum bsd43_hash                                               */
    bool free;           /* c_free: on the free list                                      */
    bool gone;           /* c_gone: no page table has it: text in memory, or a frame that is
                          * still locked by a push                                        */
    bool counted;        /* in the resident set of its process or text                    */
};

/* Entries of the core map: the header of the free list, one that stands in it for all
 * frames that were never used, then the frames. */
enum { BSD43_CMHEAD, BSD43_UNUSED, BSD43_FIRST };

/* struct text: the pages of a file that processes execute. */
struct bsd43_xtext {
    struct bsd43_text x; /* what the swapper looks at                                     */
    bool used;           /* the entry is in use                                           */
    bool written; /* XWRIT: pages have been filled since it was last swapped out    */
    uint32_t file;
    uint64_t file_page; /* its first page in the file                                     */
    uint32_t npages;    /* clusters                                                       */
    struct bsd43_xdmap map;
    uint32_t count;  /* x_count: processes that have it, in memory or not                 */
    uint32_t *users; /* [nusers] spaces of those in memory, the latest last               */
    uint32_t nusers, capacity;
    uint64_t freed_at; /* order of the last use's end                              */
    struct fault_list waiters; /* for pages in transit                                    */
};

struct bsd43_process {
    struct bsd43_proc p; /* what the swapper looks at                                     */
    struct space *space;
    struct bsd43_segment *segments;
    uint32_t nsegments, capacity;
    struct map windows; /* of sparse segments: first block of each window                */
    uint64_t created;   /* order of creation                                            */
    bool at_gate;       /* it waits for memory: nothing is on its way to it             */
    struct fault_list swapped_waiters; /* faults that go on when it is in memory again    */
    uint32_t swaddr, swblocks; /* blocks of its u-area and page tables while it is out    */
    bool asleep; /* all its threads wait for something other than memory          */
    pfn_t
        copy_frame; /* for the next page of the child that it makes, or PFN_NONE         */
    const struct fault *copies; /* its fork waits so for a frame: the page is there     */
    bool forked;     /* a child that is being made: its entries are not new ones      */
    uint32_t parent; /* forked: space of its parent                                       */
    uint32_t vforks; /* children that run in its space                                    */
    struct bsd43_used to_copy; /* its parent's pages, while it is being made              */
    pfn_t system; /* frames of its u-area and page tables, chained by link    */
    uint32_t nsystem;
    int32_t maxrss; /* hw pages                                                     */
};

#define BSD43_NOBODY UINT32_MAX

/* A transfer under way: a buffer header of swap(). */
struct bsd43_header {
    struct pager_io io;
    struct bsd43 *kernel;
    uint16_t number; /* from 1                                                            */
    bool busy;       /* it is not on the list of free ones                                */
    struct bsd43_header *next; /* free, or cleaned                                        */
    pfn_t
        frames[BSD43_KLMAX]; /* [n] in the order of their places                         */
    uint32_t n;
    pfn_t center; /* the frame that was asked for                                         */
    enum bsd43_type type;
    uint32_t ndx; /* of its process or text; BSD43_NOBODY: that has ended               */
    page_t page; /* of a read: that faulted                                               */
    bool fod;    /* a read from a file                                                    */
};

struct bsd43_daemon {
    struct event event;      /* it is woken                                               */
    struct kernel_work work; /* what it has done and not yet spent the time for           */
    bool awake;              /* its work is the scheduler's                               */
    bool runs;               /* what is done at the moment is done by it                  */
    bool woken;              /* again, while it was awake                                 */
    int32_t nscan, desscan;
    int32_t pushes;
    uint32_t budget; /* of the pair that it is at                                        */
    bool in_pair;    /* one hand of it has been looked at                                */
    pfn_t pending;   /* for which it waits for a swap header, or PFN_NONE                */
    uint64_t turns;  /* pager_counts.turns when last looked at                           */
};

/* A process on its way out or in. */
enum bsd43_swap_stage_of_job { BSD43_SWAP_PAGES, BSD43_SWAP_SYSTEM };

struct bsd43_swap_job {
    struct bsd43_process *process;
    bool out;
    enum bsd43_swap_stage_of_job stage;
    struct bsd43_used pages; /* of BSD43_SWAP_PAGES                                       */
    struct bsd43_header header;
};

struct bsd43_swapper {
    struct event event; /* its next look at the processes                                 */
    struct bsd43_swap_turn turn;
    struct bsd43_process *candidate,
        *next;   /* of the turn, while processes come and go    */
    bool wantin; /* somebody has begun to want in since the turn began                    */
    bool busy;   /* a job is under way                                                    */
    enum bsd43_swap_verb verb; /* the job's                                               */
    enum bsd43_swap_verb sleeps_on;
    int32_t slept; /* seconds                                                             */
    struct bsd43_swap_job job;
    struct bsd43_process **order; /* [n] the newest first                                 */
    struct bsd43_proc *procs;     /* [n] the same                                         */
    size_t n, capacity;
};

struct bsd43 {
    struct pager *pager;
    const struct bsd43_params *params;
    struct bsd43_defaults d;
    struct bsd43_meter meter;
    struct bsd43_cmap *cmap; /* [BSD43_FIRST + frames]                                    */
    size_t cmap_bytes;
    pfn_t own_system; /* frames of the kernel's own processes and buffers, by link        */
    uint32_t nown;
    uint32_t nlisted; /* frames on the free list that were used before                    */
    struct bsd43_process **processes; /* [space]                                          */
    uint32_t nprocesses;
    struct bsd43_xtext *texts; /* [ntexts]                                                */
    uint32_t ntexts, ntext; /* as many as there may be, and as the kernel has            */
    uint32_t texts_top;     /* entries from here on were never used                      */
    uint64_t texts_freed;
    struct bsd43_rmap swapmap, argmap;
    uint64_t swap_blocks, arg_blocks; /* in them at boot                                  */
    struct bsd43_header *headers; /* [d.nswbuf]                                           */
    struct bsd43_header *free_headers, *cleaned; /* bswlist, bclnlist                     */
    bool header_wanted;
    struct fault_list memory_waiters, header_waiters;
    struct bsd43_daemon daemon;
    struct bsd43_swapper swapper;
    uint64_t nprocesses_made;
    struct event hardclock, schedpaging, schedcpu;
    uint32_t seconds; /* of schedcpu                                                      */
    uint64_t last_free; /* frames freed: to tell whether anything moves                   */
};

/* What a page is to the kernel: the state of its page-table entry. */
enum bsd43_pte {
    BSD43_PTE_VALID,
    BSD43_PTE_RESIDENT, /* has a frame and is not valid: reclaimable                       */
    BSD43_PTE_TRANSIT,  /* being read                                                     */
    BSD43_PTE_HASHED, /* text in memory, found by its block                              */
    BSD43_PTE_LOCKED, /* the same, being written                                        */
    BSD43_PTE_ZERO,   /* fill on demand                                                 */
    BSD43_PTE_FILE,
    BSD43_PTE_SWAP, /* outswapped                                                         */
};

struct bsd43_page {
    page_t page; /* PAGE_NONE: it has no number yet                                       */
    content_t
        content; /* CONTENT_NONE: there is none yet                                  */
    struct bsd43_process *process;
    struct bsd43_segment *segment; /* NULL: it cannot be had, for want of swap space      */
    uint32_t
        cluster; /* within the segment; sparse: within its window                     */
    enum bsd43_pte pte;
};

/* A page that is pushed, while its neighbours are asked. */
struct bsd43_pushing {
    struct bsd43 *kernel;
    struct bsd43_page page;
};

static inline void bsd43_count(struct bsd43 *kernel, enum bsd43_counter counter, int32_t n)
{
    kernel->meter.cnt[counter] += (uint32_t)n;
}

/* The fault comes to its end: if the page is taken again before the process has got to its
 * access, that traps anew. */
static inline void bsd43_fault_over(struct fault *fault)
{
    fault->counted = fault->slept = false;
}

static inline int32_t bsd43_freemem(const struct bsd43 *kernel)
{
    return (int32_t)pager_free_frames(kernel->pager) * kernel->d.clsize;
}

static inline struct bsd43_cmap *bsd43_cmap(const struct bsd43 *kernel, pfn_t pfn)
{
    return &kernel->cmap[BSD43_FIRST + pfn];
}

#endif
