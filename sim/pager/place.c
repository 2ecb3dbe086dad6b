/* place.c -- where contents lie on their devices. */
#include "pager/frame.h"

#include <assert.h>

/* Files lie on their device in extents of so many pages, in the order of first use: what is
 * read together stays together, and no file need say how long it is.  A device that is
 * smaller has one extent. */
enum { EXTENT_PAGES = 64 };

enum status content_take_slot(struct pager *pager, content_t content, page_t page,
                              struct error *err)
{
    struct content *c = &pager->contents.all[content];
    const struct kernel_ops *kernel = pager->kernel;
    if (kernel->place)
        return kernel->place(pager->kernel_state, pager, content, &c->slot, err);
    struct slots *slots = pager->storage.slots;
    const struct page_index *index = pager->mmu.index;
    const enum status status =
        slots_take(slots, &c->slot, index->space_of[page], index->vpns[page], content, err);
    if (status != OK || c->slot != SLOT_NONE)
        return status;
    return error_set(err, ERR_CELL, at_nowhere(),
                     "swap space is full: all %llu slots are taken, and the page at 0x%llx "
                     "of address space %u needs one more; raise swap.size",
                     (unsigned long long)slots_total(slots),
                     (unsigned long long)(index->vpns[page] << pager->mmu.page_shift),
                     index->space_of[page]);
}

uint64_t content_extent(const struct pager *pager)
{
    const uint64_t pages = pager->storage.files_size >> pager->mmu.page_shift;
    uint64_t extent = EXTENT_PAGES;
    while (extent > 1 && extent > pages)
        extent /= 2;
    return extent;
}

/* Byte of the files' device where a page of a file lies. */
static enum status file_place(struct pager *pager, const struct content *content,
                              uint64_t *offset, struct error *err)
{
    const uint64_t length = content_extent(pager);
    const uint64_t key = (uint64_t)content->file << 40 | content->file_page / length;
    const uint32_t extent =
        map_get_or_add(&pager->extents, key, (uint32_t)pager->extents.used, err);
    if (extent == MAP_ABSENT)
        return ERR_NOMEM;
    /* More files than the device holds only share places: they are not kept apart by it. */
    const uint64_t extents = (pager->storage.files_size >> pager->mmu.page_shift) / length;
    const uint64_t page = extent % extents * length + content->file_page % length;
    *offset = pager->storage.files_start + (page << pager->mmu.page_shift);
    return OK;
}

bool content_on_swap(const struct content *content)
{
    return content->file == FILE_NONE || content->slot != SLOT_NONE;
}

struct device *swap_device_at(const struct pager *pager, uint64_t *offset, uint64_t length)
{
    const struct swap_space *swap = &pager->storage.swap;
    const unsigned shift = pager->mmu.page_shift;
    (void)length; /* without assertions */
    if (swap->stripe == 0)
        return swap->devices[0];
    const uint64_t slot = *offset >> shift;
    const struct swap_place place = swap_space_place(swap, slot);
    assert(slot % swap->stripe + (length >> shift) <= swap->stripe);
    *offset = place.slot << shift;
    return place.device;
}

enum status content_place(struct pager *pager, const struct content *content,
                          uint64_t *offset, struct error *err)
{
    if (!content_on_swap(content) && pager->storage.files)
        return file_place(pager, content, offset, err);
    *offset = (uint64_t)content->slot << pager->mmu.page_shift;
    return OK;
}
