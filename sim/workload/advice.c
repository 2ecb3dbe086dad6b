/* advice.c -- a program says how it will use a range of its memory. */
#include "workload/thread.h"

/* The i-th page that may lie in the region, of as many as it or the map of the space has
 * places: a region may be far larger than what was ever used of it.  PAGE_NONE: none. */
static page_t used_page(const struct page_space *pages, const struct region *region,
                        uint64_t i)
{
    if (region->last - region->first < pages->map.nslots)
        return page_space_find(pages, region->first + i);
    const struct map_slot *slot = &pages->map.slots[i];
    return slot->key >= region->first && slot->key <= region->last ? slot->value
                                                                   : PAGE_NONE;
}

/* Begin to read what of the region is on a device, while frames are free.  What was never
 * used of a region without a file is zero and on no device. */
static enum status will_need_zero(struct thread *thread, const struct region *region,
                                  struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    const struct page_space *pages = &thread->space->pages;
    const uint64_t length = region->last - region->first;
    const uint64_t n = length < pages->map.nslots ? length + 1 : pages->map.nslots;
    for (uint64_t i = 0; i < n && pager_free_frames(pager) > 0; i++) {
        const page_t page = used_page(pages, region, i);
        if (page == PAGE_NONE || pager->content_of[page] == CONTENT_NONE)
            continue;
        const enum status status = pager_prefetch(pager, page, err);
        if (status != OK)
            return status;
    }
    return OK;
}

static enum status will_need(struct thread *thread, const struct region *region,
                             struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    if (region->backing == BACKING_ZERO)
        return will_need_zero(thread, region, err);
    for (vpn_t vpn = region->first; pager_free_frames(pager) > 0; vpn++) {
        page_t page;
        enum status status = pager_page(pager, thread->space, &page, vpn, err);
        if (status == OK)
            status = pager_prefetch(pager, page, err);
        if (status != OK || vpn == region->last)
            return status;
    }
    return OK;
}

/* The kernel's own way, with the part of each region that lies in the range. */
static enum status advise_parts(struct thread *thread, uint8_t advice, vpn_t first,
                                vpn_t last, struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    struct space *space = thread->space;
    enum status status = OK;
    for (size_t i = 0; i < space->nregions && status == OK; i++) {
        const struct region *region = &space->regions[i];
        if (region->last < first || region->first > last)
            continue;
        status = pager->kernel->region_advised(
            pager->kernel_state, pager, space, region,
            first > region->first ? first : region->first,
            last < region->last ? last : region->last, advice, err);
    }
    return status;
}

static enum status advise_huge(struct thread *thread, struct region *region, uint8_t advice,
                               struct error *err)
{
    region->huge = advice;
    return thread->simulation->pager.kernel->region_advised && advice == VM_HUGEPAGE
               ? advise_parts(thread, advice, region->first, region->last, err)
               : OK;
}

/* The region is all advised; told: the kernel is. */
static enum status advise_region(struct thread *thread, struct region *region,
                                 uint8_t advice, bool told, struct error *err)
{
    if (advice == VM_HUGEPAGE || advice == VM_NOHUGEPAGE)
        return advise_huge(thread, region, advice, err);
    if (advice != VM_WILLNEED)
        region->advice = advice;
    else if (!told)
        return will_need(thread, region, err);
    return OK;
}

enum status operation_advise(struct thread *thread, const struct vm_op *op, vpn_t first,
                             vpn_t last, struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    struct region *regions;
    size_t n;
    const uint8_t advice = op->advice;
    const bool huge = advice == VM_HUGEPAGE || advice == VM_NOHUGEPAGE;
    const bool known = advice <= VM_DONTNEED;
    const bool lasts = huge || advice <= VM_SEQUENTIAL;
    if (!lasts && pager->kernel->region_advised)
        return advise_parts(thread, advice, first, last, err);
    if (advice == VM_DONTNEED)
        pager_forget(pager, thread->space, first, last);
    if (advice == VM_DONTNEED || !(known || huge))
        return OK;
    enum status status = space_split(thread->space, first, last, &regions, &n, err);
    const bool told = status == OK && n > 0 && !huge && process_advise(thread, advice);
    for (size_t i = 0; i < n && status == OK; i++)
        status = advise_region(thread, &regions[i], advice, told, err);
    return status;
}
