/* storage.c -- see storage.h. */
#include "experiment/storage.h"

#include "base/units.h"
#include "experiment/items.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 256 }; /* models and presets that are looked through                  */

static const char part[] = "devices/";

static size_t model_names(const char **names, size_t max)
{
    size_t n = 0;
    for (; n < max && device_table[n]; n++)
        names[n] = device_table[n]->name;
    return n;
}

size_t storage_presets(const char **names, size_t max, const char *const *folders,
                       size_t nfolders, struct arena *arena)
{
    return preset_names(names, max, folders, nfolders, part, arena);
}

static enum status unknown_device(const struct storage *storage, const char *key,
                                  const char *name, struct location at, struct error *err)
{
    const char *names[NAMES_MAX];
    size_t n = model_names(names, NAMES_MAX / 2);
    n += storage_presets(names + n, NAMES_MAX - n, storage->options->presets,
                         storage->options->npresets, storage->arena);
    const char *nearest = nearest_name(name, names, n);
    if (nearest)
        return error_set(err, ERR_CONFIG, at,
                         "unknown %s '%s'; nearest is '%s'; 'faultline list devices' shows "
                         "all",
                         key, name, nearest);
    char list[320];
    join_names(list, sizeof list, names, n);
    return error_set(err, ERR_CONFIG, at,
                     "unknown %s '%s'; known: %s; 'faultline list devices' explains them",
                     key, name, list);
}

static enum status check_preset(struct storage_preset *preset, struct error *err)
{
    static const char a_preset[] = "a device's preset";
    const struct yaml_node *map = preset->map;
    if (map->kind != YAML_MAP)
        return error_set(err, ERR_CONFIG, map->at,
                         "%s is a map, such as {device: disk}, "
                         "not %s",
                         a_preset, yaml_kind_name(map->kind));
    for (const struct yaml_node *child = map->first; child; child = child->next) {
        const enum status status = item_scalar(child, a_preset, err);
        if (status != OK)
            return status;
    }
    const char *names[NAMES_MAX];
    const size_t n = model_names(names, NAMES_MAX);
    char list[320];
    join_names(list, sizeof list, names, n);
    const struct yaml_node *model = yaml_find(map, "device");
    if (!model)
        return error_set(err, ERR_CONFIG, map->at,
                         "%s needs 'device', the name of its model: %s", a_preset, list);
    preset->model = device_find(model->text);
    if (preset->model)
        return OK;
    const char *nearest = nearest_name(model->text, names, n);
    return error_set(err, ERR_CONFIG, model->at, "unknown device '%s'%s%s%s; allowed: %s",
                     model->text, nearest ? "; nearest is '" : "", nearest ? nearest : "",
                     nearest ? "'" : "", list);
}

static enum status read_preset(const struct storage_preset **out, struct storage *storage,
                               const char *path, struct error *err)
{
    for (*out = storage->presets; *out; *out = (*out)->next)
        if (strcmp((*out)->path, path) == 0)
            return OK;
    struct storage_preset *preset = arena_alloc(storage->arena, sizeof *preset);
    if (!preset)
        return error_nomem(err);
    struct yaml_node *map;
    enum status status = yaml_read_file(&map, path, storage->arena, err);
    if (status != OK)
        return status;
    *preset = (struct storage_preset){path, NULL, map, storage->presets};
    status = check_preset(preset, err);
    if (status == OK)
        *out = storage->presets = preset;
    return status;
}

enum status storage_find(struct plugin *plugin, const struct device_ops **model,
                         struct storage *storage, const char *key, const char *name,
                         struct location at, struct error *err)
{
    *plugin = (struct plugin){.key = key, .name = name, .model = name};
    *model = device_find(name);
    if (*model) {
        assert((*model)->params_size <= PARAM_VALUES_MAX);
        plugin->name = plugin->model = (*model)->name;
        plugin->params = (*model)->params;
        return OK;
    }
    if (strcmp(name, DEVICE_NONE) == 0 && strcmp(key, "files.device") == 0)
        return OK;
    const bool relative = name[0] == '.' || name[0] == '/';
    const char *file = relative ? name : arena_printf(storage->arena, "%s%s", part, name);
    const char *path = NULL;
    const struct storage_preset *preset = NULL;
    enum status status =
        file ? preset_find(&path, file, at, storage->options, storage->arena, err)
             : error_nomem(err);
    if (status == OK && !path)
        status = unknown_device(storage, key, name, at, err);
    if (status == OK)
        status = read_preset(&preset, storage, path, err);
    if (status != OK)
        return status;
    plugin->name = preset_stem(path, storage->arena);
    plugin->model = preset->model->name;
    plugin->params = preset->model->params;
    plugin->preset = preset->map;
    *model = preset->model;
    return plugin->name ? OK : error_nomem(err);
}

static enum status try_model(const struct device_ops *model, const void *params,
                             uint64_t page_size, uint64_t *capacity, struct error *err)
{
    void *state = calloc(1, model->state_size ? model->state_size : 1);
    if (!state)
        return error_nomem(err);
    struct rng rng;
    rng_seed(&rng, 1);
    const struct device_env env = {.params = params, .page_size = page_size, .rng = &rng};
    const enum status status = model->init(state, &env, err);
    if (status == OK) {
        *capacity = model->capacity ? model->capacity(state) : UINT64_MAX;
        if (model->release)
            model->release(state);
    }
    free(state);
    return status;
}

enum status storage_try(uint64_t *capacity, struct storage *storage,
                        const struct plugin *plugin, const struct device_ops *model,
                        const struct plugin_config *config, uint64_t page_size,
                        const struct layer *layer, struct error *err)
{
    if (storage->tried != model || storage->tried_page_size != page_size ||
        memcmp(storage->tried_config.params, config->params, sizeof config->params) != 0) {
        struct error why;
        const enum status status =
            try_model(model, config->params, page_size, &storage->tried_capacity, &why);
        if (status == ERR_CONFIG)
            return error_set(err, ERR_CONFIG,
                             plugin_place_of_fault(plugin, layer, why.text), "%s '%s': %s",
                             plugin->key, plugin->name, why.text);
        if (status != OK) {
            error_copy(err, &why);
            return status;
        }
        storage->tried = model;
        storage->tried_config = *config;
        storage->tried_page_size = page_size;
    }
    *capacity = storage->tried_capacity;
    return OK;
}
