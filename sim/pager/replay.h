/* replay.h -- the replay loop, compiled once for each way in which a policy looks on.
 *
 * A *stretch* is what one CPU replays of one thread without stopping: up to the end of the
 * batch or an operation in it, to a deadline (something else is due), or to a fault that
 * must wait.  A step whose pages are all resident is done here, in a few instructions and
 * without a call; every other step goes to replay_step(), which takes its references one
 * by one.  Both give the same result, which the tests hold them to. */
#ifndef FAULTLINE_PAGER_REPLAY_H
#define FAULTLINE_PAGER_REPLAY_H

#include "pager/future.h"
#include "pager/pager.h"

_Static_assert((int)STEP_STORE == (int)PAGE_STORE_SLOW,
               "the loop compares the two as bits");

typedef void access_fn(void *state, pfn_t pfn, uint64_t next);

enum stretch_end {
    STRETCH_DONE,    /* all steps are replayed                                           */
    STRETCH_DUE,     /* the deadline has come                                            */
    STRETCH_SYNC,    /* the kernel must act at `now`, but other events come first         */
    STRETCH_BLOCKED, /* the fault waits                                                  */
};

struct stretch {
    const struct paged_batch *batch;
    const uint8_t *lengths; /* [shape]: its references; with `timed`                    */
    uint32_t step, end;     /* to be replayed: step .. end-1                           */
    unsigned reference;     /* of the first step, those before it are done              */
    page_t current[2];      /* where the instruction [0] and the data [1] stream are     */
    struct mmu_cpu *cpu;
    struct fault *fault;  /* of the thread                                           */
    bool timed;           /* the rest counts with it only                            */
    psec_t now, deadline; /* local time of the CPU; ahead of the engine's clock        */
    psec_t system;        /* part of the time that the kernel used                    */
    uint64_t references;  /* replayed                                                */
    uint64_t batch_first; /* references of the trace before its batch, for messages    */
    enum stretch_end why;
};

/* Replay the first step of the stretch from its `reference` on, one reference after the
 * other.  On OK the step is done, or why is SYNC or BLOCKED.  class: of the step. */
MUST_CHECK enum status replay_step(struct pager *pager, struct stretch *stretch,
                                   unsigned class, struct error *err);

