/* replay.c -- see replay.h: the slow path, and the loops for policies without their own. */
#include "pager/replay.h"

#include <assert.h>
#include <stdlib.h>

/* Number in its trace, from 1, of the reference at position j of the stretch's step. */
static uint64_t reference_number(const struct stretch *s, unsigned j)
{
    const struct batch *batch = s->batch->batch;
    uint64_t n = s->batch_first + j + 1;
    for (uint32_t k = 0; k <= s->step; k++) {
        const struct shape *shape = step_shape(batch, batch->steps[k]);
        n -= shape->continued;
        n += k < s->step ? shape->length : 0;
    }
    return n;
}

/* When the page of the j-th reference, number `now`, is used next: later in this step (before all that
 * other steps use), or as the future says. */
static uint64_t next_in_step(const struct pager *pager, const struct stretch *s,
                             const struct shape *shape, unsigned j, unsigned class,
                             uint64_t now)
{
    const page_t *current = s->current;
    const bool stream = shape->data >> j & 1;
    const uint64_t later = shape_references(shape) & ~(uint64_t)1 << j;
    const uint64_t same = current[0] == current[1] ? later
                          : stream                 ? later & shape->data
                                                   : later & ~shape->data;
    if (same)
        return pager->future->in_references ? now + (uint64_t)__builtin_ctzll(same) - j : 0;
    const bool first = stream == !!(class & STEP_FIRST_DATA);
    return next_use(s->next[2 * (size_t)s->step + !first]);
}

/* The kernel is wanted at s->now.  True if the clock can be there: else other events come
 * first, and the stretch stops. */
static bool reach_now(struct pager *pager, struct stretch *s)
{
    struct engine *engine = pager->storage.engine;
    if (engine_now(engine) == s->now)
        return true;
    if (engine_next(engine) <= s->now) {
        s->why = STRETCH_SYNC;
        return false;
    }
    engine_advance(engine, s->now);
    return true;
}

/* References of the stretch's steps before `step`, of which some are summed up already. */
static void sum_references(struct stretch *s, uint32_t step)
{
    const struct batch *batch = s->batch->batch;
    const struct paged_spans *spans = s->batch->spans;
    while (s->summed_step < step) {
        const uint32_t last = (s->summed_step | (SPAN_STEPS - 1)) + 1;
        if (spans && s->summed_step % SPAN_STEPS == 0 && last <= step) {
            s->summed += spans->spans[s->summed_step >> SPAN_SHIFT].references;
            s->summed_step = last;
        } else {
            s->summed += s->lengths[batch->steps[s->summed_step++] & STEP_SHAPE_MASK];
        }
    }
}

/* Number of the present reference where the loop does not count them.  */
static void find_now(struct stretch *s)
{
    const struct batch *batch = s->batch->batch;
    if (s->counted)
        return;
    sum_references(s, s->step);
    /* The part that a step carries over is the reference before it. */
    const bool continued = step_shape(batch, batch->steps[s->step])->continued;
    s->instance->now = s->instance->clock + s->summed + s->reference + (continued ? 0 : 1);
}

/* Have the fault of an access handled; on OK the access can be made unless why says that
 * the stretch stops. */
static enum status trap(struct pager *pager, struct stretch *s, page_t page, bool store,
                        struct error *err)
{
    find_now(s);
    if (!s->timed) {
        const enum status untimed = pager_fault(pager, s->fault, page, store, err);
        mmu_finish_shootdown(&pager->mmu); /* no clock takes its time */
        return untimed;
    }
    if (!s->fault->active) {
        *s->fault = (struct fault){.page = page,
                                   .store = store,
                                   .active = true,
                                   .frame = PFN_NONE,
                                   .waited = PFN_NONE,
                                   .page_ins = s->fault->page_ins,
                                   .wake = s->fault->wake};
        s->now += pager->params->cost_fault;
        s->system += pager->params->cost_fault;
    }
    if (!reach_now(pager, s))
        return OK;
    const enum status status = pager_fault(pager, s->fault, page, store, err);
    const psec_t owed = pager_take_owed(pager);
    s->now += owed;
    s->system += owed;
    if (s->fault->active)
        s->why = STRETCH_BLOCKED;
    /* Others wait for the kernel to go on, or for a frame: what this access needs may be
     * evicted after it only. */
    if (pager->granted.first || pager->starved.first)
        s->deadline = 0;
    return status;
}

