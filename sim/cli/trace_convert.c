/* trace_convert.c -- `faultline trace convert`: any trace to a native one. */
#include "cli/command.h"
#include "cli/trace_input.h"
#include "cli/trace_output.h"
#include "cli/trace_pages.h"

#include "base/units.h"
#include "trace/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct convert_options {
    struct trace_options input;
    const char *output;
    const char *origin; /* NULL: that of the input                                      */
    int level;
    bool pages; /* --to pages                                                           */
    bool quiet;
};

/* What the header of the new trace says of its making. */
static const char *origin_of(const struct convert_options *options,
                             const struct trace_info *info, char *buffer, size_t size)
{
    if (options->origin)
        return options->origin;
    if (info->origin && info->origin[0])
        return info->origin;
    const char *folder_end = strrchr(info->path, '/');
    const char *file = folder_end ? folder_end + 1 : info->path;
    snprintf(buffer, size, "converted from %s (%s)",
             strcmp(file, "-") == 0 ? "standard input" : file, info->format);
    for (char *c = buffer; *c; c++) /* a file name may hold anything; an origin is a line */
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    return buffer;
}

static enum status copy_batches(struct trace *trace, struct trace_output *output,
                                struct error *err)
{
    struct batch batch;
    enum status status = batch_init(&batch, err);
    while (status == OK && (status = trace_next(trace, &batch, err)) == OK) {
        uint64_t size;
        const uint64_t done = trace_consumed(trace, &size);
        status = trace_output_put(output, &batch, done, size, err);
    }
    batch_release(&batch);
    return status;
}

static int convert(struct trace *trace, const struct convert_options *options)
{
    const struct trace_info *info = trace_info(trace);
    struct error err;
    char buffer[4096];
    const uint64_t granule = options->input.granule;
    if (granule && granule != UINT64_C(1) << info->granule_shift) {
        char had[32];
        error_set(&err, ERR_CONFIG, at_file(info->path),
                  "--granule cannot change that of a native trace, which is %s",
                  format_size(UINT64_C(1) << info->granule_shift, had, sizeof had));
        return command_fail(&err);
    }
    const struct flt_writer_options writer = {
        .granule_shift = info->granule_shift,
        .origin = origin_of(options, info, buffer, sizeof buffer),
        .level = options->level,
        .reduction = info->reduction,
    };
    struct trace_output output;
    enum status status = trace_output_open(&output, options->output, &writer, "convert",
                                           options->quiet, &err);
    if (status != OK)
        return command_fail(&err);
    status = copy_batches(trace, &output, &err);
    if (status == END)
        warn_lost(info);
    return trace_output_close(&output, status, &err);
}

static const struct option long_options[] = {
    {"level", required_argument, NULL, 'l'},
    {"origin", required_argument, NULL, 'o'},
    {"to", required_argument, NULL, 't'},
    {"no-operations", no_argument, NULL, 'n'},
    {"thread", required_argument, NULL, 'T'},
    TRACE_INPUT_OPTIONS,
    {0},
};

static enum status set_target(struct convert_options *options, const char *name,
                              struct error *err)
{
    static const char *const targets[] = {"flt", "pages"};
    options->pages = strcmp(name, "pages") == 0;
    if (options->pages || strcmp(name, "flt") == 0)
        return OK;
    const char *nearest = nearest_name(name, targets, ARRAY_LEN(targets));
    return error_set(err, ERR_CONFIG, at_nowhere(),
                     "unknown format '%s' for --to%s%s%s: it is flt or pages", name,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'" : "");
}

static enum status set_thread(struct trace_options *input, const char *text,
                              struct error *err)
{
    uint64_t thread;
    const enum status status = parse_count(&thread, text, "--thread", at_nowhere(), err);
    if (status == OK && thread > UINT32_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "bad value '%s' for --thread: it is from 0 to %" PRIu32, text,
                         UINT32_MAX);
    input->one_thread = true;
    input->thread = (uint32_t)thread;
    return status;
}

static enum status set_option(void *context, int option, struct error *err)
{
    struct convert_options *options = context;
    switch (option) {
    case 'l':
        return parse_level(&options->level, optarg, err);
    case 'o':
        options->origin = optarg;
        return check_origin(optarg, err);
    case 't':
        return set_target(options, optarg, err);
    case 'n':
        options->input.no_operations = true;
        return OK;
    case 'T':
        return set_thread(&options->input, optarg, err);
    case 'q':
        options->quiet = true;
        return OK;
    default:
        return trace_input_option(&options->input, option, err);
    }
}

static int convert_run(int argc, char **argv)
{
    struct convert_options options = {0};
    int status;
    if (!command_options(&command_trace_convert, argc, argv, long_options, set_option,
                         &options, &status))
        return status;
    struct error err;
    const int words = argc - optind;
    if (options.pages &&
        (words < 1 || words > 2 || (words == 2 && strcmp(argv[optind + 1], "-") != 0)))
        return command_usage(&command_trace_convert,
                             "--to pages reads one trace and writes standard output");
    if (!options.pages && words != 2)
        return command_usage(&command_trace_convert,
                             "an input and an output are needed, not %d file name%s", words,
                             words == 1 ? "" : "s");
    options.input.path = argv[optind];
    options.output = options.pages ? "-" : argv[optind + 1];
    command_catch_signals();
    struct trace *trace;
    if (trace_open(&trace, &options.input, &err) != OK)
        return command_fail(&err);
    status = options.pages ? trace_print_pages(trace, options.input.list_page_size)
                           : convert(trace, &options);
    trace_close(trace);
    return status;
}

const struct command command_trace_convert = {
    .name = "trace convert",
    .summary = "turn a trace of any format into a native one",
    .help =
        "usage: faultline trace convert [options] IN OUT.flt\n"
        "       faultline trace convert [options] --to pages IN\n"
        "\n"
        "Reads a trace of any format, compressed or not, and writes it as a native one. "
        "IN\n"
        "may be '-', standard input; OUT may be '-', standard output. The output appears\n"
        "under its name when it is complete.\n"
        "\n"
        "  --format NAME     format of IN, where its content does not tell; see\n"
        "                    'faultline list formats'\n"
        "  --page-size SIZE  size of a page in lists of page numbers, as IN or with\n"
        "                    '--to pages'; default 4 KiB\n"
        "  --granule SIZE    size of the blocks that addresses are kept in, and so the\n"
        "                    smallest page size that can be simulated: a power of two\n"
        "                    from 16 B to 1 GiB; default 512 B\n"
        "  --level N         of the compression, 1 (fast) to 22 (small); default 9\n"
        "  --origin TEXT     one line that says how the trace was made; it is kept in OUT\n"
        "  --no-operations   leave out the operations on memory\n"
        "  --thread N        of a trace that holds several threads, thread N only, as its\n"
        "                    'switch' operations number them; 0: the one that it begins "
        "with\n"
        "  --skip-damaged    go on past damaged chunks of a native IN and say what was "
        "lost\n"
        "  --to pages        print a line for each page touched, in order: the page "
        "number\n"
        "                    in decimal and R or W. A modify gives an R and a W, and a\n"
        "                    reference that crosses pages one line for each of them. An\n"
        "                    operation on memory is a line that begins with @.\n"
        "  --quiet           no progress bar\n"
        "\n"
        "Example:\n"
        "  faultline trace convert --origin 'valgrind lackey: ls' ls.lackey.zst ls.flt\n",
    .run = convert_run,
};
