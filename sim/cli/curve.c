/* curve.c -- `faultline curve`: what one reading of a trace tells of every memory size. */
#include "base/units.h"
#include "cli/command.h"
#include "cli/curve_output.h"
#include "cli/progress.h"
#include "cli/trace_output.h"
#include "report/curve_data.h"
#include "report/report.h"
#include "trace/trace.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const struct command command_curve = {
    .name = "curve",
    .summary = "faults of LRU, OPT and working set for every memory size",
    .help =
        "usage: faultline curve [--curves NAMES] [--page-size SIZES] [--frames RANGES]\n"
        "                       [--output DIR | --format csv|json] [--quiet] TRACE\n"
        "\n"
        "Computes, exactly and in one reading of TRACE (opt: two), for all page sizes\n"
        "together:\n"
        "\n"
        "  lru, opt          faults for every number of frames\n"
        "  working-set       faults and mean pages of the working set, by window\n"
        "  vmin              the same of VMIN, which has the least mean for these faults\n"
        "  window-footprint  mean pages that are used in a window\n"
        "  footprint         pages used so far, over time\n"
        "  reuse-distance    accesses by the pages used since the last use of theirs\n"
        "\n"
        "and prints them at powers of two.  Windows and time are counted in references.\n"
        "\n"
        "  --curves NAMES     some of these, joined by commas (default: lru,opt), or all\n"
        "  --page-size SIZES  up to 32, joined by commas (default: 4 KiB); the first one "
        "is\n"
        "                     also that of TRACE if it is a list of page numbers\n"
        "  --frames RANGES    of lru and opt these numbers of frames only: 64,100-200;\n"
        "                     a range ends at the footprint (default: all)\n"
        "  --output DIR       write curves.csv and curves.json, with all points, and\n"
        "                     pictures as SVG and PNG\n"
        "  --format FORM      print csv or json, with all points, instead of tables\n"
        "  --input-format NAME  format of TRACE, where its content does not tell\n"
        "  --skip-damaged     go on past damaged chunks of a native trace\n"
        "  --quiet            no progress bar and no table\n"
        "  --help             this text\n"
        "\n"
        "Example: faultline curve --curves all --page-size 4KiB,64KiB --output cc1 \\\n"
        "             traces/cc1.flt\n",
    .run = run,
};

enum option_code {
    OPT_CURVES = 256,
    OPT_PAGE_SIZE,
    OPT_FRAMES,
    OPT_OUTPUT,
    OPT_FORMAT,
    OPT_INPUT_FORMAT,
    OPT_SKIP_DAMAGED,
    OPT_QUIET
};

static const struct option long_options[] = {
    {"curves", required_argument, NULL, OPT_CURVES},
    {"page-size", required_argument, NULL, OPT_PAGE_SIZE},
    {"frames", required_argument, NULL, OPT_FRAMES},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"input-format", required_argument, NULL, OPT_INPUT_FORMAT},
    {"skip-damaged", no_argument, NULL, OPT_SKIP_DAMAGED},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, 'h'},
    {0},
};

enum { RANGES_MAX = 64 };

struct arguments {
    struct trace_options input;
    curve_set set;
    uint64_t page_sizes; /* bit i: pages of 1 << i bytes; 0: none said                  */
    struct frame_range ranges[RANGES_MAX];
    size_t nranges;
    const char *output, *format;
    bool quiet;
};

/* --- options ----------------------------------------------------------------------------- */

/* Give each of the parts that commas separate to `take`. */
static enum status each_part(const char *list, void *context,
                             enum status (*take)(void *context, const char *part,
                                                 struct error *err),
                             struct error *err)
{
    enum status status = OK;
    for (const char *at = list; status == OK; at++) {
        char part[64];
        const size_t length = strcspn(at, ",");
        snprintf(part, sizeof part, "%.*s", length < 60 ? (int)length : 60, at);
        status = take(context, part, err);
        at += length;
        if (!*at)
            break;
    }
    return status;
}

