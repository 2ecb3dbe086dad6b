/* bsd43.h -- what the files of the kernel share: its core map, its processes with their
 * segments, texts, swap headers, and the pagedaemon's state.
 *
 * Units: hw pages and clusters as in defaults.h; a cluster is the simulator's page, so that
 * a frame is an entry of the core map and a slot of the swap device is a cluster of it. */
#ifndef FAULTLINE_OS_BSD43_BSD43_H
#define FAULTLINE_OS_BSD43_BSD43_H

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

/* --- freelist.c ---------------------------------------------------------------------- */

MUST_CHECK enum status bsd43_cmap_init(struct bsd43 *kernel, struct error *err);
void bsd43_cmap_release(struct bsd43 *kernel);
/* Have the free list, of all frames in the order of their numbers, begin at any of them. */
void bsd43_turn_list(struct bsd43 *kernel);
/* kernel_ops: memall() and memfree(). */
pfn_t bsd43_take_frame(void *state, struct pager *pager);
void bsd43_frame_freed(void *state, struct pager *pager, pfn_t pfn);
/* munlink(): the frame, which is CACHED, comes off the free list and is HELD. */
void bsd43_munlink(struct bsd43 *kernel, pfn_t pfn);
/* The frame is in the resident set of a process or text from now on, or no longer. */
void bsd43_enter(struct bsd43 *kernel, pfn_t pfn, enum bsd43_type type, uint32_t ndx);
void bsd43_leave(struct bsd43 *kernel, pfn_t pfn);

/* --- check.c -------------------------------------------------------------------------- */

/* kernel_ops: conservation of frames, resident sets, texts, swap headers and swap space. */
const char *bsd43_check(const void *state, const struct pager *pager);

/* --- process.c ----------------------------------------------------------------------- */

/* The process in a space, which is made if the kernel has not been told of it. */
MUST_CHECK enum status bsd43_process_of(struct bsd43 *kernel, struct space *space,
                                        struct bsd43_process **out, struct error *err);
enum status bsd43_process_begin(void *state, struct pager *pager, struct space *space,
                                struct space *parent, struct error *err);
/* execve(): the arguments go through the argument area. */
enum status bsd43_process_exec(void *state, struct pager *pager, struct space *space,
                               struct space *old, bool *killed, struct error *err);
void bsd43_process_end(void *state, struct pager *pager, struct space *space);
void bsd43_process_sleeps(void *state, struct pager *pager, struct space *space);
void bsd43_process_wakes(void *state, struct pager *pager, struct space *space);
enum status bsd43_region_added(void *state, struct pager *pager, struct space *space,
                               const struct region *region, bool *killed,
                               struct error *err);
void bsd43_region_removed(void *state, struct pager *pager, struct space *space,
                          vpn_t first, vpn_t last);
/* Whose page a frame is: its process, or of a text the process that attached to it last. */
struct bsd43_process *bsd43_owner(const struct bsd43 *kernel, pfn_t pfn);
/* A page that the frame, which is in a resident set, stands for; PAGE_NONE: it is text that
 * nobody executes. */
MUST_CHECK enum status bsd43_page_of(struct bsd43 *kernel, pfn_t pfn, page_t *out,
                                     struct error *err);
/* vmemall(): give its u-area and page tables the frames that they need, as far as there are
 * free ones; false: they wait for more. */
bool bsd43_wire(struct bsd43 *kernel, struct bsd43_process *process);
/* memall(): the same, and nothing if there are not as many. */
bool bsd43_wire_all(struct bsd43 *kernel, struct bsd43_process *process);
/* vmemall() of the kernel's own processes and the buffers of its network. */
void bsd43_wire_own(struct bsd43 *kernel);
void bsd43_unwire(struct bsd43 *kernel, struct bsd43_process *process);
void bsd43_processes_release(struct bsd43 *kernel);

/* memall() of a frame for the next page to be copied, if it has none and one is free; and
 * give it back. */
void bsd43_take_copy_frame(struct bsd43 *kernel, struct bsd43_process *from);
void bsd43_drop_copy_frame(struct bsd43 *kernel, struct bsd43_process *from);
enum status bsd43_vfork(void *state, struct pager *pager, struct space *space,
                        struct error *err);
void bsd43_vfork_end(void *state, struct pager *pager, struct space *space);
void bsd43_advised(void *state, struct pager *pager, struct space *space, uint8_t advice);

/* --- fork.c -------------------------------------------------------------------------- */

enum status bsd43_fork(void *state, struct pager *pager, struct space *child,
                       struct space *parent, struct error *err);
enum status bsd43_fork_copy(void *state, struct pager *pager, struct space *child,
                            struct space *parent, struct fault *fault, struct error *err);

/* --- text.c -------------------------------------------------------------------------- */

/* xalloc(): attach the process to the text that the region executes.  *killed: no room, as in
 * kernel_ops.region_added. */
MUST_CHECK enum status bsd43_xalloc(struct bsd43 *kernel, struct bsd43_process *process,
                                    const struct region *region, uint32_t *number,
                                    bool *killed, struct error *err);
/* vinitpt(): its page table is a copy of that of another one who has the text. */
MUST_CHECK enum status bsd43_xlink(struct bsd43 *kernel, struct bsd43_process *process,
                                   uint32_t number, struct error *err);
/* xfree(): the process gives the text up. */
void bsd43_xfree(struct bsd43 *kernel, struct bsd43_process *process, uint32_t number);
/* distpte(): the page, which has been made valid, is so for all that share the text. */
MUST_CHECK enum status bsd43_distribute(struct bsd43 *kernel, page_t page, pfn_t pfn,
                                        struct error *err);
