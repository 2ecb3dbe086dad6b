/* fill.c -- filling frames with what pages hold: zeros, copies, what is read. */
#include "pager/frame.h"

#include <assert.h>

/* The places first..last that may be read together with a content. */
static void read_window(const struct pager *pager, const struct fault *fault,
                        const struct content *content, uint64_t *first, uint64_t *last)
{
    const bool file = content->file != FILE_NONE;
    const uint64_t place = file ? content->file_page : content->slot;
    const uint64_t stripe = file ? 0 : pager->storage.swap.stripe;
    const uint64_t wanted = pager->storage.read_ahead;
    const uint64_t window = stripe && stripe < wanted ? stripe : wanted;
    *first = place & ~(window - 1);
    *last = place | (window - 1);
    const struct region *region = space_region(pager_space_of(pager, fault->page),
                                               pager->mmu.index->vpns[fault->page]);
    if (!region || region->advice == VM_RANDOM)
        *first = *last = place;
    if (!region || !file)
        return;
    const uint64_t end = region->file_page + (region->last - region->first);
    *first = *first < region->file_page ? region->file_page : *first;
    *last = *last > end ? end : *last;
}

enum status pager_fill(struct pager *pager, struct fault *fault, content_t content,
                       struct error *err)
{
    const struct content c = pager->contents.all[content];
    const pfn_t pfn = fault->frame;
    assert(c.frame == PFN_NONE);
    if (fault->run_length)
        return large_fill(pager, fault, err);
    fault->frame = PFN_NONE;
    if (!c.saved) {
        frame_put(pager, pfn, content, FRAME_HELD);
        pager->owed += pager->params->cost_page_zero;
        pager_use(pager, fault, pfn);
        return OK;
    }
    frame_put(pager, pfn, content, FRAME_FILLING);
    pager_wait(pager, fault, pfn);
    if (pager->storage.read_ahead <= 1)
        return frame_read(pager, pfn, content, err);
    uint64_t first, last;
    read_window(pager, fault, &c, &first, &last);
    return frame_read_run(pager, pfn, first, last, err);
}

enum status pager_copy(struct pager *pager, struct fault *fault, struct error *err)
{
    const page_t page = fault->page;
    const content_t old = pager->content_of[page];
    const pfn_t pfn = fault->frame;
    content_t own;
    const enum status status = contents_add(&pager->contents, &own, page, err);
    if (status != OK)
        return status;
    const struct content from = pager->contents.all[old];
    if (pager->mmu.bits[page] & PAGE_RESIDENT)
        frame_unmap(pager, page);
    pager->content_of[page] = own;
    fault->frame = PFN_NONE;
    const bool read = from.frame == PFN_NONE && from.saved;
    frame_put(pager, pfn, own, read ? FRAME_FILLING : FRAME_HELD);
    pager->frames[pfn].dirty = true; /* no device has it */
    if (read) {
        pager_wait(pager, fault, pfn);
        const enum status reading = frame_read(pager, pfn, old, err);
        content_unref(pager, old);
        return reading;
    }
    pager->owed += from.frame == PFN_NONE ? pager->params->cost_page_zero
                                          : pager->params->cost_page_copy;
    content_unref(pager, old);
    pager_use(pager, fault, pfn);
    return OK;
}

enum status pager_prefetch(struct pager *pager, page_t page, struct error *err)
{
    content_t content;
    const enum status status = pager_content(pager, page, &content, err);
    if (status != OK)
        return status;
    const struct content *c = &pager->contents.all[content];
    const pfn_t pfn = c->frame == PFN_NONE && c->saved ? frame_take(pager) : PFN_NONE;
    if (pfn == PFN_NONE)
        return OK;
    frame_put(pager, pfn, content, FRAME_FILLING);
    pager->frames[pfn].read_ahead = true;
    pager->counts.pages_read_ahead++;
    return frame_read(pager, pfn, content, err);
}
