/* run.c -- `faultline run`: run an experiment and report its results. */
#include "experiment/run.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/experiment_options.h"
#include "cli/progress.h"
#include "experiment/cell.h"
#include "experiment/store.h"
#include "report/report.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the table on the terminal when the folder has them all. */
enum { TABLE_ROWS = 40 };

static int run(int argc, char **argv);

const struct command command_run = {
    .name = "run",
    .summary = "run an experiment: tables, files and plots",
    .help =
        "usage: faultline run [FILE] [--set KEY=VALUE]... [--policy POLICY] [-j N]\n"
        "                     [--resume] [--output DIR] [--stdout csv|json|table]\n"
        "                     [--quiet] [--call-limit TIME]\n"
        "\n"
        "Runs every cell of the experiment in FILE (docs/experiments.md) and writes the\n"
        "folder results/NAME: effective.yaml, results.csv, results.json and the plots; "
        "with\n"
        "page tables also tlbs.csv, with `timing: events` also processes.csv, devices.csv\n"
        "and, if samples are taken, series.csv, and if traces have marks, marks.csv; with\n"
        "`curve` curves.csv and curves.json.\n"
        "Without FILE everything comes from --set.\n"
        "\n"
        "  --set KEY=VALUE  set or override a key; VALUE is read as YAML; may be repeated\n"
        "  --policy POLICY  short for --set policy=POLICY: a name, or a shared object "
        "such\n"
        "                   as ./my-policy.so\n"
        "  -j N, --jobs N   threads (default: one a core); the results do not depend on "
        "it\n"
        "  --resume         take the cells that an earlier run had finished from the "
        "folder\n"
        "  --output DIR     the folder, instead of results/NAME\n"
        "  --stdout FORM    print csv, json or table, and write no folder\n"
        "  --quiet          no progress and no table\n"
        "  --call-limit TIME\n"
        "                   how long a call of a policy in a shared object may take\n"
        "                   (default: 10 s); its cell fails then\n"
        "  --help           this text\n"
        "\n"
        "Example: faultline run configs/experiments/page-size.yaml --set "
        "machine.memory=8MiB\n"
        "Example: faultline run --set trace=traces/cc1.flt --set machine.frames=256 \\\n"
        "             --set 'sweep.policy=[lru, fifo, clock]' --stdout table\n",
    .run = run,
};

struct options {
    const char *file, *output, *form;
    struct settings settings;
    unsigned jobs;
    uint64_t call_limit_ms;
    bool resume, quiet;
};

static const struct option long_options[] = {
    {"set", required_argument, NULL, 's'},    {"jobs", required_argument, NULL, 'j'},
    {"resume", no_argument, NULL, 'r'},       {"output", required_argument, NULL, 'o'},
    {"stdout", required_argument, NULL, 'p'}, {"quiet", no_argument, NULL, 'q'},
    {"policy", required_argument, NULL, 'P'}, {"call-limit", required_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},         {0},
};

static int read_jobs(struct options *options, const char *text)
{
    uint64_t jobs;
    struct error err;
    if (parse_count(&jobs, text, "--jobs", at_nowhere(), &err) == OK && jobs >= 1 &&
        jobs <= 1024) {
        options->jobs = (unsigned)jobs;
        return EXIT_DONE;
    }
    return command_usage(&command_run, "--jobs %s: a number from 1 to 1024 is needed",
                         text);
}

