/* space_pages.c -- what is done to all pages of a range of an address space, or of all of it:
 * they are forgotten, protected, shared with a child. */
#include "pager/frame.h"
#include "trace/vm_op.h"

#include <stdlib.h>

/* What is done to the pages first..last of a space. */
struct range {
    vpn_t first, last;
    uint8_t protection;
};

typedef void page_visitor(struct pager *pager, page_t page, const struct range *range);

static int by_vpn(const void *a, const void *b)
{
    const vpn_t x = ((const struct map_slot *)a)->key;
    const vpn_t y = ((const struct map_slot *)b)->key;
    return (x > y) - (x < y);
}

/* Visit the pages of the range ascending; false: there is no memory to sort them in. */
static bool visit_sorted(struct pager *pager, const struct map *map, page_visitor *visit,
                         const struct range *range)
{
    struct map_slot *sorted = malloc((map->used + 1) * sizeof *sorted);
    size_t n = 0;
    if (!sorted)
        return false;
    for (size_t i = 0; i < map->nslots; i++)
        if (map->slots[i].value != MAP_ABSENT && map->slots[i].key >= range->first &&
            map->slots[i].key <= range->last)
            sorted[n++] = map->slots[i];
    qsort(sorted, n, sizeof *sorted, by_vpn);
    for (size_t i = 0; i < n; i++)
        visit(pager, sorted[i].value, range);
    free(sorted);
    return true;
}

/* Visit the pages of the space in the range that have numbers; ascending where it is small
 * or a kernel with a list of its own frees them, else in the order of the map, which depends
 * on nothing but the run. */
static void visit_pages(struct pager *pager, struct space *space, page_visitor *visit,
                        const struct range *range)
{
    const struct map *map = &space->pages.map;
    if (range->last - range->first < map->used) {
        for (vpn_t vpn = range->first;; vpn++) {
            const page_t page = page_space_find(&space->pages, vpn);
            if (page != PAGE_NONE)
                visit(pager, page, range);
            if (vpn == range->last)
                return;
        }
    }
    if (pager->kernel->frame_freed && visit_sorted(pager, map, visit, range))
        return;
    for (size_t i = 0; i < map->nslots; i++)
        if (map->slots[i].value != MAP_ABSENT && map->slots[i].key >= range->first &&
            map->slots[i].key <= range->last)
            visit(pager, map->slots[i].value, range);
}

static void unmap_visited(struct pager *pager, page_t page, const struct range *range)
{
    if (large_in_range(pager, page, range->first, range->last))
        frame_unmap_large(pager, page);
    else
        frame_unmap(pager, page);
}

static void forget_visited(struct pager *pager, page_t page, const struct range *range)
{
    if (pager->mmu.bits[page] & PAGE_RESIDENT)
        unmap_visited(pager, page, range);
    pager->mmu.bits[page] = 0;
    const content_t content = pager->content_of[page];
    pager->content_of[page] = CONTENT_NONE;
    if (content != CONTENT_NONE)
        content_unref(pager, content);
}

void pager_forget(struct pager *pager, struct space *space, vpn_t first, vpn_t last)
{
    const struct range range = {.first = first, .last = last};
    visit_pages(pager, space, forget_visited, &range);
}

void pager_end_space(struct pager *pager, struct space *space)
{
    pager_forget(pager, space, 0, UINT64_MAX);
    mmu_end_space(&pager->mmu, space->number);
    if (pager->storage.slots)
        slots_end_space(pager->storage.slots, space->number);
    pager->spaces[space->number] = NULL;
    space_release(space);
    free(space);
}

static void protect_visited(struct pager *pager, page_t page, const struct range *range)
{
    const bool writable = range->protection & VM_WRITE;
    if (!(pager->mmu.bits[page] & PAGE_RESIDENT))
        return;
    if (range->protection == 0)
        unmap_visited(pager, page, range);
    else if (large_in_range(pager, page, range->first, range->last))
        large_protect(pager, page, writable);
    else
        mmu_set_read_only(
            &pager->mmu, page,
            !writable || pager_must_copy(pager, page) ||
                !kernel_lets_store(pager, page, pager->mmu.frame_of[page], false));
}

void pager_protect(struct pager *pager, struct space *space, vpn_t first, vpn_t last,
                   uint8_t protection)
{
    const struct range range = {first, last, protection};
    visit_pages(pager, space, protect_visited, &range);
}

/* The child's page gets what the parent's page holds, and where that is mapped is mapped
 * too; neither can be stored into before it is copied. */
static enum status share_page(struct pager *pager, struct space *child, page_t from,
                              struct error *err)
{
    const content_t content = pager->content_of[from];
    page_t to;
    if (content == CONTENT_NONE)
        return OK;
    enum status status = pager_page(pager, child, &to, pager->mmu.index->vpns[from], err);
    if (status != OK)
        return status;
    pager->content_of[to] = content;
    pager->contents.all[content].refs++;
    uint8_t *bits = pager->mmu.bits;
    bits[to] = bits[from] & PAGE_SEEN;
    if (!(bits[from] & PAGE_RESIDENT))
        return OK;
    if (pager_must_copy(pager, from) && !(bits[from] & PAGE_READ_ONLY))
        mmu_set_read_only(&pager->mmu, from, true);
    if (pager->mmu.global_of)
        status = page_set_global(pager, space_region(child, pager->mmu.index->vpns[to]), to,
                                 err);
    bits[to] = bits[from] & (PAGE_SEEN | PAGE_READ_ONLY);
    return status == OK ? frame_map(pager, pager->mmu.frame_of[from], to, err) : status;
}

enum status pager_share(struct pager *pager, struct space *child, struct space *parent,
                        struct error *err)
{
    enum status status = space_copy_regions(child, parent, err);
    const struct map *map = &parent->pages.map;
    for (size_t i = 0; i < map->nslots && status == OK; i++)
        if (map->slots[i].value != MAP_ABSENT)
            status = share_page(pager, child, map->slots[i].value, err);
    return status;
}
