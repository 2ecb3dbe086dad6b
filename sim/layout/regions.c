/* regions.c -- see regions.h: the order of the work, and what was used of each region. */
#include "layout/regions.h"

#include <stdlib.h>

#define OUTSIDE SIZE_MAX /* no region yet */

enum status regions_add(struct layout_map *map, const struct layout_region *region,
                        struct error *err)
{
    /* Grown at each power of two, so that there is no capacity to keep. */
    if ((map->n & (map->n - 1)) == 0) {
        struct layout_region *regions =
            realloc(map->regions, (map->n ? 2 * map->n : 1) * sizeof *regions);
        if (!regions)
            return error_nomem(err);
        map->regions = regions;
    }
    map->regions[map->n++] = *region;
    return OK;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int compare_uses(const void *a, const void *b)
{
    const struct placed_use *x = a, *y = b;
    const int by_region = (x->region > y->region) - (x->region < y->region);
    return by_region ? by_region : (x->block > y->block) - (x->block < y->block);
}

static int compare_regions(const void *a, const void *b)
{
    const struct layout_region *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

/* Distinct pages of all uses. */
static enum status count_pages(struct layout_map *map, const struct region_source *source,
                               struct error *err)
{
    const struct uses *uses = source->uses;
    uint64_t *pages = malloc((uses->n + 1) * sizeof *pages);
    if (!pages)
        return error_nomem(err);
    for (size_t i = 0; i < uses->n; i++)
        pages[i] = uses->use[i].block >> source->page_shift;
    qsort(pages, uses->n, sizeof *pages, compare_numbers);
    for (size_t i = 0; i < uses->n; i++)
        map->pages += i == 0 || pages[i] != pages[i - 1];
    free(pages);
    return OK;
}

/* The uses of one page in one region, from index i on; the index behind them. */
static size_t count_page(struct layout_map *map, const struct placed_use *uses, size_t n,
                         size_t i, unsigned page_shift)
{
    struct layout_region *region = &map->regions[uses[i].region];
    const uint64_t page = uses[i].block >> page_shift;
    unsigned touched = 0;
    size_t j = i;
    for (; j < n && uses[j].region == uses[i].region && uses[j].block >> page_shift == page;
         j++) {
        touched |= uses[j].use->touched;
        for (int kind = 0; kind < USE_KINDS; kind++) {
            region->references[kind] += uses[j].use->references[kind];
            map->references += uses[j].use->references[kind];
        }
    }
    region->pages++;
    for (int kind = 0; kind < USE_KINDS; kind++)
        region->pages_of[kind] += touched >> kind & 1;
    return j;
}

static enum status count_uses(struct layout_map *map, struct placed_use *placed,
                              const size_t *place, const struct region_source *source,
                              struct error *err)
{
    const size_t n = source->uses->n;
    for (size_t i = 0; i < n; i++) {
        const struct use *use = &source->uses->use[i];
        placed[i] = (struct placed_use){place[i], use->block, use};
    }
    /* Those outside all regions come last. */
    qsort(placed, n, sizeof *placed, compare_uses);
    size_t inside = n;
    while (inside > 0 && placed[inside - 1].region == OUTSIDE)
        inside--;
    const enum status status =
        regions_from_pages(map, placed + inside, n - inside, source, err);
    for (size_t i = 0; i < n && status == OK;)
        i = count_page(map, placed, n, i, source->page_shift);
    return status;
}

enum status regions_infer(struct layout_map *map, const struct region_source *source,
                          struct error *err)
{
    const size_t n = source->uses->n;
    size_t *place = malloc((n + 1) * sizeof *place);
    struct placed_use *placed = malloc((n + 1) * sizeof *placed);
    if (!place || !placed) {
        free(placed);
        free(place);
        return error_nomem(err);
    }
    for (size_t i = 0; i < n; i++)
        place[i] = OUTSIDE;
    enum status status = regions_from_areas(map, place, source, err);
    if (status == OK)
        status = count_uses(map, placed, place, source, err);
    if (status == OK)
        status = count_pages(map, source, err);
    if (status == OK && map->n > 0)
        qsort(map->regions, map->n, sizeof *map->regions, compare_regions);
    free(placed);
    free(place);
    return status;
}
