/* mapped.c -- see mapped.h. */
#include "record/mapped.h"

#include <stdlib.h>
#include <string.h>

void mapped_release(struct mapped *mapped)
{
    for (size_t i = 0; i < mapped->n; i++)
        free(mapped->regions[i].file);
    free(mapped->regions);
    *mapped = (struct mapped){0};
}

static uint64_t end_of(const struct vm_op *map)
{
    return map->start + (map->length - 1); /* the last byte: the end may be 2^64 */
}

/* Put a region in place i; its file is copied. */
static enum status insert(struct mapped *mapped, size_t i, const struct vm_op *map,
                          const char *file, struct error *err)
{
    if (mapped->n == mapped->capacity) {
        const size_t capacity = mapped->capacity ? 2 * mapped->capacity : 32;
        struct mapped_region *regions =
            realloc(mapped->regions, capacity * sizeof *regions);
        if (!regions)
            return error_nomem(err);
        mapped->regions = regions;
        mapped->capacity = capacity;
    }
    char *copy = file ? strdup(file) : NULL;
    if (file && !copy)
        return error_nomem(err);
    memmove(mapped->regions + i + 1, mapped->regions + i,
            (mapped->n - i) * sizeof *mapped->regions);
    mapped->regions[i] = (struct mapped_region){.map = *map, .file = copy};
    mapped->n++;
    return OK;
}

enum status mapped_copy(struct mapped *to, const struct mapped *from, struct error *err)
{
    *to = (struct mapped){0};
    for (size_t i = 0; i < from->n; i++) {
        const struct mapped_region *region = &from->regions[i];
        const enum status status = insert(to, i, &region->map, region->file, err);
        if (status != OK)
            return status;
    }
    return OK;
}

/* Have a region begin at `at`, if one lies across it. */
static enum status split(struct mapped *mapped, uint64_t at, struct error *err)
{
    for (size_t i = 0; i < mapped->n; i++) {
        struct mapped_region *region = &mapped->regions[i];
        if (region->map.start >= at)
            break;
        if (end_of(&region->map) < at)
            continue;
        struct vm_op rest = region->map;
        const uint64_t before = at - region->map.start;
        rest.start = at;
        rest.length -= before;
        rest.offset += region->file ? before : 0;
        region->map.length = before;
        return insert(mapped, i + 1, &rest, region->file, err);
    }
    return OK;
}

enum status mapped_change(struct mapped *mapped, const struct vm_op *op, const char *file,
                          struct error *err)
{
    if (op->kind != VM_MAP && op->kind != VM_UNMAP && op->kind != VM_PROTECT)
        return OK;
    const uint64_t last = end_of(op);
    enum status status = split(mapped, op->start, err);
    if (status == OK) /* an end of 2^64 is 0, across which nothing lies */
        status = split(mapped, last + 1, err);
    size_t first = 0, n = 0;
    while (first < mapped->n && mapped->regions[first].map.start < op->start)
        first++;
    while (first + n < mapped->n && mapped->regions[first + n].map.start <= last)
        n++;
    if (status != OK)
        return status;
    if (op->kind == VM_PROTECT) {
        for (size_t i = first; i < first + n; i++)
            mapped->regions[i].map.protection = op->protection;
        return OK;
    }
    for (size_t i = first; i < first + n; i++)
        free(mapped->regions[i].file);
    if (n > 0)
        memmove(mapped->regions + first, mapped->regions + first + n,
                (mapped->n - first - n) * sizeof *mapped->regions);
    mapped->n -= n;
    return op->kind == VM_MAP ? insert(mapped, first, op, file, err) : OK;
}
