/* operations.c -- see operations.h. */
#include "experiment/operations.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum status check(const char *name, const struct trace_file *file,
                         const struct source_table *sources, struct error *err)
{
    if (source_table_find(sources, name)->switches == 0)
        return OK;
    return error_set(err, ERR_CONFIG, file->at,
                     "trace '%s' holds the references of several threads: replay one with "
                     "'thread: 0', and name the others in 'streams', such as {trace: %s, "
                     "thread: 1}",
                     name, name);
}

enum status operations_check(const struct cell_config *config,
                             const struct source_table *sources, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; config->events && i < config->events->nprocesses; i++) {
        const struct process_config *process = &config->events->processes[i];
        for (size_t k = 0; k <= process->nstreams && status == OK; k++)
            status = check(k == 0 ? process->trace : process->streams[k - 1],
                           &process->files[k], sources, err);
    }
    return status;
}

void operations_mark(struct cell_result *result, const struct source *source)
{
    const size_t used = strlen(result->notes);
    if (source->ops)
        snprintf(result->notes + used, sizeof result->notes - used,
                 "%sits operations on memory (%" PRIu64 ") are not carried out, nor are "
                 "the traces of children replayed: timing is none",
                 used ? "; " : "", source->ops);
}
