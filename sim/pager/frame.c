/* frame.c -- the core map: free frames, mappings, eviction; what policies ask of frames. */
#include "pager/frame.h"

#include <assert.h>

static void set_state(struct pager *pager, pfn_t pfn, enum frame_state state)
{
    struct frame *frame = &pager->frames[pfn];
    pager->count[frame->state]--;
    pager->count[state]++;
    frame->state = (uint8_t)state;
}

/* --- for policies ----------------------------------------------------------------------- */

bool frame_pageable(const struct pager *pager, pfn_t pfn)
{
    return pager->frames[pfn].state == FRAME_ACTIVE;
}

/* The first page that maps the frame; a policy may ask of frames that were never used. */
static page_t first_page(const struct pager *pager, pfn_t pfn)
{
    return pfn < pager->nused ? pager->frames[pfn].page : PAGE_NONE;
}

bool frame_referenced(struct pager *pager, pfn_t pfn)
{
    pager->counts.scans++;
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE;
         page = pager->next_mapping[page])
        if (pager->mmu.bits[page] & PAGE_ACCESSED)
            return true;
    return false;
}

void frame_clear_referenced(struct pager *pager, pfn_t pfn)
{
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE;
         page = pager->next_mapping[page]) {
        pager->mmu.bits[page] &= (uint8_t)~PAGE_ACCESSED;
        if (pager->clear_invalidates)
            mmu_invalidate(&pager->mmu, page);
    }
}

void frame_set_referenced(struct pager *pager, pfn_t pfn)
{
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE;
         page = pager->next_mapping[page])
        pager->mmu.bits[page] |= PAGE_ACCESSED;
}

bool frame_dirty(const struct pager *pager, pfn_t pfn)
{
    bool dirty = pager->frames[pfn].dirty;
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE && !dirty;
         page = pager->next_mapping[page])
        dirty = pager->mmu.bits[page] & PAGE_DIRTY;
    return dirty;
}

/* --- free frames ------------------------------------------------------------------------ */

pfn_t pager_free_frames(const struct pager *pager)
{
    return pager->nframes - pager->nused + pager->count[FRAME_FREE];
}

pfn_t frame_take(struct pager *pager)
{
    pfn_t pfn = pager->free_list;
    if (pfn != PFN_NONE) {
        pager->free_list = pager->frames[pfn].link;
    } else if (pager->nused < pager->nframes) {
        pfn = pager->nused++;
        pager->frames[pfn] = (struct frame){.page = PAGE_NONE, .content = CONTENT_NONE};
        pager->count[FRAME_FREE]++;
    } else {
        return PFN_NONE;
    }
    set_state(pager, pfn, FRAME_GRANTED);
    return pfn;
}

/* Frames that the swap device needs for what lies in it, if it lies in memory. */
static uint64_t pool_wanted(const struct pager *pager)
{
    if (!pager->storage.swap || !device_model(pager->storage.swap)->in_memory)
        return 0;
    const uint64_t page_size = (uint64_t)1 << pager->mmu.page_shift;
    return (device_memory(pager->storage.swap) + page_size - 1) / page_size;
}

static void add_free(struct pager *pager, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    const bool pool = pager->count[FRAME_POOL] < pool_wanted(pager);
    pfn_t *list = pool ? &pager->pool_list : &pager->free_list;
    set_state(pager, pfn, pool ? FRAME_POOL : FRAME_FREE);
    frame->link = *list;
    *list = pfn;
}

void frame_balance_pool(struct pager *pager)
{
    const uint64_t wanted = pool_wanted(pager);
    while (pager->count[FRAME_POOL] > wanted) {
        const pfn_t pfn = pager->pool_list;
        pager->pool_list = pager->frames[pfn].link;
        set_state(pager, pfn, FRAME_GRANTED);
        add_free(pager, pfn);
    }
    while (pager->count[FRAME_POOL] < wanted && pager_free_frames(pager) > 0)
        add_free(pager, frame_take(pager));
}

void frame_free(struct pager *pager, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    assert(frame->page == PAGE_NONE && !frame->writing && !frame->waiters);
    if (frame->content != CONTENT_NONE)
        pager->contents.all[frame->content].frame = PFN_NONE;
    frame->content = CONTENT_NONE;
    frame->dirty = frame->read_ahead = false;
    add_free(pager, pfn);
}

