/* pager.h -- what every kernel does: the core map, contents and the pages that map them,
 * faults, transfers.  A kernel (kernel.h) decides what a fault means, a policy (policy.h)
 * which page goes.
 *
 *     access ─► fault ─► kernel: get a frame ─► fill it ─► finish: map it ─► access
 *                           └─ waits ◄─ transfer completes ─┘
 *
 * Without an engine (`timing: none`) transfers are done at once and nothing ever waits. */
#ifndef FAULTLINE_PAGER_PAGER_H
#define FAULTLINE_PAGER_PAGER_H

#include "base/arena.h"
#include "engine/engine.h"
#include "machine/mmu.h"
#include "pager/content.h"
#include "pager/instance.h"
#include "pager/kernel.h"
#include "pager/policies.h"
#include "pager/space.h"
#include "swap/slots.h"
#include "swap/swap_space.h"
#include "trace/paged_batch.h"

/* More frames than this are as good as unlimited; the arrays are only reserved. */
#define PAGER_FRAMES_MAX ((pfn_t)1 << 27)

enum frame_state {
    FRAME_FREE,    /* holds nothing: on the free list, or never used yet                 */
    FRAME_GRANTED, /* given to a fault that waited for a frame; holds nothing yet         */
    FRAME_FILLING, /* being read into                                                    */
    FRAME_HELD,    /* filled for an access that has not been made yet: stays in           */
    FRAME_ACTIVE,  /* with the policy, which may choose it                               */
    FRAME_LEAVING, /* chosen and unmapped, being written; free afterwards                */
    FRAME_POOL,    /* taken by page tables, or a swap device that lies in memory          */
    FRAME_CACHED,  /* free, on a kernel's own list, clean and unmapped; holds what it held
                    * until it is taken                                                  */
    FRAME_WIRED,   /* taken by the kernel for something of its own                       */
    FRAME_STATES
};

struct frame {
    page_t page;       /* first of the pages that map it (next_mapping), or PAGE_NONE     */
    content_t content; /* CONTENT_NONE: it holds nothing                                 */
    pfn_t link;        /* next frame of the free list, the pool, or its transfer          */
    uint8_t state;     /* enum frame_state                                               */
    bool dirty; /* differs from what the device has, besides what D bits of pages say     */
    bool writing;    /* a write of it is under way                                  */
    bool read_ahead; /* was read ahead of any use                                   */
    bool reclaim;    /* by the kernel: it is to go as soon as it has been written   */
    bool lazy;      /* the kernel's: what it holds is not needed unless it is stored into */
    uint8_t order;  /* log2 of the frames of the folio that it is one of; 0: it is none's */
    uint32_t owner; /* while ACTIVE: number of the instance that has it             */
    struct fault
        *waiters; /* faults that wait for its filling or, filled, that have not used
                            * it yet: the last, whose next_waiter is the first           */
};

/* One trap of a thread, from the access to the return; embedded in the thread. */
struct fault {
    page_t page;
    bool store;
    bool active;  /* the trap has been taken, the access not been made yet                */
    bool counted; /* by the kernel                                                       */
    bool ready;   /* what was waited for is in memory                                    */
    bool told;    /* the policy knows of it                                              */
    bool busy;  /* by the kernel: it goes on when the CPU has spent what it owes          */
    bool slept; /* it has waited in a list of the kernel's own                         */
    bool has_waited; /* ... for a frame to be filled                                    */
    bool paced; /* by the kernel: it has waited since stores are too fast                */
    bool brought;  /* its page has come into memory for it                                */
    bool killed;   /* by the kernel, which neither gets it a frame nor lets it wait: the
                   * access is never made, and the process ends; space_killed() tells why */
    bool violated; /* it ended since the access must not be made                          */
    pfn_t frame;   /* granted and still empty, or PFN_NONE                                */
    pfn_t run, run_length; /* frames that were granted for a large page, and are held until
                            * it can be mapped; run_length 0: none                        */
    pfn_t waited; /* frame whose filling it waits for or, once ready, that holds what it
                   * needs; PFN_NONE: none                                               */
    uint64_t page_ins;  /* pages read for it and for all faults before it                 */
    struct fault *next; /* in the list in which it waits                 */
    struct fault *next_waiter;        /* of the same frame, in a ring                  */
    void (*wake)(struct fault *self); /* the thread can go on                            */
};

struct fault_list {
    struct fault *first, *last;
    uint64_t n;
};

