/* fault.c -- pagein() of sys/vm_page.c, with the fast reclaim of vax/locore.s before it:
 * what a page's entry says, and what is done about it, in the order of the kernel. */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"

enum { PSWP = 0 }; /* h/param.h: priority of sleeps for paging                            */

/* --- the page-table entry ------------------------------------------------------------ */

/* A content in a frame, or on its way there. */
static enum bsd43_pte with_frame(const struct bsd43 *kernel, const struct content *content,
                                 enum bsd43_type type)
{
    const struct pager *pager = kernel->pager;
    const struct bsd43_cmap *c = bsd43_cmap(kernel, content->frame);
    const uint8_t state = pager->frames[content->frame].state;
    if (state == FRAME_FILLING || (state == FRAME_HELD && type == BSD43_CTEXT))
        return BSD43_PTE_TRANSIT;
    if (type != BSD43_CTEXT || !c->gone)
        return BSD43_PTE_RESIDENT;
    if (state != FRAME_CACHED)
        return BSD43_PTE_LOCKED;
    /* In the hash it is found by where it came from, not by where it belongs now. */
    const bool fod = content->slot == SLOT_NONE;
    if (c->hash == (fod ? BSD43_BY_FILE : BSD43_BY_SWAP))
        return BSD43_PTE_HASHED;
    return fod ? BSD43_PTE_FILE : BSD43_PTE_SWAP;
}

/* A page that nothing is known of but its region. */
static enum bsd43_pte untouched(enum region_backing backing)
{
    switch (backing) {
    case BACKING_FILE:
        return BSD43_PTE_FILE;
    case BACKING_STORE:
        return BSD43_PTE_SWAP; /* it lies there from the start */
    case BACKING_ZERO:
        break;
    }
    return BSD43_PTE_ZERO;
}

static enum bsd43_pte state_of(const struct bsd43 *kernel, const struct bsd43_page *page,
                               enum region_backing backing)
{
    const struct pager *pager = kernel->pager;
    if (page->page != PAGE_NONE && pager->mmu.bits[page->page] & PAGE_RESIDENT &&
        pager->mmu.bits[page->page] & (PAGE_VALID | PAGE_WATCHED))
        return BSD43_PTE_VALID;
    if (page->content == CONTENT_NONE)
        return untouched(backing);
    const struct content *content = &pager->contents.all[page->content];
    if (content->frame != PFN_NONE)
        return with_frame(kernel, content, page->segment->type);
    return content_on_swap(content) ? BSD43_PTE_SWAP : BSD43_PTE_FILE;
}

/* What the page holds so far.  Data of a file is the process's own from its first use
 * on. */
static enum status content_of(struct bsd43 *kernel, const struct bsd43_segment *segment,
                              page_t page, content_t *out, struct error *err)
{
    if (segment->type == BSD43_CTEXT || segment->sparse)
        return pager_content(kernel->pager, page, out, err);
    *out = kernel->pager->content_of[page];
    return OK;
}

/* A page that no segment has yet is one of a stack that grows, or of a region that nobody
 * might use before. */
static enum status find_segment(struct bsd43 *kernel, struct bsd43_page *page,
                                const struct region *region, vpn_t vpn, struct error *err)
{
    bool killed = false;
    page->segment = bsd43_segment_find(page->process, vpn);
    if (page->segment)
        return OK;
    enum status status =
        bsd43_grow_stack(kernel, page->process, region, vpn, &page->segment, &killed, err);
    if (status == OK && !page->segment)
        status =
            bsd43_segment_of(kernel, page->process, region, &page->segment, &killed, err);
    if (killed)
        page->segment = NULL;
    return status;
}

