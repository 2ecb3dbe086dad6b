/* effective.c -- see effective.h. */
#include "experiment/effective.h"

#include "experiment/native.h"
#include "experiment/plot_scale.h"
#include "experiment/tlb_arrays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 2 };

static const char machine[] = "machine.";

/* Whether some cell may have page tables: mmu varies, alone or with the model, or it is not
 * the ideal one. */
static bool may_have_tables(const struct layer *layer)
{
    const struct assignment *mmu = layer_find(layer, "machine.mmu", AXIS_NONE);
    const char *name = mmu ? mmu->node->text : key_find("machine.mmu")->fallback;
    return layer_axis_over(layer, "machine.mmu") ||
           (!mmu && layer_axis_over(layer, "machine.model")) || !key_mmu_is_ideal(name);
}

/* Whether some cell may have events: timing varies, or it is not none. */
static bool may_have_events(const struct layer *layer)
{
    const struct assignment *timing = layer_find(layer, "timing", AXIS_NONE);
    return layer_axis_over(layer, "timing") ||
           (timing && strcmp(timing->node->text, "none") != 0);
}

/* Whether the key's value holds in any cell. */
static bool is_effective(const struct layer *layer, const struct key *key)
{
    return !layer_axis_over(layer, key->name) &&
           (!(key->flags & KEY_TABLES) || may_have_tables(layer)) &&
           (!(key->flags & KEY_EVENTS) || may_have_events(layer));
}

/* The default to write for a key, or NULL if there is none, or none that holds: several
 * models, and kernels, have each their own. */
static const char *fallback_of(const struct layer *layer, const struct key *key)
{
    if ((strcmp(key->name, "machine.frames") == 0 &&
         layer_find(layer, "machine.memory", AXIS_NONE)) ||
        (layer_axis_over(layer, "machine.model") &&
         strncmp(key->name, machine, strlen(machine)) == 0))
        return NULL;
    return key->kind == KEY_POLICY ? native_default(layer) : key->fallback;
}

/* Write the sections of key that the one written before it does not have, and then the
 * last part: "machine:\n  page_size:". */
static void write_name(FILE *out, const char *key, const char *previous)
{
    int depth = 0;
    bool same = true;
    for (const char *part = key;; depth++) {
        const char *dot = strchr(part, '.');
        const int length = dot ? (int)(dot - part) : (int)strlen(part);
        const size_t end = (size_t)(part - key) + (size_t)length;
        same = same && dot && strncmp(key, previous, end + 1) == 0;
        if (!same)
            fprintf(out, "%*s%.*s:%s", depth * INDENT, "", length, part, dot ? "\n" : "");
        if (!dot)
            return;
        part = dot + 1;
    }
}

/* The name of a plug-in, with the parameters that were given: {name: clock, hand: stays} */
static void write_plugin(FILE *out, const struct layer *layer, const struct key *key,
                         const char *name)
{
    bool any = false;
    for (const struct assignment *a = layer->first; a; a = a->next) {
        const char *param;
        if (a->axis != AXIS_NONE || key_of_param(a->key, &param) != key ||
            layer_axis_over(layer, a->key))
            continue;
        if (!any) {
            fputs("{name: ", out);
            yaml_write_scalar(out, name);
            any = true;
        }
        fputs(", ", out);
        yaml_write_scalar(out, param);
        fputs(": ", out);
        yaml_write_scalar(out, a->node->text);
    }
    if (any)
        fputc('}', out);
    else
        yaml_write_scalar(out, name);
}

/* A line for each process. */
static void write_processes(FILE *out, const struct yaml_node *list)
{
    for (const struct yaml_node *map = list->first; map; map = map->next) {
        fprintf(out, "\n%*s- ", 2 * INDENT, "");
        yaml_write_flow(out, map);
    }
}

static void write_value(FILE *out, const struct layer *layer, const struct key *key,
                        const struct yaml_node *said)
{
    const char *text = said ? said->text : fallback_of(layer, key);
    if (key->kind == KEY_PROCESSES)
        write_processes(out, said);
    else
        fputc(' ', out);
    if (key_is_plugin(key))
        write_plugin(out, layer, key, text);
    else if (said && said->kind == YAML_LIST && key->kind != KEY_PROCESSES)
        yaml_write_flow(out, said);
    else if (key->kind != KEY_PROCESSES)
        yaml_write_scalar(out, text);
    fputc('\n', out);
}

