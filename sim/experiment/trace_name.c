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

enum status trace_name_of(const struct trace_name **out, struct trace_name **traces,
                          const struct yaml_node *node, struct arena *arena,
                          struct error *err)
{
    const bool standard_input = strcmp(node->text, "-") == 0;
    const char *path = standard_input ? "-" : preset_resolve(node->text, node->at, arena);
    struct trace_name *trace = *traces;
    while (path && trace && strcmp(trace->path, path) != 0)
        trace = trace->next;
    if (!trace) {
        trace = arena_alloc(arena, sizeof *trace);
        const char *label = label_of(arena, node->text);
        if (!path || !trace || !label)
            return error_nomem(err);
        *trace = (struct trace_name){path, node->text, label, *traces};
        *traces = trace;
    }
    *out = trace;
    return OK;
}
