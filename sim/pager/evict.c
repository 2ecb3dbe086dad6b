/* evict.c -- frames with the policy and away from it: activation, eviction, and what a kernel
 * with a free list of its own keeps on it. */
#include "pager/frame.h"

#include <assert.h>

void frame_activate(struct pager *pager, pfn_t pfn)
{
    const pfn_t first = folio_first(pager, pfn), n = folio_frames(pager, pfn);
    for (pfn_t i = 0; i < n; i++)
        frame_set_state(pager, first + i, FRAME_ACTIVE);
    instance_page_in(pager, first);
}

void frame_hold(struct pager *pager, pfn_t pfn)
{
    frame_set_state(pager, pfn, FRAME_HELD);
}

void frame_withdraw(struct pager *pager, pfn_t pfn, enum frame_state state, bool evicted)
{
    const pfn_t first = folio_first(pager, pfn), n = folio_frames(pager, pfn);
    if (frame_pageable(pager, pfn))
        instance_page_out(pager, first, evicted);
    for (pfn_t i = 0; i < n; i++) {
        frame_set_state(pager, first + i, state);
        pager->frames[first + i].order = 0;
    }
}

void frame_cache(struct pager *pager, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    assert(frame->state == FRAME_ACTIVE || frame->state == FRAME_HELD ||
           frame->state == FRAME_LEAVING);
    frame_withdraw(pager, pfn, FRAME_CACHED, true);
    while (frame->page != PAGE_NONE)
        frame_unmap(pager, frame->page);
    frame->read_ahead = false;
    assert(!frame->dirty && !frame->writing && pager->contents.all[frame->content].saved);
    pager->kernel->frame_freed(pager->kernel_state, pager, pfn);
}

void frame_uncache(struct pager *pager, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    assert(frame->state == FRAME_CACHED);
    fault_forget_frame(pager, pfn);
    pager->contents.all[frame->content].frame = PFN_NONE;
    frame->content = CONTENT_NONE;
    frame_set_state(pager, pfn, FRAME_FREE);
}

void frame_reclaim(struct pager *pager, pfn_t pfn)
{
    assert(pager->frames[pfn].state == FRAME_CACHED);
    frame_hold(pager, pfn);
}

void pager_rescue(struct pager *pager, pfn_t pfn)
{
    assert(pager->frames[pfn].state == FRAME_LEAVING);
    frame_hold(pager, pfn);
}

/* The frame has been withdrawn. */
static enum status empty(struct pager *pager, pfn_t pfn, struct error *err)
{
    struct frame *frame = &pager->frames[pfn];
    while (frame->page != PAGE_NONE)
        frame_unmap(pager, frame->page);
    pager->counts.page_outs++;
    if (frame->dirty) {
        pager->counts.page_outs_dirty++;
        return frame->writing ? OK : frame_write(pager, pfn, err);
    }
    if (!frame->writing)
        frame_free(pager, pfn);
    return OK;
}

enum status pager_evict_frame(struct pager *pager, pfn_t pfn, struct error *err)
{
    const pfn_t first = folio_first(pager, pfn), n = folio_frames(pager, pfn);
    enum status status = OK;
    frame_withdraw(pager, pfn, FRAME_LEAVING, true);
    for (pfn_t i = 0; i < n && status == OK; i++)
        status = empty(pager, first + i, err);
    return status;
}

enum status pager_evict_for(struct pager *pager, uint32_t process, struct error *err)
{
    assert(pager->count[FRAME_ACTIVE] > 0);
    pfn_t victim;
    const enum status status = instance_victim(pager, process, &victim, err);
    return status == OK ? pager_evict_frame(pager, victim, err) : status;
}

enum status pager_evict(struct pager *pager, struct error *err)
{
    return pager_evict_for(pager, PROCESS_ANY, err);
}

/* The dirty bit of a large page is about to be cleared, and one of its frames written: the
 * others are still to be written. */
static void keep_dirty(struct pager *pager, page_t page)
{
    size_t n;
    const page_t *pages = mmu_large(&pager->mmu, page, &n);
    for (size_t i = 0; pages && mmu_modified(&pager->mmu, page) && i < n; i++)
        pager->frames[pager->mmu.frame_of[pages[i]]].dirty = true;
}

void frame_collect_modified(struct pager *pager, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    for (page_t page = frame->page; page != PAGE_NONE; page = pager->next_mapping[page]) {
        keep_dirty(pager, page);
        frame->dirty |= mmu_modified(&pager->mmu, page);
        mmu_clear_modified(&pager->mmu, page, pager->clear_invalidates);
    }
}

enum status pager_clean(struct pager *pager, pfn_t pfn, struct error *err)
{
    struct frame *frame = &pager->frames[pfn];
    assert(frame->state == FRAME_ACTIVE && !frame->writing);
    frame_collect_modified(pager, pfn);
    frame->dirty = true;
    if (pager->kernel->clean)
        return pager->kernel->clean(pager->kernel_state, pager, pfn, err);
    const enum status status = frame_write(pager, pfn, err);
    pager->counts.write_backs += status == OK;
    return status;
}