/* EXIT_DONE: go on; -1: help was asked for. */
static int read_options(struct options *options, int argc, char **argv)
{
    int c, status;
    struct error err;
    while ((c = getopt_long(argc, argv, ":j:o:", long_options, NULL)) != -1) {
        switch (c) {
        case 's':
            options->settings.all[options->settings.n++] = optarg;
            break;
        case 'P':
            if (settings_add_policy(&options->settings, optarg, &err) != OK)
                return command_fail(&err);
            break;
        case 'l':
            if (read_call_limit(&options->call_limit_ms, optarg, &err) != OK)
                return command_fail(&err);
            break;
        case 'j':
            if ((status = read_jobs(options, optarg)) != EXIT_DONE)
                return status;
            break;
        case 'r':
            options->resume = true;
            break;
        case 'o':
            options->output = optarg;
            break;
        case 'p':
            if (strcmp(optarg, "csv") != 0 && strcmp(optarg, "json") != 0 &&
                strcmp(optarg, "table") != 0)
                return command_usage(&command_run,
                                     "--stdout '%s': csv, json or table is needed", optarg);
            options->form = optarg;
            break;
        case 'q':
            options->quiet = true;
            break;
        case 'h':
            return -1;
        default:
            return command_bad_option(&command_run, c, argv);
        }
    }
    if (argc - optind > 1)
        return command_usage(&command_run, "one experiment at a time: '%s' is too many",
                             argv[optind + 1]);
    options->file = argv[optind];
    if (!options->file && options->settings.n == 0)
        return command_usage(&command_run, "an experiment file or --set is needed");
    if (options->form && (options->output || options->resume))
        return command_usage(&command_run, "--stdout writes no folder: --%s makes no sense",
                             options->output ? "output" : "resume");
    return EXIT_DONE;
}

static void show_progress(void *context, const struct run_progress *p)
{
    progress_update(context, p->references, p->references_total, p->references);
}

/* Print in the form that --stdout asks for. */
static int print_results(const struct result_set *set, const char *form)
{
    struct error err;
    enum status status = OK;
    if (strcmp(form, "json") == 0) {
        status = json_write(set, MODEL_VERSION, stdout, &err);
    } else if (strcmp(form, "table") == 0) {
        status = table_print(set, 0, stdout, &err);
    } else {
        struct data *data;
        status = data_from_results(&data, set, true, &err);
        if (status == OK) {
            csv_write(data, stdout);
            data_free(data);
        }
    }
    return status == OK ? command_close_output(EXIT_DONE) : command_fail(&err);
}

static void tell_files(const struct result_set *set, const char *folder)
{
    printf("\nresults in %s: results.csv, results.json, effective.yaml", folder);
    for (size_t t = 0; t < TABLES; t++)
        if (results_have_table(set, t))
            printf(", %s.csv%s", result_tables[t].name,
                   t == TABLE_CURVES ? ", curves.json" : "");
    putchar('\n');
}

static int write_folder(const struct result_set *set, const char *folder, bool quiet)
{
    struct error err;
    struct report_pictures pictures = {0};
    const enum status status =
        report_write_folder(set, folder, MODEL_VERSION, &pictures, &err);
    int exit_status = EXIT_DONE;
    if (!quiet) {
        struct error table_err;
        if (table_print(set, TABLE_ROWS, stdout, &table_err) != OK)
            exit_status = command_fail(&table_err);
        if (status == OK)
            tell_files(set, folder);
        for (size_t i = 0; i < pictures.n; i++)
            printf("  %s\n", pictures.paths[i]);
        const int closed = command_close_output(exit_status);
        exit_status = exit_status == EXIT_DONE ? closed : exit_status;
    }
    report_pictures_free(&pictures);
    return status == OK ? exit_status : command_fail(&err);
}

/* After an error: how much a later run with --resume need not do again.  A cell may have
 * finished and yet not be kept, on a full disk. */
static void tell_kept(const struct result_set *set, const char *folder, enum status status)
{
    const size_t ncells = set->experiment->ncells;
    size_t kept = 0;
    for (size_t i = 0; i < ncells; i++) {
        struct cell_result kept_one = {0};
        memcpy(kept_one.id, set->results[i].id, sizeof kept_one.id);
        kept += set->results[i].state == CELL_DONE && store_get(folder, &kept_one);
        cell_result_release(&kept_one);
    }
    if (kept > 0 || status == ERR_INTERRUPTED)
        fprintf(stderr,
                "faultline: %zu of %zu cells have finished; --resume goes on from there\n",
                kept, ncells);
}

