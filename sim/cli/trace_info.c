/* trace_info.c -- `faultline trace info`: what a trace holds. */
#include "cli/trace_info.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/trace_input.h"
#include "cli/trace_output.h"

#include "base/units.h"
#include "report/layout_picture.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct info_options {
    struct trace_options input;
    const char *plot; /* NULL: no picture                                                 */
    bool json, quiet;
};

static enum status survey_batch(struct survey *survey, struct layout *layout,
                                const struct batch *batch, struct error *err)
{
    survey->counts.ifetches += batch->counts.ifetches;
    survey->counts.loads += batch->counts.loads;
    survey->counts.stores += batch->counts.stores;
    survey->counts.modifies += batch->counts.modifies;
    survey->steps += batch->nsteps;
    for (uint32_t i = 0; i < batch->nsteps; i++)
        survey->kept += step_shape(batch, batch->steps[i])->length;
    survey->chunks++;
    for (uint32_t i = 0; i < batch->nops; i++)
        survey->ops[batch->ops[i].kind]++;
    return layout_add(layout, batch, err);
}

static enum status survey_batches(struct survey *survey, struct layout *layout,
                                  struct trace *trace, bool quiet, struct error *err)
{
    struct batch batch;
    struct progress progress;
    enum status status = batch_init(&batch, err);
    progress_start(&progress, "info", "references", quiet);
    while (status == OK && (status = trace_next(trace, &batch, err)) == OK) {
        status = survey_batch(survey, layout, &batch, err);
        const uint64_t done = trace_consumed(trace, &survey->file_bytes);
        progress_update(&progress, done, survey->file_bytes, survey_references(survey));
        if (command_interrupted)
            break;
    }
    if (command_interrupted && status != END)
        status = error_set(err, ERR_INTERRUPTED, at_file(trace_info(trace)->path),
                           "not read to the end: interrupted");
    progress_end(&progress);
    batch_release(&batch);
    const uint64_t consumed = trace_consumed(trace, &survey->file_bytes);
    if (survey->file_bytes == 0)
        survey->file_bytes = consumed;
    return status == END ? OK : status;
}

/* "cc1.flt" */
static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static enum status draw(const struct survey *survey, const struct layout *layout,
                        const struct trace_info *info, const char *path, struct error *err)
{
    const bool reduced = info->reduction.method != REDUCTION_NONE;
    char title[160];
    snprintf(title, sizeof title, "%.100s: references over time and address",
             file_name(info->path));
    const struct layout_picture picture = {
        .path = path,
        .title = title,
        .references = reduced ? "accesses kept" : "references",
        .map = &survey->map,
        .density = layout_density(layout),
        .page_size = survey->page_size,
    };
    return layout_picture_write(&picture, err);
}

/* References that the trace will have, by its index; 0: not known. */
static uint64_t references_of(const struct trace_info *info)
{
    const bool known = info->complete && info->reduction.method == REDUCTION_NONE;
    return known ? info->counts.ifetches + info->counts.loads + info->counts.stores : 0;
}

static enum status survey_trace(struct survey *survey, struct layout **layout,
                                struct trace *trace, const struct info_options *options,
                                struct error *err)
{
    const struct trace_info *info = trace_info(trace);
    const uint64_t granule = UINT64_C(1) << info->granule_shift;
    const uint64_t fallback = granule > 4096 ? granule : 4096;
    const uint64_t asked = options->input.list_page_size;
    const struct density_size size = {.columns = PICTURE_COLUMNS,
                                      .units = PICTURE_UNITS,
                                      .references = references_of(info)};
    *survey = (struct survey){.page_size = asked ? asked : fallback};
    if (survey->page_size < granule) {
        char text[32];
        return error_set(err, ERR_CONFIG, at_file(info->path),
                         "--page-size is smaller than the granule of the trace, %s",
                         format_size(granule, text, sizeof text));
    }
    const struct layout_options wanted = {.granule_shift = info->granule_shift,
                                          .page_shift = log2_of(survey->page_size),
                                          .plot = options->plot ? &size : NULL};
    enum status status = layout_create(layout, &wanted, err);
    if (status == OK)
        status = survey_batches(survey, *layout, trace, options->quiet, err);
    if (status == OK)
        status = layout_finish(*layout, &survey->map, err);
    return status;
}

