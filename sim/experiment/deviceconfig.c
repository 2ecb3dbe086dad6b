/* deviceconfig.c -- see deviceconfig.h. */
#include "experiment/deviceconfig.h"

#include "base/units.h"

#include <inttypes.h>
#include <string.h>

static const char others_key[] = "swap.others";

static enum status build_device(struct cellwork *work, struct device_choice *choice,
                                const char *key, struct plugin_config *config,
                                const char **label)
{
    struct cellconfig_builder *builder = work->builder;
    struct cell_value name;
    enum status status = cellwork_get(work, key, &name);
    if (status == OK)
        status = storage_find(&choice->plugin, &choice->model, &builder->storage, key,
                              name.text, name.at, builder->err);
    if (status == OK)
        status = plugin_configure(config, &choice->plugin, work->layer, builder->err);
    if (status == OK)
        status = cellwork_record(work, key, choice->plugin.name, name.at);
    if (status == OK)
        status = cellwork_record_params(work, &choice->plugin, config, label);
    choice->at = name.at;
    if (status != OK || choice->model)
        return status;
    config->name = NULL;
    return OK;
}

/* The model is recorded beside the device's name, which may be that of a preset. */
static enum status check_device(struct cellwork *work, struct device_choice *choice,
                                const struct plugin_config *config)
{
    struct cellconfig_builder *builder = work->builder;
    const char *key = arena_printf(builder->arena, "%s.model", choice->plugin.key);
    if (!key)
        return error_nomem(builder->err);
    const enum status status =
        storage_try(&choice->capacity, &builder->storage, &choice->plugin, choice->model,
                    config, work->cell->page_size, work->layer, builder->err);
    return status == OK ? cellwork_record(work, key, choice->plugin.model, choice->at)
                        : status;
}

/* --- further swap devices ---------------------------------------------------------------- */

/* The names that the value of `swap.others` has, one after the other: NULL after the last. */
static const struct yaml_node *first_name(const struct yaml_node *node)
{
    if (!node || (node->kind == YAML_SCALAR && strcmp(node->text, DEVICE_NONE) == 0))
        return NULL;
    return node->kind == YAML_LIST ? node->first : node;
}

static const struct yaml_node *next_name(const struct yaml_node *node,
                                         const struct yaml_node *name)
{
    return node->kind == YAML_LIST ? name->next : NULL;
}

static size_t count_names(const struct yaml_node *node)
{
    return !first_name(node) ? 0 : node->kind == YAML_LIST ? node->count : 1;
}

enum status deviceconfig_check_others(const struct yaml_node *node, const char *key,
                                      struct error *err)
{
    if (node->kind != YAML_SCALAR && node->kind != YAML_LIST)
        return error_set(err, ERR_CONFIG, node->at,
                         "'%s' is none, a device or a list of devices, such as [ra81, "
                         "rp06], not %s",
                         key, yaml_kind_name(node->kind));
    if (node->kind == YAML_LIST && node->count == 0)
        return error_set(err, ERR_CONFIG, node->at,
                         "the list of '%s' is empty; without further devices it is none",
                         key);
    const struct yaml_node *name = first_name(node);
    for (; name; name = next_name(node, name))
        if (name->kind != YAML_SCALAR)
            return error_set(
                err, ERR_CONFIG, name->at,
                "a device in '%s' is the name of a model or of a preset, which "
                "has its parameters, not %s",
                key, yaml_kind_name(name->kind));
    return OK;
}

static enum status check_memory(const struct device_choice *first,
                                const struct device_choice *other, struct error *err)
{
    if (first->model->in_memory == other->model->in_memory)
        return OK;
    return error_set(err, ERR_CONFIG, other->at,
                     "%s '%s' %s memory and swap.device '%s' %s: pages go round the swap "
                     "devices, so that all of them must be memory or none",
                     others_key, other->plugin.name,
                     other->model->in_memory ? "is" : "is no", first->plugin.name,
                     other->model->in_memory ? "is not" : "is");
}

/* Device number i of `swap.others`, from 1.  Its parameters, which are those of its preset,
 * are recorded under that number. */
static enum status build_other(struct cellwork *work, const struct device_choice *first,
                               struct device_choice *other, const struct yaml_node *name,
                               struct plugin_config *config, size_t i)
{
    struct cellconfig_builder *builder = work->builder;
    const char *unused;
    other->at = name->at;
    enum status status = storage_find(&other->plugin, &other->model, &builder->storage,
                                      others_key, name->text, name->at, builder->err);
    if (status == OK)
        status = plugin_configure(config, &other->plugin, work->layer, builder->err);
    if (status == OK)
        status = check_memory(first, other, builder->err);
    if (status == OK)
        status =
            storage_try(&other->capacity, &builder->storage, &other->plugin, other->model,
                        config, work->cell->page_size, work->layer, builder->err);
    if (status != OK)
        return status;
    other->plugin.key = arena_printf(builder->arena, "%s.%zu", others_key, i);
    const char *model = arena_printf(builder->arena, "%s.%zu.model", others_key, i);
    if (!other->plugin.key || !model)
        return error_nomem(builder->err);
    status = cellwork_record(work, model, other->plugin.model, name->at);
    return status == OK ? cellwork_record_params(work, &other->plugin, config, &unused)
                        : status;
}

