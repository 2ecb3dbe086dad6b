/* sweep.c -- see sweep.h. */
#include "experiment/sweep.h"

#include "experiment/cellconfig.h"
#include "experiment/deviceconfig.h"
#include "experiment/plugin.h"

#include <inttypes.h>
#include <string.h>

/* The keys that vary, and how fast. */
struct axes {
    const struct assignment **keys; /* those of zip first                               */
    size_t *stride; /* [key]: cells until it moves on; the keys of zip have the same     */
    size_t nkeys, ncells;
};

static enum status collect(struct axes *axes, const struct layer *layer,
                           struct arena *arena, struct error *err)
{
    size_t n = 0;
    for (const struct assignment *a = layer->first; a; a = a->next)
        n += a->axis != AXIS_NONE;
    *axes = (struct axes){.keys = arena_array(arena, n, sizeof *axes->keys),
                          .stride = arena_array(arena, n, sizeof *axes->stride)};
    if (!axes->keys || !axes->stride)
        return error_nomem(err);
    for (const struct assignment *a = layer->first; a; a = a->next)
        if (a->axis == AXIS_ZIP)
            axes->keys[axes->nkeys++] = a;
    for (const struct assignment *a = layer->first; a; a = a->next)
        if (a->axis == AXIS_SWEEP)
            axes->keys[axes->nkeys++] = a;
    return OK;
}

static enum status check_zip(const struct axes *axes, struct error *err)
{
    const struct assignment *first = axes->nkeys ? axes->keys[0] : NULL;
    for (size_t i = 1; i < axes->nkeys && axes->keys[i]->axis == AXIS_ZIP; i++) {
        const struct assignment *key = axes->keys[i];
        if (key->node->count != first->node->count)
            return error_set(err, ERR_CONFIG, key->node->at,
                             "the lists under zip must have one length: '%s' has %zu "
                             "values, '%s' has %zu",
                             first->key, first->node->count, key->key, key->node->count);
    }
    return OK;
}

/* From the last axis, which moves with every cell, to the first. */
static enum status set_strides(struct axes *axes, struct error *err)
{
    size_t cells = 1;
    for (size_t i = axes->nkeys; i-- > 0;) {
        const struct assignment *key = axes->keys[i];
        axes->stride[i] = cells;
        if (key->axis == AXIS_ZIP && i > 0)
            continue; /* one axis with the zip keys before it */
        cells *= key->node->count;
        if (cells > CELLS_MAX)
            return error_set(err, ERR_CONFIG, key->at,
                             "the sweep has more than %d cells; shorten a list, or split "
                             "it into several experiments",
                             CELLS_MAX);
    }
    axes->ncells = cells;
    return OK;
}

/* A parameter of a plug-in that is swept belongs to a name that no cell will use.  That is
 * well if it came with that name as the file's default, and a loss otherwise. */
static enum status check_loss(const struct layer *layer, const struct assignment *a,
                              const struct assignment *axis, struct error *err)
{
    const char *param;
    const struct key *plugin = key_of_param(a->key, &param);
    if (!plugin || strcmp(axis->key, plugin->name) != 0 ||
        (a->at.line > 0 && layer_find(layer, plugin->name, AXIS_NONE)))
        return OK;
    return error_set(err, ERR_CONFIG, a->at,
                     "'%s' would be lost, since '%s' varies; give it with a name in the "
                     "list, such as {name: %s, %s: %s}, or vary '%s' too",
                     a->key, plugin->name, key_plugin_example(plugin), param, a->node->text,
                     a->key);
}

/* What the cells have in common: the keys that no axis sets. */
static enum status common_layer(struct layer *common, const struct layer *layer,
                                struct arena *arena, struct error *err)
{
    struct assignment **link = &common->first;
    for (const struct assignment *a = layer->first; a; a = a->next) {
        if (a->axis != AXIS_NONE)
            continue;
        const struct assignment *axis = layer_axis_over(layer, a->key);
        const enum status status = axis ? check_loss(layer, a, axis, err) : OK;
        if (status != OK)
            return status;
        if (axis)
            continue;
        struct assignment *copy = arena_alloc(arena, sizeof *copy);
        if (!copy)
            return error_nomem(err);
        *copy = *a;
        copy->next = NULL;
        *link = copy;
        link = &copy->next;
    }
    return OK;
}

