/* config.c -- see config.h.  The work is done by layer.c (what each source says), preset.c
 * (`extends`), sweep.c and cellconfig.c (the cells), plots.c and effective.c. */
#include "experiment/config.h"

#include "experiment/counters_wanted.h"
#include "experiment/curves.h"
#include "experiment/effective.h"
#include "experiment/model.h"
#include "experiment/plots.h"
#include "experiment/policy_file.h"
#include "experiment/preset.h"
#include "experiment/sweep.h"

#include <string.h>

static char *trim(struct arena *arena, const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    const size_t blanks = strspn(text, " \t");
    return blanks < length ? arena_strndup(arena, text + blanks, length - blanks)
                           : arena_strdup(arena, "");
}

/* "key=value" as a map of one key.  A dash alone is a list to YAML; here it is the trace
 * on standard input. */
static enum status read_set(struct yaml_node **out, const char *set, struct arena *arena,
                            struct error *err)
{
    const char *origin = arena_printf(arena, "--set '%s'", set);
    struct yaml_node *map = arena_alloc(arena, sizeof *map);
    if (!origin || !map)
        return error_nomem(err);
    const char *equals = strchr(set, '=');
    if (!equals || equals == set)
        return error_set(err, ERR_CONFIG, at_file(origin),
                         "a setting is KEY=VALUE, such as machine.memory=8MiB");
    const char *key = trim(arena, set, (size_t)(equals - set));
    const char *value = trim(arena, equals + 1, strlen(equals + 1));
    if (!key || !value)
        return error_nomem(err);
    struct yaml_node *node;
    if (strcmp(value, "-") == 0)
        value = "\"-\"";
    const enum status status = yaml_read_text(
        &node, *value ? value : "~", *value ? strlen(value) : 1, origin, false, arena, err);
    if (status != OK)
        return status;
    node->key = key;
    node->key_at = at_file(origin);
    *map = (struct yaml_node){
        .kind = YAML_MAP, .at = node->key_at, .text = "", .first = node, .count = 1};
    *out = map;
    return OK;
}

/* All --set options are one layer, in which the last word on a key holds. */
static enum status read_sets(struct layer *layer, const struct experiment_options *options,
                             struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < options->nset; i++) {
        struct yaml_node *map = NULL;
        enum status status = read_set(&map, options->set[i], arena, err);
        if (status == OK)
            status = layer_read(layer, map, true, arena, err);
        if (status != OK)
            return status;
    }
    for (const struct assignment *a = layer->first; a; a = a->next) {
        const struct assignment *axis =
            a->axis == AXIS_NONE ? layer_axis_over(layer, a->key) : NULL;
        if (axis && strcmp(axis->key, a->key) == 0)
            return error_set(err, ERR_CONFIG, a->at,
                             "'%s' is also swept by a --set; only one of them can hold",
                             a->key);
    }
    return OK;
}

/* From `experiment:`, else the file's stem, else "run". */
static enum status name_experiment(struct experiment *experiment, const struct layer *layer,
                                   struct arena *arena, struct error *err)
{
    const struct assignment *a = layer_find(layer, "experiment", AXIS_NONE);
    experiment->name = a ? a->node->text : "run";
    if (a || !experiment->file)
        return OK;
    const char *slash = strrchr(experiment->file, '/');
    const char *name = slash ? slash + 1 : experiment->file;
    const char *dot = strrchr(name, '.');
    experiment->name =
        arena_strndup(arena, name, dot ? (size_t)(dot - name) : strlen(name));
    if (!experiment->name)
        return error_nomem(err);
    uint64_t unused;
    if (key_parse(key_find("experiment"), &unused, experiment->name, at_nowhere(), NULL) !=
        OK)
        experiment->name = "run";
    return OK;
}

/* A model that does not vary is a preset under all others. */
static enum status apply_model(struct layer *layer,
                               const struct experiment_options *options,
                               struct arena *arena, struct error *err)
{
    struct models models = {.options = options, .arena = arena};
    return layer_axis_over(layer, "machine.model")
               ? OK
               : model_apply(layer, &models, arena, err);
}

static enum status load(struct experiment *experiment,
                        const struct experiment_options *options, struct arena *arena,
                        struct error *err)
{
    struct layer set = {0}, layer = {0};
    enum status status = read_sets(&set, options, arena, err);
    if (status == OK)
        status = preset_load(&layer, &set, options, arena, err);
    if (status == OK)
        status = apply_model(&layer, options, arena, err);
    if (status == OK)
        status = name_experiment(experiment, &layer, arena, err);
    if (status == OK)
        status = sweep_expand(experiment, &layer, options, arena, err);
    if (status == OK)
        status = counters_build(experiment, &layer, arena, err);
    if (status == OK)
        status = curves_build(experiment, &layer, arena, err);
    if (status == OK)
        status = plots_build(experiment, &layer, arena, err);
    return status == OK ? effective_write(experiment, &layer, arena, err) : status;
}

enum status experiment_load(struct experiment **out,
                            const struct experiment_options *options, struct error *err)
{
    struct arena *arena = arena_create();
    if (!arena)
        return error_nomem(err);
    struct experiment *experiment = arena_alloc(arena, sizeof *experiment);
    struct experiment_options own = *options;
    own.file = options->file ? arena_strdup(arena, options->file) : NULL;
    if (!experiment || (options->file && !own.file)) {
        arena_free(arena);
        return error_nomem(err);
    }
    experiment->file = own.file;
    experiment->arena = arena;
    experiment->policies = arena_alloc(arena, sizeof *experiment->policies);
    if (experiment->policies)
        experiment->policies->arena = arena;
    const enum status status =
        experiment->policies ? load(experiment, &own, arena, err) : error_nomem(err);
    if (status == OK)
        *out = experiment;
    else
        experiment_free(experiment);
    return status;
}

void experiment_free(struct experiment *experiment)
{
    if (!experiment)
        return;
    if (experiment->policies)
        policy_files_release(experiment->policies);
    arena_free(experiment->arena);
}
