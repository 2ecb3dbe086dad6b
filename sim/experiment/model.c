/* model.c -- see model.h. */
#include "experiment/model.h"

#include "base/units.h"

#include <string.h>

enum { NAMES_MAX = 256 }; /* models that are looked through for the nearest              */

static const char part[] = "machines/";
static const char key_of_model[] = "machine.model";

size_t model_names(const char **names, size_t max, const char *const *folders,
                   size_t nfolders, struct arena *arena)
{
    return preset_names(names, max, folders, nfolders, part, arena);
}

static enum status unknown_model(const struct models *models, const struct yaml_node *name,
                                 struct error *err)
{
    const char *names[NAMES_MAX];
    const size_t n = model_names(names, NAMES_MAX, models->options->presets,
                                 models->options->npresets, models->arena);
    const char *nearest = nearest_name(name->text, names, n);
    if (nearest)
        return error_set(err, ERR_CONFIG, name->at,
                         "unknown %s '%s'; nearest is '%s'; 'faultline list machines' "
                         "shows all",
                         key_of_model, name->text, nearest);
    char list[320];
    join_names(list, sizeof list, names, n);
    return error_set(err, ERR_CONFIG, name->at,
                     n ? "unknown %s '%s'; known: %s; 'faultline list machines' explains "
                         "them"
                       : "unknown %s '%s': the folders of presets have no machines%s",
                     key_of_model, name->text, list);
}

/* It says keys of the machine, and says them once for all cells. */
static enum status check_layer(const struct layer *layer, struct error *err)
{
    static const char section[] = "machine.";
    for (const struct assignment *a = layer->first; a; a = a->next) {
        if (a->axis != AXIS_NONE)
            return error_set(err, ERR_CONFIG, a->at,
                             "a model of a machine cannot vary anything; '%s' is in %s",
                             a->key, axis_names[a->axis]);
        if (strcmp(a->key, key_of_model) == 0)
            return error_set(err, ERR_CONFIG, a->at,
                             "a model of a machine cannot name another as its '%s'; it "
                             "can extend it",
                             a->key);
        if (strncmp(a->key, section, strlen(section)) != 0)
            return error_set(err, ERR_CONFIG, a->at,
                             "a model of a machine says machine.* keys only, not '%s'",
                             a->key);
    }
    return OK;
}

static enum status read_model(const struct model **out, struct models *models,
                              const struct yaml_node *node, const char *path,
                              struct error *err)
{
    struct model *model = arena_alloc(models->arena, sizeof *model);
    if (!model)
        return error_nomem(err);
    enum status status =
        preset_read(&model->layer, path, models->options, models->arena, err);
    if (status == OK)
        status = check_layer(&model->layer, err);
    if (status != OK)
        return status;
    model->node = node;
    model->name = preset_stem(path, models->arena);
    model->next = models->all;
    if (!model->name)
        return error_nomem(err);
    *out = models->all = model;
    return OK;
}

enum status model_find(const struct model **model, struct models *models,
                       const struct layer *layer, struct error *err)
{
    *model = NULL;
    const struct assignment *a = layer_find(layer, key_of_model, AXIS_NONE);
    if (!a)
        return OK;
    const struct yaml_node *name = a->node;
    for (*model = models->all; *model; *model = (*model)->next)
        if ((*model)->node == name)
            return OK;
    const bool relative = name->text[0] == '.' || name->text[0] == '/';
    const char *file =
        relative ? name->text : arena_printf(models->arena, "%s%s", part, name->text);
    const char *path = NULL;
    enum status status =
        file ? preset_find(&path, file, name->at, models->options, models->arena, err)
             : error_nomem(err);
    if (status == OK && !path)
        status = unknown_model(models, name, err);
    return status == OK ? read_model(model, models, name, path, err) : status;
}

/* Whether the layer leaves the timing at its default, none. */
static bool has_no_timing(const struct layer *layer)
{
    return !layer_find(layer, "timing", AXIS_NONE) && !layer_axis_over(layer, "timing");
}

static void drop_events(struct layer *layer)
{
    for (struct assignment **link = &layer->first; *link;)
        if (key_needs_events((*link)->key))
            *link = (*link)->next;
        else
            link = &(*link)->next;
}

enum status model_apply(struct layer *layer, struct models *models, struct arena *arena,
                        struct error *err)
{
    const struct model *model;
    struct layer under = {0};
    enum status status = model_find(&model, models, layer, err);
    if (status != OK || !model)
        return status;
    status = layer_merge(&under, &model->layer, arena, err);
    if (has_no_timing(layer))
        drop_events(&under);
    if (status == OK)
        status = layer_merge(&under, layer, arena, err);
    *layer = under;
    return status;
}
