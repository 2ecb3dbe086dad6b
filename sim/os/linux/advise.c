/* advise.c -- advice on a range of memory that is followed at once: 6.12 mm/madvise.c
 * madvise_dontneed_single_vma(), madvise_free_pte_range(),
 * madvise_cold_or_pageout_pte_range(), madvise_willneed(); mm/readahead.c
 * force_page_cache_ra(); mm/vmscan.c reclaim_pages().
 *
 * FREE is known since 4.5, COLD and PAGEOUT since 5.4; before, and with policies whose
 * versions do not know them, they are passed over. */
#include "os/linux/linux.h"
#include "os/linux/reading.h"

#include "pager/frame.h"
#include "trace/vm_op.h"

struct advised {
    struct linux_kernel *kernel;
    struct space *space;
    const struct region *region;
    struct linux_reclaim reclaim; /* PAGEOUT                                             */
    struct linux_reading reading; /* WILLNEED                                            */
    bool full;                    /* ... has found no frame                              */
};

typedef enum status page_adviser(struct advised *advised, page_t page, struct error *err);

/* The frame that the page, and no other, is mapped to and that the policy has; or PFN_NONE:
 * what others use is left alone.  Of a folio it is the first one, all of which are mapped so by
 * pages behind this one; where only a part of them is, Linux splits it. */
static pfn_t own_frame(const struct pager *pager, page_t page)
{
    if (!(pager->mmu.bits[page] & PAGE_RESIDENT))
        return PFN_NONE;
    const struct page_index *index = pager->mmu.index;
    const pfn_t first = pager->mmu.frame_of[page], n = folio_frames(pager, first);
    bool own = frame_pageable(pager, first) && first == folio_first(pager, first);
    for (pfn_t i = 0; i < n && own; i++) {
        const page_t mapped = pager->frames[first + i].page;
        own = mapped != PAGE_NONE && pager->next_mapping[mapped] == PAGE_NONE &&
              index->space_of[mapped] == index->space_of[page] &&
              index->vpns[mapped] == index->vpns[page] + i;
    }
    return own ? first : PFN_NONE;
}

static void take_referenced(struct pager *pager, pfn_t pfn)
{
    for (const pfn_t end = pfn + folio_frames(pager, pfn); pfn < end; pfn++)
        (void)frame_take_referenced(pager, pfn);
}

static void forget(const struct advised *advised, page_t page)
{
    struct pager *pager = advised->kernel->pager;
    const vpn_t vpn = pager->mmu.index->vpns[page];
    pager_forget(pager, advised->space, vpn, vpn);
}

/* --- what becomes of a page --------------------------------------------------------------- */

/* What shared memory without a file holds is not the process's own: it stays. */
static enum status unmap_shared(struct advised *advised, page_t page, struct error *err)
{
    struct pager *pager = advised->kernel->pager;
    (void)err;
    if (pager->mmu.bits[page] & PAGE_RESIDENT)
        frame_unmap(pager, page);
    return OK;
}

static enum status free_page(struct advised *advised, page_t page, struct error *err)
{
    struct linux_kernel *kernel = advised->kernel;
    struct pager *pager = kernel->pager;
    const struct reclaim_ops *lists = linux_lists(kernel);
    const content_t content = pager->content_of[page];
    struct content *c = &pager->contents.all[content];
    (void)err;
    if (!(pager->mmu.bits[page] & PAGE_RESIDENT) && c->slot != SLOT_NONE) {
        forget(advised, page);
        return OK;
    }
    const pfn_t pfn = own_frame(pager, page);
    if (pfn == PFN_NONE || c->refs > 1 || pager->frames[pfn].writing)
        return OK;
    linux_free_swap(pager, pfn, 1);
    frame_collect_modified(pager, pfn);
    pager->frames[pfn].dirty = false;
    (void)frame_take_referenced(pager, pfn);
    if (!pager->frames[pfn].lazy) {
        pager->frames[pfn].lazy = true;
        kernel->counts.pglazyfree++;
        lists->lazy_free(linux_lists_state(kernel), pfn);
    }
    return OK;
}

static enum status cool_page(struct advised *advised, page_t page, struct error *err)
{
    struct linux_kernel *kernel = advised->kernel;
    const pfn_t pfn = own_frame(kernel->pager, page);
    (void)err;
    if (pfn == PFN_NONE)
        return OK;
    take_referenced(kernel->pager, pfn);
    linux_lists(kernel)->deactivate(linux_lists_state(kernel), pfn);
    return OK;
}

static enum status page_out(struct advised *advised, page_t page, struct error *err)
{
    struct pager *pager = advised->kernel->pager;
    const pfn_t pfn = own_frame(pager, page);
    if (pfn == PFN_NONE)
        return OK;
    take_referenced(pager, pfn);
    (void)advised->reclaim.r.page(&advised->reclaim.r, pfn);
    if (pager->failed.code == OK)
        return OK;
    error_copy(err, &pager->failed);
    return err->code;
}

static enum status swap_in(struct advised *advised, page_t page, struct error *err)
{
    struct linux_kernel *kernel = advised->kernel;
    const content_t content = kernel->pager->content_of[page];
    const struct content *c = &kernel->pager->contents.all[content];
    pfn_t pfn;
    if (advised->full || c->file != FILE_NONE || !c->saved || c->frame != PFN_NONE)
        return OK;
    const enum status status = linux_read_ahead(&advised->reading, content, &pfn, err);
    advised->full = pfn == PFN_NONE;
    return status;
}

