/* trace_info_json.c -- `faultline trace info --json`. */
#include "cli/trace_info.h"

#include "layout/areas.h"

#include <inttypes.h>

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* "rwx", "r--". */
static json_t *protection_json(uint8_t protection)
{
    const char text[] = {protection & VM_READ ? 'r' : '-',
                         protection & VM_WRITE ? 'w' : '-',
                         protection & VM_EXECUTE ? 'x' : '-', '\0'};
    return json_string(text);
}

/* What only operations tell is null where there are none. */
static void add_mapping(json_t *object, const struct layout_region *region)
{
    const bool mapped = region->mapped;
    json_object_set_new(object, "protection",
                        mapped ? protection_json(region->protection) : json_null());
    json_object_set_new(object, "protection_ever",
                        mapped ? protection_json(region->ever) : json_null());
    json_object_set_new(object, "shared",
                        mapped ? json_boolean(region->shared) : json_null());
    json_object_set_new(object, "mapped_at", mapped ? number(region->from) : json_null());
    json_object_set_new(object, "unmapped_at",
                        mapped && region->until != TIME_NEVER ? number(region->until)
                                                              : json_null());
}

/* Addresses are texts, since those above 2^63 are no integers of JSON libraries. */
static json_t *region_json(const struct layout_region *region)
{
    json_t *object = json_object();
    json_t *name = *region->name ? json_string(region->name) : json_null();
    json_object_set_new(object, "start", json_sprintf("0x%" PRIx64, region->start));
    json_object_set_new(object, "last", json_sprintf("0x%" PRIx64, region->last));
    json_object_set_new(object, "kind", json_string(region_kind_names[region->kind]));
    json_object_set_new(object, "file", name ? name : json_null());
    add_mapping(object, region);
    json_object_set_new(object, "pages", number(region->pages));
    json_object_set_new(object, "pages_executed", number(region->pages_of[USE_FETCH]));
    json_object_set_new(object, "pages_read", number(region->pages_of[USE_LOAD]));
    json_object_set_new(object, "pages_written", number(region->pages_of[USE_STORE]));
    json_object_set_new(object, "ifetches", number(region->references[USE_FETCH]));
    json_object_set_new(object, "loads", number(region->references[USE_LOAD]));
    json_object_set_new(object, "stores", number(region->references[USE_STORE]));
    return object;
}

static json_t *regions_json(const struct layout_map *map)
{
    json_t *array = json_array();
    for (size_t i = 0; i < map->n; i++)
        json_array_append_new(array, region_json(&map->regions[i]));
    return array;
}

/* A reduced trace has members that others do not have. */
static void add_reduction(json_t *object, const struct trace_info *info,
                          const struct survey *survey)
{
    if (info->reduction.method == REDUCTION_NONE)
        return;
    json_object_set_new(object, "reduced_by",
                        json_string(reduction_names[info->reduction.method]));
    json_object_set_new(object, "reduced_frames", number(info->reduction.frames));
    json_object_set_new(object, "accesses_kept", number(survey->kept));
}

json_t *trace_info_json(const struct trace_info *info, const struct survey *survey)
{
    const struct reference_counts *counts = &survey->counts;
    json_t *object = json_object();
    /* A path or an origin that is no UTF-8 cannot be JSON; it becomes null. */
    json_t *path = json_string(info->path);
    json_t *origin = json_string(info->origin ? info->origin : "");
    json_object_set_new(object, "file", path ? path : json_null());
    json_object_set_new(object, "format", json_string(info->format));
    json_object_set_new(object, "origin", origin ? origin : json_null());
    json_object_set_new(object, "granule", number(UINT64_C(1) << info->granule_shift));
    json_object_set_new(object, "references", number(survey_references(survey)));
    json_object_set_new(object, "ifetches", number(counts->ifetches));
    json_object_set_new(object, "loads", number(counts->loads));
    json_object_set_new(object, "stores", number(counts->stores));
    json_object_set_new(object, "modifies", number(counts->modifies));
    json_object_set_new(object, "steps", number(survey->steps));
    json_object_set_new(object, "distinct_blocks", number(survey->map.blocks));
    json_object_set_new(object, "page_size", number(survey->page_size));
    json_object_set_new(object, "distinct_pages", number(survey->map.pages));
    json_t *ops = json_object();
    for (int i = 0; i < VM_OP_KINDS; i++)
        json_object_set_new(ops, vm_op_names[i], number(survey->ops[i]));
    json_object_set_new(object, "operations", ops);
    json_object_set_new(object, "file_bytes", number(survey->file_bytes));
    json_object_set_new(object, "chunks", number(survey->chunks));
    json_object_set_new(object, "lost_chunks", number(info->lost_batches));
    json_object_set_new(object, "lost_bytes", number(info->lost_bytes));
    json_object_set_new(object, "regions", regions_json(&survey->map));
    add_reduction(object, info, survey);
    return object;
}
