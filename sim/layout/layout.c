/* layout.c -- see layout.h. */
#include "layout/layout.h"

#include "layout/areas.h"
#include "layout/regions.h"
#include "layout/tally.h"

#include <stdlib.h>

const char *const region_kind_names[REGION_KINDS] = {
    [REGION_TEXT] = "text",     [REGION_DATA] = "data",
    [REGION_HEAP] = "heap",     [REGION_CONSTANTS] = "constants",
    [REGION_STACK] = "stack",   [REGION_FILE] = "file",
    [REGION_SHARED] = "shared", [REGION_ANONYMOUS] = "anonymous",
};

struct layout {
    struct layout_options options;
    struct areas areas;
    struct uses uses;
    struct tally *tally;
    struct density
        density; /* if has_density                                              */
    bool has_density;
    uint64_t time;
    struct map threads; /* that have run: the streams of their switches                  */
    bool stack_wanted;  /* the next data reference is the first of a thread               */
    struct map stacks;  /* blocks of first data references that no mapping had            */
    struct layout_region
        *regions; /* of the map handed out                                */
};

enum status layout_create(struct layout **out, const struct layout_options *options,
                          struct error *err)
{
    struct layout *layout = calloc(1, sizeof *layout);
    *out = layout;
    if (!layout)
        return error_nomem(err);
    layout->options = *options;
    layout->stack_wanted = true;
    areas_init(&layout->areas, options->granule_shift);
    enum status status = tally_create(&layout->tally, err);
    layout->has_density = options->plot != NULL;
    if (status == OK && options->plot)
        status = density_init(&layout->density, options->plot, options->page_shift, err);
    if (status == OK && map_get_or_add(&layout->threads, 0, 0, err) == MAP_ABSENT)
        status = ERR_NOMEM;
    if (status != OK) {
        layout_free(layout);
        *out = NULL;
    }
    return status;
}

void layout_free(struct layout *layout)
{
    if (!layout)
        return;
    free(layout->regions);
    map_release(&layout->stacks);
    map_release(&layout->threads);
    if (layout->has_density)
        density_release(&layout->density);
    tally_free(layout->tally);
    uses_release(&layout->uses);
    areas_release(&layout->areas);
    free(layout);
}

const struct density *layout_density(const struct layout *layout)
{
    return layout->has_density ? &layout->density : NULL;
}

static enum status take(void *context, uint64_t block, const struct use_count *count,
                        struct error *err)
{
    struct layout *layout = context;
    const uint32_t mapping = areas_find(&layout->areas, block);
    const enum status status = uses_add(&layout->uses, block, mapping, count, err);
    if (status != OK || !layout->has_density)
        return status;
    return density_add(&layout->density, block << layout->options.granule_shift, count,
                       err);
}

static enum status find_stack(struct layout *layout, uint32_t end, struct error *err)
{
    uint64_t block;
    if (!tally_first_data(layout->tally, end, &block))
        return OK;
    layout->stack_wanted = false;
    const uint32_t mapping = areas_find(&layout->areas, block);
    if (mapping != MAPPING_NONE)
        areas_mark_stack(&layout->areas, mapping);
    else if (map_get_or_add(&layout->stacks, block, 0, err) == MAP_ABSENT)
        return ERR_NOMEM;
    return OK;
}

/* The steps up to `end`, between which nothing changes. */
static enum status add_steps(struct layout *layout, uint32_t end, struct error *err)
{
    enum status status = OK;
    if (layout->stack_wanted)
        status = find_stack(layout, end, err);
    while (status == OK && tally_place(layout->tally).step < end) {
        const bool plot = layout->has_density;
        const uint64_t most = plot ? layout->density.left : UINT64_MAX;
        const uint64_t done = tally_run(layout->tally, end, most);
        layout->time += done;
        status = tally_take(layout->tally, take, layout, err);
        if (plot)
            density_advance(&layout->density, done);
    }
    return status;
}

static bool is_new_thread(const struct layout *layout, const struct vm_op *op)
{
    return op->kind == VM_SWITCH && map_get(&layout->threads, op->stream) == MAP_ABSENT;
}

static enum status apply(struct layout *layout, const struct vm_op *op, const char *names,
                         struct error *err)
{
    if (op->kind == VM_EXEC)
        layout->stack_wanted = true;
    if (op->kind != VM_SWITCH)
        return areas_apply(&layout->areas, op, names, layout->time, err);
    layout->stack_wanted = true;
    return map_get_or_add(&layout->threads, op->stream, 0, err) == MAP_ABSENT ? ERR_NOMEM
                                                                              : OK;
}

enum status layout_add(struct layout *layout, const struct batch *batch, struct error *err)
{
    enum status status = OK;
    tally_begin(layout->tally, batch);
    for (uint32_t i = 0; i < batch->nops && status == OK; i++) {
        const struct vm_op *op = &batch->ops[i];
        if (!areas_change(op->kind) && !is_new_thread(layout, op))
            continue;
        status = add_steps(layout, op->step, err);
        if (status == OK)
            status = apply(layout, op, batch->names, err);
    }
    return status == OK ? add_steps(layout, batch->nsteps, err) : status;
}

enum status layout_finish(struct layout *layout, struct layout_map *map, struct error *err)
{
    const struct region_source source = {
        .areas = &layout->areas,
        .uses = &layout->uses,
        .stacks = &layout->stacks,
        .page_shift = layout->options.page_shift - layout->options.granule_shift,
    };
    *map = (struct layout_map){.blocks = layout->uses.blocks.used};
    const enum status status = regions_infer(map, &source, err);
    layout->regions = map->regions;
    return status;
}
