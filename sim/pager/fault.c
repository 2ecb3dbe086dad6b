/* fault.c -- a fault on its way: waiting for frames and transfers, and its end. */
#include "pager/frame.h"

#include <assert.h>

static void append(struct fault_list *list, struct fault *fault)
{
    fault->next = NULL;
    if (list->last)
        list->last->next = fault;
    else
        list->first = fault;
    list->last = fault;
    list->n++;
}

static struct fault *pop(struct fault_list *list)
{
    struct fault *fault = list->first;
    list->first = fault->next;
    if (!list->first)
        list->last = NULL;
    list->n--;
    fault->next = NULL;
    return fault;
}

/* The fault that the kernel works on goes on by itself; the thread of any other is woken. */
static void make_ready(struct pager *pager, struct fault *fault)
{
    fault->ready = true;
    if (fault != pager->current && fault->wake)
        fault->wake(fault);
}

bool fault_wake_waiters(struct pager *pager, pfn_t pfn)
{
    struct fault *last = pager->frames[pfn].waiters;
    pager->frames[pfn].waiters = NULL;
    if (!last)
        return false;
    struct fault *fault = last->next;
    last->next = NULL;
    while (fault) {
        struct fault *next = fault->next;
        fault->next = NULL;
        make_ready(pager, fault);
        fault = next;
    }
    return true;
}

void pager_wait(struct pager *pager, struct fault *fault, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    assert(frame->state == FRAME_FILLING && !fault->next && !fault->ready);
    if (frame->waiters) {
        fault->next = frame->waiters->next;
        frame->waiters->next = fault;
    } else {
        fault->next = fault;
    }
    frame->waiters = fault;
    fault->waited = pfn;
    fault->awaited = frame->content;
}

void pager_use(struct pager *pager, struct fault *fault, pfn_t pfn)
{
    fault->waited = pfn;
    fault->awaited = pager->frames[pfn].content;
    fault->ready = true;
}

/* --- frames for faults ------------------------------------------------------------------ */

static void grant(struct pager *pager, pfn_t pfn)
{
    struct fault *fault = pop(&pager->starved);
    fault->frame = pfn;
    if (fault != pager->current)
        append(&pager->granted, fault);
}

/* Give free frames to the faults that wait for them, and evict until there are as many on
 * their way as are wanted. */
static enum status balance(struct pager *pager, struct error *err)
{
    while (pager->starved.first) {
        const pfn_t pfn = frame_take(pager);
        if (pfn != PFN_NONE) {
            grant(pager, pfn);
            continue;
        }
        if (pager->count[FRAME_LEAVING] >= pager->starved.n ||
            pager->count[FRAME_ACTIVE] == 0)
            return OK;
        const enum status status = pager_evict(pager, err);
        if (status != OK)
            return status;
    }
    return OK;
}

enum status pager_get_frame(struct pager *pager, struct fault *fault, struct error *err)
{
    if (fault->frame != PFN_NONE)
        return OK;
    if (!pager->starved.first)
        fault->frame = frame_take(pager);
    if (fault->frame != PFN_NONE)
        return OK;
    append(&pager->starved, fault);
    return balance(pager, err);
}

/* --- what a page holds ------------------------------------------------------------------ */

static enum status no_region(const struct pager *pager, page_t page, struct error *err)
{
    const uint64_t vaddr = pager->mmu.index->vpns[page] << pager->mmu.page_shift;
    return error_set(err, ERR_CELL, at_nowhere(),
                     "address 0x%llx of address space %u is in none of its regions; map "
                     "it, or declare a region for it",
                     (unsigned long long)vaddr, pager->mmu.index->space_of[page]);
}

enum status pager_region(struct pager *pager, const struct fault *fault,
                         const struct region **region, struct error *err)
{
    *region = space_region(pager_space_of(pager, fault->page),
                           pager->mmu.index->vpns[fault->page]);
    return *region ? OK : no_region(pager, fault->page, err);
}

/* What a page of a region holds at first. */
static enum status first_content(struct pager *pager, const struct region *region,
                                 page_t page, content_t *out, struct error *err)
{
    if (region->backing == BACKING_FILE) {
        const uint64_t file_page =
            region->file_page + (pager->mmu.index->vpns[page] - region->first);
        const enum status status =
            contents_of_file(&pager->contents, out, region->file, file_page, err);
        if (status == OK)
            pager->contents.all[*out].refs++;
        return status;
    }
    enum status status = contents_add(&pager->contents, out, page, err);
    if (status != OK || region->backing == BACKING_ZERO)
        return status;
    pager->contents.all[*out].saved = true;
    return pager->storage.slots ? content_take_slot(pager, *out, page, err) : OK;
}

