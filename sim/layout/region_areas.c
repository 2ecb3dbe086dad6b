/* region_areas.c -- regions that operations tell; see regions.h. */
#include "layout/regions.h"

#include <stdlib.h>
#include <string.h>

/* A part of a mapping with one protection, and the region that it becomes a part of. */
struct part {
    struct area area;
    const struct mapping *mapping;
    unsigned touched; /* bit 1 << kind                                                   */
    enum region_kind kind;
    size_t region;
};

struct parts {
    struct part
        *parts; /* by mapping, then by address: disjoint                           */
    size_t n;
    bool *has_text; /* [file]                                                            */
};

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_places(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    int order = compare_numbers(x->area.mapping, y->area.mapping);
    order = order ? order : compare_numbers(x->area.first, y->area.first);
    return order ? order : compare_numbers(y->area.until, x->area.until);
}

/* A mapping that came again over another one has parts that overlap.  The one that begins
 * first keeps all of its place; of two that begin together, the one that was mapped last. */
static void make_disjoint(struct parts *parts)
{
    size_t n = 0;
    for (size_t i = 0; i < parts->n; i++) {
        struct part *part = &parts->parts[i];
        struct part *before = n > 0 ? &parts->parts[n - 1] : NULL;
        if (before && before->area.mapping == part->area.mapping &&
            before->area.last >= part->area.first) {
            before->area.ever |= part->area.ever;
            if (before->area.from > part->area.from)
                before->area.from = part->area.from;
            if (before->area.last >= part->area.last)
                continue;
            part->area.first = before->area.last + 1;
        }
        parts->parts[n++] = *part;
    }
    parts->n = n;
}

static enum status gather(struct parts *parts, const struct areas *areas, struct error *err)
{
    const struct area_list *lists[] = {&areas->top, &areas->buried};
    parts->parts = malloc((areas->top.n + areas->buried.n + 1) * sizeof *parts->parts);
    parts->has_text = calloc(areas->nfiles + 1, sizeof *parts->has_text);
    if (!parts->parts || !parts->has_text)
        return error_nomem(err);
    for (size_t l = 0; l < ARRAY_LEN(lists); l++)
        for (size_t i = 0; i < lists[l]->n; i++) {
            const struct area *area = &lists[l]->areas[i];
            const struct mapping *mapping = &areas->mappings[area->mapping];
            parts->parts[parts->n++] = (struct part){.area = *area, .mapping = mapping};
            if (!mapping->anonymous && area->ever & VM_EXECUTE)
                parts->has_text[mapping->file] = true;
        }
    qsort(parts->parts, parts->n, sizeof *parts->parts, compare_places);
    make_disjoint(parts);
    return OK;
}

/* The part that a use was in; every use that has a mapping is in one. */
static struct part *part_of(const struct parts *parts, const struct use *use)
{
    size_t low = 0, high = parts->n;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        const struct area *area = &parts->parts[middle].area;
        const bool above = area->mapping > use->mapping ||
                           (area->mapping == use->mapping && area->first > use->block);
        if (above)
            high = middle;
        else
            low = middle;
    }
    return &parts->parts[low];
}

/* Names that memory shared between processes has on Linux: POSIX and System V segments,
 * memfd_create(2), MAP_SHARED of /dev/zero. */
