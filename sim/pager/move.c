/* move.c -- what is in a frame goes into another one, and whoever maps it does not notice. */
#include "pager/frame.h"
#include "pager/runs.h"

#include <assert.h>

/* The page maps the other frame, with the bits of its entry but the modified one, which is the
 * frame's dirty flag now. */
static enum status remap(struct pager *pager, page_t page, pfn_t to, struct error *err)
{
    const struct region *region =
        space_region(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
    const uint8_t bits = pager->mmu.bits[page];
    const bool valid = bits & (PAGE_VALID | PAGE_WATCHED);
    frame_unmap(pager, page);
    enum status status = page_set_global(pager, region, page, err);
    pager->mmu.bits[page] |= bits & PAGE_READ_ONLY;
    if (status == OK)
        status = frame_map(pager, to, page, err);
    if (status == OK && !valid)
        mmu_set_invalid(&pager->mmu, page);
    return status;
}

enum status frame_move(struct pager *pager, pfn_t from, pfn_t to, struct error *err)
{
    struct frame *old = &pager->frames[from], *new = &pager->frames[to];
    const bool referenced = frame_referenced(pager, from);
    assert(old->state == FRAME_ACTIVE && !old->writing && !old->waiters);
    frame_put(pager, to, old->content, FRAME_HELD);
    enum status status = OK;
    while (old->page != PAGE_NONE && status == OK)
        status = remap(pager, old->page, to, err);
    if (status != OK)
        return status;
    new->dirty = old->dirty;
    new->read_ahead = old->read_ahead;
    new->reclaim = old->reclaim;
    new->lazy = old->lazy;
    frame_withdraw(pager, from, FRAME_LEAVING, false);
    old->content = CONTENT_NONE; /* it is not this frame's that ends */
    frame_free(pager, from);
    frame_activate(pager, to);
    if (referenced)
        frame_set_referenced(pager, to);
    else
        frame_clear_referenced(pager, to);
    return OK;
}