/* What the policy gives up before a reference.  In time the kernel must be able to act. */
static enum status release(struct pager *pager, struct stretch *s, struct error *err)
{
    if (s->timed && !reach_now(pager, s))
        return OK;
    const enum status status = instance_release(pager, s->instance, err);
    if (!s->timed)
        return status;
    const psec_t owed = pager_take_owed(pager);
    s->now += owed;
    s->system += owed;
    return status;
}

/* One reference's use of a page.  when: as policies are told. */
static enum status touch(struct pager *pager, struct stretch *s, int stream, bool store,
                         uint64_t when, struct error *err)
{
    const page_t page = s->current[stream];
    bool trapped = false;
    if (pager->releases && !s->fault->active) {
        const enum status status = release(pager, s, err);
        if (status != OK || s->why != STRETCH_DONE)
            return status;
    }
    const uint8_t before = pager->mmu.bits[page];
    /* A fault that waited ends in the kernel, even if another thread has mapped the page. */
    if (!(before & (PAGE_VALID | PAGE_WATCHED)) || (store && before & PAGE_READ_ONLY) ||
        s->fault->active) {
        const enum status status = trap(pager, s, page, store, err);
        if (status != OK || s->why != STRETCH_DONE || s->fault->violated) {
            s->fault->violated = false;
            return status;
        }
        assert(pager->mmu.bits[page] & (PAGE_VALID | PAGE_WATCHED));
        trapped = true;
    }
    /* On the ideal machine the access that brings a page in does not mark it as accessed,
     * which textbooks leave to the policy's ref_on_load. */
    if (pager->mmu.has_tlb)
        s->now += mmu_access(&pager->mmu, s->cpu, stream, page, store);
    else
        pager->mmu.bits[page] |=
            (uint8_t)((trapped ? 0 : PAGE_ACCESSED) | (store ? PAGE_DIRTY : 0));
    const bool told =
        !(trapped && s->fault->brought) || pager->policy->sees == POLICY_FUTURE;
    if (pager->policy->access && told) {
        const pfn_t pfn = pager->mmu.frame_of[page];
        pager->policy->access(pager_owner(pager, pfn)->state, pfn, when);
    }
    return OK;
}

enum status replay_step(struct pager *pager, struct stretch *s, unsigned class,
                        struct error *err)
{
    const struct batch *batch = s->batch->batch;
    const struct shape *shape = step_shape(batch, batch->steps[s->step]);
    /* Within a page the part carried over from the step before is no touch of its own. */
    unsigned j = s->reference;
    if (j == 0 && shape->continued && !(class >> STEP_EXTRA_SHIFT))
        j = 1;
    for (; j < shape->length; j++) {
        const int stream = shape->data >> j & 1;
        const bool whole = j > 0 || !shape->continued;
        const uint64_t now = s->instance->clock + s->references + whole;
        pager->use = s->uses + ((uint64_t)s->step << USE_SHIFT) + j;
        const uint64_t when =
            pager->future ? next_in_step(pager, s, shape, j, class, now) : pager->use;
        s->reference = j;
        if (s->counted)
            s->instance->now = now;
        const enum status status =
            touch(pager, s, stream, shape->store >> j & 1, when, err);
        if (status == OK && s->why != STRETCH_DONE)
            return OK;
        if (status == OK) {
            s->now += s->timed && whole ? pager->params->cost_reference : 0;
            s->references += whole;
            continue;
        }
        if (err && status == ERR_CELL) {
            struct error inner;
            error_copy(&inner, err);
            error_set(err, status, inner.at, "%.500s (at reference %llu)", inner.text,
                      (unsigned long long)reference_number(s, j));
        }
        return status;
    }
    s->reference = 0;
    return OK;
}

