/* native.c -- see native.h. */
#include "experiment/native.h"

#include "pager/policies.h"

#include <assert.h>
#include <string.h>

bool native_is_meant(const char *key, const char *text)
{
    return strcmp(key, "policy") == 0 && strcmp(text, NATIVE_POLICY) == 0;
}

enum status native_find(struct plugin *plugin, const struct plugin_config *kernel,
                        struct location at, struct error *err)
{
    const struct kernel_ops *ops = kernel_find(kernel->name);
    assert(ops); /* it was configured */
    struct native_policy native = {0};
    if (!ops->native)
        return error_set(err, ERR_CONFIG, at,
                         "kernel '%s' has no policy of its own that 'policy: native' could "
                         "be; name one of 'faultline list policies'",
                         kernel->name);
    ops->native(kernel->params, &native);
    if (!policy_find(native.name))
        return error_set(err, ERR_CONFIG, at,
                         "the own policy of kernel '%s' with these parameters is '%s', "
                         "which there is not; name one of 'faultline list policies'",
                         kernel->name, native.name);
    *plugin = plugin_find("policy", native.name);
    plugin->native = native;
    return OK;
}

bool native_differs(const struct native_policy *native, const struct param *param)
{
    for (size_t i = 0; i < NATIVE_SETTINGS && native->set[i].param; i++)
        if (strcmp(native->set[i].param, param->name) == 0)
            return strcmp(native->set[i].value, param->fallback) != 0;
    return false;
}

static const char *default_with(const char *kernel)
{
    return kernel_find(kernel)->native ? NATIVE_POLICY : key_find("policy")->fallback;
}

const char *native_default(const struct layer *layer)
{
    const struct assignment *axis = layer_axis_over(layer, "kernel");
    const struct assignment *kernel = layer_find(layer, "kernel", AXIS_NONE);
    if (!axis)
        return default_with(kernel ? kernel->node->text : key_find("kernel")->fallback);
    const char *common = NULL;
    for (const struct yaml_node *item = axis->node->first; item; item = item->next) {
        const struct yaml_node *name =
            item->kind == YAML_MAP ? yaml_find(item, "name") : item;
        const char *own = default_with(name->text);
        if (common && strcmp(own, common) != 0)
            return NULL;
        common = own;
    }
    return common;
}