/* --- ranges ------------------------------------------------------------------------------- */

/* All pages of the range that stand for something, ascending. */
static enum status advise_pages(struct advised *advised, vpn_t first, vpn_t last,
                                page_adviser *advise, struct error *err)
{
    struct linux_kernel *kernel = advised->kernel;
    struct space *space = advised->space;
    size_t at;
    enum status status = space_order(space, first, &at, err);
    for (; status == OK && at < space->order.n && space->order.places[at].vpn <= last;
         at++) {
        const page_t page = space->order.places[at].page;
        const content_t content = kernel->pager->content_of[page];
        if (content != CONTENT_NONE && content != kernel->zero)
            status = advise(advised, page, err);
    }
    return status;
}

static enum status drop(struct advised *advised, vpn_t first, vpn_t last, struct error *err)
{
    const struct region *region = advised->region;
    if (region->shared && region->backing != BACKING_FILE)
        return advise_pages(advised, first, last, unmap_shared, err);
    pager_forget(advised->kernel->pager, advised->space, first, last);
    return OK;
}

/* Those that are not in the cache, of as many as may be read ahead at a time. */
static enum status read_file(struct advised *advised, vpn_t first, vpn_t last,
                             struct error *err)
{
    struct linux_kernel *kernel = advised->kernel;
    struct contents *contents = &kernel->pager->contents;
    const struct region *region = advised->region;
    const uint64_t most =
        (kernel->params->read_ahead_kb << 10) >> kernel->pager->mmu.page_shift;
    const uint64_t n = last - first < most ? last - first + 1 : most;
    enum status status = OK;
    for (uint64_t i = 0; i < n && status == OK && !advised->full; i++) {
        const uint64_t page = region->file_page + (first - region->first) + i;
        content_t content;
        pfn_t pfn;
        status = contents_of_file(contents, &content, region->file, page, err);
        if (status != OK || contents->all[content].frame != PFN_NONE)
            continue;
        if (kernel->params->cgroup_frames)
            status = linux_charge_nodes(kernel, region->file, page, 0, err);
        if (status == OK)
            status = linux_read_ahead(&advised->reading, content, &pfn, err);
        advised->full = status == OK && pfn == PFN_NONE;
    }
    return status;
}

static enum status read_in(struct advised *advised, vpn_t first, vpn_t last,
                           struct error *err)
{
    struct linux_kernel *kernel = advised->kernel;
    advised->reading = (struct linux_reading){.kernel = kernel};
    kernel->memory.sparing = true;
    enum status status = advise_pages(advised, first, last, swap_in, err);
    if (status == OK && advised->region->backing == BACKING_FILE)
        status = read_file(advised, first, last, err);
    kernel->memory.sparing = false;
    if (status == OK)
        linux_read_start(&advised->reading);
    return status;
}

static bool is_private_anonymous(const struct region *region)
{
    return region->backing != BACKING_FILE && !region->shared;
}

static enum status page_out_all(struct advised *advised, vpn_t first, vpn_t last,
                                struct error *err)
{
    linux_reclaim_begin(&advised->reclaim, advised->kernel, false, false);
    const enum status status = advise_pages(advised, first, last, page_out, err);
    linux_unplug(advised->kernel);
    return status;
}

enum status linux_advised(void *state, struct pager *pager, struct space *space,
                          const struct region *region, vpn_t first, vpn_t last,
                          uint8_t advice, struct error *err)
{
    struct linux_kernel *kernel = state;
    const struct reclaim_ops *lists = linux_lists(kernel);
    struct advised advised = {.kernel = kernel, .space = space, .region = region};
    (void)pager;
    switch (advice) {
    case VM_WILLNEED:
        return read_in(&advised, first, last, err);
    case VM_DONTNEED:
        return drop(&advised, first, last, err);
    case VM_FREE:
        if (kernel->version < LINUX_VERSION(4, 5, 0) || !lists || !lists->lazy_free ||
            !is_private_anonymous(region))
            return OK;
        return advise_pages(&advised, first, last, free_page, err);
    case VM_COLD:
        if (kernel->version < LINUX_VERSION(5, 4, 0) || !lists || !lists->deactivate)
            return OK;
        return advise_pages(&advised, first, last, cool_page, err);
    case VM_HUGEPAGE:
        return linux_khugepaged_enter(kernel, space, region, err);
    case VM_PAGEOUT:
        if (kernel->version < LINUX_VERSION(5, 4, 0))
            return OK;
        return page_out_all(&advised, first, last, err);
    default:
        return OK;
    }
}

/* --- what was freed lazily ---------------------------------------------------------------- */

enum page_fate linux_let_lazy_go(struct linux_kernel *kernel, pfn_t pfn)
{
    struct pager *pager = kernel->pager;
    struct frame *frame = &pager->frames[pfn];
    const content_t content = frame->content;
    if (frame_dirty(pager, pfn)) {
        frame->lazy = false;
        return PAGE_ACTIVATE;
    }
    kernel->counts.pglazyfreed++;
    pager->counts.page_outs++;
    const page_t page = frame->page;
    while (frame->page != PAGE_NONE)
        frame_unmap(pager, frame->page);
    if (pager->contents.all[content].refs == 1 && page != PAGE_NONE) {
        pager->content_of[page] = CONTENT_NONE;
        content_unref(pager, content);
        return PAGE_GONE;
    }
    frame_withdraw(pager, pfn, FRAME_LEAVING, false);
    frame_free(pager, pfn); /* zero for all that stand for it */
    return PAGE_GONE;
}
