/* regions.c -- see regions.h. */
#include "experiment/regions.h"

#include "base/bits.h"
#include "base/units.h"
#include "experiment/items.h"
#include "trace/vm_op.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 16 };

static const char a_region[] = "a region";
static const char *const backing_names[] = {"store", "zero", "file"};

/* What a map says of a region, key by key in the order of region_keys. */
struct said {
    const struct yaml_node *nodes[KEYS_MAX];
    struct region_config *region;
    struct error *err;
};

static size_t place_of(const char *name)
{
    size_t i = 0;
    while (strcmp(region_keys[i].name, name) != 0)
        i++;
    return i;
}

static const struct yaml_node *node_of(const struct said *said, const char *name)
{
    return said->nodes[place_of(name)];
}

/* The value of a key as key_parse has it: what was said, or the key's default. */
static enum status number_of(const struct said *said, const char *name, uint64_t *number)
{
    const struct key *key = &region_keys[place_of(name)];
    const struct yaml_node *node = node_of(said, name);
    *number = 0;
    if (!node && !key->fallback)
        return OK;
    return key_parse(key, number, node ? node->text : key->fallback,
                     node ? node->at : at_nowhere(), said->err);
}

static enum status read_name(const struct said *said, struct arena *arena)
{
    uint64_t unused;
    struct region_config *region = said->region;
    const struct yaml_node *name = node_of(said, "name"), *file = node_of(said, "file");
    const struct yaml_node *start = node_of(said, "start");
    if (!start)
        return error_set(said->err, ERR_CONFIG, region->at,
                         "%s needs a start, such as {start: 0x400000, size: 1 MiB}",
                         a_region);
    const enum status status = number_of(said, "start", &region->start);
    if (status != OK)
        return status;
    region->name = name   ? name->text
                   : file ? file->text
                          : arena_printf(arena, "0x%" PRIx64, region->start);
    if (!region->name)
        return error_nomem(said->err);
    return number_of(said, "name", &unused);
}

static enum status read_length(const struct said *said)
{
    struct region_config *region = said->region;
    const struct yaml_node *size = node_of(said, "size"), *end = node_of(said, "end");
    if (size && end)
        return error_set(said->err, ERR_CONFIG, end->key_at,
                         "'size' and 'end' of region '%s' say the same thing twice; leave "
                         "one of them out",
                         region->name);
    if (!size && !end)
        return error_set(said->err, ERR_CONFIG, region->at,
                         "region '%s' needs a size or an end", region->name);
    uint64_t last;
    const enum status status =
        number_of(said, size ? "size" : "end", size ? &region->length : &last);
    if (status != OK)
        return status;
    if (end && last > region->start)
        region->length = last - region->start;
    if (region->length == 0)
        return error_set(said->err, ERR_CONFIG, size ? size->at : end->at,
                         "region '%s' is empty: its %s", region->name,
                         size ? "size must be at least 1" : "end must be above its start");
    if (region->length - 1 > UINT64_MAX - region->start)
        return error_set(said->err, ERR_CONFIG, size ? size->at : end->at,
                         "region '%s' ends beyond 2^64: from 0x%" PRIx64
                         " on, the largest size is 0x%" PRIx64,
                         region->name, region->start, UINT64_MAX - region->start + 1);
    return OK;
}

/* Keys that have a meaning for parts of files only. */
static enum status check_no_file(const struct said *said, const char *backing)
{
    static const char *const keys[] = {"file", "offset", "shared"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct yaml_node *node = node_of(said, keys[i]);
        if (node)
            return error_set(said->err, ERR_CONFIG, node->key_at,
                             "'%s' of region '%s' needs 'backing: file'; its backing is %s",
                             keys[i], said->region->name, backing);
    }
    return OK;
}

static enum status read_backing(const struct said *said)
{
    struct region_config *region = said->region;
    const struct yaml_node *backing = node_of(said, "backing"),
                           *file = node_of(said, "file");
    uint64_t number;
    enum status status = number_of(said, "backing", &number);
    if (status != OK)
        return status;
    region->backing = backing ? (enum region_backing)number
                      : file  ? BACKING_FILE
                              : BACKING_ZERO;
    if (region->backing != BACKING_FILE)
        return check_no_file(said, backing_names[region->backing]);
    if (!file)
        return error_set(said->err, ERR_CONFIG, backing->at,
                         "region '%s' is a part of a file, but none is named; write "
                         "'file: NAME'",
                         region->name);
    region->file = file->text;
    status = number_of(said, "offset", &region->offset);
    if (status == OK)
        status = number_of(said, "shared", &number);
    region->shared = number == 1;
    return status;
}