/* Where pages are when they are not in memory; all NULL or 0 with `timing: none`. */
struct pager_storage {
    struct engine *engine;
    struct swap_space swap;
    struct device *files; /* may be the first one of swap                                 */
    struct slots *slots;
    uint64_t files_start; /* byte of the files' device from which on files lie            */
    uint64_t files_size;  /* bytes for files                                             */
    uint32_t read_ahead;  /* pages of an aligned window, a power of two; 1: none          */
};

/* CPU time of a process of the kernel's own, as a page daemon is: what it does next is done
 * when the time has been spent.  Embedded in what it is. */
struct kernel_work {
    psec_t time;
    void (*done)(struct kernel_work *self);
    struct kernel_work *next; /* the scheduler's                                          */
};

/* What a kernel asks of the scheduler. */
struct pager_host {
    void *context;
    /* The first CPU works for the kernel, before all threads: as soon as it is at the
     * clock's time and has done what it was asked for before.  Not again before it is
     * done. */
    void (*work)(void *context, struct kernel_work *work);
    /* The same for an interrupt, with which nothing goes on.  What a fault or an operation
     * takes is pager.owed. */
    void (*interrupt)(void *context, psec_t time);
    /* Threads in the space do not run: from now on if they wait, sleep or are ready, else as
     * soon as the CPU is at the clock's time.  What they wait for goes on. */
    void (*suspend)(void *context, struct space *space);
    void (*resume)(void *context, struct space *space);
    /* Threads that run or are ready, those that are suspended with them. */
    uint64_t (*runnable)(void *context);
    /* Threads that wait for memory. */
    uint64_t (*waiting)(void *context);
    /* A thread in the space has trapped, and its access has not been made yet. */
    bool (*in_fault)(void *context, const struct space *space);
    /* All threads in the space end: from now on they come to nothing, though what they wait
     * for goes on.  space_killed() tells why.  What is in the space stays until it ends,
     * unless the kernel has it forgotten. */
    void (*kill)(void *context, struct space *space);
    /* CPU time of all threads in the space so far, and when the first of them began. */
    void (*times)(void *context, const struct space *space, psec_t *cpu, psec_t *begun);
};

struct pager_params {
    struct mmu_params mmu;
    uint64_t frames; /* at least 1; UINT64_MAX: unlimited                                 */
    const struct kernel_ops *kernel;
    const void *kernel_params;
    const struct policy_ops *policy;
    const void *policy_params;
    bool by_process;  /* an instance of the policy for each process            */
    bool single_step; /* replay reference by reference, without the fast path             */
    const struct future *future; /* for a policy that sees it; NULL otherwise             */
    uint64_t seed;
    struct page_index *index; /* of all pages; borrowed.  NULL: the batches bring it, and
                               * all their pages are in space 0, backed by the store      */
    struct pager_storage storage;
    const struct pager_host *host; /* NULL with `timing: none`                            */
    psec_t cost_reference, cost_fault, cost_page_copy, cost_page_zero; /* CPU time        */
};

struct pager_counts {
    uint64_t faults, faults_cold, faults_major, faults_minor;
    uint64_t faults_zero_fill, faults_copy, faults_in_transfer, faults_reclaim;
    uint64_t faults_protection, faults_referenced;
    uint64_t violations; /* accesses that were not made; see struct space                 */
    uint64_t page_ins, page_outs, page_outs_dirty;
    uint64_t pages_read_ahead, read_ahead_hits, write_backs, scans;
    uint64_t turns;               /* of the policy's hand                                */
    uint64_t large_pages;         /* mapped                                              */
    uint64_t large_page_failures; /* at faults, for want of a run of free frames          */
    uint64_t large_page_splits;   /* some of its pages stayed mapped                      */
    uint64_t extra_accesses; /* parts of references in a further page                     */
};

struct transfer;
struct frame_runs;

