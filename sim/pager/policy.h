/* policy.h -- the plug-in interface of a replacement policy: which page goes.
 *
 * One file X.c in policies/ defines `const struct policy_ops policy_X` (a `-` in the name
 * is a `_` in the symbol); CMake finds it and nothing else is edited.
 *
 * Life of the calls, all on one thread:
 *
 *     init ─► page_in ─► (access)* ─► victim ─► page_out ─► page_in ─► ...
 *
 * The pager owns all memory: state_size bytes for the policy and frame_size bytes for
 * every frame, zeroed before init. */
#ifndef FAULTLINE_PAGER_POLICY_H
#define FAULTLINE_PAGER_POLICY_H

#include "base/error.h"
#include "base/param.h"
#include "base/rng.h"
#include "base/types.h"

#define POLICY_ABI 2

/* What a policy must see to work.  Only the first can be built into a kernel; reports mark
 * the others as ideal. */
enum policy_sees {
    POLICY_REF_BITS,     /* accessed bits, through frame_referenced() and friends       */
    POLICY_EVERY_ACCESS, /* the order in which pages were last used                     */
    POLICY_FUTURE,       /* when a page will be used next                               */
};

struct pager;
struct stretch;

struct policy_env {
    struct pager *pager; /* ask it only through the frame_*() calls of pager.h          */
    pfn_t nframes;       /* frames are 0 .. nframes-1                                   */
    void *frames;        /* nframes structs of frame_size bytes                         */
    struct rng *rng;     /* seeded from the experiment                                  */
    const void *params;  /* as the params table lays them out                           */
};

struct policy_ops {
    uint32_t abi;        /* POLICY_ABI; checked before first use                        */
    const char *name;    /* as in configs: `policy: clock`; equals the file name        */
    const char *summary; /* one line for `faultline list policies`                      */
    const char *source;  /* paper or kernel file followed; printed in the report        */
    enum policy_sees sees;
    const struct param *params; /* NULL: none                                           */
    size_t params_size;         /* at most PARAM_VALUES_MAX                             */
    size_t state_size;          /* bytes                                                */
    size_t frame_size;          /* bytes per frame; 0: none                             */
    enum status (*init)(void *state, const struct policy_env *env, struct error *err);
    /* The frame holds a page that may be evicted from now on (and, with POLICY_FUTURE or
     * _EVERY_ACCESS, that was brought in by a fault and not ahead of one, an access follows
     * at once); may be NULL. */
    void (*page_in)(void *state, pfn_t pfn);
    /* It does so no longer: it is being evicted, or its page is gone; may be NULL. */
    void (*page_out)(void *state, pfn_t pfn);
    /* The page in the frame was used; non-NULL iff sees is not POLICY_REF_BITS.  Calls are
     * coalesced: consecutive uses may come as one, and of two pages used in turn only the
     * order of their last uses is exact.  next: with POLICY_FUTURE a number that orders
     * pages by their next use, NEXT_NEVER for none; otherwise 0. */
    void (*access)(void *state, pfn_t pfn, uint64_t next);
    /* A frame to evict, of those between page_in and page_out (frame_pageable tells);
     * called when there is at least one.  Any other is a breach of the contract: the cell
     * ends with an error that names the policy. */
    pfn_t (*victim)(void *state);
    /* Optional, for speed: the replay loop of replay.h with this policy's access compiled
     * in (see policies/lru.c).  NULL: access is called through its pointer. */
    enum status (*replay)(struct pager *pager, struct stretch *stretch, struct error *err);
};

#define NEXT_NEVER UINT64_MAX

extern const struct policy_ops *const policy_table[]; /* ended by NULL */

/* The policy called name, or NULL. */
const struct policy_ops *policy_find(const char *name);

/* True between page_in and page_out. */
bool frame_pageable(const struct pager *pager, pfn_t pfn);
/* The accessed bit of the page in a frame, as the machine keeps it: of any that maps it,
 * where several do. */
bool frame_referenced(struct pager *pager, pfn_t pfn);
void frame_clear_referenced(struct pager *pager, pfn_t pfn);
/* For page_in only: load the page as if it had been used already. */
void frame_set_referenced(struct pager *pager, pfn_t pfn);
bool frame_dirty(const struct pager *pager, pfn_t pfn);

#endif