static enum status take_curve(void *context, const char *name, struct error *err)
{
    struct arguments *arguments = context;
    if (strcmp(name, "all") == 0) {
        arguments->set = (1u << CURVE_NAMES) - 1;
        return OK;
    }
    return curve_set_add(&arguments->set, name, "--curves", at_nowhere(), err);
}

static enum status take_page_size(void *context, const char *text, struct error *err)
{
    struct arguments *arguments = context;
    uint64_t size;
    const enum status status = parse_power_of_two(&size, text, "--page-size", err);
    if (status != OK)
        return status;
    if (arguments->page_sizes & size)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'%s' is twice in the list of --page-size", text);
    if (!arguments->page_sizes)
        arguments->input.list_page_size = size;
    arguments->page_sizes |= size;
    return OK;
}

static enum status take_range(void *context, const char *text, struct error *err)
{
    struct arguments *arguments = context;
    struct frame_range range;
    const size_t length = strcspn(text, "-");
    char first[64];
    snprintf(first, sizeof first, "%.*s", (int)length, text);
    const char *last = text[length] ? text + length + 1 : first;
    if (arguments->nranges == RANGES_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(), "--frames has at most %d ranges",
                         RANGES_MAX);
    if (parse_count(&range.first, first, "--frames", at_nowhere(), NULL) != OK ||
        parse_count(&range.last, last, "--frames", at_nowhere(), NULL) != OK ||
        range.first < 1 || range.last < range.first || range.last > REDUCTION_FRAMES_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "bad value '%s' for --frames: it is numbers and ranges such as "
                         "64,100-200, from 1 to %" PRIu64,
                         text, REDUCTION_FRAMES_MAX);
    arguments->ranges[arguments->nranges++] = range;
    return OK;
}

static enum status set_format(struct arguments *arguments, struct error *err)
{
    if (strcmp(optarg, "csv") != 0 && strcmp(optarg, "json") != 0)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "unknown format '%s' of --format: csv or json", optarg);
    arguments->format = optarg;
    return OK;
}

static enum status set_option(void *context, int option, struct error *err)
{
    struct arguments *arguments = context;
    switch (option) {
    case OPT_CURVES:
        return each_part(optarg, arguments, take_curve, err);
    case OPT_PAGE_SIZE:
        return each_part(optarg, arguments, take_page_size, err);
    case OPT_FRAMES:
        return each_part(optarg, arguments, take_range, err);
    case OPT_FORMAT:
        return set_format(arguments, err);
    case OPT_OUTPUT:
        arguments->output = optarg;
        break;
    case OPT_INPUT_FORMAT:
        arguments->input.format = optarg;
        break;
    case OPT_SKIP_DAMAGED:
        arguments->input.skip_damaged = true;
        break;
    default:
        arguments->quiet = true;
    }
    return OK;
}

/* --- work -------------------------------------------------------------------------------- */

struct work {
    const struct arguments *arguments;
    struct trace *trace;
    struct progress progress;
    bool twice; /* the trace is read twice */
    uint64_t references;
    struct curve_request request;
    struct curve curves[CURVE_PAGE_SIZES];
};

static bool advance(void *context, uint64_t references)
{
    struct work *work = context;
    uint64_t size;
    uint64_t done = trace_consumed(work->trace, &size);
    work->references += references;
    if (work->twice && work->references > 0)
        done += size;
    progress_update(&work->progress, done, work->twice ? 2 * size : size, work->references);
    return !command_interrupted;
}

static enum status compute(struct work *work, struct error *err)
{
    const struct curve_host host = {.context = work, .advance = advance};
    progress_start(&work->progress, "curve", "references", work->arguments->quiet);
    enum status status = curve_run(work->curves, &work->request, work->trace, &host, err);
    progress_end(&work->progress);
    if (status == ERR_IO && command_interrupted) /* a read that the signal broke off */
        status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
    return status;
}

