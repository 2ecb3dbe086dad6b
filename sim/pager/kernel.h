/* kernel.h -- the plug-in interface of an operating-system kernel: what happens on a fault,
 * in the background, and when a process begins, forks, sleeps and ends.  One folder X in sim/os/ whose X.c defines
 * `const struct kernel_ops kernel_X`.  What a kernel leaves NULL is done as textbooks have
 * it. */
#ifndef FAULTLINE_PAGER_KERNEL_H
#define FAULTLINE_PAGER_KERNEL_H

#include "base/error.h"
#include "base/param.h"
#include "base/types.h"
#include "pager/content.h"

struct counters;
struct gauges;
struct pager;
struct fault;
struct space;
struct region;

#define NATIVE_POLICY "native" /* as in configs: `policy: native`                        */

enum { NATIVE_SETTINGS = 4 };

/* The policy that is a kernel's own, and what the kernel sets of its parameters. */
struct native_policy {
    const char *name;
    struct {
        const char *param, *value; /* as a user would write them                         */
    } set[NATIVE_SETTINGS]; /* the first without a param ends them                       */
};

struct kernel_ops {
    const char *name;    /* as in configs: `kernel: textbook`                            */
    const char *summary; /* one line for `faultline list kernels`                        */
    const char *source;  /* book or kernel version followed                             */
    const struct param *params;
    size_t params_size; /* at most PARAM_VALUES_MAX                                      */
    size_t state_size;  /* bytes, zeroed before init                                     */
    /* ERR_CONFIG if parameters do not fit together, with the names of those in 'quotes' that
     * are to be changed.  NULL: they always do. */
    enum status (*fit)(const void *params, struct error *err);
    /* `policy: native`, with these parameters: fills in *native, which is empty.  It is the
     * default.  NULL: the kernel has no policy of its own. */
    void (*native)(const void *params, struct native_policy *native);
    /* Set what of the pager depends on the kernel; it may lower nframes by what the kernel
     * itself takes.  May be NULL.  ERR_CELL, ERR_NOMEM; release is called all the same. */
    enum status (*init)(void *state, struct pager *pager, const void *params,
                        struct error *err);
    void (*release)(void *state); /* may be NULL                                         */
    /* Work on the fault with the calls of pager.h.  On OK the page is in memory and
     * fault->ready is set, or the fault waits for a frame or a transfer and this is called
     * again; with fault->busy set, as soon as pager.owed has been spent.  The page is mapped
     * by the pager afterwards. */
    enum status (*fault)(void *state, struct pager *pager, struct fault *fault,
                         struct error *err);
    /* The page of a fault has been mapped, to the frame; may be NULL. */
    enum status (*mapped)(void *state, struct pager *pager, const struct fault *fault,
                          pfn_t pfn, struct error *err);
    /* A free list of the kernel's own; all NULL: the pager keeps one.
     * take_frame: take the frame off the list that is to be used next, FREE or CACHED (what
     * it holds is lost), or one of pager_unused_frame(); PFN_NONE: there is none.
     * frame_freed: the frame has become FREE or CACHED (state) and goes onto the list, or POOL
     * and does not.  One that is CACHED may become FREE later, without a call: its place
     * stays. */
    pfn_t (*take_frame)(void *state, struct pager *pager);
    void (*frame_freed)(void *state, struct pager *pager, pfn_t pfn);
    /* Where on the swap device a content is, in slots: a kernel that gives each page a fixed
     * place.  NULL: the pager takes slots when they are needed.  ERR_CELL: there is none. */
    enum status (*place)(void *state, struct pager *pager, content_t content, slot_t *slot,
                         struct error *err);
    /* What `place` gave is not needed any more, with an engine; NULL: nothing is to be done. */
    void (*place_given)(void *state, struct pager *pager, slot_t slot);
    /* A page is going to be mapped to the frame, for a fault that stores or does not, or is
     * mapped and its protection changes: do stores into it go through from now on?  They must
     * if the fault stores.  Asked only where the pager would let them through.  NULL: yes. */
    bool (*lets_store)(void *state, struct pager *pager, page_t page, pfn_t pfn,
                       bool store);
    /* A policy asks: write what is in the frame, ACTIVE and dirty, which stays; count it in
     * write_backs.  NULL: the pager writes it. */
    enum status (*clean)(void *state, struct pager *pager, pfn_t pfn, struct error *err);
    /* Policies ask: would the kernel let go of the frame's page at once?  NULL: no. */
    bool (*expendable)(const void *state, const struct pager *pager, pfn_t pfn);
    /* The same: has the kernel locked the frame, so that its daemon passes over it?  NULL:
     * no. */
    bool (*locked)(const void *state, const struct pager *pager, pfn_t pfn);
    /* Policies ask: can pages that are in no file go to swap space?  NULL: as long as a slot is
     * free. */
    bool (*can_swap)(const void *state, const struct pager *pager);
    /* It drives policies that reclaim (faultline/reclaim.h). */
    bool drives;
    /* Their question how often a page has been used leaves out mappings of regions for which
     * this is false, as they may be advised; NULL: none. */
    bool (*has_recency)(const void *state, const struct region *region);
    /* They say that a statistic of a memory cgroup has changed by n in one call; may be
     * NULL. */
    void (*updated)(void *state, uint64_t n);
    /* So many references have been replayed, as pager.tick_at, which init or the last call
     * set, says: returns when to call next, above that, or UINT64_MAX.  Needed only by a
     * kernel that sets tick_at.  Not where replacement is by process. */
    uint64_t (*tick)(void *state, struct pager *pager, uint64_t references);
    /* Its counters by names of its own: sets kernel_own, and what it does not count to
     * COUNT_UNKNOWN.  NULL: it has none. */
    void (*count)(const void *state, struct counters *counters);
    /* For samples over time, what it has at this moment, of all (space NULL) or of the
     * processes in a space: sets the gauges that it knows, which are COUNT_UNKNOWN.  NULL: it
     * has none. */
    void (*sample)(const void *state, const struct pager *pager, const struct space *space,
                   struct gauges *gauges);
    /* What must hold of the kernel's own between two events, as pager_check(); NULL: nothing
     * more. */
    const char *(*check)(const void *state, const struct pager *pager);
    /* Give the child what the parent has; NULL: copy-on-write. */
    enum status (*fork)(void *state, struct pager *pager, struct space *child,
                        struct space *parent, struct error *err);
    /* The simulation begins and ends: start and cancel events of the kernel's own.  Called
     * with `timing: events` only; may be NULL. */
    void (*start)(void *state, struct pager *pager);
    void (*stop)(void *state, struct pager *pager);
    /* For so long all processes may wait, or be suspended, while nothing but the kernel's own
     * events is under way; then nothing can help any more, and the run fails. */
    psec_t patience;
    /* It has been so: if the kernel knows why, *err says it, as ERR_CELL, and how to help.
     * False, or NULL: it does not. */
    bool (*stuck)(const void *state, const struct pager *pager, struct error *err);

