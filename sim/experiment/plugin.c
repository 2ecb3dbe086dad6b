/* plugin.c -- see plugin.h. */
#include "experiment/plugin.h"

#include "experiment/native.h"
#include "experiment/preset.h"
#include "machine/pagetable.h"
#include "pager/policies.h"
#include "trace/generator.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct plugin plugin_find(const char *key, const char *name)
{
    if (strcmp(key, "policy") == 0) {
        const struct policy_ops *ops = policy_find(name);
        assert(ops && ops->params_size <= PARAM_VALUES_MAX);
        return (struct plugin){.key = key,
                               .name = ops->name,
                               .model = ops->name,
                               .params = ops->params,
                               .policy = ops};
    }
    if (strcmp(key, "machine.mmu") == 0) {
        const struct pagetable_ops *ops = pagetable_find(name);
        assert(ops && ops->params_size <= PARAM_VALUES_MAX);
        return (struct plugin){
            .key = key, .name = ops->name, .model = ops->name, .params = ops->params};
    }
    if (strcmp(key, "generate") == 0) {
        const struct generator_ops *ops = generator_find(name);
        assert(ops && ops->params_size <= PARAM_VALUES_MAX);
        return (struct plugin){
            .key = key, .name = ops->name, .model = ops->name, .params = ops->params};
    }
    const struct kernel_ops *ops = kernel_find(name);
    assert(ops && ops->params_size <= PARAM_VALUES_MAX);
    return (struct plugin){
        .key = key, .name = ops->name, .model = ops->name, .params = ops->params};
}

enum status plugin_load(struct plugin *plugin, struct policy_files *files, const char *key,
                        const char *name, struct location at, struct error *err)
{
    if (strcmp(key, "policy") != 0 || !policy_is_file(name)) {
        *plugin = plugin_find(key, name);
        return OK;
    }
    const char *path = preset_resolve(name, at, files->arena);
    const char *shown =
        arena_strdup(files->arena, strncmp(name, "./", 2) ? name : name + 2);
    const struct policy_file *file;
    if (!path || !shown)
        return error_nomem(err);
    const enum status status = policy_files_get(files, &file, path, at, err);
    if (status == OK)
        *plugin = (struct plugin){.key = key,
                                  .name = shown,
                                  .model = file->ops->name,
                                  .params = file->ops->params,
                                  .policy = file->ops,
                                  .file = file};
    return status;
}

static enum status set_native(struct plugin_config *config, const struct plugin *plugin,
                              const char *owner, struct location at, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < NATIVE_SETTINGS && plugin->native.set[i].param && status == OK;
         i++)
        status = param_set(plugin->params, config->params, plugin->native.set[i].param,
                           plugin->native.set[i].value, owner, at, err);
    return status;
}

enum status plugin_configure(struct plugin_config *config, const struct plugin *plugin,
                             const struct layer *layer, struct error *err)
{
    config->name = plugin->model;
    param_defaults(plugin->params, config->params);
    char owner[96];
    const char *noun = key_plugin_noun(key_find(plugin->key));
    const char *dot = strrchr(noun, '.');
    snprintf(owner, sizeof owner, "%s '%s'", dot ? dot + 1 : noun, plugin->model);
    const struct assignment *named = layer_find(layer, plugin->key, AXIS_NONE);
    enum status status =
        set_native(config, plugin, owner, named ? named->node->at : at_nowhere(), err);
    const struct yaml_node *value = plugin->preset ? plugin->preset->first : NULL;
    for (; value && status == OK; value = value->next)
        if (strcmp(value->key, "device") != 0)
            status = param_set(plugin->params, config->params, value->key, value->text,
                               owner, value->at, err);
    for (const struct assignment *a = layer->first; a && status == OK; a = a->next) {
        const char *name;
        const struct key *key = key_of_param(a->key, &name);
        if (key && strcmp(key->name, plugin->key) == 0 && a->axis == AXIS_NONE)
            status = param_set(plugin->params, config->params, name, a->node->text, owner,
                               a->node->at, err);
    }
    return status;
}

/* Plug-ins put the names of parameters in quotes. */
static bool mentions(const char *sentence, const char *param)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "'%s'", param);
    return strstr(sentence, quoted) != NULL;
}

struct location plugin_place_of_fault(const struct plugin *plugin,
                                      const struct layer *layer, const char *sentence)
{
    const char *name;
    for (const struct assignment *a = layer->first; a; a = a->next) {
        const struct key *key = key_of_param(a->key, &name);
        if (key && strcmp(key->name, plugin->key) == 0 && mentions(sentence, name))
            return a->node->at;
    }
    const struct yaml_node *value = plugin->preset ? plugin->preset->first : NULL;
    for (; value; value = value->next)
        if (mentions(sentence, value->key))
            return value->at;
    const struct assignment *named = layer_find(layer, plugin->key, AXIS_NONE);
    return named ? named->node->at : at_nowhere();
}

enum status plugin_check(const struct layer *layer, struct policy_files *files,
                         struct error *err)
{
    static const char *const keys[] = {"kernel", "policy", "machine.mmu", "generate"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct assignment *name = layer_find(layer, keys[i], AXIS_NONE);
        if (!name || native_is_meant(keys[i], name->node->text))
            continue; /* which policy that is depends on the cell's kernel */
        struct plugin_config scratch = {0};
        struct plugin plugin;
        enum status status =
            plugin_load(&plugin, files, keys[i], name->node->text, name->node->at, err);
        if (status == OK)
            status = plugin_configure(&scratch, &plugin, layer, err);
        if (status != OK)
            return status;
    }
    return OK;
}
