/* cellconfig.c -- see cellconfig.h. */
#include "experiment/cellconfig.h"

#include "base/units.h"
#include "experiment/plugin.h"
#include "experiment/preset.h"
#include "machine/pagetable.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_MAX = 128 }; /* keys and parameters of a cell                            */

static const char *const tlb_sections[] = {"machine.tlb.l1i", "machine.tlb.l1d",
                                           "machine.tlb.l2"};

/* A cell under construction. */
struct work {
    struct cellconfig_builder *builder;
    struct cell_config *cell;
    const struct layer *layer;
    struct setting settings[SETTINGS_MAX];
    size_t nsettings;
};

/* A value of the cell: the user's word or the default. */
struct value {
    const struct key *key;
    const char *text;   /* NULL: not said, and there is no default                      */
    struct location at; /* of the value; nowhere for a default                          */
    bool given;
    uint64_t number;
};

static enum status get(const struct work *work, const char *name, struct value *value)
{
    const struct assignment *a = layer_find(work->layer, name, AXIS_NONE);
    *value = (struct value){.key = key_find(name), .given = a != NULL};
    assert(value->key);
    value->text = a ? a->node->text : value->key->fallback;
    value->at = a ? a->node->at : at_nowhere();
    if (!value->text)
        return OK;
    return key_parse(value->key, &value->number, value->text, value->at,
                     work->builder->err);
}

/* Record an effective setting; both strings live as long as the arena or for ever. */
static void record(struct work *work, const char *key, const char *text, struct location at)
{
    assert(work->nsettings < SETTINGS_MAX);
    work->settings[work->nsettings++] =
        (struct setting){.key = key, .value = text, .at = at.line > 0 ? at : at_nowhere()};
}

static enum status record_number(struct work *work, const struct value *value,
                                 uint64_t number)
{
    const char *text = arena_printf(work->builder->arena, "%" PRIu64, number);
    if (!text)
        return error_nomem(work->builder->err);
    record(work, value->key->name, text, value->at);
    return OK;
}

/* The string of the choice that the value names, which lives for ever. */
static const char *record_choice(struct work *work, const struct value *value)
{
    const char *choice = value->key->choices[value->number];
    record(work, value->key->name, choice, value->at);
    return choice;
}

static const char *label_of(struct arena *arena, const char *path)
{
    if (strcmp(path, "-") == 0)
        return "stdin";
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const size_t length = *name ? 1 + strcspn(name + 1, ".") : 0;
    return length > 0 ? arena_strndup(arena, name, length) : path;
}

static enum status build_trace(struct work *work)
{
    struct cellconfig_builder *builder = work->builder;
    const struct assignment *a = layer_find(work->layer, "trace", AXIS_NONE);
    if (!a || !*a->node->text)
        return error_set(builder->err, ERR_CONFIG, a ? a->at : at_file(builder->file),
                         "no trace is named; write 'trace: PATH' into the experiment or "
                         "give --set trace=PATH");
    const bool standard_input = strcmp(a->node->text, "-") == 0;
    const char *path =
        standard_input ? "-" : preset_resolve(a->node->text, a->node, builder->arena);
    struct trace_name *trace = builder->traces;
    while (path && trace && strcmp(trace->path, path) != 0)
        trace = trace->next;
    if (!trace) {
        trace = arena_alloc(builder->arena, sizeof *trace);
        const char *label = label_of(builder->arena, a->node->text);
        if (!path || !trace || !label)
            return error_nomem(builder->err);
        *trace = (struct trace_name){path, a->node->text, label, builder->traces};
        builder->traces = trace;
    }
    work->cell->trace = trace->path;
    return OK;
}

static enum status check_frames(const struct work *work, const struct value *memory,
                                uint64_t frames)
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

static enum status build_memory(struct work *work)
{
    struct cell_config *cell = work->cell;
    struct value page_size, memory, frames;
    enum status status = get(work, "machine.page_size", &page_size);
    if (status == OK)
        status = get(work, "machine.memory", &memory);
    if (status == OK)
        status = get(work, "machine.frames", &frames);
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
            status = record_number(work, &memory, memory.number);
    }
    if (status == OK)
        status = record_number(work, &page_size, cell->page_size);
    if (status == OK && cell->frames != FRAMES_UNLIMITED)
        return record_number(work, &frames, cell->frames);
    record(work, "machine.frames", "unlimited", frames.at);
    return status;
}

static enum status bad_ways(const struct work *work, const struct value *entries,
                            const struct value *ways)
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

static enum status get_in(const struct work *work, const char *section, const char *name,
                          struct value *value)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", section, name);
    return get(work, key, value);
}

