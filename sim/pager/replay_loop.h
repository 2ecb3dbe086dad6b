/* replay_loop.h -- the replay of a stretch step by step.  A step whose pages are all resident
 * is done here, in a few instructions and without a call; every other step goes to
 * replay_step(), which takes its references one by one.  Both give the same result, which the
 * tests hold them to. */
#ifndef FAULTLINE_PAGER_REPLAY_LOOP_H
#define FAULTLINE_PAGER_REPLAY_LOOP_H

#include "pager/future.h"
#include "pager/stretch.h"

_Static_assert((int)STEP_STORE == (int)PAGE_STORE_SLOW,
               "the loop compares the two as bits");

typedef void access_fn(void *state, pfn_t pfn, uint64_t when);
typedef bool settled_fn(const void *state, pfn_t pfn);

/* A time of the future as policies are told. */
ALWAYS_INLINE uint64_t next_use(uint32_t time)
{
    return time == FUTURE_NEVER ? NEXT_NEVER : time;
}

/* What a loop is compiled for.  All constants at every call, so that each call compiles to a
 * loop of its own. */
struct replay_kind {
    access_fn *access;   /* NULL: the policy is told of no use                           */
    settled_fn *settled; /* NULL: all uses may come as one                               */
    enum policy_sees sees;
    bool owned;   /* each frame may be another instance's                                */
    bool singly;  /* take every reference by itself                                      */
    bool counted; /* count references: in time, or for a policy that uses it              */
    bool tlb, timed;
};

/* The state of the policy that has a frame. */
ALWAYS_INLINE void *replay_state(const struct pager *pager, void *state, pfn_t pfn,
                                 const struct replay_kind *kind)
{
    return kind->owned ? pager_owner(pager, pfn)->state : state;
}

/* Tell the policy of the step's one or two pages, in the order of their last use.  use: the
 * step's number, see USE_SHIFT.  next: of the future, of the step. */
ALWAYS_INLINE void replay_access(struct pager *pager, void *state, unsigned class,
                                 pfn_t first, pfn_t other, uint64_t use,
                                 const uint32_t *next, const struct replay_kind *kind)
{
    const bool future = kind->sees == POLICY_FUTURE;
    void *first_state = replay_state(pager, state, first, kind);
    void *other_state = replay_state(pager, state, other, kind);
    if (class & STEP_OTHER && !(class & STEP_LAST_OTHER))
        kind->access(other_state, other, future ? next_use(next[1]) : use);
    kind->access(first_state, first, future ? next_use(next[0]) : use + 1);
    if (class & STEP_LAST_OTHER)
        kind->access(other_state, other, future ? next_use(next[1]) : use + 2);
}

/* May the uses of a step's pages come as one? */
ALWAYS_INLINE bool replay_is_settled(const struct pager *pager, void *state, pfn_t first,
                                     pfn_t other, const struct replay_kind *kind)
{
    return kind->settled(replay_state(pager, state, first, kind), first) &&
           kind->settled(replay_state(pager, state, other, kind), other);
}

ALWAYS_INLINE unsigned step_class(const uint8_t *classes, uint32_t step, uint32_t entry)
{
    return classes[2 * (step & STEP_SHAPE_MASK) + (entry & 1)];
}

/* Finish a step that a fault interrupted.  True: the stretch can go on. */
ALWAYS_INLINE bool replay_resume(struct pager *pager, struct stretch *s,
                                 enum status *status, struct error *err)
{
    const uint32_t step = s->batch->batch->steps[s->step];
    const unsigned class =
        step_class(s->batch->classes, step, s->batch->pages[step >> STEP_SHAPE_BITS]);
    *status = replay_step(pager, s, class, err);
    if (*status != OK || s->why != STRETCH_DONE)
        return false;
    s->step++;
    return true;
}

/* References that fit in before the deadline, rounded up: the last one may end after it. */
ALWAYS_INLINE uint64_t references_until(psec_t deadline, psec_t now, psec_t cost)
{
    if (now >= deadline)
        return 0;
    return cost == 0 ? UINT64_MAX : (deadline - now - 1) / cost + 1;
}

_Static_assert((int)STEP_STORE == (int)PAGE_DIRTY << 2, "replay_missing() shifts the one");

