/* fork.c -- fork copies data and stack at once, page by page, through the parent's page
 * table: procdup() and vmdup() of sys/vm_proc.c.  There is no copy-on-write. */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"

enum status bsd43_fork(void *state, struct pager *pager, struct space *child,
                       struct space *parent, struct error *err)
{
    struct bsd43 *kernel = state;
    struct bsd43_process *from, *to;
    (void)pager;
    enum status status = bsd43_process_of(kernel, parent, &from, err);
    if (status == OK)
        status = bsd43_process_of(kernel, child, &to, err);
    if (status != OK)
        return status;
    to->maxrss = from->maxrss;
    status = bsd43_used_pages(parent, &to->to_copy, err);
    if (status != OK)
        return status;
    from->p.flags |= BSD43_SKEEP;
    to->p.stat = BSD43_SIDL; /* nobody to be swapped */
    return child->nregions ? OK : space_copy_regions(child, parent, err);
}

/* The child's page is a copy of the parent's, which is valid, in the frame. */
static enum status copy_page(struct bsd43 *kernel, struct bsd43_process *to, vpn_t vpn,
                             pfn_t pfn, struct error *err)
{
    struct pager *pager = kernel->pager;
    page_t page;
    content_t content;
    slot_t slot;
    bool killed = false;
    struct bsd43_segment *segment = bsd43_segment_find(to, vpn);
    enum status status = OK;
    if (!segment)
        status = bsd43_segment_of(kernel, to, space_region(to->space, vpn), &segment,
                                  &killed, err);
    if (status != OK)
        return status;
    if (killed)
        return bsd43_no_room(kernel, err);
    status = pager_page(pager, to->space, &page, vpn, err);
    if (status == OK)
        status = bsd43_slot(kernel, to, segment, vpn, &slot, err);
    if (status == OK)
        status = contents_add(&pager->contents, &content, page, err);
    if (status != OK)
        return status;
    pager->contents.all[content].slot = slot;
    pager->content_of[page] = content;
    frame_put(pager, pfn, content, FRAME_HELD);
    pager->frames[pfn].dirty = true;
    bsd43_enter(kernel, pfn, segment->type, to->space->number);
    pager->mmu.bits[page] =
        (uint8_t)((pager->mmu.bits[page] & ~PAGE_READ_ONLY) | PAGE_SEEN);
    pager->owed += pager->params->cost_page_copy;
    status = frame_map(pager, pfn, page, err);
    if (status == OK)
        frame_activate(pager, pfn);
    return status;
}

/* The parent waits for memory.  When there is some the fault, whose page it has used, brings
 * that in, and its thread comes back. */
static void wait_for_memory(struct bsd43 *kernel, struct bsd43_process *from,
                            struct fault *fault, page_t page)
{
    *fault = (struct fault){.page = page,
                            .active = true,
                            .counted = true,
                            .frame = PFN_NONE,
                            .waited = PFN_NONE,
                            .page_ins = fault->page_ins,
                            .wake = fault->wake};
    from->copies = fault;
    pager_sleep(kernel->pager, fault, &kernel->memory_waiters);
}

/* vgetu(), vgetpt(): the child has a u-area and page tables before anything is copied.  The fault
 * is active afterwards if the parent must wait, or did and still does. */
static enum status wire_child(struct bsd43 *kernel, struct bsd43_process *to,
                              struct bsd43_process *from, struct fault *fault,
                              struct error *err)
{
    struct pager *pager = kernel->pager;
    if (fault->active) {
        const enum status status = pager_fault(pager, fault, fault->page, false, err);
        if (status != OK || fault->active)
            return status;
    }
    if (bsd43_wire(kernel, to))
        return OK;
    /* A parent that has used nothing yet leaves the waiting to its child. */
    for (size_t i = 0; i < to->to_copy.n; i++) {
        const page_t page = page_space_find(&from->space->pages, to->to_copy.vpns[i]);
        if (page != PAGE_NONE && pager->content_of[page] != CONTENT_NONE) {
            wait_for_memory(kernel, from, fault, page);
            return OK;
        }
    }
    return OK;
}

/* Copy the page at vpn if the parent has more than an entry for fill on demand there.  The
 * fault is active afterwards if the parent must wait. */
static enum status copy(struct bsd43 *kernel, struct bsd43_process *to,
                        struct bsd43_process *from, vpn_t vpn, struct fault *fault,
                        struct error *err)
{
    struct pager *pager = kernel->pager;
    const page_t page = page_space_find(&from->space->pages, vpn);
    if (page == PAGE_NONE || pager->content_of[page] == CONTENT_NONE)
        return OK;
    if (bsd43_freemem(kernel) < kernel->d.desfree)
        bsd43_wake_daemon(kernel); /* outofmem() */
    bsd43_take_copy_frame(kernel, from);
    if (from->copy_frame == PFN_NONE) {
        wait_for_memory(kernel, from, fault, page);
        return OK;
    }
    if (!(pager->mmu.bits[page] & (PAGE_VALID | PAGE_WATCHED))) {
        const enum status status = pager_fault(pager, fault, page, false, err);
        if (status != OK || fault->active)
            return status;
    }
    const pfn_t pfn = from->copy_frame;
    from->copy_frame = PFN_NONE;
    return copy_page(kernel, to, vpn, pfn, err);
}

/* The child's frame is taken before the parent's page is brought in, and is not given up for
 * it: otherwise that page might be what is taken for the frame, for ever. */
void bsd43_take_copy_frame(struct bsd43 *kernel, struct bsd43_process *from)
{
    if (from->copy_frame == PFN_NONE && bsd43_freemem(kernel) > 0)
        from->copy_frame = frame_take(kernel->pager);
}

void bsd43_drop_copy_frame(struct bsd43 *kernel, struct bsd43_process *from)
{
    if (from->copy_frame != PFN_NONE)
        frame_free(kernel->pager, from->copy_frame);
    from->copy_frame = PFN_NONE;
}

enum status bsd43_fork_copy(void *state, struct pager *pager, struct space *child,
                            struct space *parent, struct fault *fault, struct error *err)
{
    struct bsd43 *kernel = state;
    struct bsd43_process *from = kernel->processes[parent->number];
    struct bsd43_process *to = kernel->processes[child->number];
    struct bsd43_used *used = &to->to_copy;
    (void)pager;
    const enum status wired = wire_child(kernel, to, from, fault, err);
    if (wired != OK || fault->active)
        return wired;
    for (; used->at < used->n; used->at++) {
        const vpn_t vpn = used->vpns[used->at];
        const struct bsd43_segment *segment = bsd43_segment_find(from, vpn);
        if (!segment || segment->type == BSD43_CTEXT)
            continue;
        const enum status status = copy(kernel, to, from, vpn, fault, err);
        if (status != OK || fault->active)
            return status;
    }
    bsd43_used_release(used);
    bsd43_drop_copy_frame(kernel, from);
    from->p.flags &= ~(uint32_t)BSD43_SKEEP;
    to->p.stat = BSD43_SRUN;
    to->forked = false;
    return OK;
}
