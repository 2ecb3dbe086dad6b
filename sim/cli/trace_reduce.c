/* trace_reduce.c -- `faultline trace reduce`: a shorter trace with the same faults. */
#include "cli/command.h"
#include "cli/trace_input.h"
#include "cli/trace_output.h"

#include "base/units.h"
#include "trace/reduce.h"
#include "trace/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct reduce_options {
    struct trace_options input;
    const char *output;
    struct reduction
        reduction;      /* method: REDUCTION_NONE if none was asked for             */
    const char *policy; /* NULL: none was asked for                                 */
    uint64_t page_size; /* bytes; 0: none was asked for                             */
    int level;
    bool quiet;
};

/* Where the references go that are kept, and how far the work is. */
struct sink {
    struct trace_output output;
    struct trace *trace;
};

static enum status put_batch(void *context, const struct batch *batch, struct error *err)
{
    struct sink *sink = context;
    uint64_t size;
    const uint64_t done = trace_consumed(sink->trace, &size);
    return trace_output_put(&sink->output, batch, done, size, err);
}

static enum status reduce_batches(struct sink *sink, struct reducer *reducer,
                                  struct error *err)
{
    struct batch batch;
    uint64_t references = 0, size;
    enum status status = batch_init(&batch, err);
    while (status == OK && (status = trace_next(sink->trace, &batch, err)) == OK) {
        if (batch.nops)
            status = error_set(err, ERR_CONFIG, at_file(trace_info(sink->trace)->path),
                               "the trace has operations on virtual memory (map, fork, "
                               "...), which a reduced one cannot keep; 'faultline trace "
                               "convert --no-operations' leaves them out");
        else if (command_interrupted)
            status = error_set(err, ERR_INTERRUPTED, at_file(sink->output.path),
                               "not written: interrupted");
        else
            status = reducer_add(reducer, &batch, err);
        references += batch_references(&batch);
        const uint64_t done = trace_consumed(sink->trace, &size);
        progress_update(&sink->output.progress, done, size, references);
    }
    batch_release(&batch);
    return status == END ? reducer_finish(reducer, err) : status;
}

static void print_kept(const struct sink *sink, const struct reducer *reducer)
{
    char kept[32], all[32];
    const uint64_t accesses = reducer_accesses(reducer);
    if (strcmp(sink->output.path, "-") == 0)
        return;
    printf("%s of %s page accesses are kept, %.3f%%\n",
           format_count(reducer_kept(reducer), kept, sizeof kept),
           format_count(accesses, all, sizeof all),
           100.0 * (double)reducer_kept(reducer) / (double)accesses);
}

static int write_reduced(struct sink *sink, const struct reduce_options *options,
                         const struct reduce_params *params)
{
    const struct trace_info *info = trace_info(sink->trace);
    const uint64_t page_size = UINT64_C(1) << params->page_shift;
    char origin[4096], size[32];
    snprintf(origin, sizeof origin, "%.3900s%sreduced by %s for %" PRIu64 " frames of %s",
             info->origin, info->origin[0] ? "; " : "",
             reduction_titles[params->reduction.method], params->reduction.frames,
             format_size(page_size, size, sizeof size));
    const struct flt_writer_options writer = {.granule_shift = params->page_shift,
                                              .origin = origin,
                                              .level = options->level,
                                              .reduction = params->reduction};
    const struct reduce_output output = {.context = sink, .put = put_batch};
    struct reducer *reducer;
    struct error err;
    enum status status = reducer_create(&reducer, params, &output, &err);
    if (status != OK)
        return command_fail(&err);
    status = trace_output_open(&sink->output, options->output, &writer, "reduce",
                               options->quiet, &err);
    if (status != OK) {
        reducer_free(reducer);
        return command_fail(&err);
    }
    status = reduce_batches(sink, reducer, &err);
    warn_lost(info);
    int result = trace_output_close(&sink->output, status, &err);
    if (result == EXIT_DONE) {
        print_kept(sink, reducer);
        result = command_close_output(EXIT_DONE);
    }
    reducer_free(reducer);
    return result;
}

/* See that the trace can be reduced so. */
static enum status check_input(const struct trace_info *info, uint64_t page_size,
                               struct error *err)
{
    char granule[32];
    if (info->reduction.method != REDUCTION_NONE)
        return error_set(err, ERR_CONFIG, at_file(info->path),
                         "is reduced already: reduce the full trace");
    if (page_size < UINT64_C(1) << info->granule_shift)
        return error_set(
            err, ERR_CONFIG, at_file(info->path),
            "--page-size is smaller than the granule of the trace, %s",
            format_size(UINT64_C(1) << info->granule_shift, granule, sizeof granule));
    return OK;
}

static int reduce(struct trace *trace, const struct reduce_options *options)
{
    enum { USUAL_PAGE_SIZE = 4096 };
    const struct trace_info *info = trace_info(trace);
    const uint64_t granule = UINT64_C(1) << info->granule_shift;
    const uint64_t fallback = granule > USUAL_PAGE_SIZE ? granule : USUAL_PAGE_SIZE;
    const uint64_t page_size = options->page_size ? options->page_size : fallback;
    struct error err;
    if (check_input(info, page_size, &err) != OK)
        return command_fail(&err);
    const struct reduce_params params = {
        .reduction = options->reduction,
        .page_shift = log2_of(page_size),
        .granule_shift = info->granule_shift,
    };
    struct sink sink = {.trace = trace};
    return write_reduced(&sink, options, &params);
}