static const struct yaml_node *item(const struct assignment *axis, size_t index)
{
    const struct yaml_node *node = axis->node->first;
    while (index-- > 0)
        node = node->next;
    return node;
}

/* Build cell number `index` in memory of its own, so that a large sweep keeps no layers. */
static enum status build_cell(struct cellconfig_builder *builder, struct cell_config *cell,
                              const struct axes *axes, const struct layer *common,
                              size_t index)
{
    struct arena *scratch = arena_create();
    if (!scratch)
        return error_nomem(builder->err);
    struct layer values = {0}, layer = {0};
    enum status status = OK;
    for (size_t i = 0; i < axes->nkeys && status == OK; i++) {
        const struct assignment *axis = axes->keys[i];
        const size_t at = index / axes->stride[i] % axis->node->count;
        status = layer_assign(&values, axis, item(axis, at), scratch, builder->err);
    }
    if (status == OK)
        status = layer_merge(&layer, common, scratch, builder->err);
    if (status == OK)
        status = layer_merge(&layer, &values, scratch, builder->err);
    if (status == OK && builder->model_varies)
        status = model_apply(&layer, &builder->models, scratch, builder->err);
    if (status == OK)
        status = cellconfig_build(builder, cell, &layer);
    arena_free(scratch);
    return status;
}

static enum status build_cells(struct experiment *experiment, const struct axes *axes,
                               const struct layer *layer,
                               struct cellconfig_builder *builder)
{
    struct layer common = {0};
    enum status status = plugin_check(layer, builder->policies, builder->err);
    if (status == OK)
        status = deviceconfig_check(layer, &builder->storage, builder->err);
    if (status == OK)
        status = common_layer(&common, layer, builder->arena, builder->err);
    if (status != OK)
        return status;
    experiment->cells =
        arena_array(builder->arena, axes->ncells, sizeof *experiment->cells);
    if (!experiment->cells)
        return error_nomem(builder->err);
    for (size_t i = 0; i < axes->ncells; i++) {
        status = build_cell(builder, &experiment->cells[i], axes, &common, i);
        if (status != OK)
            return status;
    }
    experiment->ncells = axes->ncells;
    cellconfig_label(builder, experiment->cells, experiment->ncells);
    return OK;
}

enum status sweep_expand(struct experiment *experiment, const struct layer *layer,
                         const struct experiment_options *options, struct arena *arena,
                         struct error *err)
{
    struct axes axes;
    enum status status = collect(&axes, layer, arena, err);
    if (status == OK)
        status = check_zip(&axes, err);
    if (status == OK)
        status = set_strides(&axes, err);
    if (status != OK)
        return status;
    const char **swept = arena_array(arena, axes.nkeys, sizeof *swept);
    if (!swept)
        return error_nomem(err);
    for (size_t i = 0; i < axes.nkeys; i++)
        swept[i] = axes.keys[i]->key;
    experiment->swept = swept;
    experiment->nswept = axes.nkeys;
    bool memory_varies = false, model_varies = false;
    for (size_t i = 0; i < axes.nkeys; i++) {
        memory_varies = memory_varies || strcmp(swept[i], "machine.memory") == 0;
        model_varies = model_varies || strcmp(swept[i], "machine.model") == 0;
    }
    struct cellconfig_builder builder = {.file = experiment->file,
                                         .memory_varies = memory_varies,
                                         .model_varies = model_varies,
                                         .policies = experiment->policies,
                                         .storage = {.options = options, .arena = arena},
                                         .models = {.options = options, .arena = arena},
                                         .arena = arena,
                                         .err = err};
    return build_cells(experiment, &axes, layer, &builder);
}
