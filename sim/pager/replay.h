/* replay.h -- the replay loop, compiled once for each way in which a policy looks on.
 *
 * A step whose pages are all resident is done here, in a few instructions and without a
 * call; every other step goes to pager_replay_step(), which takes its references one by
 * one.  Both give the same result, which the tests hold them to. */
#ifndef FAULTLINE_PAGER_REPLAY_H
#define FAULTLINE_PAGER_REPLAY_H

#include "pager/future.h"
#include "pager/pager.h"

typedef void access_fn(void *state, pfn_t pfn, uint64_t next);

/* Replay step i reference by reference.  current: the pages of the two streams. */
MUST_CHECK enum status pager_replay_step(struct pager *pager,
                                         const struct paged_batch *batch, uint32_t i,
                                         unsigned class, const page_t current[2],
                                         struct error *err);

ALWAYS_INLINE uint64_t next_use(const struct pager *pager, unsigned which)
{
    const uint32_t next = pager->future->next[pager->future_at + which];
    return next == FUTURE_NEVER ? NEXT_NEVER : next;
}

/* Tell the policy of the step's one or two pages, in the order of their last use. */
ALWAYS_INLINE void replay_access(struct pager *pager, unsigned class, pfn_t first,
                                 pfn_t other, access_fn *access, enum policy_sees sees)
{
    void *state = pager->policy_state;
    const bool future = sees == POLICY_FUTURE;
    if (class & STEP_OTHER && !(class & STEP_LAST_OTHER))
        access(state, other, future ? next_use(pager, 1) : 0);
    access(state, first, future ? next_use(pager, 0) : 0);
    if (class & STEP_LAST_OTHER)
        access(state, other, future ? next_use(pager, 1) : 0);
}

/* access, sees and tlb are constants at every call, so that each call compiles to a loop
 * of its own. */
ALWAYS_INLINE enum status replay_loop(struct pager *pager, const struct paged_batch *batch,
                                      access_fn *access, enum policy_sees sees, bool tlb,
                                      struct error *err)
{
    const uint32_t *steps = batch->batch->steps, *pages = batch->pages;
    const uint8_t *classes = batch->classes;
    const uint32_t nsteps = batch->batch->nsteps;
    uint8_t *bits = pager->mmu.bits;
    const pfn_t *frame_of = pager->mmu.frame_of;
    page_t ipage = paged_batch_start(batch, 0), dpage = paged_batch_start(batch, 1);
    uint64_t extra = 0;

    for (uint32_t i = 0; i < nsteps; i++) {
        const uint32_t entry = pages[steps[i] >> STEP_SHAPE_BITS];
        const unsigned class = classes[2 * (steps[i] & STEP_SHAPE_MASK) + (entry & 1)];
        if (class & STEP_MOVER_DATA)
            dpage = entry >> 1;
        else
            ipage = entry >> 1;
        /* The rest of a reference in a further block of its page: no page is touched, and
         * the other stream need not be anywhere. */
        if (UNLIKELY(!(class & STEP_TOUCHES)))
            continue;
        const page_t first = class & STEP_FIRST_DATA ? dpage : ipage;
        const page_t second = class & STEP_FIRST_DATA ? ipage : dpage;
        const page_t other = class & STEP_OTHER ? second : first;
        extra += class >> STEP_EXTRA_SHIFT;

        const uint8_t first_bits = bits[first], other_bits = bits[other];
        if (UNLIKELY(!(first_bits & other_bits & PAGE_RESIDENT))) {
            const page_t current[2] = {ipage, dpage};
            const enum status status =
                pager_replay_step(pager, batch, i, class, current, err);
            if (status != OK)
                return status;
        } else {
            if (tlb) {
                const int stream = !!(class & STEP_FIRST_DATA);
                mmu_translate(&pager->mmu, stream, first);
                if (class & STEP_OTHER)
                    mmu_translate(&pager->mmu, !stream, other);
            } else {
                bits[first] = first_bits | PAGE_ACCESSED; /* may be one page */
                bits[other] = other_bits | PAGE_ACCESSED;
            }
            if (class & STEP_STORE)
                bits[dpage] |= PAGE_DIRTY;
            if (sees != POLICY_REF_BITS)
                replay_access(pager, class, frame_of[first], frame_of[other], access, sees);
        }
        if (sees == POLICY_FUTURE)
            pager->future_at += class & STEP_OTHER ? 2 : 1;
    }
    pager->extra_accesses += extra;
    return OK;
}

/* The loop for both kinds of machine. */
ALWAYS_INLINE enum status replay_with(struct pager *pager, const struct paged_batch *batch,
                                      access_fn *access, enum policy_sees sees,
                                      struct error *err)
{
    return pager->mmu.has_tlb ? replay_loop(pager, batch, access, sees, true, err)
                              : replay_loop(pager, batch, access, sees, false, err);
}

#endif
