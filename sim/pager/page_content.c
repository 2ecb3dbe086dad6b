/* page_content.c -- what a page holds: its region, and what that gives it at first. */
#include "pager/frame.h"

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
