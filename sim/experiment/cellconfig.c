/* cellconfig.c -- see cellconfig.h. */
#include "experiment/cellconfig.h"

#include "base/units.h"
#include "experiment/cellwork.h"
#include "experiment/eventsconfig.h"
#include "experiment/workload.h"
#include "machine/pagetable.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const tlb_sections[] = {"machine.tlb.l1i", "machine.tlb.l1d",
                                           "machine.tlb.l2"};

static enum status build_trace(struct cellwork *work)
{
    struct cellconfig_builder *builder = work->builder;
    const struct yaml_node *node;
    const struct trace_name *trace;
    enum status status = workload_trace(work, &node);
    if (status == OK)
        status =
            trace_name_of(&trace, &builder->traces, node, builder->arena, builder->err);
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
    if (status == OK && cell->frames != FRAMES_UNLIMITED)
        return cellwork_record_number(work, &frames, cell->frames);
    if (status == OK)
        status = cellwork_record(work, "machine.frames", "unlimited", frames.at);
    return status;
}

static enum status bad_ways(const struct cellwork *work, const struct cell_value *entries,
                            const struct cell_value *ways)
{
    const uint64_t below = entries->number / ways->number * ways->number;
    const uint64_t above = below + ways->number;
    const struct location at = ways->given ? ways->at : entries->at;
    char fitting[64];
    if (below > 0)
        snprintf(fitting, sizeof fitting, "%" PRIu64 " or %" PRIu64, below, above);
    else
        snprintf(fitting, sizeof fitting, "%" PRIu64, above);
    return error_set(work->builder->err, ERR_CONFIG, at,
                     "%s %" PRIu64 "%s does not divide %s %" PRIu64 "%s; with these ways "
                     "it can be %s entries, with these entries the ways can be full",
                     ways->key->name, ways->number, ways->given ? "" : " (the default)",
                     entries->key->name, entries->number,
                     entries->given ? "" : " (the default)", fitting);
}

static enum status get_in(const struct cellwork *work, const char *section,
                          const char *name, struct cell_value *value)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", section, name);
    return cellwork_get(work, key, value);
}

static enum status build_tlb_level(struct cellwork *work, const char *section,
                                   struct tlb_level_config *level)
{
    struct cell_value entries, ways, replacement;
    enum status status = get_in(work, section, "entries", &entries);
    if (status == OK)
        status = get_in(work, section, "ways", &ways);
    if (status == OK)
        status = get_in(work, section, "replacement", &replacement);
    if (status == OK)
        status = cellwork_record_number(work, &entries, entries.number);
    if (status != OK || entries.number == 0)
        return status;
    if (ways.number == WAYS_FULL)
        ways.number = entries.number;
    if (entries.number % ways.number != 0)
        return bad_ways(work, &entries, &ways);
    level->entries = entries.number;
    level->ways = ways.number;
    status = cellwork_record_choice(work, &replacement, &level->replacement);
    return status == OK ? cellwork_record_number(work, &ways, ways.number) : status;
}

static enum status build_mmu(struct cellwork *work)
{
    struct cell_value mmu;
    enum status status = cellwork_get(work, "machine.mmu", &mmu);
    if (status != OK)
        return status;
    const struct pagetable_ops *format = pagetable_find(mmu.text);
    assert(format); /* key_parse looked it up in the same table */
    work->cell->mmu = format->name;
    status = cellwork_record(work, mmu.key->name, format->name, mmu.at);
    if (status != OK)
        return status;
    if (format->create) {
        for (size_t i = 0; i < ARRAY_LEN(tlb_sections) && status == OK; i++)
            status = build_tlb_level(work, tlb_sections[i], &work->cell->tlb[i]);
        return status;
    }
    for (const struct assignment *a = work->layer->first; a; a = a->next)
        if (strncmp(a->key, "machine.tlb.", 12) == 0)
            return error_set(work->builder->err, ERR_CONFIG, a->at,
                             "'%s' needs 'machine.mmu: x86-64'; the ideal MMU%s has no TLB",
                             a->key, mmu.given ? "" : " (the default)");
    return OK;
}

static enum status build_plugin(struct cellwork *work, const char *key,
                                struct plugin_config *config, const char **label)
{
    struct cell_value name;
    enum status status = cellwork_get(work, key, &name);
    if (status != OK)
        return status;
    const struct plugin plugin = plugin_find(key, name.text);
    status = plugin_configure(config, &plugin, work->layer, work->builder->err);
    if (status == OK)
        status = cellwork_record(work, name.key->name, plugin.name, name.at);
    if (status != OK)
        return status;
    return cellwork_record_params(work, &plugin, config, label);
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

static enum status build(struct cellwork *work)
{
    struct cell_config *cell = work->cell;
    const char *kernel_label;
    enum status status = build_memory(work);
    if (status == OK)
        status = build_mmu(work);
    if (status == OK)
        status = build_plugin(work, "kernel", &cell->kernel, &kernel_label);
    if (status == OK)
        status = build_plugin(work, "policy", &cell->policy, &cell->policy_label);
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
        if (!cells[i].trace)
            continue; /* a workload, which has its label */
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
