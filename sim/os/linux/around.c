/* around.c -- a fault on a page of a file maps its neighbours that are in memory too:
 * 6.12 mm/memory.c do_fault_around(), mm/filemap.c filemap_map_pages(). */
#include "os/linux/linux.h"

#include "pager/frame.h"

enum { PTRS_PER_PTE = 512 };

/* The window: aligned in the page table, within the region and the table. */
static void window(const struct linux_kernel *kernel, const struct region *region,
                   vpn_t vpn, vpn_t *first, vpn_t *last)
{
    const uint64_t bytes = kernel->params->fault_around;
    const uint64_t pages = bytes >> kernel->pager->mmu.page_shift;
    const vpn_t table = vpn - vpn % PTRS_PER_PTE;
    const vpn_t aligned = pages ? table + (vpn - table) / pages * pages : vpn;
    *first = aligned > region->first ? aligned : region->first;
    *last = *first + (pages ? pages : 1) - 1;
    *last = *last < table + PTRS_PER_PTE - 1 ? *last : table + PTRS_PER_PTE - 1;
    *last = *last < region->last ? *last : region->last;
}

/* Pages that are mapped one behind the other. */
struct around {
    struct linux_kernel *kernel;
    const struct region *region;
    struct space *space;
    uint32_t met; /* in memory                                                           */
    pfn_t folio;  /* of the page mapped last, its first frame                            */
    uint64_t
        fresh; /* pages of it that nobody had mapped, not counted yet                 */
};

/* set_pte_range() counts pages of a folio together: file_mapped. */
static void count_mapped(struct around *around, pfn_t pfn)
{
    const struct pager *pager = around->kernel->pager;
    const pfn_t folio = pfn == PFN_NONE ? PFN_NONE : folio_first(pager, pfn);
    if (folio != around->folio && around->fresh > 0) {
        linux_updated(around->kernel, around->fresh);
        around->fresh = 0;
    }
    around->folio = folio;
    around->fresh += pfn != PFN_NONE && pager->frames[pfn].page == PAGE_NONE;
}

/* Map one neighbour if it is in memory and not mapped here. */
static enum status map_one(struct around *around, vpn_t vpn, struct error *err)
{
    struct pager *pager = around->kernel->pager;
    const struct region *region = around->region;
    const content_t content = contents_find_file(&pager->contents, region->file,
                                                 region->file_page + (vpn - region->first));
    if (content == CONTENT_NONE || pager->contents.all[content].frame == PFN_NONE)
        return OK;
    const pfn_t pfn = pager->contents.all[content].frame;
    if (pager->frames[pfn].state != FRAME_ACTIVE || pager->contents.all[content].marked)
        return OK;
    around->met++;
    page_t page;
    const enum status status = pager_page(pager, around->space, &page, vpn, err);
    if (status != OK || pager->mmu.bits[page] & PAGE_RESIDENT ||
        (pager->content_of[page] != CONTENT_NONE && pager->content_of[page] != content))
        return status;
    count_mapped(around, pfn);
    return pager_map_ahead(pager, region, page, content, err);
}

enum status linux_fault_around(struct linux_kernel *kernel, const struct region *region,
                               page_t page, uint32_t *met, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct around around = {.kernel = kernel,
                            .region = region,
                            .space = pager_space_of(pager, page),
                            .folio = PFN_NONE};
    const vpn_t vpn = pager->mmu.index->vpns[page];
    vpn_t first, last;
    window(kernel, region, vpn, &first, &last);
    enum status status = OK;
    for (vpn_t at = first; at <= last && status == OK; at++)
        if (at != vpn)
            status = map_one(&around, at, err);
    count_mapped(&around, PFN_NONE);
    *met = around.met;
    return status;
}