static enum status build_others(struct cellwork *work, const struct device_choice *first,
                                const struct assignment *said, struct plugin_config *more,
                                struct device_choice *smallest)
{
    struct cellconfig_builder *builder = work->builder;
    const struct yaml_node *node = said ? said->node : NULL;
    const char *names = NULL;
    size_t i = 0;
    for (const struct yaml_node *name = first_name(node); name;
         name = next_name(node, name)) {
        struct device_choice other;
        const enum status status = build_other(work, first, &other, name, &more[i], i + 1);
        if (status != OK)
            return status;
        i++;
        if (other.capacity < smallest->capacity)
            *smallest = other;
        names = names ? arena_printf(builder->arena, "%s+%s", names, other.plugin.name)
                      : other.plugin.name;
        if (!names)
            return error_nomem(builder->err);
    }
    return cellwork_record(work, others_key, names ? names : DEVICE_NONE,
                           said ? said->node->at : at_nowhere());
}

/* As many as swap.devices of the first one, and the others. */
static enum status build_more(struct cellwork *work, struct events_config *events,
                              const struct device_choice *first,
                              struct device_choice *smallest)
{
    struct cellconfig_builder *builder = work->builder;
    const struct assignment *others = layer_find(work->layer, others_key, AXIS_NONE);
    const size_t nothers = count_names(others ? others->node : NULL);
    struct cell_value devices;
    enum status status = cellwork_get(work, "swap.devices", &devices);
    if (status == OK)
        status = cellwork_record_number(work, &devices, devices.number);
    if (status != OK)
        return status;
    if (others && devices.number + nothers > DEVICES_MAX)
        return error_set(builder->err, ERR_CONFIG, others->node->at,
                         "there are %" PRIu64
                         " swap devices of swap.devices and %zu of %s; "
                         "together they are at most %d",
                         devices.number, nothers, others_key, DEVICES_MAX);
    const size_t same = (size_t)devices.number - 1;
    struct plugin_config *more =
        arena_array(builder->arena, same + nothers + 1, sizeof *more);
    if (!more)
        return error_nomem(builder->err);
    for (size_t i = 0; i < same; i++)
        more[i] = events->swap_device;
    events->more_swap = more;
    events->nmore_swap = same + nothers;
    *smallest = *first;
    return build_others(work, first, others, more + same, smallest);
}

/* --- all ------------------------------------------------------------------------------------ */

static enum status build_size(struct cellwork *work, struct events_config *events,
                              const struct device_choice *smallest)
{
    struct cell_value size;
    struct error *err = work->builder->err;
    const uint64_t page_size = work->cell->page_size;
    const enum status status = cellwork_get(work, "swap.size", &size);
    if (status != OK)
        return status;
    events->swap_slots = UINT64_MAX;
    if (size.number == CAPACITY_UNLIMITED)
        return cellwork_record(work, size.key->name, "unlimited", size.at);
    char text[32], page[32];
    format_size(page_size, page, sizeof page);
    if (size.number < page_size)
        return error_set(err, ERR_CONFIG, size.at,
                         "swap.size of %s holds no page of %s; it must be at least one "
                         "page",
                         format_size(size.number, text, sizeof text), page);
    if (size.number > smallest->capacity)
        return error_set(err, ERR_CONFIG, size.at,
                         "swap.size '%s' is more than %s '%s' holds, %s", size.text,
                         smallest->plugin.key, smallest->plugin.name,
                         format_size(smallest->capacity, text, sizeof text));
    events->swap_slots = size.number / page_size;
    return cellwork_record_number(work, &size, size.number);
}

enum status deviceconfig_build(struct cellwork *work, struct events_config *events,
                               struct device_choice *swap, struct device_choice *files)
{
    const char *unused;
    struct device_choice smallest = {0};
    enum status status = build_device(work, swap, "swap.device", &events->swap_device,
                                      &events->swap_device_label);
    if (status == OK)
        status = check_device(work, swap, &events->swap_device);
    if (status == OK)
        status = build_more(work, events, swap, &smallest);
    if (status == OK)
        status = build_size(work, events, &smallest);
    if (status == OK)
        status = build_device(work, files, "files.device", &events->files_device, &unused);
    if (status != OK || !files->model)
        return status;
    if (files->model->in_memory)
        return error_set(work->builder->err, ERR_CONFIG, files->at,
                         "files.device '%s' is memory, which cannot hold files; it can be "
                         "swap.device only",
                         files->plugin.name);
    return check_device(work, files, &events->files_device);
}

enum status deviceconfig_check(const struct layer *layer, struct storage *storage,
                               struct error *err)
{
    static const char *const keys[] = {"swap.device", "files.device", others_key};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct assignment *said = layer_find(layer, keys[i], AXIS_NONE);
        const struct yaml_node *node = said ? said->node : NULL;
        for (const struct yaml_node *name = i < 2 ? node : first_name(node); name;
             name = next_name(node, name)) {
            struct plugin plugin;
            const struct device_ops *model;
            struct plugin_config scratch = {0};
            enum status status =
                storage_find(&plugin, &model, storage, keys[i], name->text, name->at, err);
            if (status == OK)
                status = plugin_configure(&scratch, &plugin, layer, err);
            if (status != OK)
                return status;
        }
    }
    return OK;
}
