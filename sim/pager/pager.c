/* pager.c -- see pager.h. */
#include "pager/pager.h"

#include "pager/replay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const struct policy_ops *policy_find(const char *name)
{
    for (const struct policy_ops *const *p = policy_table; *p; p++)
        if (strcmp((*p)->name, name) == 0)
            return *p;
    return NULL;
}

const struct kernel_ops *kernel_find(const char *name)
{
    for (const struct kernel_ops *const *k = kernel_table; *k; k++)
        if (strcmp((*k)->name, name) == 0)
            return *k;
    return NULL;
}

/* Reserve the per-frame arrays.  They are mapped, not allocated: an ample memory costs
 * only what is used of it, and the system hands out zeroed pages. */
static enum status reserve_frames(struct pager *pager, struct error *err)
{
    const size_t core_map =
        ((size_t)pager->nframes * sizeof *pager->page_of + 63) / 64 * 64;
    pager->frame_bytes = core_map + (size_t)pager->nframes * pager->policy->frame_size;
    void *memory = mmap(NULL, pager->frame_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        pager->frame_bytes = 0;
        return error_nomem(err);
    }
    pager->page_of = memory;
    pager->env.frames = (char *)memory + core_map;
    return OK;
}

enum status pager_init(struct pager *pager, const struct pager_params *params,
                       struct error *err)
{
    assert(params->frames > 0 && params->policy->abi == POLICY_ABI);
    *pager = (struct pager){
        .nframes =
            params->frames < PAGER_FRAMES_MAX ? (pfn_t)params->frames : PAGER_FRAMES_MAX,
        .policy = params->policy,
        .kernel = params->kernel,
        .kernel_params = params->kernel_params,
        .future = params->future,
    };
    rng_seed(&pager->rng, params->seed);
    enum status status = mmu_init(&pager->mmu, &params->mmu, err);
    if (status == OK)
        status = reserve_frames(pager, err);
    if (status == OK) {
        pager->policy_state = calloc(1, pager->policy->state_size + 1);
        status = pager->policy_state ? OK : error_nomem(err);
    }
    pager->env.pager = pager;
    pager->env.nframes = pager->nframes;
    pager->env.rng = &pager->rng;
    pager->env.params = params->policy_params;
    if (status == OK && pager->kernel->init)
        pager->kernel->init(pager, pager->kernel_params);
    if (status == OK)
        status = pager->policy->init(pager->policy_state, &pager->env, err);
    if (status != OK)
        pager_release(pager);
    return status;
}

void pager_release(struct pager *pager)
{
    mmu_release(&pager->mmu);
    if (pager->frame_bytes)
        munmap(pager->page_of, pager->frame_bytes);
    free(pager->policy_state);
    *pager = (struct pager){0};
}

bool frame_referenced(const struct pager *pager, pfn_t pfn)
{
    return pager->mmu.bits[pager->page_of[pfn]] & PAGE_ACCESSED;
}

void frame_clear_referenced(struct pager *pager, pfn_t pfn)
{
    const page_t page = pager->page_of[pfn];
    pager->mmu.bits[page] &= (uint8_t)~PAGE_ACCESSED;
    if (pager->clear_invalidates)
        mmu_invalidate(&pager->mmu, page);
}

void frame_set_referenced(struct pager *pager, pfn_t pfn)
{
    pager->mmu.bits[pager->page_of[pfn]] |= PAGE_ACCESSED;
}

bool frame_dirty(const struct pager *pager, pfn_t pfn)
{
    return pager->mmu.bits[pager->page_of[pfn]] & PAGE_DIRTY;
}

pfn_t pager_free_frame(struct pager *pager)
{
    return pager->nused < pager->nframes ? pager->nused++ : PFN_NONE;
}

enum status pager_evict(struct pager *pager, pfn_t *pfn, struct error *err)
{
    const pfn_t victim = pager->policy->victim(pager->policy_state);
    if (victim >= pager->nused)
        return error_set(
            err, ERR_CELL, at_nowhere(),
            "policy '%s' chose frame %u, which is not one of the %u filled ones",
            pager->policy->name, victim, pager->nused);
    if (pager->policy->page_out)
        pager->policy->page_out(pager->policy_state, victim);
    const page_t page = pager->page_of[victim];
    pager->page_outs++;
    if (pager->mmu.bits[page] & PAGE_DIRTY) {
        pager->page_outs_dirty++;
        pager->mmu.bits[page] |= PAGE_SAVED;
    }
    mmu_unmap(&pager->mmu, page);
    *pfn = victim;
    return OK;
}

