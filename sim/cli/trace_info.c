/* trace_info.c -- `faultline trace info`: what a trace holds. */
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/trace_input.h"
#include "cli/trace_output.h"

#include "base/map.h"
#include "base/units.h"
#include "trace/trace.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What reading a trace through finds, whether or not its index tells it too. */
struct survey {
    struct reference_counts counts;
    uint64_t steps, chunks, blocks, pages, page_size;
    uint64_t kept; /* references that a reduced trace has itself                          */
    uint64_t ops[VM_OP_KINDS];
    uint64_t file_bytes; /* of the file, or what came through the pipe                  */
    struct map block_map, page_map;
};

struct info_options {
    struct trace_options input;
    bool json, quiet;
};

static uint64_t references_of(const struct reference_counts *counts)
{
    return counts->ifetches + counts->loads + counts->stores;
}

static enum status survey_batch(struct survey *survey, const struct batch *batch,
                                unsigned page_shift, struct error *err)
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
    for (uint32_t i = 0; i < batch->nblocks; i++) {
        const uint64_t block = batch->blocks[i];
        if (map_get_or_add(&survey->block_map, block, 0, err) == MAP_ABSENT ||
            map_get_or_add(&survey->page_map, block >> page_shift, 0, err) == MAP_ABSENT)
            return ERR_NOMEM;
    }
    return OK;
}