/* Cells that have failed, and those that came to something else than was asked for. */
static void tell_cells(const struct result_set *set)
{
    for (size_t i = 0; i < set->experiment->ncells; i++) {
        const struct cell_config *cell = &set->experiment->cells[i];
        const struct cell_result *result = &set->results[i];
        const bool failed = result->state == CELL_FAILED;
        if (failed || (result->state == CELL_DONE && *result->warning))
            fprintf(stderr, "faultline: cell %zu %s(%s, %s): %s\n", i + 1,
                    failed ? "failed " : "", cell->trace_label, cell->policy_label,
                    failed ? result->message : result->warning);
    }
}

/* Report what there is, also after an error: nothing that was computed is lost. */
static int report(const struct result_set *set, const struct options *options,
                  const char *folder, enum status status, const struct error *err)
{
    size_t done = 0, failed = 0;
    for (size_t i = 0; i < set->experiment->ncells; i++) {
        done += set->results[i].state == CELL_DONE;
        failed += set->results[i].state == CELL_FAILED;
    }
    int exit_status = status == OK ? EXIT_DONE : command_fail(err);
    if (status != OK && folder)
        tell_kept(set, folder, status);
    if (status == OK || done > 0) {
        const int reported = folder ? write_folder(set, folder, options->quiet)
                                    : print_results(set, options->form);
        exit_status = exit_status == EXIT_DONE ? reported : exit_status;
    }
    tell_cells(set);
    for (size_t i = 0; i < set->experiment->ncurves; i++) {
        const struct cell_result *curves = &set->results[set->experiment->ncells + i];
        failed += curves->state == CELL_FAILED;
        if (curves->state == CELL_FAILED)
            fprintf(stderr, "faultline: curves of '%s' failed: %s\n",
                    set->experiment->curves[i].cell->trace_label, curves->message);
    }
    return exit_status == EXIT_DONE && failed ? EXIT_CELL : exit_status;
}

static int run_experiment(const struct experiment *experiment,
                          const struct options *options)
{
    char *named = NULL;
    if (!options->form && !options->output &&
        asprintf(&named, "results/%s", experiment->name) < 0)
        named = NULL;
    const char *folder = options->form ? NULL : options->output ? options->output : named;
    struct cell_result *results =
        calloc(experiment->ncells + experiment->ncurves + 1, sizeof *results);
    struct error err;
    enum status status = OK;
    if (!results || (!options->form && !folder))
        status = error_nomem(&err);
    int exit_status;
    if (status == OK) {
        struct progress progress;
        progress_start(&progress, experiment->name, "references", options->quiet);
        const struct run_options run_options = {
            .jobs = options->jobs,
            .folder = folder,
            .resume = options->resume,
            .call_limit_ms = options->call_limit_ms,
            .interrupted = &command_interrupted,
            .progress = show_progress,
            .context = &progress,
        };
        status = experiment_run(experiment, &run_options, results, &err);
        progress_end(&progress);
        const struct result_set set = {.experiment = experiment, .results = results};
        exit_status = report(&set, options, folder, status, &err);
    } else {
        exit_status = command_fail(&err);
    }
    for (size_t i = 0; results && i < experiment->ncells + experiment->ncurves; i++)
        cell_result_release(&results[i]);
    free(results);
    free(named);
    return exit_status;
}

static int run(int argc, char **argv)
{
    struct options options = {0};
    struct experiment *experiment = NULL;
    struct error err;
    int exit_status = settings_init(&options.settings, argc, &err) == OK
                          ? read_options(&options, argc, argv)
                          : command_fail(&err);
    if (exit_status == -1) {
        exit_status = command_help(&command_run);
    } else if (exit_status == EXIT_DONE) {
        if (load_experiment(&experiment, options.file, options.settings.all,
                            options.settings.n, &err) != OK)
            exit_status = command_fail(&err);
        else
            exit_status = run_experiment(experiment, &options);
        experiment_free(experiment);
    }
    settings_release(&options.settings);
    return exit_status;
}
