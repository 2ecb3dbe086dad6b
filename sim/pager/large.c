/* large.c -- large pages, in regions that ask for them.
 *
 * A fault gets its large page if all of that lies in the region, no other page of it holds
 * anything yet, nothing of it is in memory, and a run of frames is free.  All of it is then
 * zeroed or read, and mapped by one entry; else the fault gets a base page, which stands in
 * the way of the large one.  So does Linux (mm/memory.c, __handle_mm_fault(): a huge page
 * only where there is no table of base pages yet) without its khugepaged.
 *
 * What treats a part of a large page in another way than the rest splits it: an eviction, an
 * operation on some of its pages, a store that must copy.  It comes into being again if all
 * of it is still in the same run of frames, but is not mapped (a file in memory, a region
 * that could not be accessed for a while). */
#include "pager/frame.h"

#include <assert.h>
#include <stdlib.h>

/* n base pages from `first` on, of a region that asks for pages of their size. */
struct large {
    struct space *space;
    const struct region *region;
    vpn_t first;
    pfn_t n;
};

/* The large page that a page would be in; false if it would be in none. */
static bool find(const struct pager *pager, page_t page, struct large *large)
{
    const vpn_t vpn = pager->mmu.index->vpns[page];
    struct space *space = pager_space_of(pager, page);
    const struct region *region = space_region(space, vpn);
    if (!region || !region->page_shift)
        return false;
    const pfn_t n = (pfn_t)1 << (region->page_shift - pager->mmu.page_shift);
    *large = (struct large){space, region, vpn & ~(vpn_t)(n - 1), n};
    return region->first <= large->first && large->first + (n - 1) <= region->last;
}

/* The fault is let through by nothing but the kernel's mercy, and for one page only. */
static bool is_barred(const struct region *region, const struct fault *fault)
{
    return fault->store ? !(region->protection & VM_WRITE) : !region->protection;
}

/* --- at a fault ------------------------------------------------------------------------- */

/* What a page (PAGE_NONE: one without a number) holds, or would at its first use; or
 * CONTENT_NONE if there is no such content yet. */
static content_t content_at(const struct pager *pager, const struct large *large,
                            page_t page, vpn_t vpn)
{
    const struct region *region = large->region;
    if (page != PAGE_NONE && pager->content_of[page] != CONTENT_NONE)
        return pager->content_of[page];
    return region->backing == BACKING_FILE
               ? contents_find_file(&pager->contents, region->file,
                                    region->file_page + (vpn - region->first))
               : CONTENT_NONE;
}

/* No page but the one that faults holds anything, and nothing of it is in memory. */
static bool is_fresh(const struct pager *pager, const struct large *large, page_t faulting)
{
    for (vpn_t vpn = large->first; vpn < large->first + large->n; vpn++) {
        const page_t page = page_space_find(&large->space->pages, vpn);
        if (page != PAGE_NONE && page != faulting &&
            pager->content_of[page] != CONTENT_NONE)
            return false;
        const content_t content = content_at(pager, large, page, vpn);
        if (content != CONTENT_NONE && pager->contents.all[content].frame != PFN_NONE)
            return false;
    }
    return true;
}

pfn_t large_wanted(const struct pager *pager, const struct fault *fault)
{
    struct large large;
    const bool wanted = find(pager, fault->page, &large) &&
                        !is_barred(large.region, fault) &&
                        !(fault->store && pager_must_copy(pager, fault->page)) &&
                        is_fresh(pager, &large, fault->page);
    return wanted ? large.n : 0;
}

void large_give_run(struct pager *pager, struct fault *fault, pfn_t run, pfn_t n)
{
    fault->run = run;
    fault->run_length = n;
    fault->frame = run + (pfn_t)(pager->mmu.index->vpns[fault->page] & (n - 1));
}

enum status large_get_run(struct pager *pager, struct fault *fault, struct error *err)
{
    const pfn_t n = large_wanted(pager, fault);
    pfn_t run;
    if (n == 0)
        return OK;
    const enum status status = frame_take_run(pager, &run, n, err);
    if (status != OK)
        return status;
    if (run == PFN_NONE)
        pager->counts.large_page_failures++;
    else
        large_give_run(pager, fault, run, n);
    return OK;
}

/* A page of a large page, which gets a number and its content if it has none yet. */
static enum status begin_page(struct pager *pager, const struct large *large, pfn_t i,
                              page_t *page, content_t *content, struct error *err)
{
    const enum status status = pager_page(pager, large->space, page, large->first + i, err);
    return status == OK ? pager_content(pager, *page, content, err) : status;
}

/* Put the contents of all pages into the frames of the run. */
static enum status put_all(struct pager *pager, const struct large *large,
                           const struct fault *fault, enum frame_state state,
                           struct error *err)
{
    for (pfn_t i = 0; i < large->n; i++) {
        page_t page;
        content_t content;
        const enum status status = begin_page(pager, large, i, &page, &content, err);
        if (status != OK)
            return status;
        frame_put(pager, fault->run + i, content, state);
        if (!pager->contents.all[content].saved)
            pager->owed += pager->params->cost_page_zero;
    }
    return OK;
}

