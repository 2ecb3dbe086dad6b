/* collapse.c -- a huge page in the place of small ones: what must hold of a range, and what is
 * done to it.
 *
 * 3.16 mm/huge_memory.c, 4.19, 6.12 mm/khugepaged.c hpage_collapse_scan_pmd(),
 * collapse_huge_page(), __collapse_huge_page_swapin(), __collapse_huge_page_isolate(),
 * __collapse_huge_page_copy(); mm/memcontrol.c try_charge_memcg().
 * A page that is being written counts as locked, and the mark that the lists keep of a page
 * that was used (PG_referenced) does not count. */
#include "os/linux/linux.h"

#include "pager/frame.h"
#include "pager/runs.h"

#include <stdlib.h>

struct range {
    struct space *space;
    vpn_t first;
    pfn_t n;
};

/* What its entries hold. */
struct entries {
    pfn_t none, swapped, shared, referenced, writable, present;
    bool odd; /* a page that is not as those in use are: locked, or of a huge page        */
};

static page_t page_at(const struct range *range, pfn_t i)
{
    return page_space_find(&range->space->pages, range->first + i);
}

/* --- what must hold ----------------------------------------------------------------------- */

static bool is_none(const struct linux_kernel *kernel, page_t page)
{
    const content_t *content_of = kernel->pager->content_of;
    return page == PAGE_NONE || content_of[page] == CONTENT_NONE ||
           content_of[page] == kernel->zero;
}

static bool is_young(const struct pager *pager, page_t page)
{
    const bool young = pager->simulate_referenced ? pager->mmu.bits[page] & PAGE_VALID
                                                  : mmu_referenced(&pager->mmu, page);
    return young || runs_referenced(pager, pager->mmu.frame_of[page]);
}

/* The page is mapped. */
static void look_at_present(const struct pager *pager, page_t page, struct entries *e)
{
    const struct frame *frame = &pager->frames[pager->mmu.frame_of[page]];
    size_t n;
    e->present++;
    e->odd |= frame->state != FRAME_ACTIVE || frame->writing || frame->waiters ||
              mmu_large(&pager->mmu, page, &n);
    e->shared += pager->contents.all[frame->content].refs > 1;
    e->referenced += is_young(pager, page);
    e->writable += !(pager->mmu.bits[page] & PAGE_READ_ONLY);
}

static struct entries look(const struct linux_kernel *kernel, const struct range *range)
{
    const struct pager *pager = kernel->pager;
    struct entries e = {0};
    for (pfn_t i = 0; i < range->n; i++) {
        const page_t page = page_at(range, i);
        if (is_none(kernel, page)) {
            e.none++;
        } else if (pager->mmu.bits[page] & PAGE_RESIDENT) {
            look_at_present(pager, page, &e);
        } else {
            const struct content *c = &pager->contents.all[pager->content_of[page]];
            e.swapped++;
            e.odd |= c->slot == SLOT_NONE;
        }
    }
    return e;
}

/* The limits came one after the other: before them no page could be in swap space or shared,
 * and all had to be writable. */
static bool within_limits(struct linux_kernel *kernel, const struct entries *e)
{
    const struct linux_khugepaged_params *params = &kernel->params->khugepaged;
    const bool old = kernel->version < LINUX_VERSION(4, 8, 0);
    const uint64_t swap = old ? 0 : params->max_ptes_swap;
    const uint64_t shared =
        kernel->version < LINUX_VERSION(5, 8, 0) ? 0 : params->max_ptes_shared;
    struct vmstat *counts = &kernel->counts;
    if (e->odd || (old && e->writable < e->present))
        return false;
    counts->thp_scan_exceed_swap_pte += e->swapped > swap;
    counts->thp_scan_exceed_none_pte += e->none > params->max_ptes_none;
    counts->thp_scan_exceed_share_pte += e->shared > shared;
    return e->swapped <= swap && e->none <= params->max_ptes_none && e->shared <= shared;
}

static bool is_due(struct linux_kernel *kernel, const struct range *range,
                   struct entries *e)
{
    *e = look(kernel, range);
    /* Without an entry there is no table, and nothing to look at. */
    if (e->none == range->n || !within_limits(kernel, e))
        return false;
    const pfn_t needed = e->swapped ? range->n / 2 : 1;
    return e->writable > 0 && e->referenced >= needed;
}

/* --- swap --------------------------------------------------------------------------------- */

/* do_swap_page(): *in is false if the page has to be waited for. */
static enum status swap_in(struct linux_kernel *kernel, page_t page, bool *in,
                           struct error *err)
{
    struct pager *pager = kernel->pager;
    const content_t content = pager->content_of[page];
    const struct content *c = &pager->contents.all[content];
    enum status status = OK;
    if (c->frame == PFN_NONE) {
        const bool passes = linux_swaps_at_once(pager, c);
        const pfn_t pfn = frame_take(pager);
        *in = pfn != PFN_NONE;
        if (!*in)
            return OK;
        kernel->counts.pgmajfault++;
        frame_put(pager, pfn, content, FRAME_FILLING);
        status = linux_swap_read(kernel, page, pfn, passes, false, err);
        if (status == OK && passes)
            linux_leave_swap(pager, content);
    }
    const pfn_t pfn = pager->contents.all[content].frame;
    if (pager->frames[pfn].state == FRAME_LEAVING && !pager->frames[pfn].writing) {
        pager_rescue(pager, pfn);
        frame_activate(pager, pfn);
    }
    *in = pager->frames[pfn].state == FRAME_ACTIVE && !pager->frames[pfn].writing;
    return status;
}

