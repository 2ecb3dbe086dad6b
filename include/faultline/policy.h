/* policy.h -- the plug-in interface of a replacement policy: which page goes.
 *
 * One file X.c defines `const struct policy_ops policy_X` (a `-` in the file's name is a
 * `_` in the symbol).  In policies/ it is built in, and nothing else is edited; compiled to
 * X.so it is used as `policy: ./X.so`.
 *
 * Life of the calls, all on one thread; those in brackets only where the policy has them:
 *
 *     init ─► [fault] ─► page_in ─► (access)*
 *             [fault] ─► [release]* ─► victim ─► page_out ─► page_in ─► (access)* ─► ...
 *
 * *Entries*: a policy numbers what it knows of by entries.  0 .. nframes-1 are the frames;
 * nframes .. nframes+nghosts-1 are *ghosts*, pages that have been evicted and are still
 * remembered.  The core owns all memory: state_size bytes for the policy and frame_size
 * bytes for every entry, zeroed before init.  A policy lays the entries' memory out as it
 * likes, best as one array for each field (frame_ring.h keeps orders in such an array). */
#ifndef FAULTLINE_POLICY_H
#define FAULTLINE_POLICY_H

#include "base/error.h"
#include "base/param.h"
#include "base/rng.h"
#include "base/types.h"

#define POLICY_ABI 5

/* What a policy must see to work.  Only the first can be built into a kernel; reports mark
 * the others as ideal. */
enum policy_sees {
    POLICY_REF_BITS,        /* accessed bits, through page_referenced() and friends      */
    POLICY_EVERY_ACCESS,    /* the order in which pages were last used                   */
    POLICY_EVERY_REFERENCE, /* every single reference, in its place                      */
    POLICY_FUTURE,          /* when a page will be used next                             */
};

struct policy_env {
    pfn_t nframes;      /* frames are 0 .. nframes-1                                     */
    pfn_t share;        /* frames that its pages are to fill: nframes, or with replacement
                         * by process an equal part, which changes with the processes    */
    pfn_t nghosts;      /* ghosts are nframes .. nframes+nghosts-1                       */
    void *frames;       /* (nframes + nghosts) * frame_size bytes, aligned to 64         */
    struct rng *rng;    /* seeded from the experiment                                    */
    const void *params; /* as the params table lays them out                             */
    uint64_t page_size; /* bytes                                                         */
    bool driven;        /* the kernel reclaims through policy_ops.reclaim                */
};

struct pager;
struct policy_view;
struct reclaim_ops;
struct stretch;

struct policy_ops {
    uint32_t abi;        /* POLICY_ABI; checked before first use                         */
    const char *name;    /* as in configs: `policy: clock`; equals the file name         */
    const char *summary; /* one line for `faultline list policies`                       */
    const char *source;  /* paper or kernel file followed; printed in the report         */
    enum policy_sees sees;
    bool uses_time; /* it calls policy_now(), or has tick                    */
    bool folios; /* its lists have folios of several pages (faultline/reclaim.h)          */
    const struct param *params; /* NULL: none                                            */
    size_t params_size;         /* at most PARAM_VALUES_MAX                              */
    size_t state_size;          /* bytes                                                 */
    size_t frame_size;          /* bytes for every entry; 0: none                        */
    /* Most ghosts that it remembers; NULL: none.  The core provides some more, for those
     * that are on their way back to memory. */
    uint64_t (*ghosts)(const void *params, pfn_t nframes);
    /* ERR_CONFIG if parameters do not fit together or to the frames, with the names of
     * parameters in 'quotes'. */
    enum status (*init)(void *state, const struct policy_env *env, struct error *err);
    /* env->share has changed; may be NULL.  A policy that finds itself with more pages than
     * its share, or with lists that are too long for it, makes them shorter as pages go. */
    void (*resize)(void *state);
    /* A page that is not in memory is wanted; ghost: its entry, or PFN_NONE.  Comes before
     * any victim is asked for on its behalf; may be NULL.  The policy may take the ghost out
     * of its lists here: page_in gets it all the same. */
    void (*fault)(void *state, pfn_t ghost);
    /* The frame holds a page that may be evicted from now on; may be NULL.  ghost: the
     * page's entry until now, or PFN_NONE; it is free when this returns, so it must be in
     * no list any more.  The page was brought in by a reference, which is not told by
     * access except to POLICY_FUTURE, or ahead of one. */
    void (*page_in)(void *state, pfn_t pfn, pfn_t ghost);
    /* It does so no longer; may be NULL.  evicted: the page goes on without a frame, and
     * can be remembered with ghost_add(); else it is gone, or its frame is in use for
     * something else. */
    void (*page_out)(void *state, pfn_t pfn, bool evicted);
    /* The page of a ghost is gone for ever: take the ghost out of all lists; it is free
     * when this returns.  Non-NULL iff ghosts is. */
    void (*forget)(void *state, pfn_t ghost);
    /* The page in the frame was used; non-NULL iff sees is not POLICY_REF_BITS.  With
     * POLICY_EVERY_ACCESS and _FUTURE, consecutive uses may come as one, and of two pages
     * used in turn only the order of their last uses is exact.  when: with POLICY_FUTURE a
     * number that orders pages by their next use, NEXT_NEVER for none (if uses_time is
     * set: the time of the next use as policy_now() counts); otherwise a number that orders
     * uses, larger than those of all uses before and above 0. */
    void (*access)(void *state, pfn_t pfn, uint64_t when);
    /* Optional, for speed, with POLICY_EVERY_REFERENCE: of pages for which this is true, a
     * use changes nothing but an order of last uses: they are told of as with
     * POLICY_EVERY_ACCESS. */
    bool (*settled)(const void *state, pfn_t pfn);
    /* A frame to evict, of those between page_in and page_out (page_evictable tells);
     * called when there is at least one.  Any other is a breach of the contract: the cell
     * ends with an error that names the policy. */
    pfn_t (*victim)(void *state);
    /* For a variable allocation: a frame to give up without need, or PFN_NONE.  Asked, until
     * it says so, after every fault call and, with POLICY_EVERY_REFERENCE and _FUTURE,
     * before every reference; may be NULL. */
    pfn_t (*release)(void *state);
    /* The time that the previous call asked for has come (the first call, at time 0, comes
     * after init).  Returns the time of the next call, above now; may be NULL. */
    uint64_t (*tick)(void *state, uint64_t now);
    /* For `faultline explain`, both may be NULL.  why: one sentence without a full stop
     * that says why the frame, which victim or release has just returned, goes; pages are
     * named by view_page().  show: what the policy keeps, through the view_ calls. */
    void (*why)(void *state, pfn_t victim, struct policy_view *view);
    void (*show)(void *state, struct policy_view *view);
    /* Optional, for speed, inside the project only: the replay loop of pager/replay.h with
     * this policy's access compiled in.  NULL: access is called through its pointer. */
    enum status (*replay)(struct pager *pager, struct stretch *stretch, struct error *err);
    /* For kernels with a daemon that looks at pages ahead of need, so many units a while (of
     * 4.3BSD's hands: a pair of pages); may be NULL.  Looks at the pages of one unit, or at
     * what is left of it, and returns one that may go; the kernel takes it (page_out), or has
     * it written first (page_out too), or leaves it where it is, and calls again.  PFN_NONE:
     * the unit is done, and *budget, which was above 0, is one less; or 0, which says that
     * looking at more is of no use for now. */
    pfn_t (*scan)(void *state, uint32_t *budget);
    /* A fault has mapped a page to the frame, which was in memory already; the accessed bit
     * of the mapping is set, for policies that have this call.  May be NULL. */
    void (*mapped)(void *state, pfn_t pfn);
    /* For kernels that reclaim many pages at a time, see faultline/reclaim.h; may be NULL. */
    const struct reclaim_ops *reclaim;
};

