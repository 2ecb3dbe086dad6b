/* trace_name.c -- see trace_name.h. */
#include "experiment/trace_name.h"

#include "experiment/preset.h"

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
                          const struct yaml_node *node, struct arena *arena,
                          struct error *err)
{
    const bool standard_input = strcmp(node->text, "-") == 0;
    const char *path = standard_input ? "-" : preset_resolve(node->text, node->at, arena);
    *out = path ? find(*traces, path) : NULL;
    if (*out)
        return OK;
    const struct trace_name name = {
        .path = path, .written = node->text, .label = label_of(arena, node->text)};
    return add(out, traces, name, arena, err);
}

enum status trace_name_generated(const struct trace_name **out, struct trace_name **traces,
                                 const char *path, const char *generator,
                                 struct arena *arena, struct error *err)
{
    *out = find(*traces, path);
    if (*out)
        return OK;
    const struct trace_name name = {
        .path = arena_strdup(arena, path), .written = generator, .label = generator};
    return add(out, traces, name, arena, err);
}