/* Text goes out at once; JSON is gathered, since it is one array. */
static int info_file(const struct info_options *options, json_t *array)
{
    struct error err;
    struct trace *trace;
    struct survey survey;
    if (trace_open(&trace, &options->input, &err) != OK)
        return command_fail(&err);
    struct layout *layout = NULL;
    const struct trace_info *info = trace_info(trace);
    enum status status = survey_trace(&survey, &layout, trace, options, &err);
    if (status == OK && options->json)
        json_array_append_new(array, trace_info_json(info, &survey));
    else if (status == OK)
        trace_info_print(info, &survey);
    if (status == OK && options->plot)
        status = draw(&survey, layout, info, options->plot, &err);
    const int result = status == OK ? EXIT_DONE : command_fail(&err);
    layout_free(layout);
    trace_close(trace);
    return result;
}

static int info_files(struct info_options *options, int n, char **paths)
{
    json_t *array = options->json ? json_array() : NULL;
    int worst = EXIT_DONE;
    command_catch_signals();
    for (int i = 0; i < n && !command_interrupted; i++) {
        if (i > 0 && !options->json)
            putchar('\n');
        options->input.path = paths[i];
        const int result = info_file(options, array);
        worst = result > worst ? result : worst;
    }
    if (array) {
        json_dumpf(array, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
        putchar('\n');
        json_decref(array);
    }
    return command_close_output(command_interrupted ? EXIT_CELL : worst);
}

static const struct option long_options[] = {
    {"json", no_argument, NULL, 'j'},
    {"plot", required_argument, NULL, 'o'},
    TRACE_INPUT_OPTIONS,
    {0},
};

static enum status set_option(void *context, int option, struct error *err)
{
    struct info_options *options = context;
    switch (option) {
    case 'j':
        options->json = true;
        return OK;
    case 'o':
        options->plot = optarg;
        if (layout_picture_is_named(optarg))
            return OK;
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "bad value '%s' for --plot: it is a file that ends in .png or .svg", optarg);
    case 'q':
        options->quiet = true;
        return OK;
    default:
        return trace_input_option(&options->input, option, err);
    }
}

static int info_run(int argc, char **argv)
{
    struct info_options options = {0};
    int status;
    if (!command_options(&command_trace_info, argc, argv, long_options, set_option,
                         &options, &status))
        return status;
    if (optind == argc)
        return command_usage(&command_trace_info, "the name of a trace is needed");
    if (options.plot && argc - optind > 1)
        return command_usage(&command_trace_info, "--plot draws one trace, not %d",
                             argc - optind);
    return info_files(&options, argc - optind, argv + optind);
}

const struct command command_trace_info = {
    .name = "trace info",
    .summary = "what a trace holds: references, blocks, pages, operations, size",
    .help =
        "usage: faultline trace info [options] FILE...\n"
        "\n"
        "Reads each trace through, of whatever format, and says what it holds, with a map "
        "of\n"
        "the address space: regions with their kinds, and what was used of each.  "
        "Operations\n"
        "in the trace tell the regions; without them the pages touched do.  '-' is "
        "standard\n"
        "input.  A modify (an instruction that reads and writes a place) counts as a load "
        "and\n"
        "as a store.\n"
        "\n"
        "  --plot FILE       draw references over time and address: FILE ends in .png or "
        ".svg\n"
        "  --page-size SIZE  for the distinct pages, and the size of a page if the file "
        "is\n"
        "                    a list of page numbers; default 4 KiB\n"
        "  --json            an array with an object for each file, sizes in bytes\n"
        "  --format NAME     format of the files, where their content does not tell\n"
        "  --granule SIZE    size of a block, for files that are not native; default 512 "
        "B\n"
        "  --skip-damaged    go on past damaged chunks and say what was lost\n"
        "  --quiet           no progress bar\n"
        "\n"
        "Example: faultline trace info --page-size 16KiB cc1.flt\n"
        "Example: faultline trace info --plot cc1.png cc1.flt\n",
    .run = info_run,
};
