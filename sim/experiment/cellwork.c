/* cellwork.c -- see cellwork.h. */
#include "experiment/cellwork.h"

#include "experiment/native.h"
#include "stats/numbers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_FIRST = 64 };

enum status cellwork_get(const struct cellwork *work, const char *name,
                         struct cell_value *value)
{
    const struct key *key = key_find(name);
    assert(key);
    return cellwork_get_key(work, key, value);
}

enum status cellwork_get_key(const struct cellwork *work, const struct key *key,
                             struct cell_value *value)
{
    const struct assignment *a = layer_find(work->layer, key->name, AXIS_NONE);
    const uint64_t clock = work->cell->machine.clock;
    *value = (struct cell_value){.key = key, .given = a != NULL};
    assert(clock || !(key->flags & KEY_CYCLES));
    value->text = a ? a->node->text : value->key->fallback;
    value->at = a ? a->node->at : at_nowhere();
    if (!value->text)
        return OK;
    return key_parse_clocked(value->key, &value->number, value->text, clock, value->at,
                             work->builder->err);
}

enum status cellwork_record(struct cellwork *work, const char *key, const char *text,
                            struct location at)
{
    if (work->nsettings == work->capacity) {
        const size_t capacity = work->capacity ? 2 * work->capacity : SETTINGS_FIRST;
        struct setting *settings =
            realloc(work->settings, capacity * sizeof *work->settings);
        if (!settings)
            return error_nomem(work->builder->err);
        work->settings = settings;
        work->capacity = capacity;
    }
    work->settings[work->nsettings++] =
        (struct setting){.key = key, .value = text, .at = at.line > 0 ? at : at_nowhere()};
    return OK;
}

enum status cellwork_record_number(struct cellwork *work, const struct cell_value *value,
                                   uint64_t number)
{
    char buffer[NUMBER_SIZE];
    const char *text = arena_strdup(
        work->builder->arena, value->key->kind == KEY_TIME ? number_time(number, buffer)
                                                           : number_count(number, buffer));
    if (!text)
        return error_nomem(work->builder->err);
    return cellwork_record(work, value->key->name, text, value->at);
}

enum status cellwork_record_limit(struct cellwork *work, const struct cell_value *value)
{
    if (value->number == LIMIT_UNLIMITED)
        return cellwork_record(work, value->key->name, "unlimited", value->at);
    return cellwork_record_number(work, value, value->number);
}

enum status cellwork_record_choice(struct cellwork *work, const struct cell_value *value,
                                   const char **choice)
{
    const char *text = value->key->choices[value->number];
    if (choice)
        *choice = text;
    return cellwork_record(work, value->key->name, text, value->at);
}

/* Where a parameter's value was written: by the user, in a device's preset, or nowhere. */
static struct location place_of_param(const struct plugin *plugin,
                                      const struct assignment *given, const char *name)
{
    const struct yaml_node *node =
        given || !plugin->preset ? NULL : yaml_find(plugin->preset, name);
    return given ? given->node->at : node ? node->at : at_nowhere();
}

enum status cellwork_record_params(struct cellwork *work, const struct plugin *plugin,
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
        const enum status status =
            cellwork_record(work, key, value, place_of_param(plugin, a, p->name));
        if (status != OK)
            return status;
        const bool shown = a || native_differs(&plugin->native, p);
        if (shown)
            *label =
                arena_printf(arena, "%s%s%s=%s", *label, any ? "," : "(", p->name, text);
        if (!*label)
            return error_nomem(work->builder->err);
        any = any || shown;
    }
    if (any)
        *label = arena_printf(arena, "%s)", *label);
    return *label ? OK : error_nomem(work->builder->err);
}

static enum status load_plugin(struct cellwork *work, const struct cell_value *name,
                               struct plugin *plugin)
{
    struct cellconfig_builder *builder = work->builder;
    const char *key = name->key->name;
    if (native_is_meant(key, name->text))
        return native_find(plugin, &work->cell->kernel, name->at, builder->err);
    return plugin_load(plugin, builder->policies, key, name->text, name->at, builder->err);
}

/* `plugin` is the one that is named. */
static enum status use_plugin(struct cellwork *work, const char *key,
                              struct plugin_config *config, const char **label,
                              struct plugin *plugin)
{
    struct cell_value name;
    enum status status = cellwork_get(work, key, &name);
    if (name.key->kind == KEY_POLICY && !name.given)
        name.text = native_default(work->layer);
    if (status == OK)
        status = load_plugin(work, &name, plugin);
    if (status == OK)
        status = plugin_configure(config, plugin, work->layer, work->builder->err);
    if (status == OK)
        status = cellwork_record(work, name.key->name, plugin->name, name.at);
    if (status == OK && plugin->file)
        status = cellwork_record(work, "policy.digest", plugin->file->digest, name.at);
    if (status != OK)
        return status;
    return cellwork_record_params(work, plugin, config, label);
}

enum status cellwork_plugin(struct cellwork *work, const char *key,
                            struct plugin_config *config, const char **label)
{
    struct plugin plugin;
    return use_plugin(work, key, config, label, &plugin);
}

enum status cellwork_policy(struct cellwork *work)
{
    struct cell_config *cell = work->cell;
    struct plugin plugin;
    const enum status status =
        use_plugin(work, "policy", &cell->policy, &cell->policy_label, &plugin);
    if (status == OK) {
        cell->policy_ops = plugin.policy;
        cell->policy_file = plugin.file;
    }
    return status;
}

static int compare_settings(const void *a, const void *b)
{
    return strcmp(((const struct setting *)a)->key, ((const struct setting *)b)->key);
}

enum status cellwork_finish(struct cellwork *work)
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

void cellwork_release(struct cellwork *work)
{
    free(work->settings);
}