static int write_files(struct data *data, const struct arguments *arguments)
{
    struct error err;
    struct report_pictures pictures = {0};
    const enum status status =
        curve_write_folder(data, arguments->set, arguments->output, &pictures, &err);
    if (!arguments->quiet && status == OK)
        printf("\ncurves in %s: curves.csv, curves.json\n", arguments->output);
    for (size_t i = 0; i < pictures.n && !arguments->quiet; i++)
        printf("  %s\n", pictures.paths[i]);
    report_pictures_free(&pictures);
    return status == OK ? EXIT_DONE : command_fail(&err);
}

static int report(const struct curve_output *output, const struct arguments *arguments)
{
    struct error err;
    struct data *data = NULL;
    int exit_status = EXIT_DONE;
    if (!arguments->quiet && !arguments->format)
        curve_print(output);
    if (!arguments->format && !arguments->output)
        return command_close_output(EXIT_DONE);
    if (curve_tabulate(&data, output, &err) != OK)
        return command_fail(&err);
    if (arguments->output)
        exit_status = write_files(data, arguments);
    else if (strcmp(arguments->format, "csv") == 0)
        csv_write(data, stdout);
    else
        curve_json_write(data, stdout);
    data_free(data);
    return command_close_output(exit_status);
}

/* The fewest frames that are asked for by themselves; 0: none are. */
static uint64_t least_frames(const struct arguments *arguments)
{
    uint64_t least = arguments->nranges ? UINT64_MAX : 0;
    for (size_t i = 0; i < arguments->nranges; i++)
        if (arguments->ranges[i].first < least)
            least = arguments->ranges[i].first;
    return least;
}

static uint64_t usual_page_size(const struct trace_info *info)
{
    const uint64_t granule = UINT64_C(1) << info->granule_shift, usual = 4096;
    return granule > usual ? granule : usual;
}

static int work_on(struct work *work)
{
    const struct arguments *arguments = work->arguments;
    const struct trace_info *info = trace_info(work->trace);
    const uint64_t page_sizes =
        arguments->page_sizes ? arguments->page_sizes : usual_page_size(info);
    const struct curve_trace trace = {.path = info->path,
                                      .reduction = &info->reduction,
                                      .granule = UINT64_C(1) << info->granule_shift};
    struct error err;
    if (curve_request_check(&trace, arguments->set, page_sizes, least_frames(arguments),
                            &err) != OK)
        return command_fail(&err);
    work->request = curve_request_of(arguments->set, page_sizes);
    work->twice = work->request.kinds & CURVE_OPT;
    const enum status status = compute(work, &err);
    warn_lost(info);
    if (status != OK)
        return command_fail(&err);
    const struct curve_output output = {
        .path = info->path,
        .ops = info->ops_left_out,
        .curves = work->curves,
        .n = work->request.npage_sizes,
        .points = {.set = arguments->set,
                   .references = work->references,
                   .frames_least = info->reduction.frames ? info->reduction.frames : 1,
                   .ranges = arguments->ranges,
                   .nranges = arguments->nranges},
    };
    const int exit_status = report(&output, arguments);
    for (size_t i = 0; i < output.n; i++)
        curve_release(&work->curves[i]);
    return exit_status;
}

static int run_with(struct arguments *arguments)
{
    struct error err;
    struct work *work = calloc(1, sizeof *work);
    if (!work)
        return command_fail((error_nomem(&err), &err));
    work->arguments = arguments;
    int exit_status;
    if (trace_open(&work->trace, &arguments->input, &err) == OK) {
        exit_status = work_on(work);
        trace_close(work->trace);
    } else {
        exit_status = command_fail(&err);
    }
    free(work);
    return exit_status;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = {0};
    int status;
    if (!command_options(&command_curve, argc, argv, long_options, set_option, &arguments,
                         &status))
        return status;
    if (argc - optind != 1)
        return command_usage(&command_curve, "one trace is needed, not %d", argc - optind);
    if (arguments.output && arguments.format)
        return command_usage(&command_curve, "--format prints what --output writes: one of "
                                             "them is enough");
    arguments.input.path = argv[optind];
    arguments.input.no_operations = true;
    if (!arguments.set)
        arguments.set = 1u << CURVE_NAME_LRU | 1u << CURVE_NAME_OPT;
    return run_with(&arguments);
}
