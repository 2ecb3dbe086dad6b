/* mmu.c -- see mmu.h. */
#include "machine/mmu.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct pagetable_ops *pagetable_find(const char *name)
{
    for (const struct pagetable_ops *const *p = pagetable_table; *p; p++)
        if (strcmp((*p)->name, name) == 0)
            return *p;
    return NULL;
}

static enum status init_cpu(struct mmu_cpu *cpu, const struct mmu_params *params,
                            unsigned number, struct error *err)
{
    enum status status = OK;
    cpu->current[0] = cpu->current[1] = PAGE_NONE;
    const uint64_t seed = params->seed + (uint64_t)number * TLB_LEVELS;
    for (unsigned i = 0; i < TLB_LEVELS && status == OK; i++)
        status = tlb_init(&cpu->tlb[i], &params->tlb[i], seed + i, err);
    return status;
}

enum status mmu_init(struct mmu *mmu, const struct mmu_params *params, struct error *err)
{
    assert(params->ncpus >= 1 && params->ncpus <= MMU_CPUS_MAX);
    *mmu = (struct mmu){
        .has_tlb = params->format->create != NULL,
        .ncpus = params->ncpus,
        .format = params->format,
        .page_shift = params->page_shift,
        .cost_l2_hit = params->cost_l2_hit,
        .cost_walk_access = params->cost_walk_access,
    };
    mmu->cpus = calloc(params->ncpus, sizeof *mmu->cpus);
    if (!mmu->cpus)
        return error_nomem(err);
    enum status status = OK;
    for (unsigned i = 0; i < mmu->ncpus && status == OK && mmu->has_tlb; i++)
        status = init_cpu(&mmu->cpus[i], params, i, err);
    if (status != OK)
        mmu_release(mmu);
    return status;
}

void mmu_release(struct mmu *mmu)
{
    for (unsigned i = 0; mmu->cpus && i < mmu->ncpus; i++)
        for (int level = 0; level < TLB_LEVELS; level++)
            tlb_release(&mmu->cpus[i].tlb[level]);
    for (uint32_t i = 0; i < mmu->nspaces; i++)
        mmu_end_space(mmu, i);
    free(mmu->cpus);
    free(mmu->spaces);
    free(mmu->bits);
    free(mmu->frame_of);
    *mmu = (struct mmu){0};
}

void mmu_sum(const struct mmu *mmu, struct mmu_cpu *sum)
{
    *sum = (struct mmu_cpu){0};
    for (unsigned i = 0; i < mmu->ncpus; i++) {
        const struct mmu_cpu *cpu = &mmu->cpus[i];
        for (int stream = 0; stream < 2; stream++)
            sum->l1_misses[stream] += cpu->l1_misses[stream];
        sum->l2_hits += cpu->l2_hits;
        sum->l2_misses += cpu->l2_misses;
        sum->walks += cpu->walks;
        sum->walk_accesses += cpu->walk_accesses;
    }
}

enum status mmu_add_space(struct mmu *mmu, uint32_t number, struct error *err)
{
    if (number >= mmu->nspaces) {
        const uint32_t nspaces = 2 * number + 1;
        struct mmu_space *spaces = realloc(mmu->spaces, nspaces * sizeof *spaces);
        if (!spaces)
            return error_nomem(err);
        for (uint32_t i = mmu->nspaces; i < nspaces; i++)
            spaces[i] = (struct mmu_space){0};
        mmu->spaces = spaces;
        mmu->nspaces = nspaces;
    }
    assert(!mmu->spaces[number].table);
    mmu->spaces[number].cpus = 1; /* CPU 0 until others say that they run it */
    return mmu->has_tlb
               ? mmu->format->create(&mmu->spaces[number].table, mmu->page_shift, err)
               : OK;
}

void mmu_end_space(struct mmu *mmu, uint32_t number)
{
    if (mmu->spaces[number].table)
        mmu->format->free(mmu->spaces[number].table);
    mmu->spaces[number] = (struct mmu_space){0};
}

