/* mmu.h -- what the hardware does: translations, the bits of page-table entries, TLBs.
 *
 * A page's leaf entry is kept in two flat arrays, so that the hit path is one load:
 * bits[page] and frame_of[page].  The page-table format holds the structure above it and
 * says what a walk costs.
 *
 * With page tables the accessed bit is set by the walk that loads the TLB, not by later
 * hits; the ideal machine, which never walks, sets it at every access. */
#ifndef FAULTLINE_MACHINE_MMU_H
#define FAULTLINE_MACHINE_MMU_H

#include "machine/pagetable.h"
#include "machine/tlb.h"

enum page_bits {
    PAGE_RESIDENT = 1, /* P, the valid bit                                               */
    PAGE_ACCESSED = 2, /* A                                                              */
    PAGE_DIRTY = 4,    /* D                                                              */
    PAGE_SEEN = 8,     /* for software: the page has been resident before                */
    PAGE_SAVED = 16,   /* for software: the page has been written to the swap device     */
};

enum { TLB_L1I, TLB_L1D, TLB_L2, TLB_LEVELS };

struct mmu_params {
    const struct pagetable_ops *format;
    unsigned page_shift;
    struct tlb_params tlb[TLB_LEVELS];
    uint64_t seed; /* for random replacement in TLBs */
};

struct mmu {
    uint8_t *bits;   /* [page]: enum page_bits                                           */
    pfn_t *frame_of; /* [page]: PFN_NONE unless resident                                 */
    const vpn_t *vpns; /* [page], borrowed from the batch                                 */
    page_t npages;
    size_t capacity;
    page_t current[2]; /* page that the instruction [0] and the data [1] stream used last,
                        * still in its L1 TLB and the newest there; or PAGE_NONE          */
    bool has_tlb;
    struct tlb tlb[TLB_LEVELS];
    const struct pagetable_ops *format;
    struct pagetable *table;
    uint64_t l1_misses[2], l2_hits, l2_misses, walks, walk_accesses;
};

MUST_CHECK enum status mmu_init(struct mmu *mmu, const struct mmu_params *params,
                                struct error *err);
void mmu_release(struct mmu *mmu);

/* Learn of new pages: vpns[0 .. npages-1], of which the old ones are as before. */
MUST_CHECK enum status mmu_add_pages(struct mmu *mmu, const vpn_t *vpns, page_t npages,
                                     struct error *err);

/* Enter and remove a translation.  Removing invalidates the TLBs. */
MUST_CHECK enum status mmu_map(struct mmu *mmu, page_t page, pfn_t pfn, struct error *err);
void mmu_unmap(struct mmu *mmu, page_t page);

/* Drop the page from every TLB, so that its next use walks the tables. */
void mmu_invalidate(struct mmu *mmu, page_t page);

/* The rest of mmu_translate: the page missed the L1 TLB of its stream. */
void mmu_l1_miss(struct mmu *mmu, int stream, page_t page);

/* A stream uses a resident page: look it up in the TLBs and walk the tables if need be. */
static inline void mmu_translate(struct mmu *mmu, int stream, page_t page)
{
    if (mmu->current[stream] == page)
        return;
    mmu->current[stream] = page;
    if (UNLIKELY(!tlb_lookup(&mmu->tlb[stream], page)))
        mmu_l1_miss(mmu, stream, page);
}

#endif