enum status pager_page_in(struct pager *pager, page_t page, pfn_t pfn, struct error *err)
{
    const enum status status = mmu_map(&pager->mmu, page, pfn, err);
    if (status != OK)
        return status;
    pager->mmu.bits[page] |= PAGE_SEEN;
    pager->page_of[pfn] = page;
    pager->page_ins++;
    if (pager->policy->page_in)
        pager->policy->page_in(pager->policy_state, pfn);
    return OK;
}

/* One reference's use of a page.  next: for a policy that sees the future. */
static enum status touch(struct pager *pager, int stream, page_t page, bool store,
                         uint64_t next, struct error *err)
{
    uint8_t *bits = &pager->mmu.bits[page];
    if (!(*bits & PAGE_RESIDENT)) {
        const enum status status =
            pager->kernel->fault(pager, pager->kernel_params, page, err);
        if (status != OK)
            return status;
        assert(*bits & PAGE_RESIDENT);
    } else if (!pager->mmu.has_tlb) {
        *bits |= PAGE_ACCESSED;
    }
    if (pager->mmu.has_tlb)
        mmu_translate(&pager->mmu, stream, page);
    if (store)
        *bits |= PAGE_DIRTY;
    if (pager->policy->access)
        pager->policy->access(pager->policy_state, pager->mmu.frame_of[page], next);
    return OK;
}

/* Number, from 1, of the reference at position j of step i. */
static uint64_t reference_number(const struct pager *pager, const struct paged_batch *batch,
                                 uint32_t i, unsigned j)
{
    uint64_t n = pager->references + j + 1;
    for (uint32_t k = 0; k <= i; k++) {
        const struct shape *shape = step_shape(batch->batch, batch->batch->steps[k]);
        n += (k < i ? shape->length : 0u) - shape->continued;
    }
    return n;
}

/* When the page of the j-th reference is used next: later in this step (before all that
 * other steps use), or as the future says. */
static uint64_t next_in_step(const struct pager *pager, const struct shape *shape,
                             unsigned j, unsigned class, const page_t current[2])
{
    const bool stream = shape->data >> j & 1;
    const uint64_t later = shape_references(shape) & ~(uint64_t)1 << j;
    const uint64_t same = current[0] == current[1] ? later
                          : stream                 ? later & shape->data
                                                   : later & ~shape->data;
    if (same)
        return 0;
    const bool first = stream == !!(class & STEP_FIRST_DATA);
    return next_use(pager, !first);
}

enum status pager_replay_step(struct pager *pager, const struct paged_batch *batch,
                              uint32_t i, unsigned class, const page_t current[2],
                              struct error *err)
{
    const struct shape *shape = step_shape(batch->batch, batch->batch->steps[i]);
    /* Within a page the part carried over from the step before is no touch of its own. */
    unsigned j = shape->continued && !(class >> STEP_EXTRA_SHIFT);
    for (; j < shape->length; j++) {
        const int stream = shape->data >> j & 1;
        const uint64_t next =
            pager->future ? next_in_step(pager, shape, j, class, current) : 0;
        const enum status status =
            touch(pager, stream, current[stream], shape->store >> j & 1, next, err);
        if (status == OK)
            continue;
        if (err && status == ERR_CELL) {
            const struct error inner = *err;
            error_set(err, status, at_nowhere(), "%.500s (at reference %llu)", inner.text,
                      (unsigned long long)reference_number(pager, batch, i, j));
        }
        return status;
    }
    return OK;
}

static enum status replay_ref_bits(struct pager *pager, const struct paged_batch *batch,
                                   struct error *err)
{
    return replay_with(pager, batch, NULL, POLICY_REF_BITS, err);
}

static enum status replay_by_pointer(struct pager *pager, const struct paged_batch *batch,
                                     struct error *err)
{
    access_fn *access = pager->policy->access;
    return pager->policy->sees == POLICY_FUTURE
               ? replay_with(pager, batch, access, POLICY_FUTURE, err)
               : replay_with(pager, batch, access, POLICY_EVERY_ACCESS, err);
}

enum status pager_replay(struct pager *pager, const struct paged_batch *batch,
                         struct error *err)
{
    enum status status = mmu_add_pages(&pager->mmu, batch->vpns, batch->npages, err);
    if (status != OK)
        return status;
    if (pager->policy->replay)
        status = pager->policy->replay(pager, batch, err);
    else if (pager->policy->sees == POLICY_REF_BITS)
        status = replay_ref_bits(pager, batch, err);
    else
        status = replay_by_pointer(pager, batch, err);
    pager->references += batch_references(batch->batch);
    return status;
}
