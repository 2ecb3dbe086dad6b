/* alloc.c -- a frame for a fault: __alloc_pages(), from the free list down to the killing of
 * a process.
 *
 * 2.4.16 mm/page_alloc.c __alloc_pages(); 5.15 mm/page_alloc.c __alloc_pages_slowpath(),
 * should_reclaim_retry(), __alloc_pages_may_oom().  Not modelled: the lists of single frames
 * that each CPU has. */
#include "os/linux/linux.h"

#include "pager/frame.h"

/* --- for what is not a fault -------------------------------------------------------------- */

pfn_t linux_take_spare(struct linux_kernel *kernel)
{
    struct zones *zones = &kernel->memory.zones;
    const pfn_t pfn = zones_take(zones, kernel->pager, ZONE_LOW, 0);
    if (pfn != PFN_NONE)
        return pfn;
    if (kernel->pager->storage.engine)
        linux_wake_kswapd(kernel);
    return zones_take(zones, kernel->pager, ZONE_MIN, 0);
}

pfn_t linux_take_frame(void *state, struct pager *pager)
{
    struct linux_kernel *kernel = state;
    struct zones *zones = &kernel->memory.zones;
    if (kernel->memory.sparing)
        return linux_take_spare(kernel);
    const pfn_t pfn = zones_take(zones, pager, ZONE_LAST, 0);
    /* Without a clock kswapd cannot run in the middle of anything: the next fault has it
     * woken. */
    if (pager->storage.engine && !zones_ok(zones, ZONE_LOW, 0))
        linux_wake_kswapd(kernel);
    return pfn;
}

void linux_frame_freed(void *state, struct pager *pager, pfn_t pfn)
{
    struct linux_kernel *kernel = state;
    if (pager->frames[pfn].state == FRAME_POOL)
        return;
    kernel->memory.kswapd.scanned = 0;
    kernel->memory.kswapd.idle = false;
    kernel->memory.lost.ticks = 0;
    zones_give(&kernel->memory.zones, pager, pfn);
}

/* --- for a fault -------------------------------------------------------------------------- */

static bool take(struct linux_kernel *kernel, struct fault *fault, enum zone_mark mark)
{
    const pfn_t pfn = zones_take(&kernel->memory.zones, kernel->pager, mark, 0);
    if (pfn == PFN_NONE)
        return false;
    frame_set_state(kernel->pager, pfn, FRAME_GRANTED);
    fault->frame = pfn;
    return true;
}

uint64_t linux_reclaimable(const struct linux_kernel *kernel)
{
    struct pager *pager = kernel->pager;
    const struct reclaim_ops *lists = linux_lists(kernel);
    struct reclaim_sizes sizes;
    if (!lists)
        return pager->count[FRAME_ACTIVE] + (uint64_t)pager->count[FRAME_LEAVING];
    lists->sizes(linux_lists_state(kernel), &sizes);
    uint64_t n = sizes.active[RECLAIM_FILE] + sizes.inactive[RECLAIM_FILE];
    if (policy_can_swap(&pager_instance(pager, 0)->env))
        n += sizes.active[RECLAIM_ANON] + sizes.inactive[RECLAIM_ANON];
    return n;
}

/* should_reclaim_retry() */
static bool may_retry(struct linux_kernel *kernel, unsigned fruitless)
{
    enum { RETRIES = 16 }; /* MAX_RECLAIM_RETRIES */
    return fruitless <= RETRIES &&
           zones_ok(&kernel->memory.zones, ZONE_MIN, linux_reclaimable(kernel));
}

/* Direct reclaim, time after time, until there is a frame, or the fault waits. */
static enum status reclaim_for(struct linux_kernel *kernel, struct fault *fault,
                               struct error *err)
{
    struct pager *pager = kernel->pager;
    bool again = true;
    for (unsigned fruitless = 0; again;) {
        if (!linux_reclaim_stopped(kernel) && linux_throttle(kernel, fault))
            return OK;
        const uint64_t freed = linux_direct_reclaim(kernel, false, 1, true);
        if (pager->failed.code != OK) {
            error_copy(err, &pager->failed);
            return err->code;
        }
        if (linux_wait_for_writes(kernel, fault, freed) || take(kernel, fault, ZONE_MIN))
            return OK;
        fruitless = freed > 0 ? 0 : fruitless + 1;
        if (may_retry(kernel, fruitless))
            continue;
        if (take(kernel, fault, ZONE_HIGH)) /* somebody else has freed much meanwhile */
            return OK;
        const enum status status = linux_out_of_memory(kernel, fault, false, &again, err);
        if (status != OK || (again && take(kernel, fault, ZONE_MIN)))
            return status;
        fruitless = 0;
    }
    return OK;
}

enum status linux_alloc(struct linux_kernel *kernel, struct fault *fault, struct error *err)
{
    if (fault->frame != PFN_NONE)
        return OK;
    const enum status status = fault_prepare(kernel->pager, fault, err);
    if (status != OK)
        return status;
    if (linux_reclaim_stopped(kernel)) /* it waited for room in a queue */
        return reclaim_for(kernel, fault, err);
    if (take(kernel, fault, ZONE_LOW))
        return OK;
    linux_wake_kswapd(kernel);
    return take(kernel, fault, ZONE_MIN) ? OK : reclaim_for(kernel, fault, err);
}
