/* process_traces.c -- see process_traces.h. */
#include "experiment/process_traces.h"

#include "trace/generator.h"

static enum status resolve_streams(struct process_item *item,
                                   const struct trace_name *trace,
                                   struct cellconfig_builder *builder)
{
    const size_t n = item->config.nstreams;
    const char **paths = arena_array(builder->arena, n, sizeof *paths);
    struct trace_file *files = arena_array(builder->arena, n + 1, sizeof *files);
    if (!paths || !files)
        return error_nomem(builder->err);
    files[0] = trace->file;
    files[0].at = item->config.at;
    item->config.trace = trace->path;
    item->config.streams = paths;
    item->config.files = files;
    const struct yaml_node *node = item->streams;
    if (node && node->kind == YAML_LIST)
        node = node->first;
    for (size_t i = 0; node && i < n; i++, node = node->next) {
        const struct trace_name *stream;
        const struct yaml_node *path, *thread;
        enum status status = stream_read(&path, &thread, node, builder->err);
        if (status == OK)
            status = trace_name_of(&stream, &builder->traces, path, thread, builder->arena,
                                   builder->err);
        if (status != OK)
            return status;
        paths[i] = stream->path;
        files[i + 1] = stream->file;
        files[i + 1].at = node->at;
    }
    return OK;
}

/* A generator that makes streams has put them all into one trace. */
static enum status resolve_generated(struct process_item *item,
                                     const struct trace_name *whole,
                                     struct cellconfig_builder *builder)
{
    const struct plugin_config *generator = &whole->file.generate->generator;
    const uint32_t n =
        generator_streams(generator_find(generator->name), generator->params);
    const char **paths = arena_array(builder->arena, n + (size_t)1, sizeof *paths);
    struct trace_file *files = arena_array(builder->arena, n + (size_t)1, sizeof *files);
    if (!paths || !files)
        return error_nomem(builder->err);
    for (uint32_t i = 0; i <= n; i++) {
        const struct trace_name *trace = whole;
        const enum status status =
            n == 0 ? OK
                   : trace_name_generated_thread(&trace, &builder->traces, whole, i,
                                                 builder->arena, builder->err);
        if (status != OK)
            return status;
        paths[i] = trace->path;
        files[i] = trace->file;
        files[i].at = item->config.at;
    }
    item->config.trace = paths[0];
    item->config.streams = paths + 1;
    item->config.nstreams = n;
    item->config.files = files;
    return OK;
}

/* What the item replays: it says so, or `generate` does. */
static enum status find_trace(const struct trace_name **trace,
                              const struct process_item *item,
                              const struct trace_name *generated, uint64_t seed,
                              struct cellconfig_builder *builder)
{
    if (item->trace)
        return trace_name_of(trace, &builder->traces, item->trace, item->thread,
                             builder->arena, builder->err);
    *trace = generated;
    if (!item->generate)
        return OK;
    struct generate_config *config = arena_alloc(builder->arena, sizeof *config);
    if (!config)
        return error_nomem(builder->err);
    *config = *item->generate;
    config->seed = seed;
    return trace_name_generated(trace, &builder->traces, config, builder->arena,
                                builder->err);
}

enum status process_traces_find(struct process_item *item, const char **label,
                                const struct trace_name *generated, uint64_t seed,
                                struct cellconfig_builder *builder)
{
    const struct trace_name *trace;
    const enum status status = find_trace(&trace, item, generated, seed, builder);
    if (status != OK)
        return status;
    *label = trace->label;
    return trace->file.generate ? resolve_generated(item, trace, builder)
                                : resolve_streams(item, trace, builder);
}
