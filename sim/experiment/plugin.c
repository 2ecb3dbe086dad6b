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
        return (struct plugin){key, ops->name, ops->params};
    }
    const struct kernel_ops *ops = kernel_find(name);
    assert(ops && ops->params_size <= PARAM_VALUES_MAX);
    return (struct plugin){key, ops->name, ops->params};
}

enum status plugin_configure(struct plugin_config *config, const struct plugin *plugin,
                             const struct layer *layer, struct error *err)
{
    config->name = plugin->name;
    param_defaults(plugin->params, config->params);
    char owner[96];
    snprintf(owner, sizeof owner, "%s '%s'", plugin->key, plugin->name);
    for (const struct assignment *a = layer->first; a; a = a->next) {
        const char *name;
        const struct key *key = key_of_param(a->key, &name);
        if (!key || strcmp(key->name, plugin->key) != 0 || a->axis != AXIS_NONE)
            continue;
        const enum status status = param_set(plugin->params, config->params, name,
                                             a->node->text, owner, a->node->at, err);
        if (status != OK)
            return status;
    }
    return OK;
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