static enum status build_tlb_level(struct work *work, const char *section,
                                   struct tlb_level_config *level)
{
    struct value entries, ways, replacement;
    enum status status = get_in(work, section, "entries", &entries);
    if (status == OK)
        status = get_in(work, section, "ways", &ways);
    if (status == OK)
        status = get_in(work, section, "replacement", &replacement);
    if (status == OK)
        status = record_number(work, &entries, entries.number);
    if (status != OK || entries.number == 0)
        return status;
    if (ways.number == WAYS_FULL)
        ways.number = entries.number;
    if (entries.number % ways.number != 0)
        return bad_ways(work, &entries, &ways);
    level->entries = entries.number;
    level->ways = ways.number;
    level->replacement = record_choice(work, &replacement);
    return record_number(work, &ways, ways.number);
}

static enum status build_mmu(struct work *work)
{
    struct value mmu;
    enum status status = get(work, "machine.mmu", &mmu);
    if (status != OK)
        return status;
    const struct pagetable_ops *format = pagetable_find(mmu.text);
    assert(format); /* key_parse looked it up in the same table */
    work->cell->mmu = format->name;
    record(work, mmu.key->name, format->name, mmu.at);
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

/* Record every parameter, and make a label of those that the user gave: "clock" or
 * "clock(hand=stays)". */
static enum status record_params(struct work *work, const struct plugin *plugin,
                                 const struct plugin_config *config, const char **label)
{
    struct arena *arena = work->builder->arena;
    *label = plugin->name;
    bool any = false;
    for (const struct param *p = plugin->params; p && p->name; p++) {
        char text[128];
        param_format(p, config->params, text, sizeof text);
        const char *key = arena_printf(arena, "%s.%s", plugin->key, p->name);
        const char *value = arena_strdup(arena, text);
        if (!key || !value)
            return error_nomem(work->builder->err);
        const struct assignment *a = layer_find(work->layer, key, AXIS_NONE);
        record(work, key, value, a ? a->node->at : at_nowhere());
        if (a)
            *label =
                arena_printf(arena, "%s%s%s=%s", *label, any ? "," : "(", p->name, text);
        if (!*label)
            return error_nomem(work->builder->err);
        any = any || a;
    }
    if (any)
        *label = arena_printf(arena, "%s)", *label);
    return *label ? OK : error_nomem(work->builder->err);
}

static enum status build_plugin(struct work *work, const char *key,
                                struct plugin_config *config, const char **label)
{
    struct value name;
    enum status status = get(work, key, &name);
    if (status != OK)
        return status;
    const struct plugin plugin = plugin_find(key, name.text);
    status = plugin_configure(config, &plugin, work->layer, work->builder->err);
    if (status != OK)
        return status;
    record(work, name.key->name, plugin.name, name.at);
    return record_params(work, &plugin, config, label);
}

static enum status build_rest(struct work *work)
{
    struct value timing, seed;
    enum status status = get(work, "timing", &timing);
    if (status == OK)
        status = get(work, "seed", &seed);
    if (status != OK)
        return status;
    work->cell->timing = record_choice(work, &timing);
    work->cell->seed = seed.number;
    return record_number(work, &seed, seed.number);
}

static int compare_settings(const void *a, const void *b)
{
    return strcmp(((const struct setting *)a)->key, ((const struct setting *)b)->key);
}

static enum status keep_settings(struct work *work)
{
    const size_t bytes = work->nsettings * sizeof work->settings[0];
    struct setting *settings = arena_alloc(work->builder->arena, bytes);
    if (!settings)
        return error_nomem(work->builder->err);
    qsort(work->settings, work->nsettings, sizeof work->settings[0], compare_settings);
    memcpy(settings, work->settings, bytes);
    work->cell->settings = settings;
    work->cell->nsettings = work->nsettings;
    return OK;
}

enum status cellconfig_build(struct cellconfig_builder *builder, struct cell_config *cell,
                             const struct layer *layer)
{
    struct work work = {.builder = builder, .cell = cell, .layer = layer};
    const char *kernel_label;
    *cell = (struct cell_config){0};
    enum status status = build_trace(&work);
    if (status == OK)
        status = build_memory(&work);
    if (status == OK)
        status = build_mmu(&work);
    if (status == OK)
        status = build_plugin(&work, "kernel", &cell->kernel, &kernel_label);
    if (status == OK)
        status = build_plugin(&work, "policy", &cell->policy, &cell->policy_label);
    if (status == OK)
        status = build_rest(&work);
    return status == OK ? keep_settings(&work) : status;
}

void cellconfig_label(const struct cellconfig_builder *builder, struct cell_config *cells,
                      size_t ncells)
{
    for (size_t i = 0; i < ncells; i++) {
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