    /* The rest is told with `timing: events` only, at the clock's time, and may be NULL.  A
     * process is known by its space; threads of one process share it. */

    /* A process begins, when its time has come: in a space without pages (parent NULL), or
     * as a child, before `fork`. */
    enum status (*process_begin)(void *state, struct pager *pager, struct space *space,
                                 struct space *parent, struct error *err);
    /* An exec replaces the process's space by a new one.  `old` is left to whoever else is in
     * it (other threads, the parent after a vfork), or ends.  NULL: process_begin, without
     * a parent, is told of the new one.  *killed as in region_added. */
    enum status (*process_exec)(void *state, struct pager *pager, struct space *space,
                                struct space *old, bool *killed, struct error *err);
    /* The last thread in the space has ended (at the end of the run: asleep) or left it, and
     * no page holds anything any more. */
    void (*process_end)(void *state, struct pager *pager, struct space *space);
    /* All threads in the space sleep (wait for a child, a time, or for ever; not for
     * memory); and one of them can run again. */
    void (*process_sleeps)(void *state, struct pager *pager, struct space *space);
    void (*process_wakes)(void *state, struct pager *pager, struct space *space);
    /* Nothing is in a new region yet: reserve what it needs.  At the beginning of a process
     * its regions follow process_begin or process_exec; a child's are those of its parent.
     * *killed, which is false: there is not enough swap space, and the process ends; why is
     * told with space_killed(). */
    enum status (*region_added)(void *state, struct pager *pager, struct space *space,
                                const struct region *region, bool *killed,
                                struct error *err);
    /* first..last are in no region any more, though not all of them need have been in one. */
    void (*region_removed)(void *state, struct pager *pager, struct space *space,
                           vpn_t first, vpn_t last);
    /* After `fork`: copy for the child what the parent has.  On OK all has been copied; or
     * the fault, which is the parent's and not active at first, is active: the parent waits
     * until it is ready, as after `fault`, and this is called again.  The child starts
     * afterwards. */
    enum status (*fork_copy)(void *state, struct pager *pager, struct space *child,
                             struct space *parent, struct fault *fault, struct error *err);
    /* A child begins that runs in the space of its parent, which sleeps meanwhile; and it
     * has ended, or has a space of its own by an exec.  vfork NULL: such a child is forked. */
    enum status (*vfork)(void *state, struct pager *pager, struct space *space,
                         struct error *err);
    void (*vfork_end)(void *state, struct pager *pager, struct space *space);
    /* A process says how it will use a part of its memory, some of which is in regions: NORMAL,
     * RANDOM, SEQUENTIAL or WILLNEED of enum vm_advice.  NULL: what it will need is read in
     * while frames are free. */
    void (*process_advised)(void *state, struct pager *pager, struct space *space,
                            uint8_t advice);
    /* WILLNEED, DONTNEED, FREE, COLD or PAGEOUT of the part first..last of a region: to be
     * followed at once; HUGEPAGE of all of a region, which says so.  NULL: WILLNEED as above, the
     * pages of DONTNEED hold nothing any more, and the others are passed over. */
    enum status (*region_advised)(void *state, struct pager *pager, struct space *space,
                                  const struct region *region, vpn_t first, vpn_t last,
                                  uint8_t advice, struct error *err);
};

extern const struct kernel_ops *const kernel_table[]; /* ended by NULL */

const struct kernel_ops *kernel_find(const char *name);

#endif