static bool is_shared_memory(const char *name)
{
    static const char *const beginnings[] = {
        "/dev/shm/", "/dev/zero", "/memfd:", "memfd:", "/SYSV", "sysv:"};
    for (size_t i = 0; i < ARRAY_LEN(beginnings); i++)
        if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static enum region_kind kind_of(const struct part *part, const struct areas *areas,
                                const bool *has_text)
{
    const struct mapping *mapping = part->mapping;
    if (mapping->marks & MARK_STACK)
        return REGION_STACK;
    if (mapping->marks & MARK_HEAP)
        return REGION_HEAP;
    if (mapping->marks & MARK_BSS)
        return has_text[mapping->file] ? REGION_DATA : REGION_FILE;
    if (mapping->shared &&
        (mapping->anonymous || is_shared_memory(areas->files[mapping->file])))
        return REGION_SHARED;
    if (mapping->anonymous)
        return REGION_ANONYMOUS;
    if (part->area.ever & VM_EXECUTE)
        return REGION_TEXT;
    if (!has_text[mapping->file])
        return REGION_FILE;
    const bool written = part->area.ever & VM_WRITE || part->touched >> USE_STORE & 1;
    return written && !mapping->shared ? REGION_DATA : REGION_CONSTANTS;
}

/* Where no data reference came first, as in a trace of instructions, the stack of the
 * program is the anonymous region that lies highest, if its last page was used. */
static void find_highest(const struct parts *parts, const struct region_source *source)
{
    struct part *highest = NULL;
    for (size_t i = 0; i < parts->n; i++) {
        struct part *part = &parts->parts[i];
        if (part->kind == REGION_STACK)
            return;
        if (!highest || part->area.last > highest->area.last)
            highest = part;
    }
    if (!highest || highest->kind != REGION_ANONYMOUS)
        return;
    const uint64_t page = highest->area.last >> source->page_shift;
    for (size_t i = 0; i < source->uses->n; i++) {
        const struct use *use = &source->uses->use[i];
        if (use->mapping == highest->area.mapping &&
            use->block >> source->page_shift == page)
            highest->kind = REGION_STACK;
    }
}

/* The order in which parts of one region are neighbours. */
static int compare_parts(const void *a, const void *b)
{
    const struct part *x = *(const struct part *const *)a,
                      *y = *(const struct part *const *)b;
    int order = compare_numbers(x->kind, y->kind);
    order = order ? order : compare_numbers(x->mapping->file, y->mapping->file);
    order = order ? order : compare_numbers(x->mapping->shared, y->mapping->shared);
    order = order ? order : compare_numbers(x->area.protection, y->area.protection);
    order = order ? order : compare_numbers(x->area.ever, y->area.ever);
    order = order ? order : compare_numbers(x->area.first, y->area.first);
    return order ? order : compare_numbers(x->area.mapping, y->area.mapping);
}

/* Parts that lay in one place one after the other, or beside each other at one time. */
static bool belong_together(const struct part *part, const struct layout_region *region,
                            unsigned granule_shift)
{
    const uint64_t last = region->last >> granule_shift;
    const bool overlap = part->area.first <= last;
    const bool touch = last != UINT64_MAX && part->area.first == last + 1;
    return overlap ||
           (touch && part->area.from < region->until && region->from < part->area.until);
}

static void extend(struct layout_region *region, const struct part *part,
                   unsigned granule_shift)
{
    const struct area *area = &part->area;
    const vaddr_t last =
        (area->last << granule_shift) + ((UINT64_C(1) << granule_shift) - 1);
    region->last = region->last > last ? region->last : last;
    region->from = region->from < area->from ? region->from : area->from;
    region->until = region->until > area->until ? region->until : area->until;
}

static enum status add_region(struct layout_map *map, const struct part *part,
                              const struct areas *areas, struct error *err)
{
    const struct mapping *mapping = part->mapping;
    struct layout_region region = {
        .start = part->area.first << areas->granule_shift,
        .kind = part->kind,
        .name = mapping->file == FILE_NONE ? "" : areas->files[mapping->file],
        .mapped = true,
        .shared = mapping->shared,
        .protection = part->area.protection,
        .ever = part->area.ever,
        .from = part->area.from,
        .until = part->area.until,
    };
    extend(&region, part, areas->granule_shift);
    return regions_add(map, &region, err);
}

static bool are_alike(const struct part *a, const struct part *b)
{
    return a->kind == b->kind && a->mapping->file == b->mapping->file &&
           a->mapping->shared == b->mapping->shared &&
           a->area.protection == b->area.protection && a->area.ever == b->area.ever;
}

/* What was unmapped without having been used is left out. */
static enum status join_parts(struct layout_map *map, const struct parts *parts,
                              const struct areas *areas, struct error *err)
{
    struct part **order = malloc((parts->n + 1) * sizeof *order);
    if (!order)
        return error_nomem(err);
    size_t n = 0;
    for (size_t i = 0; i < parts->n; i++)
        if (parts->parts[i].touched || parts->parts[i].area.until == TIME_NEVER)
            order[n++] = &parts->parts[i];
    qsort(order, n, sizeof(struct part *), compare_parts);
    enum status status = OK;
    for (size_t i = 0; i < n && status == OK; i++) {
        struct layout_region *last = i > 0 ? &map->regions[map->n - 1] : NULL;
        if (last && are_alike(order[i - 1], order[i]) &&
            belong_together(order[i], last, areas->granule_shift))
            extend(last, order[i], areas->granule_shift);
        else
            status = add_region(map, order[i], areas, err);
        order[i]->region = map->n - 1;
    }
    free(order);
    return status;
}

enum status regions_from_areas(struct layout_map *map, size_t *place,
                               const struct region_source *source, struct error *err)
{
    const struct areas *areas = source->areas;
    const struct uses *uses = source->uses;
    struct parts parts = {0};
    enum status status = gather(&parts, areas, err);
    for (size_t i = 0; i < uses->n && status == OK; i++)
        if (uses->use[i].mapping != MAPPING_NONE)
            part_of(&parts, &uses->use[i])->touched |= uses->use[i].touched;
    for (size_t i = 0; i < parts.n && status == OK; i++)
        parts.parts[i].kind = kind_of(&parts.parts[i], areas, parts.has_text);
    if (status == OK) {
        find_highest(&parts, source);
        status = join_parts(map, &parts, areas, err);
    }
    for (size_t i = 0; i < uses->n && status == OK; i++)
        if (uses->use[i].mapping != MAPPING_NONE)
            place[i] = part_of(&parts, &uses->use[i])->region;
    free(parts.parts);
    free(parts.has_text);
    return status;
}
