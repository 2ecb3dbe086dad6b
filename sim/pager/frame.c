/* frame.c -- the core map: free frames, mappings; what policies ask of frames. */
#include "pager/frame.h"

#include "pager/runs.h"

#include <assert.h>

void frame_set_state(struct pager *pager, pfn_t pfn, enum frame_state state)
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

static bool is_referenced(const struct pager *pager, page_t page)
{
    return pager->simulate_referenced ? (pager->mmu.bits[page] & PAGE_VALID) != 0
                                      : mmu_referenced(&pager->mmu, page);
}

bool frame_referenced(struct pager *pager, pfn_t pfn)
{
    pager->counts.scans++;
    if (runs_referenced(pager, pfn))
        return true;
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE;
         page = pager->next_mapping[page])
        if (is_referenced(pager, page))
            return true;
    return false;
}

/* The referenced bit of a large page is about to be cleared for one of its frames: the
 * others have not been looked at. */
static void keep_referenced(struct pager *pager, page_t page)
{
    size_t n;
    const page_t *pages = mmu_large(&pager->mmu, page, &n);
    for (size_t i = 0; pages && is_referenced(pager, page) && i < n; i++)
        runs_set_referenced(pager, pager->mmu.frame_of[pages[i]], true);
}

static void clear_referenced(struct pager *pager, page_t page)
{
    keep_referenced(pager, page);
    if (pager->simulate_referenced)
        mmu_set_invalid(&pager->mmu, page);
    else
        mmu_clear_referenced(&pager->mmu, page, pager->clear_invalidates);
}

void frame_clear_referenced(struct pager *pager, pfn_t pfn)
{
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE;
         page = pager->next_mapping[page])
        clear_referenced(pager, page);
    runs_set_referenced(pager, pfn, false);
}

bool mapping_take_referenced(struct pager *pager, page_t page)
{
    pager->counts.scans++;
    const bool referenced = is_referenced(pager, page);
    if (referenced)
        clear_referenced(pager, page);
    return referenced;
}

unsigned frame_take_referenced(struct pager *pager, pfn_t pfn)
{
    unsigned n = 0;
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE;
         page = pager->next_mapping[page])
        n += mapping_take_referenced(pager, page);
    if (runs_referenced(pager, pfn)) {
        runs_set_referenced(pager, pfn, false);
        n += n == 0;
    }
    return n;
}

void frame_set_referenced(struct pager *pager, pfn_t pfn)
{
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE;
         page = pager->next_mapping[page])
        mmu_set_referenced(&pager->mmu, page);
}

bool frame_dirty(const struct pager *pager, pfn_t pfn)
{
    bool dirty = pager->frames[pfn].dirty;
    for (page_t page = first_page(pager, pfn); page != PAGE_NONE && !dirty;
         page = pager->next_mapping[page])
        dirty = mmu_modified(&pager->mmu, page);
    return dirty;
}

/* --- free frames ------------------------------------------------------------------------ */

pfn_t pager_free_frames(const struct pager *pager)
{
    return pager->nframes - pager->nused + pager->count[FRAME_FREE] +
           pager->count[FRAME_CACHED];
}

/* The next frame that was never used. */
static pfn_t begin_frame(struct pager *pager)
{
    const pfn_t pfn = pager->nused++;
    pager->frames[pfn] = (struct frame){.page = PAGE_NONE, .content = CONTENT_NONE};
    pager->count[FRAME_FREE]++;
    return pfn;
}

pfn_t pager_unused_frame(struct pager *pager)
{
    return pager->nused < pager->nframes ? begin_frame(pager) : PFN_NONE;
}

/* The same from the kernel's own list. */
static pfn_t take_listed(struct pager *pager)
{
    const pfn_t pfn = pager->kernel->take_frame(pager->kernel_state, pager);
    if (pfn == PFN_NONE)
        return PFN_NONE;
    if (pager->frames[pfn].state == FRAME_CACHED)
        frame_uncache(pager, pfn);
    frame_set_state(pager, pfn, FRAME_GRANTED);
    return pfn;
}

