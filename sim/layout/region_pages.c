/* region_pages.c -- regions that only the pages touched tell; see regions.h.
 *
 * Pages from which is executed, and read-only ones between two such, are text.  What is left
 * are stretches without a wide gap: stack, data or constants. */
#include "layout/regions.h"

#include <stdlib.h>

/* Pages that are not farther apart than this are in one region. */
enum { GAP_PAGES = 64 };

struct page_use {
    uint64_t page;
    unsigned touched; /* bit 1 << kind                                                   */
    size_t first, last; /* its uses                                                       */
    bool text, stack;
};

static bool is_touched(const struct page_use *page, enum use_kind kind)
{
    return page->touched >> kind & 1;
}

static size_t gather(struct page_use *pages, const struct placed_use *uses, size_t n,
                     const struct region_source *source)
{
    size_t npages = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t page = uses[i].block >> source->page_shift;
        if (npages == 0 || pages[npages - 1].page != page)
            pages[npages++] = (struct page_use){.page = page, .first = i};
        struct page_use *last = &pages[npages - 1];
        last->touched |= uses[i].use->touched;
        last->last = i;
        last->stack |= map_get(source->stacks, uses[i].block) != MAP_ABSENT;
    }
    return npages;
}

/* Text, with the constants between its pages. */
static void find_text(struct page_use *pages, size_t n)
{
    size_t before =
        SIZE_MAX; /* the last page that is executed, if only read ones follow  */
    for (size_t i = 0; i < n; i++) {
        if (is_touched(&pages[i], USE_FETCH)) {
            const bool near =
                before != SIZE_MAX && pages[i].page - pages[before].page <= GAP_PAGES;
            for (size_t k = near ? before : i; k <= i; k++)
                pages[k].text = true;
            before = i;
        } else if (is_touched(&pages[i], USE_STORE)) {
            before = SIZE_MAX;
        }
    }
}

/* Without instructions nobody knows what a string of data references begins with. */
static void forget_stacks(struct page_use *pages, size_t n)
{
    bool text = false;
    for (size_t i = 0; i < n; i++)
        text |= pages[i].text;
    for (size_t i = 0; i < n; i++)
        pages[i].stack &= text;
}

static enum region_kind kind_of(const struct page_use *pages, size_t n)
{
    bool stack = false, written = false;
    if (pages[0].text)
        return REGION_TEXT;
    for (size_t i = 0; i < n; i++) {
        stack |= pages[i].stack;
        written |= is_touched(&pages[i], USE_STORE);
    }
    return stack ? REGION_STACK : written ? REGION_DATA : REGION_CONSTANTS;
}

static enum status add_regions(struct layout_map *map, struct placed_use *uses,
                               const struct page_use *pages, size_t n,
                               const struct region_source *source, struct error *err)
{
    const unsigned shift = source->page_shift + source->areas->granule_shift;
    enum status status = OK;
    for (size_t i = 0, j; i < n && status == OK; i = j) {
        for (j = i + 1; j < n && pages[j].text == pages[i].text &&
                        pages[j].page - pages[j - 1].page <= GAP_PAGES;)
            j++;
        for (size_t k = pages[i].first; k <= pages[j - 1].last; k++)
            uses[k].region = map->n;
        const vaddr_t last = pages[j - 1].page << shift;
        const struct layout_region region = {
            .start = pages[i].page << shift,
            .last = last + ((UINT64_C(1) << shift) - 1),
            .kind = kind_of(pages + i, j - i),
            .name = "",
        };
        status = regions_add(map, &region, err);
    }
    return status;
}

enum status regions_from_pages(struct layout_map *map, struct placed_use *uses, size_t n,
                               const struct region_source *source, struct error *err)
{
    struct page_use *pages = malloc((n + 1) * sizeof *pages);
    if (!pages)
        return error_nomem(err);
    const size_t npages = gather(pages, uses, n, source);
    find_text(pages, npages);
    forget_stacks(pages, npages);
    const enum status status = add_regions(map, uses, pages, npages, source, err);
    free(pages);
    return status;
}