/* Which bits of a step's pages are not as if nothing had to be done for it; 0: nothing has.
 * One test of this is well predicted, where a test of each would not be. */
ALWAYS_INLINE unsigned replay_missing(const uint8_t *bits, unsigned class, page_t first,
                                      page_t other)
{
    const unsigned both = bits[first] & bits[other];
    const unsigned data = bits[class & STEP_FIRST_DATA ? first : other];
    return (~both & (PAGE_VALID | PAGE_ACCESSED)) | ((class & STEP_STORE) >> 2 & ~data);
}

/* What hardware without a TLB does to the bits of a step's pages. */
ALWAYS_INLINE void replay_set_bits(uint8_t *bits, unsigned class, page_t first,
                                   page_t other)
{
    bits[first] |= PAGE_ACCESSED;
    bits[other] |= PAGE_ACCESSED; /* may be one page */
    if (class & STEP_STORE)
        bits[class & STEP_FIRST_DATA ? first : other] |= PAGE_DIRTY;
}

/* A step whose pages are resident: what the hardware and the policy see of it.  Returns the
 * time that translations took. */
ALWAYS_INLINE psec_t replay_resident(struct pager *pager, struct mmu_cpu *cpu,
                                     unsigned class, page_t first, page_t other,
                                     unsigned missing, void *state, uint64_t use,
                                     const uint32_t *next, const struct replay_kind *kind)
{
    const pfn_t *frame_of = pager->mmu.frame_of;
    psec_t walks = 0;
    if (kind->tlb) {
        const int stream = !!(class & STEP_FIRST_DATA);
        walks = mmu_translate(&pager->mmu, cpu, stream, first);
        if (class & STEP_OTHER)
            walks += mmu_translate(&pager->mmu, cpu, !stream, other);
    } else if (UNLIKELY(missing)) {
        replay_set_bits(pager->mmu.bits, class, first, other);
    }
    if (kind->access)
        replay_access(pager, state, class, frame_of[first], frame_of[other], use, next,
                      kind);
    return walks;
}

/* Where the loop is: what it keeps of the stretch in locals, since it stores bytes, which
 * might be anything.  Time is `now` and `references` at their cost. */
struct replay_at {
    uint32_t step;
    page_t ipage, dpage;
    psec_t now;
    uint64_t references;
    uint64_t most; /* references that may be replayed before something is due            */
};

/* Put the loop's locals into the stretch. */
ALWAYS_INLINE void replay_leave(struct stretch *s, const struct replay_at *at, psec_t cost)
{
    s->step = at->step;
    s->current[0] = at->ipage;
    s->current[1] = at->dpage;
    s->now = at->now + at->references * cost;
    s->references += at->references;
}

/* True if a step needs the slow path.  missing: of replay_missing(). */
ALWAYS_INLINE bool replay_is_slow(const struct pager *pager, const uint8_t *bits,
                                  unsigned class, page_t first, page_t other,
                                  unsigned missing, void *state,
                                  const struct replay_kind *kind)
{
    if (kind->singly)
        return true;
    unsigned slow = missing & PAGE_VALID;
    /* A store may need it where all pages are there. */
    slow |= class & STEP_STORE & bits[class & STEP_FIRST_DATA ? first : other];
    if (!kind->settled)
        return slow;
    const pfn_t *frame_of = pager->mmu.frame_of;
    return slow || !replay_is_settled(pager, state, frame_of[first], frame_of[other], kind);
}

/* References that may be replayed before something is due. */
ALWAYS_INLINE uint64_t replay_most(const struct stretch *s, psec_t cost,
                                   const struct replay_kind *kind)
{
    const uint64_t done = s->instance->clock + s->references;
    const uint64_t kernel = s->instance->pager->tick_at, policy = s->instance->tick_at;
    const uint64_t tick = kernel < policy ? kernel : policy;
    const uint64_t most = tick == UINT64_MAX ? tick : tick > done ? tick - done : 0;
    const uint64_t until =
        kind->timed ? references_until(s->deadline, s->now, cost) : UINT64_MAX;
    return until < most ? until : most;
}