static enum status swap_in_all(struct linux_kernel *kernel, const struct range *range,
                               bool *in, struct error *err)
{
    enum status status = OK;
    *in = true;
    for (pfn_t i = 0; i < range->n && status == OK && *in; i++) {
        const page_t page = page_at(range, i);
        if (!is_none(kernel, page) && !(kernel->pager->mmu.bits[page] & PAGE_RESIDENT))
            status = swap_in(kernel, page, in, err);
    }
    return status;
}

/* --- copying ------------------------------------------------------------------------------ */

/* The page stands for a new content from now on. */
static enum status begin_content(struct pager *pager, page_t page, content_t *content,
                                 struct error *err)
{
    const enum status status = contents_add(&pager->contents, content, page, err);
    if (status == OK)
        pager->content_of[page] = *content;
    return status;
}

/* Nobody but the page stands for the content, which is in no frame and no slot afterwards. */
static void leave_frame(struct pager *pager, content_t content)
{
    const pfn_t pfn = pager->contents.all[content].frame;
    linux_leave_swap(pager, content);
    frame_withdraw(pager, pfn, FRAME_LEAVING, false);
    frame_free(pager, pfn);
}

/* What the page stands for comes into the frame, and what it was in is free. */
static enum status move_page(struct linux_kernel *kernel, page_t page, pfn_t pfn,
                             struct error *err)
{
    struct pager *pager = kernel->pager;
    const content_t old = pager->content_of[page];
    const bool none = is_none(kernel, page);
    content_t content = old;
    enum status status = OK;
    if (pager->mmu.bits[page] & PAGE_RESIDENT)
        frame_unmap(pager, page);
    if (none || pager->contents.all[old].refs > 1)
        status = begin_content(pager, page, &content, err);
    else
        leave_frame(pager, old);
    if (status != OK)
        return status;
    if (old != CONTENT_NONE && old != content)
        content_unref(pager, old);
    pager->owed += none ? pager->params->cost_page_zero : pager->params->cost_page_copy;
    frame_put(pager, pfn, content, FRAME_HELD);
    pager->frames[pfn].dirty = true;
    linux_stats(kernel, !none);
    return OK;
}

static enum status move_all(struct linux_kernel *kernel, const struct range *range,
                            pfn_t run, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct region *region = space_region_of(range->space, range->first);
    page_t *pages = malloc(range->n * sizeof *pages);
    enum status status = OK;
    if (!pages)
        return error_nomem(err);
    for (pfn_t i = 0; i < range->n && status == OK; i++) {
        status = pager_page(pager, range->space, &pages[i], range->first + i, err);
        if (status == OK)
            status = move_page(kernel, pages[i], run + i, err);
    }
    if (status == OK) {
        region->page_shift = linux_huge_shift(pager);
        linux_updated(kernel, range->n);
        status = large_map_run(pager, region, pages, run, range->n,
                               region->protection & VM_WRITE, err);
    }
    if (status == OK)
        mmu_set_referenced(&pager->mmu, pages[0]);
    free(pages);
    return status;
}

/* --- the range ---------------------------------------------------------------------------- */

static enum status collapse_into(struct linux_kernel *kernel, const struct range *range,
                                 pfn_t run, enum linux_collapse *result, struct error *err)
{
    struct entries e = look(kernel, range);
    bool in = linux_huge_charge(kernel, range->n + e.swapped, LINUX_HUGE_RECLAIM);
    enum status status = OK;
    /* Reclaim may have taken some of its pages. */
    if (in && is_due(kernel, range, &e))
        status = swap_in_all(kernel, range, &in, err);
    else
        in = false;
    *result = in ? COLLAPSE_DONE : COLLAPSE_FAILED;
    if (status != OK || !in) {
        linux_huge_free(kernel, run, range->n);
        return status;
    }
    kernel->counts.pages_collapsed++;
    return move_all(kernel, range, run, err);
}

enum status linux_collapse(struct linux_kernel *kernel, struct space *space, vpn_t first,
                           enum linux_collapse *result, struct error *err)
{
    struct pager *pager = kernel->pager;
    const pfn_t n = (pfn_t)1 << (linux_huge_shift(pager) - pager->mmu.page_shift);
    const struct range range = {space, first, n};
    struct entries e;
    *result = COLLAPSE_NOT_DUE;
    if (!is_due(kernel, &range, &e))
        return OK;
    enum status status = runs_begin(pager, err);
    if (status != OK)
        return status;
    const pfn_t run = linux_huge_alloc(kernel, n, LINUX_HUGE_RECLAIM);
    if (pager->failed.code != OK) {
        error_copy(err, &pager->failed);
        return err->code;
    }
    if (run == PFN_NONE) {
        kernel->counts.thp_collapse_alloc_failed++;
        *result = COLLAPSE_NO_FRAMES;
        return OK;
    }
    kernel->counts.thp_collapse_alloc++;
    return collapse_into(kernel, &range, run, result, err);
}