enum status pager_content(struct pager *pager, page_t page, content_t *out,
                          struct error *err)
{
    *out = pager->content_of[page];
    if (*out != CONTENT_NONE)
        return OK;
    const struct region *region =
        space_region(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
    if (!region)
        return no_region(pager, page, err);
    const enum status status = first_content(pager, region, page, out, err);
    if (status == OK)
        pager->content_of[page] = *out;
    return status;
}

bool pager_must_copy(const struct pager *pager, page_t page)
{
    if (pager->content_of[page] == CONTENT_NONE)
        return false;
    const struct content *content = &pager->contents.all[pager->content_of[page]];
    if (content->file == FILE_NONE && content->refs == 1)
        return false;
    const struct region *region =
        space_region(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
    return !region || !region->shared;
}

/* --- filling ---------------------------------------------------------------------------- */

/* The places first..last that may be read together with a content. */
static void read_window(const struct pager *pager, const struct fault *fault,
                        const struct content *content, uint64_t *first, uint64_t *last)
{
    const bool file = content->file != FILE_NONE;
    const uint64_t place = file ? content->file_page : content->slot;
    const uint64_t window = pager->storage.read_ahead;
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

/* --- the end of a fault ----------------------------------------------------------------- */

/* True if what the fault's page stands for is in the frame, to be used as it is. */
static bool can_map(const struct pager *pager, const struct fault *fault, pfn_t pfn,
                    bool copy)
{
    if (pfn == PFN_NONE || (copy && fault->store))
        return false;
    const uint8_t state = pager->frames[pfn].state;
    return state == FRAME_HELD || state == FRAME_ACTIVE;
}

/* What the fault waited for stays in memory for others; the frame may be held for somebody
 * else meanwhile. */
static void let_go(struct pager *pager, const struct fault *fault)
{
    if (fault->waited != PFN_NONE && pager->frames[fault->waited].state == FRAME_HELD &&
        pager->frames[fault->waited].content == fault->awaited)
        frame_activate(pager, fault->waited);
}

/* The page is in memory: map it.  False if that is no longer so, or a store needs more. */
static enum status finish(struct pager *pager, struct fault *fault, bool *mapped,
                          struct error *err)
{
    const page_t page = fault->page;
    const content_t content = pager->content_of[page];
    const pfn_t pfn =
        content == CONTENT_NONE ? PFN_NONE : pager->contents.all[content].frame;
    const bool copy = pager_must_copy(pager, page);
    *mapped = can_map(pager, fault, pfn, copy);
    if (!*mapped || fault->waited != pfn)
        let_go(pager, fault);
    if (!*mapped)
        return OK;
    struct frame *frame = &pager->frames[pfn];
    uint8_t *bits = &pager->mmu.bits[page];
    if (!(*bits & PAGE_RESIDENT)) {
        const enum status status = frame_map(pager, pfn, page, err);
        if (status != OK)
            return status;
    }
    const struct region *region =
        space_region(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
    const bool writable =
        !copy && (fault->store || !region || region->protection & VM_WRITE);
    *bits =
        (uint8_t)((*bits & ~PAGE_READ_ONLY) | (writable ? 0 : PAGE_READ_ONLY) | PAGE_SEEN);
    pager->counts.read_ahead_hits += frame->read_ahead;
    frame->read_ahead = false;
    if (frame->state == FRAME_HELD)
        frame_activate(pager, pfn);
    return OK;
}

/* Have the kernel work on the fault until it waits or its page is there. */
static enum status work(struct pager *pager, struct fault *fault, struct error *err)
{
    pager->current = fault;
    const enum status status = pager->kernel->fault(pager->kernel_state, pager, fault, err);
    pager->current = NULL;
    return status;
}

enum status pager_fault(struct pager *pager, struct fault *fault, page_t page, bool store,
                        struct error *err)
{
    if (!fault->active)
        *fault = (struct fault){.page = page,
                                .store = store,
                                .active = true,
                                .frame = PFN_NONE,
                                .waited = PFN_NONE,
                                .page_ins = fault->page_ins,
                                .wake = fault->wake};
    for (bool mapped = false; !mapped;) {
        enum status status = fault->ready ? OK : work(pager, fault, err);
        if (status != OK || !fault->ready)
            return status;
        status = finish(pager, fault, &mapped, err);
        if (status != OK)
            return status;
        fault->ready = false;
        fault->waited = PFN_NONE;
    }
    fault->active = false;
    /* A frame that it was given and does not need: another thread was faster. */
    if (fault->frame != PFN_NONE)
        frame_free(pager, fault->frame);
    fault->frame = PFN_NONE;
    return OK;
}

enum status pager_run_granted(struct pager *pager, struct error *err)
{
    enum status status = balance(pager, err);
    while (status == OK && pager->granted.first) {
        struct fault *fault = pop(&pager->granted);
        /* It sets ready by itself where the frame is filled at once. */
        status = work(pager, fault, err);
        if (status == OK && fault->ready && fault->wake)
            fault->wake(fault);
        if (status == OK)
            status = balance(pager, err);
    }
    return status;
}
