/* trace_check.c -- `faultline trace check`: reads traces through and verifies them. */
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/trace_input.h"

#include "base/units.h"
#include "trace/trace.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct tally {
    uint64_t references, ops, chunks;
};

static enum status read_through(struct trace *trace, struct tally *tally, bool quiet,
                                struct error *err)
{
    struct batch batch;
    struct progress progress;
    enum status status = batch_init(&batch, err);
    progress_start(&progress, "check", "references", quiet);
    while (status == OK && (status = trace_next(trace, &batch, err)) == OK) {
        tally->references += batch_references(&batch);
        tally->ops += batch.nops;
        tally->chunks++;
        uint64_t size;
        const uint64_t done = trace_consumed(trace, &size);
        progress_update(&progress, done, size, tally->references);
        if (command_interrupted)
            break;
    }
    if (command_interrupted && status != END)
        status = error_set(err, ERR_INTERRUPTED, at_file(trace_info(trace)->path),
                           "not checked to the end: interrupted");
    progress_end(&progress);
    batch_release(&batch);
    return status;
}

/* A file that was read to its end without its index: that is no loss, but it is damage.
 * A pipe's index is not used. */
static bool index_is_lost(const struct trace_info *info)
{
    struct stat st;
    return strcmp(info->format, "flt") == 0 && !info->complete &&
           stat(info->path, &st) == 0 && S_ISREG(st.st_mode);
}

static int report(const struct trace_info *info, const struct tally *tally)
{
    char references[32], ops[32], chunks[32], lost[32], bytes[32];
    const bool damaged = info->lost_batches || info->lost_bytes || index_is_lost(info);
    printf("%s: %s, %s references", info->path, damaged ? "damaged" : "ok",
           format_count(tally->references, references, sizeof references));
    if (tally->ops)
        printf(" and %s %s", format_count(tally->ops, ops, sizeof ops),
               tally->ops == 1 ? "operation" : "operations");
    printf(" in %s %s", format_count(tally->chunks, chunks, sizeof chunks),
           tally->chunks == 1 ? "chunk" : "chunks");
    if (damaged)
        printf(" are sound, %s%s %s lost (%s bytes)",
               index_is_lost(info) ? "the index and " : "",
               format_count(info->lost_batches, lost, sizeof lost),
               info->lost_batches == 1 ? "chunk is" : "chunks are",
               format_count(info->lost_bytes, bytes, sizeof bytes));
    putchar('\n');
    return damaged ? EXIT_DAMAGED : EXIT_DONE;
}

static int check_file(const struct trace_options *options, bool quiet)
{
    struct error err;
    struct trace *trace;
    struct tally tally = {0};
    enum status status = trace_open(&trace, options, &err);
    if (status != OK)
        return command_fail(&err);
    status = read_through(trace, &tally, quiet, &err);
    const int result =
        status == END ? report(trace_info(trace), &tally) : command_fail(&err);
    trace_close(trace);
    return result;
}

static const struct option long_options[] = {
    {"format", required_argument, NULL, 'f'},
    {"skip-damaged", no_argument, NULL, 's'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct check_options {
    struct trace_options input;
    bool quiet;
};

static enum status set_option(void *context, int option, struct error *err)
{
    struct check_options *options = context;
    if (option != 'q')
        return trace_input_option(&options->input, option, err);
    options->quiet = true;
    return OK;
}

static int check_run(int argc, char **argv)
{
    struct check_options options = {0};
    int status;
    if (!command_options(&command_trace_check, argc, argv, long_options, set_option,
                         &options, &status))
        return status;
    if (optind == argc)
        return command_usage(&command_trace_check, "the name of a trace is needed");
    command_catch_signals();
    int worst = EXIT_DONE;
    for (int i = optind; i < argc && !command_interrupted; i++) {
        options.input.path = argv[i];
        const int result = check_file(&options.input, options.quiet);
        worst = result > worst ? result : worst;
    }
    if (command_interrupted)
        worst = EXIT_CELL;
    return command_close_output(worst);
}

const struct command command_trace_check = {
    .name = "trace check",
    .summary = "read traces through and verify every checksum",
    .help =
        "usage: faultline trace check [options] FILE...\n"
        "\n"
        "Reads each trace through. Of a native one, the header, every chunk and the index\n"
        "are verified against their checksums; a foreign one must read as its format "
        "says.\n"
        "Prints 'FILE: ok, N references in M chunks', with the number of its operations\n"
        "on memory if it has any, or the chunk and the byte, or the line, where the "
        "damage\n"
        "is. Exit status 3 if any file is damaged.\n"
        "\n"
        "  --format NAME    format of the files, where their content does not tell\n"
        "  --skip-damaged   go on past damaged chunks, and say how much is lost; the exit\n"
        "                   status is 3 all the same\n"
        "  --quiet          no progress bar\n"
        "\n"
        "Example:\n"
        "  faultline trace check traces/*.flt\n",
    .run = check_run,
};