static const struct region *region_of(const struct bsd43 *kernel, page_t page)
{
    const struct pager *pager = kernel->pager;
    return space_region(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
}

enum status bsd43_look_up(struct bsd43 *kernel, page_t page, struct bsd43_page *out,
                          struct error *err)
{
    struct pager *pager = kernel->pager;
    const vpn_t vpn = pager->mmu.index->vpns[page];
    const struct region *region = region_of(kernel, page);
    *out = (struct bsd43_page){.page = page};
    enum status status =
        bsd43_process_of(kernel, pager_space_of(pager, page), &out->process, err);
    if (status == OK)
        status = find_segment(kernel, out, region, vpn, err);
    if (status == OK && out->segment)
        status = content_of(kernel, out->segment, page, &out->content, err);
    if (status != OK || !out->segment)
        return status;
    out->cluster = bsd43_cluster(out->segment, vpn);
    out->pte = state_of(kernel, out, region->backing);
    return OK;
}

bool bsd43_neighbour(struct bsd43 *kernel, const struct bsd43_page *page, uint32_t cluster,
                     struct bsd43_page *out)
{
    const struct pager *pager = kernel->pager;
    const vpn_t vpn = bsd43_vpn(page->segment, cluster, pager->mmu.index->vpns[page->page]);
    const struct region *region = space_region(page->process->space, vpn);
    if (!region)
        return false;
    *out = *page;
    out->cluster = cluster;
    out->page = page_space_find(&page->process->space->pages, vpn);
    if (page->segment->type == BSD43_CTEXT)
        out->content = contents_find_file(&pager->contents, region->file,
                                          region->file_page + (vpn - region->first));
    else
        out->content = out->page == PAGE_NONE ? CONTENT_NONE : pager->content_of[out->page];
    out->pte = state_of(kernel, out, region->backing);
    return true;
}

/* --- counting ------------------------------------------------------------------------ */

static bool is_fast(const struct bsd43 *kernel, const struct bsd43_page *page)
{
    const struct pager *pager = kernel->pager;
    return page->pte == BSD43_PTE_RESIDENT &&
           !bsd43_cmap(kernel, pager->contents.all[page->content].frame)->free;
}

/* Count the trap, once, by what it will take; the kernel's own counters tell what it
 * took. */
static void count(struct bsd43 *kernel, struct fault *fault, const struct bsd43_page *page)
{
    struct pager_counts *counts = &kernel->pager->counts;
    if (fault->counted)
        return;
    fault->counted = true;
    if (!is_fast(kernel, page))
        bsd43_spend(kernel, kernel->params->cost_pagein);
    bsd43_count(kernel, BSD43_FAULTS, 1);
    bsd43_count(kernel, BSD43_TRAP, 1);
    const bool major = page->pte == BSD43_PTE_SWAP || page->pte == BSD43_PTE_FILE;
    counts->faults++;
    counts->faults_major += major;
    counts->faults_minor += !major;
    counts->faults_cold += !(kernel->pager->mmu.bits[fault->page] & PAGE_SEEN);
    counts->faults_zero_fill += page->pte == BSD43_PTE_ZERO;
    counts->faults_in_transfer += page->pte == BSD43_PTE_TRANSIT;
    counts->faults_protection += page->pte == BSD43_PTE_VALID && fault->store;
    counts->faults_referenced +=
        (kernel->pager->mmu.bits[fault->page] & PAGE_RESIDENT) != 0 &&
        page->pte == BSD43_PTE_RESIDENT;
    counts->faults_reclaim += page->pte == BSD43_PTE_HASHED ||
                              (page->pte == BSD43_PTE_RESIDENT &&
                               !(kernel->pager->mmu.bits[fault->page] & PAGE_RESIDENT));
}

/* --- without a transfer -------------------------------------------------------------- */

/* The entry is that of a frame: make it valid. */
static void reclaim(struct bsd43 *kernel, struct fault *fault,
                    const struct bsd43_page *page, bool slept)
{
    struct pager *pager = kernel->pager;
    const pfn_t pfn = pager->contents.all[page->content].frame;
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    if (c->free) {
        bsd43_munlink(kernel, pfn);
        bsd43_count(kernel, BSD43_PGFREC, 1);
    } else {
        /* The fast path is taken before pagein(), which goes on after a sleep. */
        bsd43_count(kernel, BSD43_FASTPGREC, !slept);
        if (pager->frames[pfn].state == FRAME_LEAVING)
            pager_rescue(pager, pfn);
    }
    if (!c->counted)
        bsd43_enter(kernel, pfn, c->type, c->ndx);
    bsd43_count(kernel, BSD43_PGREC, 1);
    pager_use(pager, fault, pfn);
}

/* Text detached, but in the free list. */
static enum status attach(struct bsd43 *kernel, struct fault *fault,
                          const struct bsd43_page *page, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct content *content = &pager->contents.all[page->content];
    const pfn_t pfn = content->frame;
    const bool by_file = bsd43_cmap(kernel, pfn)->hash == BSD43_BY_FILE;
    enum status status = OK;
    bsd43_munlink(kernel, pfn);
    bsd43_enter(kernel, pfn, BSD43_CTEXT, page->segment->text);
    bsd43_count(kernel, by_file ? BSD43_XIFREC : BSD43_XSFREC, 1);
    bsd43_count(kernel, BSD43_PGREC, 1);
    if (by_file) {
        status = bsd43_slot(kernel, page->process, page->segment,
                            pager->mmu.index->vpns[page->page], &content->slot, err);
        pager->frames[pfn].dirty = true;
        kernel->texts[page->segment->text].written = true;
    }
    pager_use(pager, fault, pfn);
    return status;
}

static enum status fill_zero(struct bsd43 *kernel, struct fault *fault,
                             const struct bsd43_page *page, struct error *err)
{
    struct pager *pager = kernel->pager;
    content_t content;
    slot_t slot;
    enum status status = bsd43_slot(kernel, page->process, page->segment,
                                    pager->mmu.index->vpns[page->page], &slot, err);
    if (status == OK)
        status = contents_add(&pager->contents, &content, page->page, err);
    if (status != OK)
        return status;
    const pfn_t pfn = frame_take(pager);
    pager->contents.all[content].slot = slot;
    pager->content_of[page->page] = content;
    frame_put(pager, pfn, content, FRAME_HELD);
    pager->frames[pfn].dirty = true; /* pg_m: what fills on demand is pushed once */
    bsd43_enter(kernel, pfn, page->segment->type, page->process->space->number);
    bsd43_count(kernel, BSD43_ZFOD, kernel->d.clsize);
    pager->owed += pager->params->cost_page_zero;
    pager_use(pager, fault, pfn);
    return OK;
}

/* --- the fault ----------------------------------------------------------------------- */

/* A store into text, which is there: no page of 4.3BSD can be shared and written to. */
static enum status no_store(const struct bsd43 *kernel, page_t page, struct error *err)
{
    const struct pager *pager = kernel->pager;
    return error_set(
        err, ERR_CELL, at_nowhere(),
        "a store into the text at 0x%llx, which 4.3BSD shares: declare its "
        "region writable, as data",
        (unsigned long long)(pager->mmu.index->vpns[page] << pager->mmu.page_shift));
}

static void sleep_on(struct bsd43 *kernel, struct fault *fault,
                     const struct bsd43_page *page)
{
    struct pager *pager = kernel->pager;
    const pfn_t pfn = pager->contents.all[page->content].frame;
    if (page->segment->type == BSD43_CTEXT) /* perhaps a part of another text, too */
        pager_sleep(pager, fault, &kernel->texts[bsd43_cmap(kernel, pfn)->ndx].waiters);
    else
        pager_wait(pager, fault, pfn); /* another thread of the process reads it */
}

/* No signal wakes it, yet it can be swapped. */
static void sleep_for_memory(struct bsd43 *kernel, struct fault *fault,
                             struct bsd43_process *process)
{
    process->at_gate = true;
    process->p.stat = BSD43_SSLEEP;
    process->p.pri = PSWP + 2;
    pager_sleep(kernel->pager, fault, &kernel->memory_waiters);
}

/* Steps 5 to 12 of pagein(): memory is needed. */
static enum status bring_in(struct bsd43 *kernel, struct fault *fault,
                            const struct bsd43_page *page, struct error *err)
{
    if (bsd43_freemem(kernel) < kernel->d.memory_gate) {
        sleep_for_memory(kernel, fault, page->process);
        return OK;
    }
    const enum status status = fault_prepare(kernel->pager, fault, err);
    if (status != OK)
        return status;
    if (page->pte != BSD43_PTE_ZERO)
        return bsd43_read(kernel, fault, page, err);
    const enum bsd43_type type = page->segment->type;
    const enum status filled = fill_zero(kernel, fault, page, err);
    if (filled == OK && type == BSD43_CDATA)
        bsd43_dpageout(kernel, fault->page);
    return filled;
}

/* The process had no entries for its text until this access, and then those of another one
 * who executes it. */
static void found_valid(struct bsd43 *kernel)
{
    bsd43_count(kernel, BSD43_FASTPGREC, 1);
    bsd43_count(kernel, BSD43_PGREC, 1);
}

/* What the entry says is done, or begun. */
static enum status serve(struct bsd43 *kernel, struct fault *fault,
                         const struct bsd43_page *page, struct error *err)
{
    struct pager *pager = kernel->pager;
    const bool slept = fault->slept;
    switch (page->pte) {
    case BSD43_PTE_VALID:
        /* Since it slept; else the store found a page that was protected, or there is a
         * frame for the copy of the page. */
        bsd43_count(kernel, BSD43_INTRANS, slept && page->process->copies != fault);
        if (page->process->copies == fault)
            page->process->copies = NULL;
        else if (!slept && !fault->store)
            found_valid(kernel);
        bsd43_fault_over(fault);
        pager_use(pager, fault, pager->mmu.frame_of[fault->page]);
        return OK;
    case BSD43_PTE_RESIDENT:
        bsd43_fault_over(fault);
        reclaim(kernel, fault, page, slept);
        return OK;
    case BSD43_PTE_TRANSIT:
    case BSD43_PTE_LOCKED:
        sleep_on(kernel, fault, page);
        return OK;
    case BSD43_PTE_HASHED:
        return attach(kernel, fault, page, err);
    case BSD43_PTE_ZERO:
    case BSD43_PTE_FILE:
    case BSD43_PTE_SWAP:
        break;
    }
    return bring_in(kernel, fault, page, err);
}

enum status bsd43_fault(void *state, struct pager *pager, struct fault *fault,
                        struct error *err)
{
    struct bsd43 *kernel = state;
    const struct region *region;
    struct bsd43_page page;
    enum status status = pager_region(pager, fault, &region, err);
    if (status == OK)
        status = bsd43_look_up(kernel, fault->page, &page, err);
    if (status != OK)
        return status;
    if (!page.segment) { /* grow() fails: SIGSEGV */
        fault->killed = true;
        return OK;
    }
    if (fault->store && pager_must_copy(pager, fault->page))
        return no_store(kernel, fault->page, err);
    if (page.process->p.flags & BSD43_SLOAD) {
        const pfn_t before = pager_free_frames(pager);
        if (!bsd43_wire(kernel, page.process)) {
            sleep_for_memory(kernel, fault, page.process);
            return OK;
        }
        if (page.process->copies == fault)
            bsd43_take_copy_frame(kernel, page.process);
        if (pager_free_frames(pager) != before) /* perhaps the very frame of the page */
            status = bsd43_look_up(kernel, fault->page, &page, err);
        if (status != OK)
            return status;
    }
    if (page.process->copies == fault && page.pte != BSD43_PTE_VALID) {
        page.process->copies = NULL;
        fault->counted = false; /* the page has been taken while its fork slept */
    }
    count(kernel, fault, &page);
    if (page.process->at_gate) {
        page.process->at_gate = false;
        bsd43_wants_in(kernel, page.process);
    }
    if (!(page.process->p.flags & BSD43_SLOAD)) {
        pager_sleep(pager, fault, &page.process->swapped_waiters);
        return OK;
    }
    return serve(kernel, fault, &page, err);
}

enum status bsd43_mapped(void *state, struct pager *pager, const struct fault *fault,
                         pfn_t pfn, struct error *err)
{
    struct bsd43 *kernel = state;
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    if (c->type != BSD43_CTEXT || !c->counted)
        return OK;
    pager_wakeup(pager, &kernel->texts[c->ndx].waiters);
    return bsd43_distribute(kernel, fault->page, pfn, err);
}