/* xdetach(), and its opposite: the process leaves memory, but keeps the text. */
void bsd43_xdetach(struct bsd43 *kernel, struct bsd43_process *process, uint32_t number);
MUST_CHECK enum status bsd43_xattach(struct bsd43 *kernel, struct bsd43_process *process,
                                     uint32_t number, struct error *err);
void bsd43_texts_release(struct bsd43 *kernel);

/* --- fault.c ------------------------------------------------------------------------- */

enum status bsd43_fault(void *state, struct pager *pager, struct fault *fault,
                        struct error *err);
enum status bsd43_mapped(void *state, struct pager *pager, page_t page, pfn_t pfn,
                         struct error *err);
/* The state of a page's entry. */
MUST_CHECK enum status bsd43_look_up(struct bsd43 *kernel, page_t page,
                                     struct bsd43_page *out, struct error *err);
/* The same of a neighbour in its segment; false if nothing is known of it yet. */
bool bsd43_neighbour(struct bsd43 *kernel, const struct bsd43_page *page, uint32_t cluster,
                     struct bsd43_page *out);

/* --- pagein.c ------------------------------------------------------------------------ */

/* Read the page, which is outswapped or fill on demand from a file, with its kluster; the
 * fault waits for it, or for a swap header. */
MUST_CHECK enum status bsd43_read(struct bsd43 *kernel, struct fault *fault,
                                  const struct bsd43_page *page, struct error *err);
/* A swap header, or NULL; and give it back. */
struct bsd43_header *bsd43_header_get(struct bsd43 *kernel);
void bsd43_header_put(struct bsd43_header *header);

/* --- cpu.c --------------------------------------------------------------------------- */

/* The kernel executes so many instructions: for the fault that it works on, as its
 * pagedaemon, or in an interrupt. */
void bsd43_spend(struct bsd43 *kernel, uint64_t instructions);
/* ... to start a transfer of so many clusters. */
void bsd43_transfer(struct bsd43 *kernel, uint64_t clusters);

/* --- daemon.c ------------------------------------------------------------------------ */

/* wakeup(&proc[2]): the pagedaemon does what it has to do as soon as the CPU can. */
void bsd43_wake_daemon(struct bsd43 *kernel);
void bsd43_daemon_init(struct bsd43 *kernel);

/* --- pageout.c ----------------------------------------------------------------------- */

enum bsd43_taken { BSD43_REFUSED, BSD43_TAKEN, BSD43_BLOCKED };
/* The rest of checkpage() for a page that may go.  BLOCKED: there is no swap header. */
enum bsd43_taken bsd43_take(struct bsd43 *kernel, pfn_t pfn, enum status *status,
                            struct error *err);
/* cleanup(): free what has been pushed. */
void bsd43_cleanup(struct bsd43 *kernel);
/* vmemfree() of a frame that a push has locked: no page table has it from now on, and it is
 * freed with the cleanup. */
void bsd43_mark_gone(struct bsd43 *kernel, pfn_t pfn);
/* The process has ended: what is still being pushed was nobody's. */
void bsd43_disown_pushes(struct bsd43 *kernel, uint32_t number);
/* Write a dirty frame with its kluster to its place on swap; it is freed when that has been
 * done, unless it is used meanwhile.  There is a swap header. */
MUST_CHECK enum status bsd43_push(struct bsd43 *kernel, pfn_t pfn, struct error *err);
/* dpageout(): take pages around one from a sequential process. */
void bsd43_dpageout(struct bsd43 *kernel, page_t faulted);
bool bsd43_expendable(const void *state, const struct pager *pager, pfn_t pfn);
/* c_lock: the frame is being pushed, or has been and was not cleaned up yet. */
bool bsd43_locked(const void *state, const struct pager *pager, pfn_t pfn);

/* --- swap.c -------------------------------------------------------------------------- */

/* Begin to swap a process out, or in; bsd43_swapped() is called when that is done.  False:
 * there is no swap space, or not memory enough, for its u-area and page tables. */
bool bsd43_swapout(struct bsd43 *kernel, struct bsd43_process *process);
bool bsd43_swapin(struct bsd43 *kernel, struct bsd43_process *process);
/* The process has ended: its places are free, and what is under way is for nobody. */
void bsd43_swap_forget(struct bsd43 *kernel, struct bsd43_process *process);

/* --- sched.c ------------------------------------------------------------------------- */

void bsd43_swapper_init(struct bsd43 *kernel);
void bsd43_swapper_release(struct bsd43 *kernel);
/* What was begun is done. */
void bsd43_swapped(struct bsd43 *kernel);
/* setrun(): the process can run; if it is out it wants in. */
void bsd43_wants_in(struct bsd43 *kernel, struct bsd43_process *process);
/* A second has gone by. */
void bsd43_swapper_second(struct bsd43 *kernel);
void bsd43_swapper_forget(struct bsd43 *kernel, const struct bsd43_process *process);

/* --- clock.c ------------------------------------------------------------------------- */

/* ERR_CELL: its interrupts would leave the CPU no time for anything else. */
MUST_CHECK enum status bsd43_check_clock(const struct bsd43 *kernel, struct error *err);
void bsd43_start(void *state, struct pager *pager);
void bsd43_stop(void *state, struct pager *pager);

/* --- sample.c ------------------------------------------------------------------------ */

struct gauges;

/* kernel_ops. */
void bsd43_sample(const void *state, const struct pager *pager, const struct space *space,
                  struct gauges *gauges);

#endif