enum status replay_due(struct pager *pager, struct stretch *s, struct error *err)
{
    struct instance *instance = s->instance;
    enum status status = OK;
    if (s->timed && s->now >= s->deadline) {
        s->why = STRETCH_DUE;
        return OK;
    }
    instance->now = instance->clock + s->references;
    while (status == OK && instance->tick_at <= instance->now &&
           (!s->timed || reach_now(pager, s)))
        status = instance_tick(instance, err);
    while (pager->tick_at <= instance->now && (!s->timed || reach_now(pager, s)))
        pager->tick_at = pager->kernel->tick(pager->kernel_state, pager, instance->now);
    return status;
}

/* Loops for policies without their own, and for what those do not do. */

/* Steps that the loop below leaves to the general one at a time. */
enum { CAREFUL_STEPS = 8 };

/* Has the page of each stream been used since the policy looked at it last? */
static bool streams_are_used(const struct pager *pager, const struct stretch *s)
{
    const uint8_t used = PAGE_VALID | PAGE_ACCESSED, *bits = pager->mmu.bits;
    return s->current[0] != PAGE_NONE && s->current[1] != PAGE_NONE &&
           (bits[s->current[0]] & bits[s->current[1]] & used) == used;
}

/* Replay steps for which nothing has to be done, as nearly all are for a policy that sees
 * bits: a stream that stays in a page which has been used uses it again, and only the page
 * to which one moves, and the first store into a page, need to be looked at. */
static void pass_over(struct pager *pager, struct stretch *s)
{
    const uint32_t *steps = s->batch->batch->steps, *pages = s->batch->pages;
    const uint8_t *classes = s->batch->classes, *bits = pager->mmu.bits;
    const uint32_t end = s->end;
    page_t ipage = s->current[0], dpage = s->current[1];
    uint64_t extra = 0;
    uint32_t i = s->step;
    for (; i < end; i++) {
        const uint32_t step = steps[i], entry = pages[step >> STEP_SHAPE_BITS];
        const unsigned class = step_class(classes, step, entry);
        const page_t page = entry >> 1;
        const bool data = class & STEP_MOVER_DATA;
        const page_t store = data ? page : dpage;
        const unsigned missing = (~(unsigned)bits[page] & (PAGE_VALID | PAGE_ACCESSED)) |
                                 ((class & STEP_STORE) >> 2 & ~(unsigned)bits[store]);
        if (UNLIKELY(missing))
            break;
        ipage = data ? ipage : page;
        dpage = store;
        extra += class >> STEP_EXTRA_SHIFT;
    }
    pager->counts.extra_accesses += extra;
    replay_leave(s, &(const struct replay_at){i, ipage, dpage, s->now, 0, 0}, 0);
}

/* Without a TLB and without time. */
static enum status replay_plain_bits(struct pager *pager, struct stretch *s,
                                     struct error *err)
{
    const struct replay_kind plain = {0};
    const uint32_t end = s->end;
    enum status status = OK;
    s->why = STRETCH_DONE;
    s->counted = false;
    while (s->step < end && status == OK) {
        s->end = end;
        if (streams_are_used(pager, s))
            pass_over(pager, s);
        s->end = end - s->step < CAREFUL_STEPS ? end : s->step + CAREFUL_STEPS;
        status = replay_loop(pager, s, &plain, err);
    }
    s->end = end;
    return status;
}

