/* space.c -- see space.h.  Regions are few, so that they are kept in a sorted array. */
#include "pager/space.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void space_init(struct space *space, struct page_index *index, uint32_t number,
                unsigned page_shift)
{
    *space = (struct space){.number = number, .switched_to = true};
    page_space_init(&space->pages, index, number, page_shift, page_shift);
}

void space_release(struct space *space)
{
    if (space->pages.index)
        page_space_release(&space->pages);
    else
        map_release(&space->pages.map); /* of an index that somebody else has */
    map_release(&space->blocks);
    free(space->regions);
    free(space->order.places);
    vpn_tree_clear(&space->mapped);
    free(space->killed_for);
    *space = (struct space){.number = space->number};
}

void space_page_mapped(struct space *space, vpn_t vpn, page_t page)
{
    if (++space->resident > space->resident_max)
        space->resident_max = space->resident;
    if (!space->walked || vpn_tree_add(&space->mapped, vpn, page))
        return;
    vpn_tree_clear(&space->mapped); /* the next walk tries again, or fails */
    space->walked = false;
}

void space_page_unmapped(struct space *space, vpn_t vpn)
{
    space->resident--;
    if (space->walked)
        vpn_tree_remove(&space->mapped, vpn);
}

void space_killed(struct space *space, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    if (!space->killed_for && vasprintf(&space->killed_for, format, list) < 0)
        space->killed_for = NULL;
    va_end(list);
}

/* The first region that ends at vpn or behind it. */
static size_t find(const struct space *space, vpn_t vpn)
{
    size_t low = 0, high = space->nregions;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (space->regions[middle].last < vpn)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct region *space_region(const struct space *space, vpn_t vpn)
{
    const size_t i = find(space, vpn);
    return i < space->nregions && space->regions[i].first <= vpn ? &space->regions[i]
                                                                 : NULL;
}

struct region *space_region_of(struct space *space, vpn_t vpn)
{
    const struct region *region = space_region(space, vpn);
    return region ? &space->regions[region - space->regions] : NULL;
}

bool space_has_regions(const struct space *space, vpn_t first, vpn_t last)
{
    const size_t i = find(space, first);
    return i < space->nregions && space->regions[i].first <= last;
}

static enum status insert(struct space *space, size_t at, const struct region *region,
                          struct error *err)
{
    if (space->nregions == space->capacity) {
        const size_t capacity = space->capacity ? 2 * space->capacity : 8;
        struct region *regions = realloc(space->regions, capacity * sizeof *regions);
        if (!regions)
            return error_nomem(err);
        space->regions = regions;
        space->capacity = capacity;
    }
    memmove(space->regions + at + 1, space->regions + at,
            (space->nregions - at) * sizeof *space->regions);
    space->regions[at] = *region;
    space->nregions++;
    return OK;
}

/* See to it that a region starts at vpn if one lies there at all. */
static enum status split_at(struct space *space, vpn_t vpn, struct error *err)
{
    const size_t i = find(space, vpn);
    if (i == space->nregions || space->regions[i].first >= vpn)
        return OK;
    struct region upper = space->regions[i];
    upper.first = vpn;
    if (upper.backing == BACKING_FILE)
        upper.file_page += vpn - space->regions[i].first;
    space->regions[i].last = vpn - 1;
    return insert(space, i + 1, &upper, err);
}

enum status space_split(struct space *space, vpn_t first, vpn_t last,
                        struct region **within, size_t *n, struct error *err)
{
    enum status status = split_at(space, first, err);
    if (status == OK)
        status = split_at(space, last + 1, err); /* 0 after the last page of all: nothing */
    if (status != OK)
        return status;
    const size_t from = find(space, first);
    size_t to = from;
    while (to < space->nregions && space->regions[to].last <= last)
        to++;
    *n = to - from;
    *within = *n ? space->regions + from : NULL;
    return OK;
}

enum status space_cut(struct space *space, vpn_t first, vpn_t last, struct error *err)
{
    struct region *within;
    size_t n;
    const enum status status = space_split(space, first, last, &within, &n, err);
    if (status != OK || n == 0)
        return status;
    struct region *end = space->regions + space->nregions;
    memmove(within, within + n, (size_t)(end - within - (ptrdiff_t)n) * sizeof *within);
    space->nregions -= n;
    return OK;
}

static bool goes_on(const struct region *a, const struct region *b)
{
    return a->last + 1 == b->first && a->backing == BACKING_ZERO &&
           b->backing == BACKING_ZERO && !a->shared && !b->shared &&
           a->protection == b->protection && a->advice == b->advice && a->huge == b->huge;
}

void space_merge(struct space *space, vpn_t vpn)
{
    struct region *regions = space->regions;
    size_t first = find(space, vpn), last = first;
    while (first > 0 && goes_on(&regions[first - 1], &regions[first]))
        first--;
    while (last + 1 < space->nregions && goes_on(&regions[last], &regions[last + 1]))
        last++;
    regions[first].last = regions[last].last;
    memmove(regions + first + 1, regions + last + 1,
            (space->nregions - last - 1) * sizeof *regions);
    space->nregions -= last - first;
}

enum status space_add_region(struct space *space, const struct region *region,
                             struct error *err)
{
    assert(region->first <= region->last);
    const enum status status = space_cut(space, region->first, region->last, err);
    return status == OK ? insert(space, find(space, region->first), region, err) : status;
}

enum status space_copy_regions(struct space *to, const struct space *from,
                               struct error *err)
{
    assert(to->nregions == 0);
    to->violations = from->violations;
    for (size_t i = 0; i < from->nregions; i++) {
        const enum status status = insert(to, i, &from->regions[i], err);
        if (status != OK)
            return status;
    }
    return OK;
}