static enum status read_pages(const struct said *said)
{
    uint64_t size, global = 0;
    enum status status = number_of(said, "page_size", &size);
    if (status == OK)
        status = number_of(said, "global", &global);
    if (status != OK)
        return status;
    said->region->page_shift = size ? log2_of(size) : 0;
    said->region->global = global == 1;
    return OK;
}

static enum status read_region(struct region_config *region, const struct yaml_node *map,
                               struct arena *arena, struct error *err)
{
    struct said said = {.region = region, .err = err};
    assert(region_key_count <= KEYS_MAX);
    if (map->kind != YAML_MAP)
        return error_set(err, ERR_CONFIG, map->at,
                         "%s is a map, such as {start: 0x400000, size: 1 MiB}, not %s",
                         a_region, yaml_kind_name(map->kind));
    region->at = map->at;
    enum status status =
        item_read(said.nodes, map, region_keys, region_key_count, a_region, err);
    if (status == OK)
        status = read_name(&said, arena);
    if (status == OK)
        status = read_length(&said);
    if (status == OK)
        status = read_backing(&said);
    if (status == OK)
        status = read_pages(&said);
    uint64_t protection = 0;
    if (status == OK)
        status = number_of(&said, "protection", &protection);
    region->protection = (uint8_t)protection;
    return status;
}

static int compare_starts(const void *a, const void *b)
{
    const struct region_config *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static enum status check_overlaps(const struct region_config *regions, size_t n,
                                  struct error *err)
{
    for (size_t i = 1; i < n; i++) {
        const struct region_config *a = &regions[i - 1], *b = &regions[i];
        if (b->start - a->start >= a->length)
            continue;
        char line[40] = "";
        if (a->at.line > 0)
            snprintf(line, sizeof line, " (line %" PRIu64 ")", a->at.line);
        return error_set(err, ERR_CONFIG, b->at,
                         "region '%s' overlaps region '%s'%s: it starts at 0x%" PRIx64
                         ", and the last byte of that one is 0x%" PRIx64,
                         b->name, a->name, line, b->start, a->start + (a->length - 1));
    }
    return OK;
}

enum status regions_read(const struct region_config **out, size_t *n,
                         const struct yaml_node *list, struct arena *arena,
                         struct error *err)
{
    if (list->count == 0)
        return error_set(
            err, ERR_CONFIG, list->at,
            "the list of regions is empty; leave it out, or write all or infer "
            "for it");
    struct region_config *regions = arena_array(arena, list->count, sizeof *regions);
    if (!regions)
        return error_nomem(err);
    *n = 0;
    for (const struct yaml_node *map = list->first; map; map = map->next) {
        const enum status status = read_region(&regions[*n], map, arena, err);
        if (status != OK)
            return status;
        ++*n;
    }
    qsort(regions, *n, sizeof *regions, compare_starts);
    *out = regions;
    return check_overlaps(regions, *n, err);
}

bool regions_equal(const struct region_config *a, size_t na, const struct region_config *b,
                   size_t nb)
{
    bool equal = na == nb;
    for (size_t i = 0; i < na && equal; i++)
        equal = a[i].start == b[i].start && a[i].length == b[i].length &&
                a[i].backing == b[i].backing && a[i].offset == b[i].offset &&
                a[i].shared == b[i].shared && a[i].protection == b[i].protection &&
                a[i].page_shift == b[i].page_shift && a[i].global == b[i].global &&
                strcmp(a[i].name, b[i].name) == 0 &&
                (a[i].backing != BACKING_FILE || strcmp(a[i].file, b[i].file) == 0);
    return equal;
}

/* "text 0x400000+0x5000 r-x file cc1+0x0 private pages of 2 MiB global" */
static void write_region(FILE *out, const struct region_config *region)
{
    fputs(region->name, out);
    fprintf(out, " 0x%" PRIx64 "+0x%" PRIx64 " %c%c%c %s", region->start, region->length,
            region->protection & VM_READ ? 'r' : '-',
            region->protection & VM_WRITE ? 'w' : '-',
            region->protection & VM_EXECUTE ? 'x' : '-', backing_names[region->backing]);
    if (region->backing == BACKING_FILE)
        fprintf(out, " %s+0x%" PRIx64 " %s", region->file, region->offset,
                region->shared ? "shared" : "private");
    char size[32];
    if (region->page_shift)
        fprintf(out, " pages of %s",
                format_size(UINT64_C(1) << region->page_shift, size, sizeof size));
    if (region->global)
        fputs(" global", out);
}

const char *regions_text(const struct region_config *regions, size_t n, struct arena *arena)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    fputc('[', out);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? ", " : "", out);
        write_region(out, &regions[i]);
    }
    fputc(']', out);
    const bool failed = ferror(out) != 0;
    const char *copy = fclose(out) == 0 && !failed ? arena_strdup(arena, text) : NULL;
    free(text);
    return copy;
}
