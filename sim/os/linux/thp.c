/* thp.c -- transparent huge pages: a fault on anonymous memory gets one where it may have one,
 * nothing of it is there yet, and as many frames are free in one block.
 *
 * 6.1 mm/huge_memory.c do_huge_pmd_anonymous_page(), hugepage_vma_check(); since 2.6.38.  A
 * read gets one too, as with use_zero_page 0.  Neither is memory compacted or reclaimed for
 * it (GFP_TRANSHUGE_LIGHT), nor does khugepaged make huge pages of small ones. */
#include "os/linux/linux.h"

#include "pager/frame.h"
#include "pager/runs.h"
#include "trace/vm_op.h"

static const unsigned *huge_shift(const struct pager *pager)
{
    const struct mmu *mmu = &pager->mmu;
    const bool can =
        pager->storage.engine && mmu->has_tlb && mmu->format->split && mmu->nshifts > 1;
    return can ? &mmu->shifts[1] : NULL;
}

static bool may_be_huge(const struct linux_kernel *kernel, const struct region *region)
{
    if (kernel->version < LINUX_VERSION(2, 6, 38) || region->backing != BACKING_ZERO ||
        region->shared || region->huge == VM_NOHUGEPAGE)
        return false;
    return kernel->params->thp == LINUX_THP_ALWAYS ||
           (kernel->params->thp == LINUX_THP_MADVISE && region->huge == VM_HUGEPAGE);
}

static pfn_t take_run(struct linux_kernel *kernel, pfn_t n)
{
    struct pager *pager = kernel->pager;
    uint32_t order = 0;
    while ((pfn_t)1 << order < n)
        order++;
    if (linux_usage(kernel) + n > kernel->group.limit)
        return PFN_NONE;
    const pfn_t run = zones_take(&kernel->memory.zones, pager, ZONE_LOW, order);
    for (pfn_t i = 0; run != PFN_NONE && i < n; i++)
        frame_set_state(pager, run + i, FRAME_GRANTED);
    return run;
}

enum status linux_huge_fault(struct linux_kernel *kernel, struct fault *fault,
                             struct error *err)
{
    struct pager *pager = kernel->pager;
    const unsigned *shift = huge_shift(pager);
    if (!shift || fault->counted || fault->frame != PFN_NONE)
        return OK;
    struct space *space = pager_space_of(pager, fault->page);
    const vpn_t vpn = pager->mmu.index->vpns[fault->page];
    const bool huge = may_be_huge(kernel, space_region(space, vpn));
    if (huge) /* as the kernel does when they come into being: vma_merge() */
        space_merge(space, vpn);
    space_region_of(space, vpn)->page_shift = huge ? *shift : 0;
    const pfn_t n = large_wanted(pager, fault);
    if (n == 0)
        return OK;
    enum status status = runs_begin(pager, err);
    if (status == OK)
        status = fault_prepare(pager, fault, err);
    if (status != OK)
        return status;
    const pfn_t run = take_run(kernel, n);
    if (run == PFN_NONE) {
        kernel->counts.thp_fault_fallback++;
        pager->counts.large_page_failures++;
        return OK;
    }
    kernel->counts.thp_fault_alloc++;
    large_give_run(pager, fault, run, n);
    return OK;
}