static enum status survey_batches(struct survey *survey, struct trace *trace, bool quiet,
                                  struct error *err)
{
    const unsigned page_shift =
        log2_of(survey->page_size) - trace_info(trace)->granule_shift;
    struct batch batch;
    struct progress progress;
    enum status status = batch_init(&batch, err);
    progress_start(&progress, "info", "references", quiet);
    while (status == OK && (status = trace_next(trace, &batch, err)) == OK) {
        status = survey_batch(survey, &batch, page_shift, err);
        const uint64_t done = trace_consumed(trace, &survey->file_bytes);
        progress_update(&progress, done, survey->file_bytes,
                        references_of(&survey->counts));
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
    survey->blocks = survey->block_map.used;
    survey->pages = survey->page_map.used;
    return status;
}

static enum status survey_trace(struct survey *survey, struct trace *trace,
                                const struct info_options *options, struct error *err)
{
    const struct trace_info *info = trace_info(trace);
    const uint64_t granule = UINT64_C(1) << info->granule_shift;
    const uint64_t fallback = granule > 4096 ? granule : 4096;
    const uint64_t asked = options->input.list_page_size;
    *survey = (struct survey){.page_size = asked ? asked : fallback};
    if (survey->page_size < granule) {
        char size[32];
        return error_set(err, ERR_CONFIG, at_file(info->path),
                         "--page-size is smaller than the granule of the trace, %s",
                         format_size(granule, size, sizeof size));
    }
    const enum status status = survey_batches(survey, trace, options->quiet, err);
    map_release(&survey->block_map);
    map_release(&survey->page_map);
    return status == END ? OK : status;
}

static void print_count(const char *label, uint64_t count)
{
    char text[32];
    printf("  %-22s %s\n", label, format_count(count, text, sizeof text));
}

static void print_ratio(const char *label, uint64_t part, uint64_t whole)
{
    printf("  %-22s %.3f\n", label, whole ? (double)part / (double)whole : 0.0);
}

/* "4,096 (2 MiB)" */
static void print_area(const char *label, uint64_t count, uint64_t each)
{
    char text[32], bytes[32];
    printf("  %-22s %s (%s)\n", label, format_count(count, text, sizeof text),
           format_size(count * each, bytes, sizeof bytes));
}

static void print_ops(const struct survey *survey)
{
    uint64_t all = 0;
    for (int i = 0; i < VM_OP_KINDS; i++)
        all += survey->ops[i];
    if (all)
        print_count("operations", all);
    for (int i = 0; i < VM_OP_KINDS; i++) {
        char label[16];
        snprintf(label, sizeof label, "  %s", vm_op_names[i]);
        if (survey->ops[i])
            print_count(label, survey->ops[i]);
    }
}

/* "SAD, exact for lru and opt with 64 frames or more of 4 KiB or more" */
static void print_reduction(const struct trace_info *info, const struct survey *survey)
{
    char frames[32], size[32];
    if (info->reduction.method == REDUCTION_NONE)
        return;
    printf("  %-22s %s, exact for %s with %s %s or more of %s or more\n", "reduced by",
           reduction_titles[info->reduction.method],
           reduction_policies[info->reduction.method],
           format_count(info->reduction.frames, frames, sizeof frames),
           info->reduction.frames == 1 ? "frame" : "frames",
           format_size(UINT64_C(1) << info->granule_shift, size, sizeof size));
    print_count("accesses kept", survey->kept);
}

static void print_text(const struct trace_info *info, const struct survey *survey)
{
    const uint64_t references = references_of(&survey->counts);
    const uint64_t granule = UINT64_C(1) << info->granule_shift;
    char size[32], label[64];
    printf("%s\n", info->path);
    printf("  %-22s %s\n", "format", info->format);
    printf("  %-22s %s\n", "origin",
           info->origin && info->origin[0] ? info->origin : "not said");
    printf("  %-22s %s\n", "granule", format_size(granule, size, sizeof size));
    print_reduction(info, survey);
    print_count("references", references);
    print_count("  instruction fetches", survey->counts.ifetches);
    print_count("  loads", survey->counts.loads);
    print_count("  stores", survey->counts.stores);
    print_count("modifies among them", survey->counts.modifies);
    print_count("steps", survey->steps);
    print_ratio("references per step", references, survey->steps);
    print_area("distinct blocks", survey->blocks, granule);
    snprintf(label, sizeof label, "distinct %s pages",
             format_size(survey->page_size, size, sizeof size));
    print_area(label, survey->pages, survey->page_size);
    print_ops(survey);
    print_count("bytes of file", survey->file_bytes);
    print_ratio("bytes per reference", survey->file_bytes, references);
    print_count("chunks", survey->chunks);
    if (info->lost_batches || info->lost_bytes) {
        print_count("chunks lost", info->lost_batches);
        print_count("bytes lost", info->lost_bytes);
    }
}

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *to_json(const struct trace_info *info, const struct survey *survey)
{
    const struct reference_counts *counts = &survey->counts;
    json_t *object = json_object();
    /* A path or an origin that is no UTF-8 cannot be JSON; it becomes null. */
    json_t *path = json_string(info->path);
    json_t *origin = json_string(info->origin ? info->origin : "");
    json_object_set_new(object, "file", path ? path : json_null());
    json_object_set_new(object, "format", json_string(info->format));
    json_object_set_new(object, "origin", origin ? origin : json_null());
    json_object_set_new(object, "granule", number(UINT64_C(1) << info->granule_shift));
    json_object_set_new(object, "references", number(references_of(counts)));
    json_object_set_new(object, "ifetches", number(counts->ifetches));
    json_object_set_new(object, "loads", number(counts->loads));
    json_object_set_new(object, "stores", number(counts->stores));
    json_object_set_new(object, "modifies", number(counts->modifies));
    json_object_set_new(object, "steps", number(survey->steps));
    json_object_set_new(object, "distinct_blocks", number(survey->blocks));
    json_object_set_new(object, "page_size", number(survey->page_size));
    json_object_set_new(object, "distinct_pages", number(survey->pages));
    json_t *ops = json_object();
    for (int i = 0; i < VM_OP_KINDS; i++)
        json_object_set_new(ops, vm_op_names[i], number(survey->ops[i]));
    json_object_set_new(object, "operations", ops);
    json_object_set_new(object, "file_bytes", number(survey->file_bytes));
    json_object_set_new(object, "chunks", number(survey->chunks));
    json_object_set_new(object, "lost_chunks", number(info->lost_batches));
    json_object_set_new(object, "lost_bytes", number(info->lost_bytes));
    return object;
}

/* A reduced trace has members that others do not have. */
static void add_reduction(json_t *object, const struct trace_info *info,
                          const struct survey *survey)
{
    if (info->reduction.method == REDUCTION_NONE)
        return;
    json_object_set_new(object, "reduced_by",
                        json_string(reduction_names[info->reduction.method]));
    json_object_set_new(object, "reduced_frames", number(info->reduction.frames));
    json_object_set_new(object, "accesses_kept", number(survey->kept));
}

/* Text goes out at once; JSON is gathered, since it is one array. */
static int info_file(const struct info_options *options, json_t *array)
{
    struct error err;
    struct trace *trace;
    struct survey survey;
    if (trace_open(&trace, &options->input, &err) != OK)
        return command_fail(&err);
    int result = EXIT_DONE;
    if (survey_trace(&survey, trace, options, &err) != OK)
        result = command_fail(&err);
    else if (options->json) {
        json_t *object = to_json(trace_info(trace), &survey);
        add_reduction(object, trace_info(trace), &survey);
        json_array_append_new(array, object);
    } else
        print_text(trace_info(trace), &survey);
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
    return info_files(&options, argc - optind, argv + optind);
}

const struct command command_trace_info = {
    .name = "trace info",
    .summary = "what a trace holds: references, blocks, pages, operations, size",
    .help = "usage: faultline trace info [options] FILE...\n"
            "\n"
            "Reads each trace through, of whatever format, and says what it holds. '-' is\n"
            "standard input. A modify (an instruction that reads and writes a place) "
            "counts as\n"
            "a load and as a store.\n"
            "\n"
            "  --page-size SIZE  for the distinct pages, and the size of a page if the "
            "file is\n"
            "                    a list of page numbers; default 4 KiB\n"
            "  --json            an array with an object for each file, sizes in bytes\n"
            "  --format NAME     format of the files, where their content does not tell\n"
            "  --granule SIZE    size of a block, for files that are not native; default "
            "512 B\n"
            "  --skip-damaged    go on past damaged chunks and say what was lost\n"
            "  --quiet           no progress bar\n"
            "\n"
            "Example:\n"
            "  faultline trace info --page-size 16KiB cc1.flt\n",
    .run = info_run,
};
