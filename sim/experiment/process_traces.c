/* process_traces.c -- see process_traces.h. */
#include "experiment/process_traces.h"

#include "experiment/generate.h"
#include "trace/generator.h"

/* What a generator makes from the seed. */
static enum status find_generated(const struct trace_name **trace,
                                  const struct generate_config *wanted, uint64_t seed,
                                  struct cellconfig_builder *builder)
{
    struct generate_config *config = arena_alloc(builder->arena, sizeof *config);
    if (!config)
        return error_nomem(builder->err);
    *config = *wanted;
    config->seed = seed;
    return trace_name_generated(trace, &builder->traces, config, builder->arena,
                                builder->err);
}

static enum status find_stream(const struct trace_name **trace,
                               const struct yaml_node *node, uint64_t seed,
                               struct cellconfig_builder *builder)
{
    struct stream_item stream;
    enum status status = stream_read(&stream, node, builder->err);
    if (status != OK)
        return status;
    if (stream.trace)
        return trace_name_of(trace, &builder->traces, stream.trace, stream.thread,
                             builder->arena, builder->err);
    struct generate_config config;
    uint64_t thread = 0;
    status = generate_read(&config, stream.generate, builder->arena, builder->err);
    if (status == OK)
        status = find_generated(trace, &config, seed, builder);
    if (status != OK || !stream.thread)
        return status;
    status = key_parse(stream_thread_key, &thread, stream.thread->text, stream.thread->at,
                       builder->err);
    return status == OK
               ? trace_name_generated_thread(trace, &builder->traces, *trace,
                                             (uint32_t)thread, builder->arena, builder->err)
               : status;
}

static enum status resolve_streams(struct process_item *item,
                                   const struct trace_name *trace, uint64_t seed,
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
        const enum status status = find_stream(&stream, node, seed, builder);
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
    return item->generate ? find_generated(trace, item->generate, seed, builder) : OK;
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
                                : resolve_streams(item, trace, seed, builder);
}

bool process_traces_made(const struct process_config *process)
{
    for (size_t i = 0; i <= process->nstreams; i++)
        if (process->files[i].generate)
            return true;
    return false;
}