/* The loop goes on from what was done to the stretch. */
ALWAYS_INLINE void replay_enter(const struct stretch *s, struct replay_at *at, psec_t cost,
                                const struct replay_kind *kind)
{
    at->now = s->now;
    at->references = 0;
    at->most = kind->counted ? replay_most(s, cost, kind) : 0;
}

/* Do what is due, and a step that needs the slow path; the loop ends if that fails or the
 * stretch does. */
ALWAYS_INLINE enum status replay_what_is_due(struct pager *pager, struct stretch *s,
                                             struct replay_at *at, psec_t cost,
                                             const struct replay_kind *kind,
                                             struct error *err)
{
    replay_leave(s, at, cost);
    const enum status status = replay_due(pager, s, err);
    replay_enter(s, at, cost, kind);
    return status;
}

ALWAYS_INLINE enum status replay_slowly(struct pager *pager, struct stretch *s,
                                        struct replay_at *at, psec_t cost, unsigned class,
                                        const struct replay_kind *kind, struct error *err)
{
    replay_leave(s, at, cost);
    const enum status status = replay_step(pager, s, class, err);
    replay_enter(s, at, cost, kind);
    return status;
}

ALWAYS_INLINE enum status replay_loop(struct pager *pager, struct stretch *s,
                                      const struct replay_kind *kind, struct error *err)
{
    const uint32_t *steps = s->batch->batch->steps, *pages = s->batch->pages;
    const uint8_t *classes = s->batch->classes, *lengths = s->lengths;
    const uint8_t *bits = pager->mmu.bits;
    const psec_t cost = kind->timed ? pager->params->cost_reference : 0;
    const uint32_t end = s->end, *next = s->next;
    void *state = s->instance->state;
    const uint64_t uses = s->uses;
    struct replay_at at = {s->step, s->current[0], s->current[1], s->now, 0, 0};
    uint64_t extra = 0;
    enum status status = OK;

    for (replay_enter(s, &at, cost, kind); at.step < end; at.step++) {
        if (kind->counted && UNLIKELY(at.references >= at.most)) {
            status = replay_what_is_due(pager, s, &at, cost, kind, err);
            if (status != OK || s->why != STRETCH_DONE)
                break;
        }
        const uint32_t step = steps[at.step], entry = pages[step >> STEP_SHAPE_BITS];
        const unsigned class = step_class(classes, step, entry);
        at.dpage = class & STEP_MOVER_DATA ? entry >> 1 : at.dpage;
        at.ipage = class & STEP_MOVER_DATA ? at.ipage : entry >> 1;
        /* The rest of a reference in a further block of its page: no page is touched, and
         * the other stream need not be anywhere. */
        if (UNLIKELY(!(class & STEP_TOUCHES)))
            continue;
        const page_t first = class & STEP_FIRST_DATA ? at.dpage : at.ipage;
        const page_t second = class & STEP_FIRST_DATA ? at.ipage : at.dpage;
        const page_t other = class & STEP_OTHER ? second : first;
        extra += class >> STEP_EXTRA_SHIFT;
        const unsigned missing = replay_missing(bits, class, first, other);
        if (UNLIKELY(
                replay_is_slow(pager, bits, class, first, other, missing, state, kind))) {
            status = replay_slowly(pager, s, &at, cost, class, kind, err);
            bits = pager->mmu.bits; /* a large page may have brought new pages */
            if (status != OK || s->why != STRETCH_DONE)
                break;
            continue;
        }
        if (kind->owned && kind->counted) /* its access may ask for the time */
            s->instance->now = s->instance->clock + s->references + at.references + 1;
        const uint32_t *uses_next =
            kind->sees == POLICY_FUTURE ? next + 2 * (size_t)at.step : NULL;
        const psec_t walks =
            replay_resident(pager, s->cpu, class, first, other, missing, state,
                            uses + ((uint64_t)at.step << USE_SHIFT), uses_next, kind);
        if (kind->timed && kind->tlb && UNLIKELY(walks)) {
            at.now += walks;
            replay_leave(s, &at, cost);
            replay_enter(s, &at, cost, kind);
        }
        if (kind->counted)
            at.references += lengths[step & STEP_SHAPE_MASK];
    }
    pager->counts.extra_accesses += extra;
    replay_leave(s, &at, cost);
    return status;
}

#endif