pfn_t frame_take(struct pager *pager)
{
    if (pager->kernel->take_frame)
        return take_listed(pager);
    pfn_t pfn = pager->free_list;
    if (pfn != PFN_NONE) {
        if (pager->runs)
            runs_remove(pager, pfn);
        else
            pager->free_list = pager->frames[pfn].link;
    } else if (pager->nused < pager->nframes) {
        pfn = begin_frame(pager);
    } else {
        return PFN_NONE;
    }
    frame_set_state(pager, pfn, FRAME_GRANTED);
    return pfn;
}

/* Frames that page tables take, and that swap devices need for what lies in them, if they
 * lie in memory. */
static uint64_t pool_wanted(const struct pager *pager)
{
    const uint64_t taken = mmu_table_frames(&pager->mmu) + pager->pool_extra;
    if (!pager->storage.swap.in_memory)
        return taken;
    const uint64_t page_size = (uint64_t)1 << pager->mmu.page_shift;
    return taken + (swap_space_memory(&pager->storage.swap) + page_size - 1) / page_size;
}

static void add_free(struct pager *pager, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    const bool pool = pager->count[FRAME_POOL] < pool_wanted(pager);
    pfn_t *list = pool ? &pager->pool_list : &pager->free_list;
    frame_set_state(pager, pfn, pool ? FRAME_POOL : FRAME_FREE);
    if (pager->kernel->frame_freed)
        pager->kernel->frame_freed(pager->kernel_state, pager, pfn);
    if (pager->kernel->frame_freed && !pool)
        return;
    frame->link = *list;
    *list = pfn;
    if (!pool)
        runs_added(pager, pfn);
}

enum status frame_take_run(struct pager *pager, pfn_t *first, pfn_t n, struct error *err)
{
    *first = PFN_NONE;
    const enum status status = runs_want(pager, n, err);
    if (status != OK || pager->starved.first)
        return status;
    *first = runs_lowest(pager, n);
    if (*first == PFN_NONE)
        return OK;
    const pfn_t skipped = pager->nused;
    while (pager->nused < *first)
        begin_frame(pager);
    for (pfn_t pfn = pager->nused; pfn > skipped; pfn--)
        add_free(pager, pfn - 1);
    for (pfn_t i = 0; i < n; i++) {
        if (*first + i < pager->nused)
            runs_remove(pager, *first + i);
        else
            begin_frame(pager);
        frame_set_state(pager, *first + i, FRAME_GRANTED);
    }
    return OK;
}

void frame_balance_pool(struct pager *pager)
{
    const uint64_t wanted = pool_wanted(pager);
    while (pager->count[FRAME_POOL] > wanted) {
        const pfn_t pfn = pager->pool_list;
        pager->pool_list = pager->frames[pfn].link;
        frame_set_state(pager, pfn, FRAME_GRANTED);
        add_free(pager, pfn);
    }
    while (pager->count[FRAME_POOL] < wanted && pager_free_frames(pager) > 0) {
        const pfn_t pfn = frame_take(pager);
        if (pfn == PFN_NONE)
            break; /* the kernel keeps them for something else */
        add_free(pager, pfn);
    }
}

enum status frame_pay_tables(struct pager *pager, struct error *err)
{
    const uint64_t tables = mmu_table_frames(&pager->mmu);
    enum status status = OK;
    if (pager->count[FRAME_POOL] != pool_wanted(pager))
        frame_balance_pool(pager);
    if (tables >= pager->nframes)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "memory of %u frame%s is too small: the page tables take %llu; "
                         "raise machine.memory, or have them beside it with "
                         "machine.table_frames: apart",
                         pager->nframes, pager->nframes == 1 ? "" : "s",
                         (unsigned long long)tables);
    while (status == OK &&
           pager->count[FRAME_POOL] + pager->count[FRAME_LEAVING] < tables &&
           pager->count[FRAME_ACTIVE] > 0)
        status = pager_evict(pager, err);
    return status;
}

