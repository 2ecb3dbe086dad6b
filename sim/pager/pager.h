/* pager.h -- what every kernel does: the core map, bringing pages in and putting them out.
 * A kernel (kernel.h) decides what a fault means, a policy (policy.h) which page goes. */
#ifndef FAULTLINE_PAGER_PAGER_H
#define FAULTLINE_PAGER_PAGER_H

#include "machine/mmu.h"
#include "pager/kernel.h"
#include "pager/policy.h"
#include "trace/paged_batch.h"

/* More frames than this are as good as unlimited; the arrays are only reserved. */
#define PAGER_FRAMES_MAX ((pfn_t)1 << 27)

struct pager_params {
    struct mmu_params mmu;
    uint64_t frames; /* at least 1; UINT64_MAX: unlimited                                 */
    const struct kernel_ops *kernel;
    const void *kernel_params;
    const struct policy_ops *policy;
    const void *policy_params;
    const struct future *future; /* for a policy that sees it; NULL otherwise             */
    uint64_t seed;
};

struct pager {
    struct mmu mmu;
    pfn_t nframes, nused; /* frames 0 .. nused-1 are filled                               */
    page_t *page_of;      /* [frame]: the core map                                        */
    const struct policy_ops *policy;
    void *policy_state;
    struct policy_env env;
    const struct kernel_ops *kernel;
    const void *kernel_params;
    bool clear_invalidates; /* clearing an accessed bit also drops the TLB entry          */
    struct rng rng;
    const struct future *future;
    uint64_t future_at; /* position in the future of the next touch                       */
    size_t frame_bytes; /* reserved for page_of and env.frames                            */
    uint64_t faults, faults_cold, faults_major, faults_minor;
    uint64_t page_ins, page_outs, page_outs_dirty;
    uint64_t extra_accesses; /* parts of references in a further page                     */
    uint64_t references;     /* replayed before the present batch                         */
};

/* ERR_CONFIG (the policy refuses its parameters), ERR_NOMEM. */
MUST_CHECK enum status pager_init(struct pager *pager, const struct pager_params *params,
                                  struct error *err);
void pager_release(struct pager *pager);

/* Replay a batch; batches come in order.  ERR_CELL if the simulation cannot go on. */
MUST_CHECK enum status pager_replay(struct pager *pager, const struct paged_batch *batch,
                                    struct error *err);

/* --- for kernels ----------------------------------------------------------------------- */

/* A frame that holds nothing, the lowest first; PFN_NONE if all are filled. */
pfn_t pager_free_frame(struct pager *pager);

/* Evict the policy's victim and hand out its frame, which the caller must fill.  A dirty
 * page is written to the swap device first. */
MUST_CHECK enum status pager_evict(struct pager *pager, pfn_t *pfn, struct error *err);

/* Read the page into the empty frame and map it. */
MUST_CHECK enum status pager_page_in(struct pager *pager, page_t page, pfn_t pfn,
                                     struct error *err);

#endif
