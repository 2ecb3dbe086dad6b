/* mmu_check.c -- mmu_check: the tables say of resident pages what bits say, and TLBs hold
 * nothing else. */
#include "machine/mmu_inside.h"

static bool is_lazy(const struct mmu_cpu *cpu, page_t tag)
{
    for (unsigned i = 0; i < cpu->lazy.n; i++)
        if (cpu->lazy.pages[i] == tag)
            return true;
    return cpu->lazy.flush;
}

static const char *check_tag(const struct mmu *mmu, const struct mmu_cpu *cpu, size_t array,
                             uint32_t place, page_t tag)
{
    const struct tlb *tlb = &cpu->arrays[array];
    if (is_lazy(cpu, tag)) /* meant: the CPU has not been told yet */
        return NULL;
    if (tag & TLB_TAG_GLOBAL)
        return mmu->global_resident[tag & ~TLB_TAG_GLOBAL]
                   ? NULL
                   : "a TLB holds a global page that is not mapped";
    if (tag >= mmu->npages || !(mmu->bits[tag] & PAGE_RESIDENT))
        return "a TLB holds a page that is not mapped";
    if (!(mmu->bits[tag] & (PAGE_VALID | PAGE_WATCHED)))
        return "a TLB holds a page whose entry is not valid";
    const struct mmu_tag now = mmu_tag_of(mmu, tag);
    if (now.tag != tag || !mmu_array_serves(mmu, array, now.class) ||
        tlb_set(tlb, now.vpn) != place / tlb->ways * tlb->ways)
        return "a TLB holds a page as it was mapped before";
    const uint64_t cpus = mmu->spaces[mmu->index->space_of[tag]].cpus;
    return cpus >> (cpu - mmu->cpus) & 1
               ? NULL
               : "a TLB holds a page of a space that its CPU is not known to have run";
}

static const char *check_cpu(const struct mmu *mmu, const struct mmu_cpu *cpu)
{
    const char *wrong = NULL;
    for (size_t i = 0; i < mmu->params.narrays && !wrong; i++) {
        const struct tlb *tlb = &cpu->arrays[i];
        if (mmu->params.arrays[i].half == TLB_SYSTEM)
            continue;
        for (uint32_t k = 0; k < tlb->nsets * tlb->ways && !wrong; k++)
            if (tlb->tags[k] != PAGE_NONE)
                wrong = check_tag(mmu, cpu, i, k, tlb->tags[k]);
    }
    return wrong;
}

static const char *check_entry(const struct mmu *mmu, page_t page)
{
    const struct mmu_space *space = &mmu->spaces[mmu->index->space_of[page]];
    pfn_t pfn;
    const unsigned bits = mmu->format->get(space->table, mmu->index->vpns[page], &pfn);
    if (mmu->mapped_by && mmu->mapped_by[mmu->frame_of[page]] != page)
        return pfn == PFN_NONE ? NULL : "two pages have the one entry of a frame";
    if (pfn != mmu->frame_of[page])
        return "the tables map a page to another frame";
    return bits == mmu_entry_bits(mmu, mmu_leaf(mmu, page))
               ? NULL
               : "the bits of an entry are not what the pager sees";
}

const char *mmu_check(const struct mmu *mmu)
{
    const char *wrong = NULL;
    for (page_t page = 0; page < mmu->npages && !wrong && mmu->has_tlb; page++)
        if (mmu->bits[page] & PAGE_RESIDENT)
            wrong = check_entry(mmu, page);
    for (unsigned i = 0; i < mmu->ncpus && !wrong && mmu->has_tlb; i++)
        wrong = check_cpu(mmu, &mmu->cpus[i]);
    return wrong;
}
