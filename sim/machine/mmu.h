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
#include "trace/paged_batch.h"

enum page_bits {
    PAGE_RESIDENT = 1,   /* P, the valid bit                                             */
    PAGE_ACCESSED = 2,   /* A                                                            */
    PAGE_DIRTY = 4,      /* D                                                            */
    PAGE_SEEN = 8,       /* for software: the page has been resident before              */
    PAGE_READ_ONLY = 16, /* a store traps; the same bit as STEP_STORE, see replay.h      */
};

enum { TLB_L1I, TLB_L1D, TLB_L2, TLB_LEVELS };

enum { MMU_CPUS_MAX = 64 };

struct mmu_params {
    const struct pagetable_ops *format;
    unsigned page_shift;
    struct tlb_params tlb[TLB_LEVELS]; /* of each CPU                                    */
    unsigned ncpus;                    /* 1 .. MMU_CPUS_MAX                              */
    psec_t cost_l2_hit, cost_walk_access; /* 0 where time is not kept                     */
    uint64_t seed;                        /* for random replacement in TLBs               */
};

/* One CPU's TLBs and what they counted. */
struct mmu_cpu {
    page_t current[2]; /* page that the instruction [0] and the data [1] stream used last,
                        * still in its L1 TLB and the newest there; or PAGE_NONE          */
    struct tlb tlb[TLB_LEVELS];
    uint64_t l1_misses[2], l2_hits, l2_misses, walks, walk_accesses;
};

struct mmu {
    uint8_t *bits;   /* [page]: enum page_bits                                           */
    pfn_t *frame_of; /* [page]: PFN_NONE unless resident                                 */
    const struct page_index *index; /* borrowed                                          */
    page_t npages;
    size_t capacity;
    bool has_tlb;
    struct mmu_cpu *cpus; /* [ncpus]                                                     */
    unsigned ncpus;
    const struct pagetable_ops *format;
    unsigned page_shift;
    struct mmu_space {
        struct pagetable *table; /* NULL: the format has none, or the space has ended    */
        uint64_t cpus;           /* bit i: CPU i may hold translations of it             */
    } * spaces;                  /* [number of the space]                                */
    uint32_t nspaces;
    psec_t cost_l2_hit, cost_walk_access;
};

MUST_CHECK enum status mmu_init(struct mmu *mmu, const struct mmu_params *params,
                                struct error *err);
void mmu_release(struct mmu *mmu);

/* The number of CPUs' TLB misses and walks, summed. */
void mmu_sum(const struct mmu *mmu, struct mmu_cpu *sum);

/* Begin and end an address space; spaces count from 0 and numbers may be used again. */
MUST_CHECK enum status mmu_add_space(struct mmu *mmu, uint32_t number, struct error *err);
void mmu_end_space(struct mmu *mmu, uint32_t number);

/* Learn of new pages: the index has npages of which mmu->npages are known already. */
MUST_CHECK enum status mmu_add_pages(struct mmu *mmu, const struct page_index *index,
                                     page_t npages, struct error *err);

/* A number that was another page's before, and is not resident, is this page's now. */
MUST_CHECK enum status mmu_renew_page(struct mmu *mmu, page_t page, struct error *err);

/* Enter and remove a translation.  Removing invalidates the TLBs. */
MUST_CHECK enum status mmu_map(struct mmu *mmu, page_t page, pfn_t pfn, struct error *err);
void mmu_unmap(struct mmu *mmu, page_t page);

/* Drop the page from every TLB, so that its next use walks the tables. */
void mmu_invalidate(struct mmu *mmu, page_t page);

/* The rest of mmu_translate: the page missed the L1 TLB of its stream. */
psec_t mmu_l1_miss(struct mmu *mmu, struct mmu_cpu *cpu, int stream, page_t page);

/* A stream of a CPU uses a resident page: look it up in the TLBs and walk the tables if
 * need be.  Returns the time that it takes beyond a hit of the first level. */
static inline psec_t mmu_translate(struct mmu *mmu, struct mmu_cpu *cpu, int stream,
                                   page_t page)
{
    if (cpu->current[stream] == page)
        return 0;
    cpu->current[stream] = page;
    if (UNLIKELY(!tlb_lookup(&cpu->tlb[stream], page)))
        return mmu_l1_miss(mmu, cpu, stream, page);
    return 0;
}

#endif
