/* thp.c -- transparent huge pages: who may have them, how their frames are got, and faults: one
 * on anonymous memory gets a huge page where it may have one and nothing of it is there yet.
 *
 * 6.1, 6.12 mm/huge_memory.c do_huge_pmd_anonymous_page(), vma_thp_gfp_mask(),
 * thp_vma_allowable_order(); mm/page_alloc.c __alloc_pages_slowpath(); mm/memcontrol.c
 * try_charge_memcg(); since 2.6.38.  A read gets one too, as with use_zero_page 0.  Before 4.6
 * `defrag` had fewer choices; theirs are followed for all versions, compaction as it is in 6.12.
 * Reclaim for a huge page does not wait for what it has begun to write. */
#include "os/linux/linux.h"

#include "pager/frame.h"
#include "pager/runs.h"
#include "trace/vm_op.h"

/* --- who may have one --------------------------------------------------------------------- */

unsigned linux_huge_shift(const struct pager *pager)
{
    const struct mmu *mmu = &pager->mmu;
    const bool can =
        pager->storage.engine && mmu->has_tlb && mmu->format->split && mmu->nshifts > 1;
    return can ? mmu->shifts[1] : 0;
}

bool linux_may_be_huge(const struct linux_kernel *kernel, const struct region *region)
{
    if (kernel->version < LINUX_VERSION(2, 6, 38) || region->backing != BACKING_ZERO ||
        region->shared || region->huge == VM_NOHUGEPAGE)
        return false;
    return kernel->params->thp == LINUX_THP_ALWAYS ||
           (kernel->params->thp == LINUX_THP_MADVISE && region->huge == VM_HUGEPAGE);
}

/* --- frames ------------------------------------------------------------------------------- */

static pfn_t take(struct linux_kernel *kernel, uint32_t order, enum zone_mark mark)
{
    struct pager *pager = kernel->pager;
    const pfn_t run = zones_take(&kernel->memory.zones, pager, mark, order);
    for (pfn_t i = 0; run != PFN_NONE && i < (pfn_t)1 << order; i++)
        frame_set_state(pager, run + i, FRAME_GRANTED);
    return run;
}

/* __alloc_pages_direct_compact() */
static pfn_t compact_for(struct linux_kernel *kernel, uint32_t order, bool defers,
                         enum linux_compact_result *result)
{
    *result = linux_compact(kernel, order, defers);
    if (*result == COMPACT_SKIPPED)
        return PFN_NONE;
    kernel->counts.compact_stall++;
    const pfn_t run = take(kernel, order, ZONE_MIN);
    if (run != PFN_NONE)
        linux_compact_done(kernel, run, order);
    kernel->counts.compact_success += run != PFN_NONE;
    kernel->counts.compact_fail += run == PFN_NONE;
    return run;
}

/* __alloc_pages_direct_reclaim() of as much as compaction needs. */
static void reclaim_for(struct linux_kernel *kernel, uint32_t order)
{
    uint64_t freed = 0, more = 1;
    while (more > 0 && freed < linux_compact_gap(order) &&
           !linux_compaction_ready(kernel, order)) {
        more = linux_direct_reclaim(kernel, false, 1, false);
        linux_forget_stopped(kernel);
        freed += more;
    }
}

static pfn_t make_room(struct linux_kernel *kernel, uint32_t order, bool retry)
{
    enum linux_compact_result result;
    pfn_t run = compact_for(kernel, order, false, &result);
    if (run != PFN_NONE || (!retry && result <= COMPACT_DEFERRED))
        return run;
    reclaim_for(kernel, order);
    run = take(kernel, order, ZONE_MIN);
    return run != PFN_NONE ? run : compact_for(kernel, order, retry, &result);
}

static void wake_others(struct linux_kernel *kernel, uint32_t order)
{
    if (!zones_ok(&kernel->memory.zones, ZONE_LOW, 0))
        linux_wake_kswapd(kernel);
    linux_wake_kcompactd(kernel, order);
}

pfn_t linux_huge_alloc(struct linux_kernel *kernel, pfn_t n, enum linux_huge_effort effort)
{
    uint32_t order = 0;
    while ((pfn_t)1 << order < n)
        order++;
    const bool endless = kernel->memory.zones.endless;
    pfn_t run = take(kernel, order, ZONE_LOW);
    if (run == PFN_NONE && effort == LINUX_HUGE_DEFER)
        wake_others(kernel, order);
    if (run == PFN_NONE)
        run = take(kernel, order, ZONE_MIN);
    if (run != PFN_NONE || effort < LINUX_HUGE_NORETRY || endless)
        return run;
    return make_room(kernel, order, effort == LINUX_HUGE_RECLAIM);
}