#define NEXT_NEVER UINT64_MAX

/* --- what a policy may ask --------------------------------------------------------------- */

/* True between page_in and page_out. */
bool page_evictable(const struct policy_env *env, pfn_t pfn);
/* The accessed bit of the page in a frame, as the machine keeps it: of any that maps it,
 * where several do. */
bool page_referenced(const struct policy_env *env, pfn_t pfn);
void page_clear_referenced(const struct policy_env *env, pfn_t pfn);
/* For page_in only: load the page as if it had been used already. */
void page_set_referenced(const struct policy_env *env, pfn_t pfn);
bool page_dirty(const struct policy_env *env, pfn_t pfn);
/* Start to write a dirty page, which stays in memory and is clean afterwards; true if a
 * write was started. */
bool page_clean(const struct policy_env *env, pfn_t pfn);
/* The kernel would have the page in the frame go at once, used or not: it is said to be used
 * once only, or its process has more than it should.  False under most kernels. */
bool page_expendable(const struct policy_env *env, pfn_t pfn);
/* The kernel has locked the frame, for a transfer say; a daemon would pass over it. */
bool page_locked(const struct policy_env *env, pfn_t pfn);
/* The hand of scan, or its first one, has come round to where memory begins. */
void policy_turned(const struct policy_env *env);
/* Number of the process that brought the page in. */
uint32_t page_process(const struct policy_env *env, pfn_t pfn);

/* Virtual time: the number of the present reference, from 1 (0 before the first), of the
 * process where replacement is by process.  Only with uses_time. */
uint64_t policy_now(const struct policy_env *env);

/* In page_in: the number of the use that the page is brought in for, or of the last one
 * before, as access is told them. */
uint64_t policy_use(const struct policy_env *env);

/* In page_out only: remember the page that leaves the frame.  Returns its ghost, or
 * PFN_NONE if there are nghosts already. */
pfn_t ghost_add(const struct policy_env *env, pfn_t pfn);
/* Forget a ghost: its entry is free. */
void ghost_drop(const struct policy_env *env, pfn_t ghost);

/* --- what a policy shows ----------------------------------------------------------------- */

/* Add to the sentence of why(). */
void view_say(struct policy_view *view, const char *format, ...) PRINTF_LIKE(2, 3);
/* The name of the page of an entry (its number in the trace), for view_say(); valid until
 * the third next call. */
const char *view_page(struct policy_view *view, pfn_t entry);
/* The frame at which a hand points. */
void view_hand(struct policy_view *view, const char *name, pfn_t pfn);
/* Begin a list, newest or next to go first as its name says ("T1", "A1out"); view_entry adds
 * an entry to the list begun last. */
void view_list(struct policy_view *view, const char *name);
void view_entry(struct policy_view *view, pfn_t entry);
/* A number that belongs to an entry ("age"), or to the policy as a whole (entry PFN_NONE). */
void view_number(struct policy_view *view, const char *name, pfn_t entry, uint64_t value);

#endif
