/* generate.c -- see generate.h. */
#include "experiment/generate.h"

#include "trace/generator.h"

#include <string.h>

/* A generator that has the parameter, or any if none has. */
static const char *example_with(const struct key *key, const char *param)
{
    for (const struct generator_ops *const *g = generator_table; *g; g++)
        for (const struct param *p = (*g)->params; p && p->name; p++)
            if (strcmp(p->name, param) == 0)
                return (*g)->name;
    return key_plugin_example(key);
}

/* Parameters without the generator that they are of. */
static enum status check_nameless(const struct cellwork *work)
{
    const char *param;
    for (const struct assignment *a = work->layer->first; a; a = a->next) {
        const struct key *key = key_of_param(a->key, &param);
        if (key && key->kind == KEY_GENERATOR)
            return error_set(work->builder->err, ERR_CONFIG, a->at,
                             "'%s' needs the name of a generator, such as "
                             "'generate: %s'",
                             a->key, example_with(key, param));
    }
    return OK;
}

/* What the generator finds wrong is placed at the parameter. */
static enum status check_params(const struct generate_config *config,
                                const struct layer *layer, struct error *err)
{
    struct error why;
    const char *name = config->generator.name;
    const enum status status =
        generator_check(generator_find(name), config->generator.params, &why);
    if (status == OK)
        return OK;
    const struct plugin plugin = plugin_find("generate", name);
    return error_set(err, status, plugin_place_of_fault(&plugin, layer, why.text), "%s",
                     why.text);
}

enum status generate_build(struct cellwork *work, const struct trace_name **trace)
{
    struct cellconfig_builder *builder = work->builder;
    struct cell_value name;
    *trace = NULL;
    enum status status = cellwork_get(work, "generate", &name);
    if (status != OK || !name.given)
        return status == OK ? check_nameless(work) : status;
    struct generate_config *config = arena_alloc(builder->arena, sizeof *config);
    if (!config)
        return error_nomem(builder->err);
    config->seed = work->cell->seed;
    status =
        cellwork_plugin(work, "generate", &config->generator, &work->cell->trace_label);
    if (status == OK)
        status = check_params(config, work->layer, builder->err);
    if (status == OK)
        status = trace_name_generated(trace, &builder->traces, config, builder->arena,
                                      builder->err);
    if (status != OK)
        return status;
    work->cell->generate = config;
    work->cell->trace = (*trace)->path;
    return OK;
}

enum status generate_read(struct generate_config *config, const struct yaml_node *node,
                          struct arena *arena, struct error *err)
{
    struct yaml_node alone = *node;
    alone.next = NULL;
    const struct yaml_node map = {
        .kind = YAML_MAP, .at = node->at, .text = "", .first = &alone, .count = 1};
    struct layer layer = {0};
    const enum status status = layer_read(&layer, &map, false, arena, err);
    if (status != OK)
        return status;
    const struct assignment *name = layer_find(&layer, "generate", AXIS_NONE);
    if (!name)
        return error_set(err, ERR_CONFIG, node->at,
                         "'generate' of a process needs the name of a generator, such as "
                         "{name: uniform}");
    const struct plugin plugin = plugin_find("generate", name->node->text);
    const enum status configured =
        plugin_configure(&config->generator, &plugin, &layer, err);
    return configured == OK ? check_params(config, &layer, err) : configured;
}
