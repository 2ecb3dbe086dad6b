/* plugin.c -- see plugin.h. */
#include "experiment/plugin.h"

#include "pager/kernel.h"
#include "pager/policy.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct plugin plugin_find(const char *key, const char *name)
{
    if (strcmp(key, "policy") == 0) {
        const struct policy_ops *ops = policy_find(name);
        assert(ops && ops->params_size <= PARAM_VALUES_MAX);
        return (struct plugin){key, ops->name, ops->name, ops->params, NULL};
    }
    const struct kernel_ops *ops = kernel_find(name);
    assert(ops && ops->params_size <= PARAM_VALUES_MAX);
    return (struct plugin){key, ops->name, ops->name, ops->params, NULL};
}

enum status plugin_configure(struct plugin_config *config, const struct plugin *plugin,
                             const struct layer *layer, struct error *err)
{
    config->name = plugin->model;
    param_defaults(plugin->params, config->params);
    char owner[96];
    const char *dot = strrchr(plugin->key, '.');
    snprintf(owner, sizeof owner, "%s '%s'", dot ? dot + 1 : plugin->key, plugin->model);
    enum status status = OK;
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

enum status plugin_check(const struct layer *layer, struct error *err)
{
    static const char *const keys[] = {"kernel", "policy"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct assignment *name = layer_find(layer, keys[i], AXIS_NONE);
        if (!name)
            continue;
        struct plugin_config scratch = {0};
        const struct plugin plugin = plugin_find(keys[i], name->node->text);
        const enum status status = plugin_configure(&scratch, &plugin, layer, err);
        if (status != OK)
            return status;
    }
    return OK;
}
