/* replay.h -- the replay of a stretch, compiled once for each way in which a policy looks on:
 * span by span where nothing happens but that pages are used, else step by step
 * (replay_loop.h). */
#ifndef FAULTLINE_PAGER_REPLAY_H
#define FAULTLINE_PAGER_REPLAY_H

#include "pager/replay_loop.h"

/* --- spans, see trace/spans.h ------------------------------------------------------------ */

/* Does nothing happen in the span but that its pages are used? */
ALWAYS_INLINE bool replay_span_is_quiet(const struct pager *pager, const uint32_t *entry,
                                        const uint32_t *end, void *state,
                                        const struct replay_kind *kind)
{
    const uint8_t *bits = pager->mmu.bits;
    const pfn_t *frame_of = pager->mmu.frame_of;
    for (; entry < end; entry++) {
        const page_t page = *entry >> 1;
        if (!(bits[page] & PAGE_VALID) || (*entry & 1 && bits[page] & PAGE_STORE_SLOW))
            return false;
        const pfn_t pfn = frame_of[page];
        if (kind->settled && !kind->settled(replay_state(pager, state, pfn, kind), pfn))
            return false;
    }
    return true;
}

/* Replay a span in which nothing happens; its pages come in the order of their last uses.
 * next: of the future, of the entries. */
ALWAYS_INLINE void replay_quiet_span(struct pager *pager, const uint32_t *entry,
                                     const uint32_t *end, const uint32_t *next, void *state,
                                     uint64_t use, const struct replay_kind *kind)
{
    const bool future = kind->sees == POLICY_FUTURE;
    uint8_t *bits = pager->mmu.bits;
    const pfn_t *frame_of = pager->mmu.frame_of;
    for (; entry < end; entry++) {
        const page_t page = *entry >> 1;
        bits[page] |= (uint8_t)(PAGE_ACCESSED | (*entry & 1 ? PAGE_DIRTY : 0));
        const pfn_t pfn = frame_of[page];
        if (kind->access)
            kind->access(replay_state(pager, state, pfn, kind), pfn,
                         future ? next_use(*next++) : use++);
    }
}

/* If the stretch is at the beginning of a span in which nothing happens and which ends
 * before anything is due: replay it. */
ALWAYS_INLINE bool replay_span(struct pager *pager, struct stretch *s, uint32_t end,
                               const struct replay_kind *kind)
{
    const struct paged_spans *spans = s->batch->spans;
    const struct span *span = &spans->spans[s->step >> SPAN_SHIFT];
    const uint32_t last = (s->step | (SPAN_STEPS - 1)) + 1;
    void *state = s->instance->state;
    if (s->step & (SPAN_STEPS - 1) || last > end)
        return false;
    const psec_t cost = kind->timed ? pager->params->cost_reference : 0;
    if (kind->counted && span->references > replay_most(s, cost, kind))
        return false;
    const uint32_t *from = spans->pages + span[0].first;
    const uint32_t *to = spans->pages + span[1].first;
    if (!replay_span_is_quiet(pager, from, to, state, kind))
        return false;
    const bool future = kind->sees == POLICY_FUTURE;
    replay_quiet_span(pager, from, to, future ? spans->next + span->first : NULL, state,
                      s->uses + ((uint64_t)s->step << USE_SHIFT), kind);
    for (int i = 0; i < 2; i++)
        s->current[i] = span->streams[i] == BLOCK_NONE
                            ? PAGE_NONE
                            : s->batch->pages[span->streams[i]] >> 1;
    pager->counts.extra_accesses += span->crossings;
    s->step = last;
    if (kind->counted) {
        s->references += span->references;
        s->now += span->references * cost;
    }
    return true;
}

/* The future has no next uses for steps: find them for those of the stretch up to `end`. */
ALWAYS_INLINE void replay_spread(const struct pager *pager, const struct stretch *s,
                                 uint32_t end)
{
    for (uint32_t span = s->step >> SPAN_SHIFT; span << SPAN_SHIFT < end; span++)
        future_spread(pager->future, s->batch, span);
}

/* The stretch span by span, and step by step where something happens. */
ALWAYS_INLINE enum status replay_spans(struct pager *pager, struct stretch *s,
                                       const struct replay_kind *kind, struct error *err)
{
    const uint32_t end = s->end;
    enum status status = OK;
    while (s->step < end && status == OK && s->why == STRETCH_DONE) {
        if (replay_span(pager, s, end, kind))
            continue;
        const uint32_t last = (s->step | (SPAN_STEPS - 1)) + 1;
        s->end = last < end ? last : end;
        if (kind->sees == POLICY_FUTURE)
            replay_spread(pager, s, s->end);
        status = replay_loop(pager, s, kind, err);
    }
    s->end = end;
    return status;
}

/* A whole stretch: the rest of a step that a fault interrupted, and the loop. */
ALWAYS_INLINE enum status replay_from(struct pager *pager, struct stretch *s,
                                      const struct replay_kind *kind, struct error *err)
{
    enum status status = OK;
    s->why = STRETCH_DONE;
    s->counted = kind->counted;
    if (kind->timed && UNLIKELY(s->fault->active || s->reference > 0) &&
        !replay_resume(pager, s, &status, err))
        return status;
    const bool spread = kind->sees == POLICY_FUTURE && pager->future->spans;
    if (!kind->tlb && !kind->singly && s->batch->spans &&
        (kind->sees != POLICY_FUTURE || spread))
        return replay_spans(pager, s, kind, err);
    if (spread)
        replay_spread(pager, s, s->end);
    return replay_loop(pager, s, kind, err);
}

/* The loop for each kind of machine and of timing; the kind's last two fields are set
 * here. */
ALWAYS_INLINE enum status replay_kind(struct pager *pager, struct stretch *s,
                                      struct replay_kind kind, struct error *err)
{
    const struct replay_kind plain = {kind.access, kind.settled, kind.sees, kind.owned,
                                      kind.singly, kind.counted, false,     false};
    const struct replay_kind tlb = {kind.access, kind.settled, kind.sees, kind.owned,
                                    kind.singly, kind.counted, true,      false};
    const struct replay_kind timed = {kind.access, kind.settled, kind.sees, kind.owned,
                                      kind.singly, true,         false,     true};
    const struct replay_kind both = {kind.access, kind.settled, kind.sees, kind.owned,
                                     kind.singly, true,         true,      true};
    if (s->timed)
        return pager->mmu.has_tlb ? replay_from(pager, s, &both, err)
                                  : replay_from(pager, s, &timed, err);
    return pager->mmu.has_tlb ? replay_from(pager, s, &tlb, err)
                              : replay_from(pager, s, &plain, err);
}

/* The loop of a policy with its access compiled in; settled: NULL, or the policy's. */
ALWAYS_INLINE enum status replay_with(struct pager *pager, struct stretch *s,
                                      access_fn *access, settled_fn *settled,
                                      enum policy_sees sees, struct error *err)
{
    const struct replay_kind kind = {.access = access, .settled = settled, .sees = sees};
    return replay_kind(pager, s, kind, err);
}

#endif