static const struct option long_options[] = {
    {"frames", required_argument, NULL, 'k'}, {"page-size", required_argument, NULL, 'p'},
    {"policy", required_argument, NULL, 'P'}, {"method", required_argument, NULL, 'm'},
    {"level", required_argument, NULL, 'l'},  {"format", required_argument, NULL, 'f'},
    {"skip-damaged", no_argument, NULL, 's'}, {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},         {0},
};

static enum status set_frames(uint64_t *frames, const char *text, struct error *err)
{
    const enum status status = parse_count(frames, text, "--frames", at_nowhere(), err);
    if (status == OK && (*frames < 1 || *frames > REDUCTION_FRAMES_MAX))
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "bad value '%s' for --frames: it is from 1 to %" PRIu64, text,
                         REDUCTION_FRAMES_MAX);
    return status;
}

static enum status set_method(enum reduction_method *method, const char *name,
                              struct error *err)
{
    for (int m = REDUCTION_NONE + 1; m < REDUCTION_METHODS; m++)
        if (strcmp(name, reduction_names[m]) == 0) {
            *method = (enum reduction_method)m;
            return OK;
        }
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "bad value '%s' for --method: it is sad (exact for lru and opt) or "
                     "olr (for lru, and shorter)",
                     name);
}

static enum status set_policy(const char **policy, const char *name, struct error *err)
{
    *policy = name;
    if (strcmp(name, "lru") == 0 || strcmp(name, "opt") == 0)
        return OK;
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "bad value '%s' for --policy: a reduced trace is exact for lru, or "
                     "for lru and opt, only",
                     name);
}

static enum status set_option(void *context, int option, struct error *err)
{
    struct reduce_options *options = context;
    enum status status;
    switch (option) {
    case 'k':
        return set_frames(&options->reduction.frames, optarg, err);
    case 'p':
        status = trace_input_option(&options->input, option, err);
        options->page_size = options->input.list_page_size;
        return status;
    case 'P':
        return set_policy(&options->policy, optarg, err);
    case 'm':
        return set_method(&options->reduction.method, optarg, err);
    case 'l':
        return parse_level(&options->level, optarg, err);
    case 'q':
        options->quiet = true;
        return OK;
    default:
        return trace_input_option(&options->input, option, err);
    }
}

/* The method, if only a policy was asked for: the shortest trace for it. */
static bool choose_method(struct reduce_options *options)
{
    enum reduction_method *method = &options->reduction.method;
    const bool lru_alone = options->policy && strcmp(options->policy, "lru") == 0;
    if (*method == REDUCTION_NONE)
        *method = lru_alone ? REDUCTION_OLR : REDUCTION_SAD;
    return !options->policy || lru_alone || *method == REDUCTION_SAD;
}

static int reduce_run(int argc, char **argv)
{
    struct reduce_options options = {0};
    int status;
    if (!command_options(&command_trace_reduce, argc, argv, long_options, set_option,
                         &options, &status))
        return status;
    if (argc - optind != 2)
        return command_usage(&command_trace_reduce,
                             "an input and an output are needed, not %d file name%s",
                             argc - optind, argc - optind == 1 ? "" : "s");
    if (!options.reduction.frames)
        return command_usage(&command_trace_reduce,
                             "--frames is needed: the fewest that OUT is to be used with");
    if (!choose_method(&options))
        return command_usage(&command_trace_reduce,
                             "'--method olr' is exact for lru only, not for opt");
    options.input.path = argv[optind];
    options.output = argv[optind + 1];
    command_catch_signals();
    struct error err;
    struct trace *trace;
    if (trace_open(&trace, &options.input, &err) != OK)
        return command_fail(&err);
    status = reduce(trace, &options);
    trace_close(trace);
    return status;
}

const struct command command_trace_reduce = {
    .name = "trace reduce",
    .summary = "a shorter trace with the same faults, for LRU and OPT",
    .help =
        "usage: faultline trace reduce [options] --frames K IN OUT.flt\n"
        "\n"
        "Leaves out of IN what changes no fault, no page-in and no page-out (dirty ones\n"
        "included) of LRU, or of LRU and OPT, with K frames or more of --page-size or "
        "more;\n"
        "the more frames, the less is left. OUT keeps the numbers of references of IN, so\n"
        "that fault rates are right too, but none of what happens between the faults: TLB\n"
        "misses, accessed bits, time. 'faultline run' refuses OUT where it is not exact.\n"
        "\n"
        "  --frames K        the fewest frames that OUT is to be used with\n"
        "  --page-size SIZE  the smallest page that it is to be used with, and the size "
        "of\n"
        "                    a page if IN is a list of page numbers; default 4 KiB\n"
        "  --method sad      Safely Allowed Drop: exact for lru and opt; the default\n"
        "  --method olr      Optimal LRU Reduction: exact for lru, and the shortest trace\n"
        "                    that is\n"
        "  --policy NAME     instead of --method: lru takes olr, opt takes sad\n"
        "  --level N         of the compression, 1 (fast) to 22 (small); default 9\n"
        "  --format NAME     format of IN, where its content does not tell\n"
        "  --skip-damaged    go on past damaged chunks of a native IN and say what was "
        "lost\n"
        "  --quiet           no progress bar\n"
        "\n"
        "Both are due to Kaplan, Smaragdakis and Wilson (SIGMETRICS 1999).\n"
        "\n"
        "Example:\n"
        "  faultline trace reduce --frames 64 cc1.flt cc1-64.flt\n",
    .run = reduce_run,
};
