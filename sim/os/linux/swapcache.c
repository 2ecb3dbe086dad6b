/* swapcache.c -- anonymous pages in memory that have a slot too: when they give it back.
 *
 * 6.12 mm/memory.c do_swap_page(), should_try_to_free_swap(); mm/swapfile.c
 * folio_free_swap(). */
#include "os/linux/linux.h"

#include "pager/frame.h"

void linux_leave_swap(struct pager *pager, content_t content)
{
    struct content *c = &pager->contents.all[content];
    if (c->slot != SLOT_NONE)
        content_give_slot(pager, content);
    c->saved = false;
    if (c->frame != PFN_NONE)
        pager->frames[c->frame].dirty = true;
}

static bool in_swap_cache(const struct pager *pager, pfn_t pfn)
{
    const struct frame *frame = &pager->frames[pfn];
    return frame->content != CONTENT_NONE &&
           pager->contents.all[frame->content].file == FILE_NONE &&
           pager->contents.all[frame->content].slot != SLOT_NONE;
}

void linux_free_swap(struct pager *pager, pfn_t pfn, unsigned mappings)
{
    const struct frame *frame = &pager->frames[pfn];
    if (in_swap_cache(pager, pfn) && !frame->writing &&
        pager->contents.all[frame->content].refs == mappings)
        linux_leave_swap(pager, frame->content);
}

bool linux_lets_store(void *state, struct pager *pager, page_t page, pfn_t pfn, bool store)
{
    struct linux_kernel *kernel = state;
    struct frame *frame = &pager->frames[pfn];
    struct error err;
    (void)page;
    if (pager->contents.all[frame->content].file == FILE_NONE) {
        if (store && in_swap_cache(pager, pfn)) /* its only user's */
            linux_free_swap(pager, pfn, 1);
        return true;
    }
    if (store) /* folio_mark_dirty() */
        frame->reclaim = false;
    if (store && !frame->dirty && linux_dirtied(kernel, pfn, &err) != OK)
        pager_fail(pager, &err);
    return store || frame->dirty;
}

enum status linux_mapped(void *state, struct pager *pager, const struct fault *fault,
                         pfn_t pfn, struct error *err)
{
    struct linux_kernel *kernel = state;
    const content_t content = pager->frames[pfn].content;
    if (linux_lists(kernel)) /* whatever the machine says of an access that trapped */
        mmu_set_referenced(&pager->mmu, fault->page);
    if (fault->has_waited && !fault->store &&
        pager->contents.all[content].file != FILE_NONE)
        return linux_file_waited(kernel, fault, err);
    if (in_swap_cache(pager, pfn) && linux_swap_full(kernel))
        linux_free_swap(pager, pfn, page_mappings(&pager_instance(pager, 0)->env, pfn));
    return OK;
}