void frame_free(struct pager *pager, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    assert(frame->page == PAGE_NONE && !frame->writing);
    fault_forget_frame(pager, pfn);
    if (frame->content != CONTENT_NONE)
        pager->contents.all[frame->content].frame = PFN_NONE;
    frame->content = CONTENT_NONE;
    frame->dirty = frame->read_ahead = frame->reclaim = frame->lazy = false;
    frame->order = 0;
    runs_set_referenced(pager, pfn, false);
    add_free(pager, pfn);
}

void frame_put(struct pager *pager, pfn_t pfn, content_t content, enum frame_state state)
{
    assert(pager->frames[pfn].state == FRAME_GRANTED);
    pager->frames[pfn].content = content;
    pager->contents.all[content].frame = pfn;
    frame_set_state(pager, pfn, state);
}

/* --- mappings --------------------------------------------------------------------------- */

enum status page_set_global(struct pager *pager, const struct region *region, page_t page,
                            struct error *err)
{
    if (region && region->global)
        return mmu_set_global(&pager->mmu, page, err);
    /* A global region may have been there before. */
    return pager->mmu.global_of ? mmu_renew_page(&pager->mmu, page, err) : OK;
}

static void add_mapping(struct pager *pager, pfn_t pfn, page_t page)
{
    pager->mapped += pager->frames[pfn].page == PAGE_NONE;
    pager->next_mapping[page] = pager->frames[pfn].page;
    pager->frames[pfn].page = page;
    pager->contents.all[pager->frames[pfn].content].page = page;
    space_page_mapped(pager_space_of(pager, page), pager->mmu.index->vpns[page], page);
}

enum status frame_map(struct pager *pager, pfn_t pfn, page_t page, struct error *err)
{
    const enum status status = mmu_map(&pager->mmu, page, pfn, err);
    if (status == OK)
        add_mapping(pager, pfn, page);
    return status;
}

enum status frame_map_large(struct pager *pager, pfn_t pfn, const page_t *pages,
                            unsigned shift, struct error *err)
{
    const size_t n = (size_t)1 << (shift - pager->mmu.page_shift);
    const enum status status = mmu_map_large(&pager->mmu, pages, shift, pfn, err);
    for (size_t i = 0; i < n && status == OK; i++)
        add_mapping(pager, pfn + (pfn_t)i, pages[i]);
    pager->counts.large_pages += status == OK;
    return status;
}

void frame_split(struct pager *pager, page_t page)
{
    size_t n;
    if (!mmu_large(&pager->mmu, page, &n))
        return;
    mmu_split(&pager->mmu, page);
    pager->counts.large_page_splits++;
}

/* The page is about to be unmapped. */
static void remove_mapping(struct pager *pager, page_t page)
{
    struct frame *frame = &pager->frames[pager->mmu.frame_of[page]];
    frame->dirty |= mmu_modified(&pager->mmu, page);
    page_t *at = &frame->page;
    while (*at != page)
        at = &pager->next_mapping[*at];
    *at = pager->next_mapping[page];
    pager->mapped -= frame->page == PAGE_NONE;
    /* Its number may soon be another page's. */
    struct content *content = &pager->contents.all[frame->content];
    if (content->page == page && frame->page != PAGE_NONE)
        content->page = frame->page;
    space_page_unmapped(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
}

void frame_unmap(struct pager *pager, page_t page)
{
    frame_split(pager, page);
    remove_mapping(pager, page);
    mmu_unmap(&pager->mmu, page);
}

void frame_unmap_large(struct pager *pager, page_t page)
{
    size_t n;
    const page_t *pages = mmu_large(&pager->mmu, page, &n);
    for (size_t i = 0; i < n; i++)
        remove_mapping(pager, pages[i]);
    mmu_unmap_large(&pager->mmu, page);
}