static enum status replay_ref_bits(struct pager *pager, struct stretch *s, bool counted,
                                   struct error *err)
{
    const struct replay_kind counting = {.counted = true};
    if (!counted && !s->timed && !pager->mmu.has_tlb && !s->batch->spans)
        return replay_plain_bits(pager, s, err);
    return counted ? replay_kind(pager, s, counting, err)
                   : replay_kind(pager, s, (struct replay_kind){0}, err);
}

static enum status replay_by_pointer(struct pager *pager, struct stretch *s,
                                     struct error *err)
{
    const struct policy_ops *policy = pager->policy;
    const bool future = policy->sees == POLICY_FUTURE;
    struct replay_kind kind = {.access = policy->access, .owned = true, .counted = true};
    if (future) {
        kind.sees = POLICY_FUTURE;
        return replay_kind(pager, s, kind, err);
    }
    kind.sees = POLICY_EVERY_ACCESS;
    if (!policy->settled)
        return replay_kind(pager, s, kind, err);
    kind.settled = policy->settled;
    return replay_kind(pager, s, kind, err);
}

static enum status replay_singly(struct pager *pager, struct stretch *s, struct error *err)
{
    const struct replay_kind kind = {.singly = true, .counted = true};
    const struct replay_kind future = {
        .sees = POLICY_FUTURE, .singly = true, .counted = true};
    return pager->policy->sees == POLICY_FUTURE ? replay_kind(pager, s, future, err)
                                                : replay_kind(pager, s, kind, err);
}

static enum status replay_by_kind(struct pager *pager, struct stretch *s, struct error *err)
{
    const struct policy_ops *policy = pager->policy;
    if (pager->singly)
        return replay_singly(pager, s, err);
    const bool ticks = policy->uses_time || pager->tick_at != UINT64_MAX;
    if (policy->replay && !pager->by_process && !ticks)
        return policy->replay(pager, s, err);
    if (policy->sees == POLICY_REF_BITS)
        return replay_ref_bits(pager, s, ticks, err);
    return replay_by_pointer(pager, s, err);
}

enum status replay_stretch(struct pager *pager, struct stretch *s, struct error *err)
{
    const uint64_t before = s->references;
    const uint32_t first = s->step;
    s->instance = pager_instance(pager, s->process);
    s->uses = pager->uses - ((uint64_t)first << USE_SHIFT);
    if (pager->future)
        s->next = future_of_steps(pager->future, pager->future_at - first);
    const enum status status = replay_by_kind(pager, s, err);
    pager->uses += (uint64_t)(s->step - first + 1) << USE_SHIFT;
    pager->future_at += s->step - first;
    if (s->counted)
        s->instance->clock += s->references - before;
    return status;
}

/* The lengths of the batch's shapes, for the loops that count references. */
static enum status measure(struct pager *pager, const struct batch *batch,
                           struct error *err)
{
    if (!pager->lengths && !(pager->lengths = malloc(BATCH_SHAPES)))
        return error_nomem(err);
    batch_measure(batch, pager->lengths);
    return OK;
}

enum status pager_replay(struct pager *pager, const struct paged_batch *batch,
                         struct error *err)
{
    struct fault fault = {.frame = PFN_NONE, .waited = PFN_NONE};
    struct stretch stretch = {
        .batch = batch,
        .end = batch->batch->nsteps,
        .current = {paged_batch_start(batch, 0), paged_batch_start(batch, 1)},
        .cpu = &pager->mmu.cpus[0],
        .fault = &fault,
        .deadline = PSEC_NEVER,
        .batch_first = pager->references,
    };
    stretch.instance = pager_instance(pager, 0);
    enum status status = pager_add_pages(pager, batch->index, batch->npages, err);
    if (status == OK)
        status = measure(pager, batch->batch, err);
    stretch.lengths = pager->lengths;
    if (status == OK)
        status = replay_stretch(pager, &stretch, err);
    pager->references += batch_references(batch->batch);
    stretch.instance->clock = pager->references;
    return status;
}
