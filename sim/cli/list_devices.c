/* list_devices.c -- see list_devices.h. */
#include "cli/list_devices.h"

#include "cli/preset_folders.h"
#include "cli/print_params.h"
#include "experiment/storage.h"

#include <stdio.h>
#include <string.h>

enum { PRESETS_MAX = 256 };

static void print_model(const struct device_ops *model)
{
    printf("  source: %s\n", model->source);
    if (model->in_memory)
        puts("  lies in memory: it cannot hold files");
    print_all_params(model->params);
}

static bool list_models(const char *name, bool in_full)
{
    bool found = false;
    for (const struct device_ops *const *model = device_table; *model; model++) {
        if (name && strcmp(name, (*model)->name) != 0)
            continue;
        found = true;
        printf("%-16s %s\n", (*model)->name, (*model)->summary);
        if (in_full)
            print_model(*model);
    }
    return found;
}

/* "ra81   preset of disk: configs/devices/ra81.yaml", and in full its values. */
static void print_preset(struct storage *storage, const char *name, bool in_full)
{
    struct plugin plugin;
    const struct device_ops *model;
    const struct layer nothing = {0};
    struct plugin_config config = {0};
    struct error err;
    char text[sizeof err.file + sizeof err.text + 64];
    enum status status =
        storage_find(&plugin, &model, storage, "swap.device", name, at_nowhere(), &err);
    if (status == OK)
        status = plugin_configure(&config, &plugin, &nothing, &err);
    if (status != OK) {
        printf("%-16s a preset that is wrong: %s\n", name,
               error_format(&err, text, sizeof text));
        return;
    }
    if (!plugin.preset) /* the model of that name, which wins, has been listed */
        return;
    printf("%-16s preset of %s: %s\n", name, model->name, plugin.preset->at.file);
    for (const struct param *p = model->params; in_full && p && p->name; p++)
        printf("  %s: %s\n", p->name, param_format(p, config.params, text, sizeof text));
}

static bool list_presets(struct storage *storage, const char *name, bool in_full)
{
    bool found = false;
    const char *names[PRESETS_MAX];
    const size_t n = storage_presets(names, PRESETS_MAX, storage->options->presets,
                                     storage->options->npresets, storage->arena);
    for (size_t i = 0; i < n; i++)
        if (!name || strcmp(name, names[i]) == 0) {
            found = true;
            print_preset(storage, names[i], in_full);
        }
    return found;
}

bool list_devices(const char *name, bool in_full)
{
    bool found = list_models(name, in_full);
    if (name && found)
        return true;
    struct preset_folders folders;
    preset_folders_find(&folders);
    const struct experiment_options options = {.presets = folders.paths,
                                               .npresets = folders.n};
    struct storage storage = {.options = &options, .arena = arena_create()};
    if (storage.arena)
        found = list_presets(&storage, name, in_full) || found;
    arena_free(storage.arena);
    return found;
}