enum status large_fill(struct pager *pager, struct fault *fault, struct error *err)
{
    struct large large = {0};
    const bool found = find(pager, fault->page, &large);
    assert(found && is_fresh(pager, &large, fault->page));
    (void)found;
    const pfn_t pfn = fault->frame;
    const content_t own = pager->content_of[fault->page];
    const bool read =
        large.region->backing != BACKING_ZERO || pager->contents.all[own].saved;
    const enum status status =
        put_all(pager, &large, fault, read ? FRAME_FILLING : FRAME_HELD, err);
    if (status != OK)
        return status;
    fault->frame = PFN_NONE;
    if (!read) {
        pager_use(pager, fault, pfn);
        return OK;
    }
    pager_wait(pager, fault, pfn);
    return frame_read_all(pager, fault->run, large.n, err);
}

void large_follow(struct pager *pager, const struct fault *fault)
{
    if (!pager->frames[fault->waited].dirty)
        return;
    for (pfn_t i = 0; i < fault->run_length; i++) {
        struct frame *frame = &pager->frames[fault->run + i];
        frame->dirty |= !pager->contents.all[frame->content].paged_out;
    }
}

/* Hand the frames of a run to the policy that are not with it yet. */
static void activate_run(struct pager *pager, pfn_t run, pfn_t n)
{
    for (pfn_t pfn = run; pfn < run + n; pfn++)
        if (pager->frames[pfn].state == FRAME_HELD)
            frame_activate(pager, pfn);
}

void large_let_go(struct pager *pager, struct fault *fault)
{
    assert(fault->run_length == 0 || fault->frame == PFN_NONE);
    activate_run(pager, fault->run, fault->run_length);
    fault->run_length = 0;
}

/* --- mapping ---------------------------------------------------------------------------- */

/* All that the large page holds is in a run of frames as it must be, and not mapped. */
static bool is_in_run(const struct pager *pager, const struct large *large, pfn_t run)
{
    for (pfn_t i = 0; i < large->n; i++) {
        const vpn_t vpn = large->first + i;
        const page_t page = page_space_find(&large->space->pages, vpn);
        const content_t content = content_at(pager, large, page, vpn);
        if (content == CONTENT_NONE || pager->contents.all[content].frame != run + i ||
            (page != PAGE_NONE && pager->mmu.bits[page] & PAGE_RESIDENT))
            return false;
        const uint8_t state = pager->frames[run + i].state;
        if (state != FRAME_HELD && state != FRAME_ACTIVE)
            return false;
    }
    return true;
}

static bool none_must_copy(const struct pager *pager, const page_t *pages, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pager_must_copy(pager, pages[i]))
            return false;
    return true;
}

/* Once mapped a page may be used by any thread, so that its frame must be with the policy,
 * even if another fault has the run. */
enum status large_map_run(struct pager *pager, const struct region *region,
                          const page_t *pages, pfn_t run, pfn_t n, bool writable,
                          struct error *err)
{
    enum status status = OK;
    for (pfn_t i = 0; i < n && status == OK; i++) {
        uint8_t *bits = &pager->mmu.bits[pages[i]];
        status = page_set_global(pager, region, pages[i], err);
        *bits = (uint8_t)((*bits & ~PAGE_READ_ONLY) | PAGE_SEEN |
                          (writable ? 0 : PAGE_READ_ONLY));
    }
    if (status == OK)
        status = frame_map_large(pager, run, pages, region->page_shift, err);
    if (status == OK)
        status = frame_pay_tables(pager, err);
    if (status == OK)
        activate_run(pager, run, n);
    return status;
}

enum status large_map(struct pager *pager, const struct fault *fault, pfn_t pfn,
                      bool *mapped, struct error *err)
{
    struct large large;
    *mapped = false;
    if (!find(pager, fault->page, &large) || is_barred(large.region, fault))
        return OK;
    const pfn_t at = (pfn_t)(pager->mmu.index->vpns[fault->page] - large.first);
    if (pfn < at || (pfn - at) % large.n != 0 || !is_in_run(pager, &large, pfn - at))
        return OK;
    page_t *pages = malloc(large.n * sizeof *pages);
    content_t content;
    enum status status = pages ? OK : error_nomem(err);
    for (pfn_t i = 0; i < large.n && status == OK; i++)
        status = begin_page(pager, &large, i, &pages[i], &content, err);
    const bool writable = status == OK && large.region->protection & VM_WRITE &&
                          none_must_copy(pager, pages, large.n);
    *mapped = status == OK && (writable || !fault->store);
    if (*mapped)
        status =
            large_map_run(pager, large.region, pages, pfn - at, large.n, writable, err);
    free(pages);
    return status;
}

/* --- what is done to large pages -------------------------------------------------------- */

void large_allow_store(struct pager *pager, page_t page)
{
    size_t n;
    const page_t *pages = mmu_large(&pager->mmu, page, &n);
    const struct region *region =
        space_region(pager_space_of(pager, page), pager->mmu.index->vpns[page]);
    if (pages && (!(region->protection & VM_WRITE) || !none_must_copy(pager, pages, n)))
        frame_split(pager, page);
}

bool large_in_range(struct pager *pager, page_t page, vpn_t first, vpn_t last)
{
    size_t n;
    const page_t *pages = mmu_large(&pager->mmu, page, &n);
    const vpn_t vpn = pages ? pager->mmu.index->vpns[pages[0]] : 0;
    if (pages && first <= vpn && vpn + (n - 1) <= last)
        return true;
    frame_split(pager, page);
    return false;
}

void large_protect(struct pager *pager, page_t page, bool writable)
{
    size_t n;
    const page_t *pages = mmu_large(&pager->mmu, page, &n);
    if (pages[0] == page)
        mmu_set_read_only(&pager->mmu, page,
                          !(writable && none_must_copy(pager, pages, n)));
}
