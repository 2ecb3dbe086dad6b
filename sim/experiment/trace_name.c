/* trace_name.c -- see trace_name.h. */
#include "experiment/trace_name.h"

#include "experiment/keys.h"
#include "experiment/preset.h"
#include "trace/flt.h"
#include "trace/generator.h"

#include <inttypes.h>
#include <string.h>

static const char *label_of(struct arena *arena, const char *path)
{
    if (strcmp(path, "-") == 0)
        return "stdin";
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const size_t length = *name ? 1 + strcspn(name + 1, ".") : 0;
    return length > 0 ? arena_strndup(arena, name, length) : path;
}

static struct trace_name *find(struct trace_name *traces, const char *path)
{
    while (traces && strcmp(traces->path, path) != 0)
        traces = traces->next;
    return traces;
}

static enum status add(const struct trace_name **out, struct trace_name **traces,
                       struct trace_name name, struct arena *arena, struct error *err)
{
    struct trace_name *trace = arena_alloc(arena, sizeof *trace);
    if (!name.path || !trace || !name.label)
        return error_nomem(err);
    *trace = name;
    trace->next = *traces;
    *out = *traces = trace;
    return OK;
}

enum status trace_name_of(const struct trace_name **out, struct trace_name **traces,
                          const struct yaml_node *node, const struct yaml_node *thread,
                          struct arena *arena, struct error *err)
{
    const bool standard_input = strcmp(node->text, "-") == 0;
    struct trace_name name = {.written = node->text, .file.one_thread = thread != NULL};
    name.path = standard_input ? "-" : preset_resolve(node->text, node->at, arena);
    name.file.path = name.path;
    if (thread) {
        uint64_t number;
        const enum status status =
            key_parse(stream_thread_key, &number, thread->text, thread->at, err);
        if (status != OK)
            return status;
        name.file.thread = (uint32_t)number;
        name.path = name.path
                        ? arena_printf(arena, "%s, thread %" PRIu64, name.path, number)
                        : NULL;
    }
    *out = name.path ? find(*traces, name.path) : NULL;
    if (*out)
        return OK;
    name.label = label_of(arena, node->text);
    return add(out, traces, name, arena, err);
}

enum status trace_name_generated(const struct trace_name **out, struct trace_name **traces,
                                 const struct generate_config *config, struct arena *arena,
                                 struct error *err)
{
    const struct plugin_config *generator = &config->generator;
    char origin[FLT_ORIGIN_MAX + 1];
    generator_origin(generator_find(generator->name), generator->params, config->seed,
                     origin, sizeof origin);
    *out = find(*traces, origin);
    if (*out)
        return OK;
    const char *path = arena_strdup(arena, origin);
    const struct trace_name name = {.path = path,
                                    .file = {.path = path, .generate = config},
                                    .written = generator->name,
                                    .label = generator->name};
    return add(out, traces, name, arena, err);
}

enum status trace_name_generated_thread(const struct trace_name **out,
                                        struct trace_name **traces,
                                        const struct trace_name *whole, uint32_t thread,
                                        struct arena *arena, struct error *err)
{
    struct trace_name name = *whole;
    name.path = arena_printf(arena, "%s, thread %" PRIu32, whole->path, thread);
    name.file.one_thread = true;
    name.file.thread = thread;
    *out = name.path ? find(*traces, name.path) : NULL;
    return *out ? OK : add(out, traces, name, arena, err);
}