struct pager {
    struct mmu mmu;
    pfn_t nframes, nused; /* frames 0 .. nused-1 have been used                           */
    struct frame *frames; /* the core map                                                */
    pfn_t free_list;      /* of used frames that are free, or PFN_NONE                    */
    struct frame_runs *runs; /* what large pages need; NULL until one is wanted           */
    pfn_t pool_list;
    pfn_t count[FRAME_STATES]; /* frames in each state; FREE: of the used ones            */
    pfn_t mapped; /* frames that pages are mapped to                                     */
    struct contents contents;
    content_t *content_of; /* [page]                                                     */
    page_t *next_mapping;  /* [page]: next page that maps the same frame, or PAGE_NONE    */
    page_t npages;
    size_t page_capacity;
    struct space **spaces; /* [number]                                                   */
    uint32_t nspaces;
    const struct pager_params *params; /* borrowed                                       */
    struct pager_storage storage;
    const struct pager_host *host;
    const struct policy_ops *policy;
    struct instance **instances; /* [process], or [0] for all; NULL where there is none   */
    uint32_t ninstances;
    pfn_t writes;  /* writes of frames under way                                         */
    uint64_t uses; /* number of the next stretch's first use of a page, for policies      */
    uint64_t use;  /* number of the last use outside of the fast path                     */
    const struct kernel_ops *kernel;
    void *kernel_state;
    uint64_t
        tick_at; /* references after which the kernel's tick is called, or UINT64_MAX; set
                       * by its init if it has one                                       */
    bool by_process; /* replacement is                                            */
    bool singly;     /* every reference is replayed by itself                      */
    bool releases;   /* the policy is asked before each what it gives up            */
    bool clear_invalidates; /* clearing an accessed or dirty bit drops TLB entries        */
    bool simulate_referenced; /* the accessed bit is the valid bit: clearing it makes the
                               * next access trap                                        */
    struct rng rng;
    const struct future *future;
    uint64_t future_at; /* steps replayed                                           */
    struct fault_list starved; /* faults that wait for a frame                           */
    struct fault_list granted; /* faults that got one, to be continued                    */
    struct fault *current;  /* the fault that the kernel works on                       */
    struct error failed;    /* in an event of the kernel's; code OK: nothing has         */
    psec_t owed;            /* CPU time of the kernel that no CPU has spent yet          */
    struct map extents;     /* of files, on their device                               */
    struct arena *arena;    /* of transfers                                            */
    struct transfer *spare; /* transfers to be used again                              */
    uint64_t pool_extra;    /* frames of the pool that the kernel wants for itself       */
    uint64_t transfers;     /* under way                                               */
    size_t frame_bytes;     /* reserved for frames                                      */
    struct pager_counts counts;
    /* With `timing: none`: */
    uint64_t references; /* replayed before the present batch                            */
    uint8_t
        *lengths; /* [shape]: references, of the present batch; if the policy needs it */
};

/* ERR_CONFIG (the policy refuses its parameters), ERR_NOMEM.  params: borrowed. */
MUST_CHECK enum status pager_init(struct pager *pager, const struct pager_params *params,
                                  struct error *err);
void pager_release(struct pager *pager);

/* Replay a batch; batches come in order.  For `timing: none`.  ERR_CELL if the simulation
 * cannot go on. */
MUST_CHECK enum status pager_replay(struct pager *pager, const struct paged_batch *batch,
                                    struct error *err);

/* Learn of new pages: npages of the index. */
MUST_CHECK enum status pager_add_pages(struct pager *pager, const struct page_index *index,
                                       page_t npages, struct error *err);

/* --- address spaces --------------------------------------------------------------------- */

/* A new address space without regions and users. */
MUST_CHECK enum status pager_add_space(struct pager *pager, struct space **out,
                                       struct error *err);

/* Forget its pages and free its number; nobody uses it any more. */
void pager_end_space(struct pager *pager, struct space *space);

/* Give every block of a batch its page in the space, in pages[BATCH_BLOCKS].  granule_shift:
 * of the batch's trace, at most the page shift. */
MUST_CHECK enum status pager_translate(struct pager *pager, struct space *space,
                                       const struct batch *batch, unsigned granule_shift,
                                       uint32_t *pages, struct error *err);

/* The page of a VPN, which gets a number if it has none. */
MUST_CHECK enum status pager_page(struct pager *pager, struct space *space, page_t *page,
                                  vpn_t vpn, struct error *err);

struct space *pager_space_of(const struct pager *pager, page_t page);

/* The pages first..last of the space hold nothing any more; what they alone held is gone. */
void pager_forget(struct pager *pager, struct space *space, vpn_t first, vpn_t last);

/* --- for kernels ------------------------------------------------------------------------ */

/* True for a frame that can be evicted. */
bool frame_pageable(const struct pager *pager, pfn_t pfn);
/* The accessed bit of what is in a frame, of any page that maps it, where several do; and
 * whether it differs from what its device has. */
bool frame_referenced(struct pager *pager, pfn_t pfn);
void frame_clear_referenced(struct pager *pager, pfn_t pfn);
void frame_set_referenced(struct pager *pager, pfn_t pfn);
bool frame_dirty(const struct pager *pager, pfn_t pfn);

/* Frames that can be had without evicting. */
pfn_t pager_free_frames(const struct pager *pager);

/* The fault, which the kernel works on, waits in a list of the kernel's own until the kernel
 * wakes all that wait there: it is then called again for each of them, in their order.  Only
 * with an engine. */
