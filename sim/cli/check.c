/* check.c -- `faultline check`: validate an experiment without running it, or whether a policy
 * keeps its contract. */
#include "cli/check_policy.h"
#include "cli/command.h"
#include "cli/experiment_options.h"
#include "trace/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int run(int argc, char **argv);

const struct command command_check = {
    .name = "check",
    .summary = "validate an experiment without running it, or a policy",
    .help =
        "usage: faultline check FILE [--set KEY=VALUE]... [--effective]\n"
        "       faultline check --policy POLICY [--set policy.PARAMETER=VALUE]...\n"
        "                       [--call-limit TIME]\n"
        "\n"
        "Reads the experiment, checks every key, value and geometry, expands the sweep\n"
        "and sees that the traces are there.  Prints the number of cells.\n"
        "\n"
        "With --policy: whether a policy, a name or a shared object such as\n"
        "./my-policy.so, keeps the contract of faultline/policy.h; a line for each check\n"
        "with what was seen.  Exit status 1 if one has failed.\n"
        "\n"
        "  --set KEY=VALUE  set or override a key, as with `faultline run`\n"
        "  --effective      print the effective experiment: presets and defaults filled "
        "in\n"
        "  --policy POLICY  check a policy\n"
        "  --call-limit TIME\n"
        "                   how long a call of it may take (default: 10 s)\n"
        "  --help           this text\n"
        "\n"
        "Example: faultline check configs/experiments/page-size.yaml\n"
        "Example: faultline check --policy ./my-policy.so --set policy.interval=5\n",
    .run = run,
};

static const struct option long_options[] = {
    {"set", required_argument, NULL, 's'},    {"effective", no_argument, NULL, 'e'},
    {"policy", required_argument, NULL, 'P'}, {"call-limit", required_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},         {0},
};

/* Traces that have been checked. */
struct checked {
    const char **paths;
    size_t n, capacity;
};

/* A trace must be readable before a run is worth starting.  What is no regular file (a
 * pipe) could be read once only, and is left alone. */
static enum status check_readable(const char *path, struct error *err)
{
    struct stat st;
    if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && S_ISFIFO(st.st_mode)))
        return OK;
    struct trace *trace;
    const struct trace_options options = {.path = path};
    const enum status status = trace_open(&trace, &options, err);
    if (status == OK)
        trace_close(trace);
    return status;
}

/* Check a trace once; at: where it is named, if that is known. */
static enum status check_trace(struct checked *checked, const char *path,
                               struct location at, struct error *err)
{
    for (size_t i = 0; i < checked->n; i++)
        if (strcmp(checked->paths[i], path) == 0)
            return OK;
    if (checked->n == checked->capacity) {
        const size_t capacity = 2 * checked->capacity + 16;
        const char **paths = realloc(checked->paths, capacity * sizeof *paths);
        if (!paths)
            return error_nomem(err);
        checked->paths = paths;
        checked->capacity = capacity;
    }
    checked->paths[checked->n++] = path;
    struct error why;
    const enum status status = check_readable(path, &why);
    if (status == ERR_IO && at.file)
        return error_set(err, ERR_IO, at, "trace '%s': %s", path, why.text);
    if (status != OK)
        error_copy(err, &why);
    return status;
}

static enum status check_process(struct checked *checked,
                                 const struct process_config *process, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i <= process->nstreams && status == OK; i++)
        if (!process->files[i].generate) /* such a trace is made by the run */
            status =
                check_trace(checked, process->files[i].path, process->files[i].at, err);
    return status;
}

static enum status check_cell(struct checked *checked, const struct cell_config *cell,
                              struct error *err)
{
    if (cell->generate)
        return OK; /* its trace is made by the run */
    if (!cell->events)
        return check_trace(checked, cell->trace, at_nowhere(), err);
    enum status status = OK;
    for (size_t i = 0; i < cell->events->nprocesses && status == OK; i++)
        status = check_process(checked, &cell->events->processes[i], err);
    return status;
}

static int check_traces(const struct experiment *experiment)
{
    struct checked checked = {0};
    struct error err;
    enum status status = OK;
    for (size_t i = 0; i < experiment->ncells && status == OK; i++)
        status = check_cell(&checked, &experiment->cells[i], &err);
    free((void *)checked.paths);
    return status == OK ? EXIT_DONE : command_fail(&err);
}

static int check(const char *file, const char *const *set, size_t nset, bool effective)
{
    struct experiment *experiment;
    struct error err;
    if (load_experiment(&experiment, file, set, nset, &err) != OK)
        return command_fail(&err);
    int status = check_traces(experiment);
    if (status == EXIT_DONE) {
        if (effective)
            fputs(experiment->effective, stdout);
        else
            printf("%s: ok, %zu cell%s\n", file ? file : experiment->name,
                   experiment->ncells, experiment->ncells == 1 ? "" : "s");
        status = command_close_output(EXIT_DONE);
    }
    experiment_free(experiment);
    return status;
}

struct check_options {
    struct settings settings;
    const char *policy;
    uint64_t call_limit_ms;
    bool effective;
};

static enum status set_option(void *context, int option, struct error *err)
{
    struct check_options *options = context;
    switch (option) {
    case 's':
        options->settings.all[options->settings.n++] = optarg;
        return OK;
    case 'P':
        options->policy = optarg;
        return settings_add_policy(&options->settings, optarg, err);
    case 'l':
        return read_call_limit(&options->call_limit_ms, optarg, err);
    default:
        options->effective = true;
        return OK;
    }
}

static int run_with(struct check_options *options, int argc, char **argv)
{
    int status;
    if (!command_options(&command_check, argc, argv, long_options, set_option, options,
                         &status))
        return status;
    if (argc - optind > 1)
        return command_usage(&command_check, "one experiment at a time: '%s' is too many",
                             argv[optind + 1]);
    const struct settings *settings = &options->settings;
    if (options->policy && (argv[optind] || options->effective))
        return command_usage(&command_check,
                             "--policy checks a policy, without an experiment");
    if (options->policy)
        return check_policy(settings->all, settings->n, options->call_limit_ms);
    if (!argv[optind] && settings->n == 0)
        return command_usage(&command_check, "an experiment file or --set is needed");
    return check(argv[optind], settings->all, settings->n, options->effective);
}

static int run(int argc, char **argv)
{
    struct check_options options = {0};
    struct error err;
    const int status = settings_init(&options.settings, argc, &err) == OK
                           ? run_with(&options, argc, argv)
                           : command_fail(&err);
    settings_release(&options.settings);
    return status;
}
