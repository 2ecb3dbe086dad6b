/* trace_output.c -- see trace_output.h. */
#include "cli/trace_output.h"

#include "base/units.h"
#include "cli/command.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVEL_MAX = 22 };

enum status parse_power_of_two(uint64_t *bytes, const char *text, const char *option,
                               struct error *err)
{
    const enum status status = parse_size(bytes, text, option, at_nowhere(), err);
    if (status != OK)
        return status;
    if (!granule_is_valid(*bytes))
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "bad value '%s' for %s: it is a power of two from 16 B to 1 GiB",
                         text, option);
    return OK;
}

enum status parse_level(int *level, const char *text, struct error *err)
{
    uint64_t value;
    const enum status status = parse_count(&value, text, "--level", at_nowhere(), err);
    if (status != OK)
        return status;
    if (value < 1 || value > LEVEL_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "bad value '%s' for --level: it is from 1 (fast) to %d (small)",
                         text, LEVEL_MAX);
    *level = (int)value;
    return OK;
}

enum status check_origin(const char *origin, struct error *err)
{
    if (strlen(origin) > FLT_ORIGIN_MAX || strpbrk(origin, "\r\n"))
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "bad value for --origin: it is one line of at most %d bytes",
                         FLT_ORIGIN_MAX);
    return OK;
}

enum status trace_output_open(struct trace_output *output, const char *path,
                              const struct flt_writer_options *options, const char *what,
                              bool quiet, struct error *err)
{
    *output = (struct trace_output){.path = path};
    if (strcmp(path, "-") == 0 && isatty(STDOUT_FILENO))
        return error_set(err, ERR_OUTPUT, at_nowhere(),
                         "standard output is a terminal, which cannot show a native trace; "
                         "name a file");
    progress_start(&output->progress, what, "references", quiet);
    return flt_writer_create(&output->writer, path, options, err);
}

static enum status interrupted(const struct trace_output *output, struct error *err)
{
    return error_set(err, ERR_INTERRUPTED, at_file(output->path),
                     "not written: interrupted");
}

enum status trace_output_put(struct trace_output *output, const struct batch *batch,
                             uint64_t done, uint64_t total, struct error *err)
{
    if (command_interrupted)
        return interrupted(output, err);
    const enum status status = flt_writer_put(output->writer, batch, err);
    if (status != OK)
        return status;
    output->references += batch_references(batch);
    output->ops += batch->nops;
    output->chunks += !batch_is_empty(batch);
    progress_update(&output->progress, done, total, output->references);
    return OK;
}

static void print_summary(const struct trace_output *output)
{
    char references[32], ops[32], chunks[32];
    struct stat st;
    if (strcmp(output->path, "-") == 0 || stat(output->path, &st) != 0)
        return;
    printf("%s: %s references", output->path,
           format_count(output->references, references, sizeof references));
    if (output->ops)
        printf(" and %s %s", format_count(output->ops, ops, sizeof ops),
               output->ops == 1 ? "operation" : "operations");
    printf(" in %s %s, %.3f bytes per reference\n",
           format_count(output->chunks, chunks, sizeof chunks),
           output->chunks == 1 ? "chunk" : "chunks",
           output->references ? (double)st.st_size / (double)output->references : 0.0);
}

int trace_output_close(struct trace_output *output, enum status status, struct error *err)
{
    progress_end(&output->progress);
    if (status == ERR_IO && command_interrupted) /* a read that the signal broke off */
        status = interrupted(output, err);
    if (status != OK && status != END) {
        flt_writer_abandon(output->writer);
    } else {
        status = flt_writer_finish(output->writer, err);
        if (status == OK)
            print_summary(output);
    }
    output->writer = NULL;
    if (status == OK)
        return command_close_output(EXIT_DONE);
    if (status == ERR_OUTPUT && strcmp(output->path, "-") == 0 && command_reader_gone())
        return command_close_output(EXIT_DONE);
    return command_fail(err);
}

void warn_lost(const struct trace_info *info)
{
    char chunks[32], bytes[32];
    if (info->lost_batches || info->lost_bytes)
        fprintf(stderr, "faultline: %s: warning: %s %s lost as damaged, %s bytes\n",
                info->path, format_count(info->lost_batches, chunks, sizeof chunks),
                info->lost_batches == 1 ? "chunk" : "chunks",
                format_count(info->lost_bytes, bytes, sizeof bytes));
}
