/* trace_cut.c -- `faultline trace cut`: a part of a trace as a trace of its own. */
#include "cli/command.h"
#include "cli/trace_input.h"
#include "cli/trace_output.h"

#include "base/units.h"
#include "trace/slice.h"
#include "trace/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct cut_options {
    struct trace_options input;
    const char *output;
    uint64_t from, count;
    int level;
    bool counted; /* --count was given                                                  */
    bool quiet;
};

/* The trace begins with another thread than the one whose number is 0. */
static enum status put_switch(struct trace_output *output, uint32_t thread,
                              struct error *err)
{
    struct vm_op op = {.kind = VM_SWITCH, .file = VM_ANONYMOUS, .stream = thread};
    char names[] = "";
    const struct batch batch = {
        .start = {BLOCK_NONE, BLOCK_NONE}, .nops = 1, .ops = &op, .names = names};
    return trace_output_put(output, &batch, 0, 0, err);
}

static enum status cut_batches(struct trace *trace, const struct cut_options *options,
                               struct trace_output *output, struct error *err)
{
    struct batch batch = {0};
    struct slice slice;
    enum status status = slice_init(&slice, options->from, options->count, err);
    if (status == OK)
        status = batch_init(&batch, err);
    while (status == OK && !slice_done(&slice)) {
        status = trace_next(trace, &batch, err);
        if (status != OK)
            break;
        const bool begun = slice.kept;
        slice_batch(&slice, &batch);
        if (!begun && slice.kept && slice.thread != 0)
            status = put_switch(output, slice.thread, err);
        if (status != OK)
            break;
        const uint64_t done = slice.at < slice.end ? slice.at : slice.end;
        status = trace_output_put(output, &batch, done, slice.end, err);
    }
    if ((status == OK || status == END) && !slice.kept)
        status = error_set(err, ERR_CONFIG, at_file(options->input.path),
                           "there is nothing from reference %" PRIu64
                           " on: the trace has %" PRIu64 " references",
                           options->from, slice.at);
    slice_release(&slice);
    batch_release(&batch);
    return status;
}

static int cut(struct trace *trace, const struct cut_options *options)
{
    const struct trace_info *info = trace_info(trace);
    struct error err;
    if (info->reduction.method != REDUCTION_NONE) {
        error_set(&err, ERR_CONFIG, at_file(info->path),
                  "a reduced trace cannot be cut: cut the full one, and reduce that");
        return command_fail(&err);
    }
    char origin[4096];
    snprintf(origin, sizeof origin,
             "%.3900s%scut at reference %" PRIu64 ", %" PRIu64 " asked for",
             info->origin ? info->origin : "", info->origin && info->origin[0] ? "; " : "",
             options->from, options->count);
    const struct flt_writer_options writer = {
        .granule_shift = info->granule_shift, .origin = origin, .level = options->level};
    struct trace_output output;
    enum status status =
        trace_output_open(&output, options->output, &writer, "cut", options->quiet, &err);
    if (status != OK)
        return command_fail(&err);
    status = cut_batches(trace, options, &output, &err);
    warn_lost(info);
    return trace_output_close(&output, status, &err);
}

static const struct option long_options[] = {
    {"from", required_argument, NULL, 'n'},
    {"count", required_argument, NULL, 'm'},
    {"level", required_argument, NULL, 'l'},
    TRACE_INPUT_OPTIONS,
    {0},
};

static enum status set_option(void *context, int option, struct error *err)
{
    struct cut_options *options = context;
    switch (option) {
    case 'n':
        return parse_count(&options->from, optarg, "--from", at_nowhere(), err);
    case 'm':
        options->counted = true;
        return parse_count(&options->count, optarg, "--count", at_nowhere(), err);
    case 'l':
        return parse_level(&options->level, optarg, err);
    case 'q':
        options->quiet = true;
        return OK;
    default:
        return trace_input_option(&options->input, option, err);
    }
}

static int cut_run(int argc, char **argv)
{
    struct cut_options options = {0};
    int status;
    if (!command_options(&command_trace_cut, argc, argv, long_options, set_option, &options,
                         &status))
        return status;
    struct error err;
    if (argc - optind != 2)
        return command_usage(&command_trace_cut,
                             "an input and an output are needed, not %d file name%s",
                             argc - optind, argc - optind == 1 ? "" : "s");
    if (!options.counted || options.count == 0)
        return command_usage(&command_trace_cut,
                             "--count is needed: how many references, at least 1");
    options.input.path = argv[optind];
    options.output = argv[optind + 1];
    command_catch_signals();
    struct trace *trace;
    if (trace_open(&trace, &options.input, &err) != OK)
        return command_fail(&err);
    status = cut(trace, &options);
    trace_close(trace);
    return status;
}

const struct command command_trace_cut = {
    .name = "trace cut",
    .summary = "a part of a trace as a trace of its own",
    .help =
        "usage: faultline trace cut [options] --from N --count M IN OUT.flt\n"
        "\n"
        "Writes the references N to N+M-1 of IN, counted from 0, as a native trace. A "
        "trace\n"
        "is cut between steps (runs of references in one block of instructions and one of\n"
        "data): kept are the steps that begin in the range, whole. So OUT begins at the\n"
        "first step at or after N and may have some references (fewer than 64) more or\n"
        "less than M. All counts of OUT are exact except, in a chunk that is cut through,\n"
        "that of modifies, which steps do not mark: it is estimated from pairs of a load\n"
        "and a store.\n"
        "\n"
        "An operation on memory is kept if the reference after it is among those asked\n"
        "for, or if it ends IN and they go on beyond. What was mapped before N is not in\n"
        "OUT. If another thread than the first runs at N, OUT begins with a switch to it.\n"
        "\n"
        "  --from N          first reference; default 0\n"
        "  --count M         how many\n"
        "  --format NAME     format of IN, where its content does not tell\n"
        "  --page-size SIZE  size of a page if IN is a list of page numbers; default 4 "
        "KiB\n"
        "  --granule SIZE    size of the blocks of OUT if IN is not native; default 512 B\n"
        "  --level N         of the compression, 1 (fast) to 22 (small); default 9\n"
        "  --skip-damaged    go on past damaged chunks; those lost are not counted in N\n"
        "  --quiet           no progress bar\n"
        "\n"
        "Example: skip the start of a program\n"
        "  faultline trace cut cc1.flt cc1-middle.flt --from 10000000 --count 1000000\n",
    .run = cut_run,
};