/* Write the key, unless it has no value or the value holds nowhere. */
static void write_key(FILE *out, const struct layer *layer, const struct key *key,
                      const char **previous)
{
    const struct assignment *a = layer_find(layer, key->name, AXIS_NONE);
    const bool writable = key->kind == KEY_PROCESSES || key->kind == KEY_PAGES ||
                          key->kind == KEY_DEVICES || key->kind == KEY_SIZES ||
                          key->kind == KEY_CURVES || key->kind == KEY_COUNTERS ||
                          (key_is_scalar(key) && key->kind != KEY_NAME);
    if (!writable || !is_effective(layer, key) || (!a && !fallback_of(layer, key)))
        return;
    write_name(out, key->name, *previous);
    write_value(out, layer, key, a ? a->node : NULL);
    *previous = key->name;
}

/* The patterns, which stand together, are written array by array. */
static void write_keys(FILE *out, const struct layer *layer,
                       const struct tlb_arrays *arrays)
{
    const char *previous = "";
    bool written = false;
    for (size_t i = 0; i < key_count; i++) {
        if (!(key_table[i].flags & KEY_PATTERN)) {
            write_key(out, layer, &key_table[i], &previous);
            continue;
        }
        for (size_t k = 0; k < arrays->n && !written; k++)
            for (size_t part = 0; part < TLB_KEYS; part++)
                write_key(out, layer, &arrays->all[k]->keys[part], &previous);
        written = true;
    }
}

static void write_axes(FILE *out, const struct layer *layer, enum axis axis,
                       const char *name)
{
    bool any = false;
    for (const struct assignment *a = layer->first; a; a = a->next) {
        if (a->axis != axis)
            continue;
        if (!any)
            fprintf(out, "%s:\n", name);
        any = true;
        fprintf(out, "%*s", INDENT, "");
        yaml_write_scalar(out, a->key);
        fputs(": ", out);
        yaml_write_flow(out, a->node);
        fputc('\n', out);
    }
}

static void write_field(FILE *out, const char *name, const char *text)
{
    if (!text)
        return;
    fprintf(out, ", %s: ", name);
    yaml_write_scalar(out, text);
}

/* Names of counters or curves, which need no quotes: "a" or "a,b". */
static void write_names(FILE *out, const char *field, const char *names)
{
    const bool list = strchr(names, ',') != NULL;
    fprintf(out, ", %s: %s", field, list ? "[" : "");
    for (const char *c = names; *c; c++)
        if (*c == ',')
            fputs(", ", out);
        else
            fputc(*c, out);
    if (list)
        fputc(']', out);
}

/* The lines of `only` as a list. */
static void write_only(FILE *out, const char *only)
{
    const char *lead = ", only: [";
    for (size_t length; *only; only += length + (only[length] == '\n')) {
        char value[256];
        length = strcspn(only, "\n");
        snprintf(value, sizeof value, "%.*s", (int)length, only);
        fputs(lead, out);
        yaml_write_scalar(out, value);
        lead = ", ";
    }
    fputc(']', out);
}

static void write_plots(FILE *out, const struct experiment *experiment)
{
    if (experiment->nplots > 0)
        fputs("plots:\n", out);
    for (size_t i = 0; i < experiment->nplots; i++) {
        const struct plot_config *plot = &experiment->plots[i];
        fprintf(out, "%*s- {x: ", INDENT, "");
        yaml_write_scalar(out, plot->x);
        write_names(out, "y", plot->y);
        write_field(out, "series", plot->series);
        if (plot->curves)
            write_names(out, plot->alone ? "curve" : "curves", plot->curves);
        write_field(out, "pictures", plot->pictures);
        if (plot->only)
            write_only(out, plot->only);
        if (plot->xscale != PLOT_AUTO)
            write_field(out, "xscale", plot_scale_name(plot->xscale));
        if (plot->yscale != PLOT_AUTO)
            write_field(out, "yscale", plot_scale_name(plot->yscale));
        write_field(out, "title", plot->title);
        write_field(out, "file", plot->file);
        fputs("}\n", out);
    }
}

enum status effective_write(struct experiment *experiment, const struct layer *layer,
                            struct arena *arena, struct error *err)
{
    struct tlb_keys *known = NULL;
    struct tlb_arrays arrays;
    const enum status status = tlb_arrays_find(&arrays, layer, &known, arena, err);
    if (status != OK)
        return status;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return error_nomem(err);
    fputs("experiment: ", out);
    yaml_write_scalar(out, experiment->name);
    fputc('\n', out);
    write_keys(out, layer, &arrays);
    write_axes(out, layer, AXIS_ZIP, "zip");
    write_axes(out, layer, AXIS_SWEEP, "sweep");
    write_plots(out, experiment);
    const bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        experiment->effective = arena_strndup(arena, text, length);
    free(text);
    return experiment->effective ? OK : error_nomem(err);
}