/* Replay a stretch with the loop that the policy needs. */
MUST_CHECK enum status replay_stretch(struct pager *pager, struct stretch *stretch,
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

ALWAYS_INLINE unsigned step_class(const uint8_t *classes, uint32_t step, uint32_t entry)
{
    return classes[2 * (step & STEP_SHAPE_MASK) + (entry & 1)];
}

/* Finish a step that a fault interrupted.  True: the stretch can go on. */
ALWAYS_INLINE bool replay_resume(struct pager *pager, struct stretch *s, bool future,
                                 enum status *status, struct error *err)
{
    const uint32_t step = s->batch->batch->steps[s->step];
    const unsigned class =
        step_class(s->batch->classes, step, s->batch->pages[step >> STEP_SHAPE_BITS]);
    *status = replay_step(pager, s, class, err);
    if (*status != OK || s->why != STRETCH_DONE)
        return false;
    s->step++;
    if (future)
        pager->future_at += class & STEP_OTHER ? 2 : 1;
    return true;
}

/* References that fit in before the deadline, rounded up: the last one may end after it. */
ALWAYS_INLINE uint64_t references_until(psec_t deadline, psec_t now, psec_t cost)
{
    if (now >= deadline)
        return 0;
    return cost == 0 ? UINT64_MAX : (deadline - now - 1) / cost + 1;
}

/* A step whose pages are resident: what the hardware and the policy see of it.  Returns the
 * time that translations took. */
ALWAYS_INLINE psec_t replay_resident(struct pager *pager, struct mmu_cpu *cpu,
                                     unsigned class, page_t first, page_t other,
                                     access_fn *access, enum policy_sees sees, bool tlb)
{
    uint8_t *bits = pager->mmu.bits;
    const pfn_t *frame_of = pager->mmu.frame_of;
    psec_t walks = 0;
    if (tlb) {
        const int stream = !!(class & STEP_FIRST_DATA);
        walks = mmu_translate(&pager->mmu, cpu, stream, first);
        if (class & STEP_OTHER)
            walks += mmu_translate(&pager->mmu, cpu, !stream, other);
    } else {
        bits[first] |= PAGE_ACCESSED;
        bits[other] |= PAGE_ACCESSED; /* may be one page */
        if (class & STEP_STORE)
            bits[class & STEP_FIRST_DATA ? first : other] |= PAGE_DIRTY;
    }
    if (sees != POLICY_REF_BITS)
        replay_access(pager, class, frame_of[first], frame_of[other], access, sees);
    return walks;
}

/* Put the loop's locals into the stretch. */
ALWAYS_INLINE void replay_leave(struct stretch *s, uint32_t step, page_t ipage,
                                page_t dpage, psec_t now, uint64_t references)
{
    s->step = step;
    s->current[0] = ipage;
    s->current[1] = dpage;
    s->now = now;
    s->references += references;
}

/* True if a step needs the slow path.  stores: a store may need it, where all pages are
 * there. */
ALWAYS_INLINE bool replay_is_slow(unsigned class, uint8_t first_bits, uint8_t other_bits,
                                  bool stores)
{
    unsigned slow = ~(first_bits & other_bits) & PAGE_VALID;
    if (stores)
        slow |= class & STEP_STORE & (class & STEP_FIRST_DATA ? first_bits : other_bits);
    return slow;
}

/* access, sees, tlb and timed are constants at every call, so that each call compiles to a
 * loop of its own.  What it reads of the stretch is in locals, since it stores bytes, which
 * might be anything.  Time is `now` and `references` at their cost. */
ALWAYS_INLINE enum status replay_loop(struct pager *pager, struct stretch *s,
                                      access_fn *access, enum policy_sees sees, bool tlb,
                                      bool timed, struct error *err)
{
    const uint32_t *steps = s->batch->batch->steps, *pages = s->batch->pages;
    const uint8_t *classes = s->batch->classes, *lengths = s->lengths;
    const uint8_t *bits = pager->mmu.bits;
    const psec_t cost = timed ? pager->params->cost_reference : 0;
    const uint32_t end = s->end;
    page_t ipage = s->current[0], dpage = s->current[1];
    psec_t now = s->now;
    uint64_t references = 0, extra = 0;
    uint64_t most = timed ? references_until(s->deadline, now, cost) : 0;
    uint32_t i = s->step;

    for (; i < end; i++) {
        if (timed && UNLIKELY(references >= most)) {
            s->why = STRETCH_DUE;
            break;
        }
        const uint32_t step = steps[i], entry = pages[step >> STEP_SHAPE_BITS];
        const unsigned class = step_class(classes, step, entry);
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
        if (UNLIKELY(replay_is_slow(class, bits[first], bits[other], timed || tlb))) {
            replay_leave(s, i, ipage, dpage, now + references * cost, references);
            const enum status status = replay_step(pager, s, class, err);
            if (status != OK)
                return status;
            bits = pager->mmu.bits; /* a large page may have brought new pages */
            now = s->now;
            references = 0;
            most = timed ? references_until(s->deadline, now, cost) : 0;
            if (timed && s->why != STRETCH_DONE)
                break;
        } else {
            const psec_t walks =
                replay_resident(pager, s->cpu, class, first, other, access, sees, tlb);
            if (timed && tlb && UNLIKELY(walks)) {
                now += walks;
                most = references_until(s->deadline, now, cost);
            }
            if (timed)
                references += lengths[step & STEP_SHAPE_MASK];
        }
        if (sees == POLICY_FUTURE)
            pager->future_at += class & STEP_OTHER ? 2 : 1;
    }
    pager->counts.extra_accesses += extra;
    replay_leave(s, i, ipage, dpage, now + references * cost, references);
    return OK;
}

/* A whole stretch: the rest of a step that a fault interrupted, and the loop. */
ALWAYS_INLINE enum status replay_from(struct pager *pager, struct stretch *s,
                                      access_fn *access, enum policy_sees sees, bool tlb,
                                      bool timed, struct error *err)
{
    enum status status = OK;
    s->why = STRETCH_DONE;
    if (timed && UNLIKELY(s->fault->active || s->reference > 0) &&
        !replay_resume(pager, s, sees == POLICY_FUTURE, &status, err))
        return status;
    return replay_loop(pager, s, access, sees, tlb, timed, err);
}

/* The loop for each kind of machine and of timing. */
ALWAYS_INLINE enum status replay_with(struct pager *pager, struct stretch *stretch,
                                      access_fn *access, enum policy_sees sees,
                                      struct error *err)
{
    const bool tlb = pager->mmu.has_tlb;
    if (stretch->timed)
        return tlb ? replay_from(pager, stretch, access, sees, true, true, err)
                   : replay_from(pager, stretch, access, sees, false, true, err);
    return tlb ? replay_from(pager, stretch, access, sees, true, false, err)
               : replay_from(pager, stretch, access, sees, false, false, err);
}

#endif