void frame_put(struct pager *pager, pfn_t pfn, content_t content, enum frame_state state)
{
    assert(pager->frames[pfn].state == FRAME_GRANTED);
    pager->frames[pfn].content = content;
    pager->contents.all[content].frame = pfn;
    set_state(pager, pfn, state);
}

/* --- mappings --------------------------------------------------------------------------- */

enum status frame_map(struct pager *pager, pfn_t pfn, page_t page, struct error *err)
{
    const enum status status = mmu_map(&pager->mmu, page, pfn, err);
    if (status != OK)
        return status;
    pager->next_mapping[page] = pager->frames[pfn].page;
    pager->frames[pfn].page = page;
    pager->contents.all[pager->frames[pfn].content].page = page;
    struct space *space = pager_space_of(pager, page);
    if (++space->resident > space->resident_max)
        space->resident_max = space->resident;
    return OK;
}

void frame_unmap(struct pager *pager, page_t page)
{
    struct frame *frame = &pager->frames[pager->mmu.frame_of[page]];
    frame->dirty |= (pager->mmu.bits[page] & PAGE_DIRTY) != 0;
    page_t *at = &frame->page;
    while (*at != page)
        at = &pager->next_mapping[*at];
    *at = pager->next_mapping[page];
    /* Its number may soon be another page's. */
    struct content *content = &pager->contents.all[frame->content];
    if (content->page == page && frame->page != PAGE_NONE)
        content->page = frame->page;
    mmu_unmap(&pager->mmu, page);
    pager_space_of(pager, page)->resident--;
}

/* --- with the policy and away from it ---------------------------------------------------- */

void frame_activate(struct pager *pager, pfn_t pfn)
{
    set_state(pager, pfn, FRAME_ACTIVE);
    if (pager->policy->page_in)
        pager->policy->page_in(pager->policy_state, pfn);
}

void frame_hold(struct pager *pager, pfn_t pfn)
{
    set_state(pager, pfn, FRAME_HELD);
}

void frame_withdraw(struct pager *pager, pfn_t pfn, enum frame_state state)
{
    if (frame_pageable(pager, pfn) && pager->policy->page_out)
        pager->policy->page_out(pager->policy_state, pfn);
    set_state(pager, pfn, state);
}

void pager_rescue(struct pager *pager, pfn_t pfn)
{
    assert(pager->frames[pfn].state == FRAME_LEAVING);
    frame_hold(pager, pfn);
}

enum status pager_evict(struct pager *pager, struct error *err)
{
    assert(pager->count[FRAME_ACTIVE] > 0);
    const pfn_t victim = pager->policy->victim(pager->policy_state);
    if (victim >= pager->nused || !frame_pageable(pager, victim))
        return error_set(err, ERR_CELL, at_nowhere(),
                         "policy '%s' chose frame %u, which is not one of the %u that can "
                         "be evicted",
                         pager->policy->name, victim, pager->count[FRAME_ACTIVE]);
    struct frame *frame = &pager->frames[victim];
    frame_withdraw(pager, victim, FRAME_LEAVING);
    while (frame->page != PAGE_NONE)
        frame_unmap(pager, frame->page);
    pager->counts.page_outs++;
    if (frame->dirty) {
        pager->counts.page_outs_dirty++;
        return frame->writing ? OK : frame_write(pager, victim, err);
    }
    if (!frame->writing)
        frame_free(pager, victim);
    return OK;
}

enum status pager_clean(struct pager *pager, pfn_t pfn, struct error *err)
{
    struct frame *frame = &pager->frames[pfn];
    assert(frame->state == FRAME_ACTIVE && !frame->writing);
    for (page_t page = frame->page; page != PAGE_NONE; page = pager->next_mapping[page]) {
        pager->mmu.bits[page] &= (uint8_t)~PAGE_DIRTY;
        mmu_invalidate(&pager->mmu, page);
    }
    frame->dirty = true;
    const enum status status = frame_write(pager, pfn, err);
    pager->counts.write_backs += status == OK;
    return status;
}