static enum status grow(struct mmu *mmu, page_t npages, struct error *err)
{
    size_t capacity = mmu->capacity ? mmu->capacity : 1024;
    while (capacity < npages)
        capacity *= 2;
    uint8_t *bits = realloc(mmu->bits, capacity);
    if (!bits)
        return error_nomem(err);
    mmu->bits = bits;
    pfn_t *frame_of = realloc(mmu->frame_of, capacity * sizeof *frame_of);
    if (!frame_of)
        return error_nomem(err);
    mmu->frame_of = frame_of;
    mmu->capacity = capacity;
    return OK;
}

/* Tell all TLBs the VPNs of the pages from..to-1. */
static enum status place_pages(struct mmu *mmu, page_t from, page_t to, struct error *err)
{
    for (unsigned i = 0; i < mmu->ncpus && mmu->has_tlb; i++)
        for (int level = 0; level < TLB_LEVELS; level++)
            if (tlb_add_pages(&mmu->cpus[i].tlb[level], mmu->index->vpns, from, to,
                              mmu->capacity, err) != OK)
                return ERR_NOMEM;
    return OK;
}

enum status mmu_add_pages(struct mmu *mmu, const struct page_index *index, page_t npages,
                          struct error *err)
{
    mmu->index = index;
    if (npages <= mmu->npages)
        return OK;
    if (npages > mmu->capacity && grow(mmu, npages, err) != OK)
        return ERR_NOMEM;
    for (page_t page = mmu->npages; page < npages; page++) {
        mmu->bits[page] = 0;
        mmu->frame_of[page] = PFN_NONE;
    }
    const page_t old = mmu->npages;
    mmu->npages = npages;
    return place_pages(mmu, old, npages, err);
}

enum status mmu_renew_page(struct mmu *mmu, page_t page, struct error *err)
{
    assert(mmu->frame_of[page] == PFN_NONE);
    mmu->bits[page] = 0;
    return place_pages(mmu, page, page + 1, err);
}

static struct mmu_space *space_of(struct mmu *mmu, page_t page)
{
    return &mmu->spaces[mmu->index->space_of[page]];
}

enum status mmu_map(struct mmu *mmu, page_t page, pfn_t pfn, struct error *err)
{
    if (mmu->has_tlb) {
        const enum status status = mmu->format->enter(space_of(mmu, page)->table,
                                                      mmu->index->vpns[page], pfn, err);
        if (status != OK)
            return status;
    }
    mmu->bits[page] |= PAGE_RESIDENT;
    mmu->frame_of[page] = pfn;
    return OK;
}

void mmu_unmap(struct mmu *mmu, page_t page)
{
    if (mmu->has_tlb)
        mmu->format->remove(space_of(mmu, page)->table, mmu->index->vpns[page]);
    mmu->bits[page] &= PAGE_SEEN;
    mmu->frame_of[page] = PFN_NONE;
    mmu_invalidate(mmu, page);
}

void mmu_invalidate(struct mmu *mmu, page_t page)
{
    if (!mmu->has_tlb)
        return;
    uint64_t cpus = space_of(mmu, page)->cpus;
    for (; cpus; cpus &= cpus - 1) {
        struct mmu_cpu *cpu = &mmu->cpus[lowest_bit(cpus)];
        for (int stream = 0; stream < 2; stream++)
            if (cpu->current[stream] == page)
                cpu->current[stream] = PAGE_NONE;
        for (int i = 0; i < TLB_LEVELS; i++)
            tlb_invalidate(&cpu->tlb[i], page);
    }
}

psec_t mmu_l1_miss(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page)
{
    struct tlb *l2 = &cpu->tlb[TLB_L2];
    psec_t cost = 0;
    cpu->l1_misses[stream]++;
    if (l2->nsets && tlb_lookup(l2, page)) {
        cpu->l2_hits++;
        cost = mmu->cost_l2_hit;
    } else {
        unsigned accesses;
        const pfn_t pfn = mmu->format->walk(space_of(mmu, page)->table,
                                            mmu->index->vpns[page], &accesses);
        assert(pfn == mmu->frame_of[page]);
        (void)pfn;
        cpu->walks++;
        cpu->walk_accesses += accesses;
        cost = accesses * mmu->cost_walk_access;
        mmu->bits[page] |= PAGE_ACCESSED;
        if (l2->nsets) {
            cpu->l2_misses++;
            tlb_fill(l2, page);
        }
    }
    tlb_fill(&cpu->tlb[stream], page);
    return cost;
}
