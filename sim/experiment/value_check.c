/* value_check.c -- see value_check.h. */
#include "experiment/value_check.h"

#include "experiment/counters_wanted.h"
#include "experiment/curves.h"
#include "experiment/deviceconfig.h"
#include "experiment/page_sizes.h"
#include "experiment/processes.h"

#include <string.h>

/* A value where only a scalar can be: an item of a swept list or a key outside sweeps. */
static enum status check_scalar(const struct key *key, const struct assignment *a,
                                const struct yaml_node *value, struct error *err)
{
    if (value->kind == YAML_NULL)
        return error_set(err, ERR_CONFIG, value->at, "'%s' has no value", a->key);
    if (value->kind == YAML_LIST && a->axis == AXIS_NONE)
        return error_set(err, ERR_CONFIG, value->at,
                         "'%s' takes one value, not a list; to vary it, put the list under "
                         "'sweep'",
                         a->key);
    if (value->kind != YAML_SCALAR)
        return error_set(err, ERR_CONFIG, value->at, "'%s' takes a single value, not %s",
                         a->key, yaml_kind_name(value->kind));
    uint64_t number;
    if (!key)
        return OK;
    const struct key instance = key_instance(key, a->key);
    return key_parse(&instance, &number, value->text, value->at, err);
}

/* A plug-in in a swept list, as a map of its name and its parameters. */
static enum status check_plugin_map(const struct key *key, const struct assignment *a,
                                    const struct yaml_node *map, struct error *err)
{
    if (!yaml_find(map, "name"))
        return error_set(err, ERR_CONFIG, map->at,
                         "a %s in a list needs a name, such as {name: %s}",
                         key_plugin_noun(key), key_plugin_example(key));
    for (const struct yaml_node *child = map->first; child; child = child->next) {
        const bool name = strcmp(child->key, "name") == 0;
        const enum status status = check_scalar(name ? key : NULL, a, child, err);
        if (status != OK)
            return status;
    }
    return OK;
}

/* `workload.processes`: what it says is read again when a cell is built. */
static enum status check_processes(const struct assignment *a, const struct yaml_node *node,
                                   struct arena *arena, struct error *err)
{
    struct process_item *items;
    size_t n;
    if (node->kind != YAML_LIST)
        return error_set(err, ERR_CONFIG, node->at,
                         "'%s' is a list of processes, such as [{trace: cc1.flt, copies: "
                         "2}], not %s",
                         a->key, yaml_kind_name(node->kind));
    return processes_read(&items, &n, node, arena, err);
}

static enum status check_pages(const struct assignment *a, const struct yaml_node *node,
                               struct error *err)
{
    uint64_t sizes;
    return page_sizes_read(&sizes, node, a->key, err);
}

static enum status check_item(const struct key *key, const struct assignment *a,
                              const struct yaml_node *item, struct arena *arena,
                              struct error *err)
{
    if (key && key->kind == KEY_PROCESSES)
        return check_processes(a, item, arena, err);
    if (key && key->kind == KEY_PAGES)
        return check_pages(a, item, err);
    if (key && key->kind == KEY_DEVICES)
        return deviceconfig_check_others(item, a->key, err);
    if (item->kind == YAML_MAP && key && key_is_plugin(key))
        return check_plugin_map(key, a, item, err);
    return check_scalar(key, a, item, err);
}

static enum status check_items(const struct key *key, const struct assignment *a,
                               struct arena *arena, struct error *err)
{
    const char *axis = axis_names[a->axis];
    if (a->node->kind != YAML_LIST)
        return error_set(err, ERR_CONFIG, a->node->at,
                         "'%s' under %s takes a list of values in brackets, not %s", a->key,
                         axis, yaml_kind_name(a->node->kind));
    if (a->node->count == 0)
        return error_set(err, ERR_CONFIG, a->node->at,
                         "the list of '%s' under %s is empty; it needs at least one value",
                         a->key, axis);
    for (const struct yaml_node *item = a->node->first; item; item = item->next) {
        const enum status status = check_item(key, a, item, arena, err);
        if (status != OK)
            return status;
        const struct yaml_node *b = a->axis == AXIS_SWEEP ? a->node->first : item;
        for (; b != item; b = b->next)
            if (b->kind == YAML_SCALAR && item->kind == YAML_SCALAR &&
                strcmp(b->text, item->text) == 0)
                return error_set(err, ERR_CONFIG, item->at,
                                 "'%s' is twice in the list of '%s' under sweep",
                                 item->text, a->key);
    }
    return OK;
}

/* `extends`: a name or a list of names. */
static enum status check_names(const struct assignment *a, struct error *err)
{
    const struct assignment item = {.key = a->key, .axis = AXIS_SWEEP};
    if (a->node->kind != YAML_LIST)
        return check_scalar(NULL, &item, a->node, err);
    for (const struct yaml_node *node = a->node->first; node; node = node->next) {
        const enum status status = check_scalar(NULL, &item, node, err);
        if (status != OK)
            return status;
    }
    return OK;
}

enum status value_check(const struct key *key, const struct assignment *a,
                        struct arena *arena, struct error *err)
{
    if (a->axis != AXIS_NONE)
        return check_items(key, a, arena, err);
    if (key && key->kind == KEY_NAMES)
        return check_names(a, err);
    if (key && key->kind == KEY_PROCESSES)
        return check_processes(a, a->node, arena, err);
    if (key && key->kind == KEY_PAGES)
        return check_pages(a, a->node, err);
    if (key && key->kind == KEY_DEVICES)
        return deviceconfig_check_others(a->node, a->key, err);
    uint64_t sizes;
    if (key && key->kind == KEY_SIZES)
        return page_sizes_read_list(&sizes, a->node, a->key, err);
    if (key && key->kind == KEY_COUNTERS)
        return counters_check(a->node, err);
    curve_set curves;
    if (key && key->kind == KEY_CURVES)
        return curves_read(&curves, a->node, a->key, err);
    if (!key || key->kind != KEY_PLOTS)
        return check_scalar(key, a, a->node, err);
    if (a->node->kind == YAML_LIST)
        return OK;
    return error_set(err, ERR_CONFIG, a->node->at,
                     "'plots' takes a list of maps, such as [{y: fault_rate}], not %s",
                     yaml_kind_name(a->node->kind));
}
