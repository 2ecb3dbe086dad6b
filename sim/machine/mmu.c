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

enum status mmu_init(struct mmu *mmu, const struct mmu_params *params, struct error *err)
{
    *mmu = (struct mmu){.current = {PAGE_NONE, PAGE_NONE}, .format = params->format};
    if (!params->format->create)
        return OK;
    mmu->has_tlb = true;
    enum status status = params->format->create(&mmu->table, params->page_shift, err);
    for (int i = 0; i < TLB_LEVELS && status == OK; i++)
        status = tlb_init(&mmu->tlb[i], &params->tlb[i], params->seed + (uint64_t)i, err);
    if (status != OK)
        mmu_release(mmu);
    return status;
}

void mmu_release(struct mmu *mmu)
{
    for (int i = 0; i < TLB_LEVELS; i++)
        tlb_release(&mmu->tlb[i]);
    if (mmu->table)
        mmu->format->free(mmu->table);
    free(mmu->bits);
    free(mmu->frame_of);
    *mmu = (struct mmu){0};
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

enum status mmu_add_pages(struct mmu *mmu, const vpn_t *vpns, page_t npages,
                          struct error *err)
{
    mmu->vpns = vpns;
    if (npages <= mmu->npages)
        return OK;
    if (npages > mmu->capacity && grow(mmu, npages, err) != OK)
        return ERR_NOMEM;
    for (page_t page = mmu->npages; page < npages; page++) {
        mmu->bits[page] = 0;
        mmu->frame_of[page] = PFN_NONE;
    }
    for (int i = 0; i < TLB_LEVELS; i++)
        if (tlb_add_pages(&mmu->tlb[i], vpns, mmu->npages, npages, mmu->capacity, err) !=
            OK)
            return ERR_NOMEM;
    mmu->npages = npages;
    return OK;
}

enum status mmu_map(struct mmu *mmu, page_t page, pfn_t pfn, struct error *err)
{
    if (mmu->table) {
        const enum status status =
            mmu->format->enter(mmu->table, mmu->vpns[page], pfn, err);
        if (status != OK)
            return status;
    }
    mmu->bits[page] |= PAGE_RESIDENT;
    mmu->frame_of[page] = pfn;
    return OK;
}

void mmu_unmap(struct mmu *mmu, page_t page)
{
    if (mmu->table)
        mmu->format->remove(mmu->table, mmu->vpns[page]);
    mmu->bits[page] &= (uint8_t) ~(PAGE_RESIDENT | PAGE_ACCESSED | PAGE_DIRTY);
    mmu->frame_of[page] = PFN_NONE;
    mmu_invalidate(mmu, page);
}

void mmu_invalidate(struct mmu *mmu, page_t page)
{
    for (int stream = 0; stream < 2; stream++)
        if (mmu->current[stream] == page)
            mmu->current[stream] = PAGE_NONE;
    for (int i = 0; i < TLB_LEVELS; i++)
        tlb_invalidate(&mmu->tlb[i], page);
}

void mmu_l1_miss(struct mmu *mmu, int stream, page_t page)
{
    struct tlb *l2 = &mmu->tlb[TLB_L2];
    mmu->l1_misses[stream]++;
    if (l2->nsets && tlb_lookup(l2, page)) {
        mmu->l2_hits++;
    } else {
        unsigned accesses;
        const pfn_t pfn = mmu->format->walk(mmu->table, mmu->vpns[page], &accesses);
        assert(pfn == mmu->frame_of[page]);
        (void)pfn;
        mmu->walks++;
        mmu->walk_accesses += accesses;
        mmu->bits[page] |= PAGE_ACCESSED;
        if (l2->nsets) {
            mmu->l2_misses++;
            tlb_fill(l2, page);
        }
    }
    tlb_fill(&mmu->tlb[stream], page);
}
