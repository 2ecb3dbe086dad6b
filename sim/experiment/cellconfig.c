/* cellconfig.c -- see cellconfig.h. */
#include "experiment/cellconfig.h"

#include "base/units.h"
#include "experiment/cellwork.h"
#include "experiment/eventsconfig.h"
#include "experiment/generate.h"
#include "experiment/machineconfig.h"
#include "experiment/workload.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum status build_trace(struct cellwork *work)
{
    struct cellconfig_builder *builder = work->builder;
    const struct yaml_node *node;
    const struct trace_name *trace;
    enum status status = generate_build(work, &trace);
    if (status != OK || trace)
        return status;
    status = workload_trace(work, &node);
    if (status == OK)
        status = trace_name_of(&trace, &builder->traces, node, NULL, builder->arena,
                               builder->err);
    if (status == OK)
        work->cell->trace = trace->path;
    return status;
}

static enum status check_frames(const struct cellwork *work,
                                const struct cell_value *memory, uint64_t frames)
{
    const uint64_t most = key_find("machine.frames")->max;
    char size[32], page[32];
    format_size(memory->number, size, sizeof size);
    format_size(work->cell->page_size, page, sizeof page);
    if (frames == 0)
        return error_set(work->builder->err, ERR_CONFIG, memory->at,
                         "machine.memory of %s holds no page of %s; it must be at least "
                         "one page",
                         size, page);
    if (frames > most)
        return error_set(work->builder->err, ERR_CONFIG, memory->at,
                         "machine.memory of %s is %" PRIu64 " frames of %s; the most are "
                         "%" PRIu64,
                         size, frames, page, most);
    return OK;
}

static enum status build_memory(struct cellwork *work)
{
    struct cell_config *cell = work->cell;
    struct cell_value page_size, memory, frames;
    enum status status = cellwork_get(work, "machine.page_size", &page_size);
    if (status == OK)
        status = cellwork_get(work, "machine.memory", &memory);
    if (status == OK)
        status = cellwork_get(work, "machine.frames", &frames);
    if (status != OK)
        return status;
    assert(!memory.given || !frames.given); /* the layers let one of them through */
    cell->page_size = page_size.number;
    cell->frames = frames.number;
    if (memory.given) {
        cell->frames = memory.number / page_size.number;
        frames.at = memory.at;
        status = check_frames(work, &memory, cell->frames);
        /* Frames say it all, but reports need the key that varies. */
        if (status == OK && work->builder->memory_varies)
            status = cellwork_record_number(work, &memory, memory.number);
    }
    if (status == OK)
        status = cellwork_record_number(work, &page_size, cell->page_size);
    if (status == OK && cell->frames != LIMIT_UNLIMITED)
        return cellwork_record_number(work, &frames, cell->frames);
    if (status == OK)
        status = cellwork_record(work, "machine.frames", "unlimited", frames.at);
    return status;
}

static enum status build_fold(struct cellwork *work)
{
    struct cell_value fold;
    const enum status status = cellwork_get(work, "workload.fold", &fold);
    if (status != OK)
        return status;
    work->cell->fold = fold.number;
    return cellwork_record_choice(work, &fold, NULL);
}

static enum status build_timing(struct cellwork *work)
{
    struct cell_value timing, seed;
    enum status status = cellwork_get(work, "timing", &timing);
    if (status == OK)
        status = cellwork_get(work, "seed", &seed);
    if (status != OK)
        return status;
    work->cell->seed = seed.number;
    status = cellwork_record_choice(work, &timing, &work->cell->timing);
    if (status == OK)
        status = cellwork_record_number(work, &seed, seed.number);
    if (status != OK)
        return status;
    if (strcmp(work->cell->timing, "events") == 0)
        return eventsconfig_build(work);
    status = eventsconfig_check_none(work);
    return status == OK ? build_trace(work) : status;
}

/* What the kernel finds wrong is placed at the parameter. */
static enum status build_kernel(struct cellwork *work)
{
    struct plugin_config *config = &work->cell->kernel;
    const char *label;
    struct error why;
    const enum status status = cellwork_plugin(work, "kernel", config, &label);
    if (status != OK)
        return status;
    const struct kernel_ops *ops = kernel_find(config->name);
    if (!ops->fit || ops->fit(config->params, &why) == OK)
        return OK;
    const struct plugin plugin = plugin_find("kernel", config->name);
    return error_set(work->builder->err, ERR_CONFIG,
                     plugin_place_of_fault(&plugin, work->layer, why.text),
                     "kernel '%s': %s", config->name, why.text);
}

static enum status build(struct cellwork *work)
{
    enum status status = machineconfig_clock(work);
    if (status == OK)
        status = build_memory(work);
    if (status == OK)
        status = machineconfig_build(work);
    if (status == OK)
        status = build_kernel(work);
    if (status == OK)
        status = cellwork_policy(work);
    if (status == OK)
        status = build_fold(work);
    if (status == OK)
        status = build_timing(work);
    return status == OK ? cellwork_finish(work) : status;
}

enum status cellconfig_build(struct cellconfig_builder *builder, struct cell_config *cell,
                             const struct layer *layer)
{
    struct cellwork work = {.builder = builder, .cell = cell, .layer = layer};
    *cell = (struct cell_config){0};
    const enum status status = build(&work);
    cellwork_release(&work);
    return status;
}

void cellconfig_label(const struct cellconfig_builder *builder, struct cell_config *cells,
                      size_t ncells)
{
    for (size_t i = 0; i < ncells; i++) {
        if (!cells[i].trace || cells[i].generate)
            continue; /* a workload or a generator, which has its label */
        const struct trace_name *own = builder->traces;
        while (own && own->path != cells[i].trace)
            own = own->next;
        assert(own); /* the builder has met the trace of every cell */
        cells[i].trace_label = own->label;
        for (const struct trace_name *t = builder->traces; t; t = t->next)
            if (t != own && strcmp(t->label, own->label) == 0)
                cells[i].trace_label = own->written;
    }
}