void pager_sleep(struct pager *pager, struct fault *fault, struct fault_list *list);
void pager_wakeup(struct pager *pager, struct fault_list *list);

/* Something failed in an event of the kernel's own: the run ends with the first such error
 * after the event. */
void pager_fail(struct pager *pager, const struct error *err);

/* The region of the fault's page; ERR_CELL, naming the address, if it is in none. */
MUST_CHECK enum status pager_region(struct pager *pager, const struct fault *fault,
                                    const struct region **region, struct error *err);

/* What the page holds; the content is made if this is the first use of it. */
MUST_CHECK enum status pager_content(struct pager *pager, page_t page, content_t *out,
                                     struct error *err);

/* True if a store into the page must not be seen by others that hold its content. */
bool pager_must_copy(const struct pager *pager, page_t page);

/* Get the fault an empty frame, evicting if need be.  On OK the fault has it (fault->frame)
 * or waits for one, and the kernel is called again.  It may be one of the frames of a large
 * page: what has been got at once is to be filled before the fault waits.  ERR_CELL. */
MUST_CHECK enum status pager_get_frame(struct pager *pager, struct fault *fault,
                                       struct error *err);

/* Fill the fault's frame with what its page holds: zeros, or read it from its device, with
 * its neighbours as far as the window of read-ahead goes, or with its whole large page. */
MUST_CHECK enum status pager_fill(struct pager *pager, struct fault *fault,
                                  content_t content, struct error *err);

/* Fill the fault's frame with a copy of what its page holds, which is the page's own from
 * now on. */
MUST_CHECK enum status pager_copy(struct pager *pager, struct fault *fault,
                                  struct error *err);

/* Map a page of the region, which is not, to what it holds, which is in an active frame: as
 * if it had been read, and so that a store traps. */
MUST_CHECK enum status pager_map_ahead(struct pager *pager, const struct region *region,
                                       page_t page, content_t content, struct error *err);

/* The fault waits until the frame is filled. */
void pager_wait(struct pager *pager, struct fault *fault, pfn_t pfn);

/* What the fault needs is in the frame: the fault is ready. */
void pager_use(struct pager *pager, struct fault *fault, pfn_t pfn);

/* The frame, which is leaving, stays after all. */
void pager_rescue(struct pager *pager, pfn_t pfn);

/* Evict the policy's victim for a process, or that of the process with most frames if it has
 * none: it is free at once, or when it has been written. */
MUST_CHECK enum status pager_evict_for(struct pager *pager, uint32_t process,
                                       struct error *err);
/* The same for nobody in particular. */
MUST_CHECK enum status pager_evict(struct pager *pager, struct error *err);

/* Evict a frame that is ACTIVE. */
MUST_CHECK enum status pager_evict_frame(struct pager *pager, pfn_t pfn, struct error *err);

/* Write an active frame that is dirty and not being written; it stays in memory. */
MUST_CHECK enum status pager_clean(struct pager *pager, pfn_t pfn, struct error *err);

/* Start to read a page, which lies in a region, if it is on a device only and a frame is
 * free. */
MUST_CHECK enum status pager_prefetch(struct pager *pager, page_t page, struct error *err);

/* Give the child, which has none, a copy of all that the parent has; contents are shared
 * and copied when one of them stores (copy-on-write). */
MUST_CHECK enum status pager_share(struct pager *pager, struct space *child,
                                   struct space *parent, struct error *err);

/* Have the hardware stop stores into pages of a range, or let them through; `none`: stop
 * every access. */
void pager_protect(struct pager *pager, struct space *space, vpn_t first, vpn_t last,
                   uint8_t protection);

/* --- for the replay and the workload ---------------------------------------------------- */

/* The page is not there, or it is read-only and the access stores: do what can be done.  On
 * OK the access can be made, or is to be passed over if fault->violated, if fault->active is
 * false; else the fault waits, and this is
 * called again when its thread has been woken. */
MUST_CHECK enum status pager_fault(struct pager *pager, struct fault *fault, page_t page,
                                   bool store, struct error *err);

/* The fault, which is in no list, is over and its access is not made. */
void pager_abandon(struct pager *pager, struct fault *fault);

/* Go on with the faults that have been given frames. */
MUST_CHECK enum status pager_run_granted(struct pager *pager, struct error *err);

/* CPU time that the kernel has used since the last call. */
psec_t pager_take_owed(struct pager *pager);

/* Conservation: every frame is in one place, every slot is free or has one owner, lists and
 * counts agree.  NULL, or a sentence that says what does not hold.  Takes time in
 * proportion to all there is. */
const char *pager_check(const struct pager *pager);

#endif