/* PAGE_ALLOC_COSTLY_ORDER: compaction comes first only above. */
pfn_t linux_folio_alloc(struct linux_kernel *kernel, unsigned order)
{
    enum { COSTLY = 3 };
    enum linux_compact_result result;
    pfn_t run = take(kernel, order, ZONE_LOW);
    if (run == PFN_NONE && !kernel->memory.zones.endless) {
        wake_others(kernel, order);
        run = take(kernel, order, ZONE_MIN);
    }
    if (run != PFN_NONE || kernel->memory.zones.endless)
        return run;
    if (order > COSTLY)
        return make_room(kernel, order, false);
    linux_direct_reclaim(kernel, false, 1, false);
    linux_forget_stopped(kernel);
    run = take(kernel, order, ZONE_MIN);
    return run != PFN_NONE ? run : compact_for(kernel, order, false, &result);
}

void linux_huge_free(struct linux_kernel *kernel, pfn_t run, pfn_t n)
{
    for (pfn_t i = 0; i < n; i++)
        frame_free(kernel->pager, run + i);
}

bool linux_huge_charge(struct linux_kernel *kernel, uint64_t n,
                       enum linux_huge_effort effort)
{
    enum { RETRIES = 16 }; /* MAX_RECLAIM_RETRIES */
    unsigned retries = effort == LINUX_HUGE_RECLAIM ? RETRIES : 0;
    if (!kernel->params->cgroup_frames)
        return true;
    kernel->group.stock = 0; /* khugepaged and others have none of their CPU's */
    while (linux_usage(kernel) + n > kernel->group.limit) {
        uint64_t freed = 0, more = effort >= LINUX_HUGE_NORETRY;
        while (more > 0 && freed < n) {
            more = linux_direct_reclaim(kernel, true, 1, false);
            linux_forget_stopped(kernel);
            freed += more;
        }
        if (linux_usage(kernel) + n > kernel->group.limit && retries-- == 0)
            return false;
    }
    return true;
}

/* --- faults ------------------------------------------------------------------------------- */

/* vma_thp_gfp_mask() */
static enum linux_huge_effort effort_of(const struct linux_kernel *kernel, bool advised)
{
    switch (kernel->params->thp_defrag) {
    case LINUX_DEFRAG_ALWAYS:
        return advised ? LINUX_HUGE_RECLAIM : LINUX_HUGE_NORETRY;
    case LINUX_DEFRAG_DEFER:
        return LINUX_HUGE_DEFER;
    case LINUX_DEFRAG_DEFER_MADVISE:
        return advised ? LINUX_HUGE_RECLAIM : LINUX_HUGE_DEFER;
    case LINUX_DEFRAG_MADVISE:
        return advised ? LINUX_HUGE_RECLAIM : LINUX_HUGE_LIGHT;
    default:
        return LINUX_HUGE_LIGHT;
    }
}

/* Frames for the fault's huge page, charged, or PFN_NONE. */
static pfn_t get_run(struct linux_kernel *kernel, pfn_t n, bool advised)
{
    const enum linux_huge_effort effort = effort_of(kernel, advised);
    const pfn_t run = linux_huge_alloc(kernel, n, effort);
    if (run == PFN_NONE || linux_huge_charge(kernel, n, effort))
        return run;
    kernel->counts.thp_fault_fallback_charge++;
    linux_huge_free(kernel, run, n);
    return PFN_NONE;
}

enum status linux_huge_fault(struct linux_kernel *kernel, struct fault *fault,
                             struct error *err)
{
    struct pager *pager = kernel->pager;
    const unsigned shift = linux_huge_shift(pager);
    if (shift == 0 || fault->counted || fault->frame != PFN_NONE)
        return OK;
    struct space *space = pager_space_of(pager, fault->page);
    const vpn_t vpn = pager->mmu.index->vpns[fault->page];
    const bool huge = linux_may_be_huge(kernel, space_region(space, vpn));
    enum status status = OK;
    if (huge) { /* as the kernel does when they come into being: vma_merge() */
        space_merge(space, vpn);
        status = linux_khugepaged_enter(kernel, space, space_region(space, vpn), err);
    }
    struct region *region = space_region_of(space, vpn);
    region->page_shift = huge ? shift : 0;
    const pfn_t n = large_wanted(pager, fault);
    if (n == 0 || status != OK)
        return status;
    status = runs_begin(pager, err);
    if (status == OK)
        status = fault_prepare(pager, fault, err);
    if (status != OK)
        return status;
    const pfn_t run = get_run(kernel, n, region->huge == VM_HUGEPAGE);
    if (pager->failed.code != OK) {
        error_copy(err, &pager->failed);
        return err->code;
    }
    if (run == PFN_NONE) {
        kernel->counts.thp_fault_fallback++;
        pager->counts.large_page_failures++;
        return OK;
    }
    kernel->counts.thp_fault_alloc++;
    large_give_run(pager, fault, run, n);
    return OK;
}
