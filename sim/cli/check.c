/* check.c -- `faultline check`: validate an experiment without running it. */
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
    .summary = "validate an experiment without running it",
    .help =
        "usage: faultline check FILE [--set KEY=VALUE]... [--effective]\n"
        "\n"
        "Reads the experiment, checks every key, value and geometry, expands the sweep\n"
        "and sees that the traces are there.  Prints the number of cells.\n"
        "\n"
        "  --set KEY=VALUE  set or override a key, as with `faultline run`\n"
        "  --effective      print the effective experiment: presets and defaults filled "
        "in\n"
        "  --help           this text\n"
        "\n"
        "Example: faultline check configs/experiments/page-size.yaml\n",
    .run = run,
};

static const struct option long_options[] = {
    {"set", required_argument, NULL, 's'},
    {"effective", no_argument, NULL, 'e'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* Every trace must be readable before a run is worth starting.  What is no regular file
 * (a pipe) could be read once only, and is left alone. */
static int check_traces(const struct experiment *experiment)
{
    for (size_t i = 0; i < experiment->ncells; i++) {
        const char *path = experiment->cells[i].trace;
        const bool checked = i > 0 && strcmp(path, experiment->cells[i - 1].trace) == 0;
        struct stat st;
        if (checked || strcmp(path, "-") == 0 ||
            (stat(path, &st) == 0 && S_ISFIFO(st.st_mode)))
            continue;
        struct trace *trace;
        struct error err;
        const struct trace_options options = {.path = path};
        if (trace_open(&trace, &options, &err) != OK)
            return command_fail(&err);
        trace_close(trace);
    }
    return EXIT_DONE;
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
    const char **set;
    size_t nset;
    bool effective;
};

static enum status set_option(void *context, int option, struct error *err)
{
    struct check_options *options = context;
    (void)err;
    if (option == 's')
        options->set[options->nset++] = optarg;
    else
        options->effective = true;
    return OK;
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
    if (!argv[optind] && options->nset == 0)
        return command_usage(&command_check, "an experiment file or --set is needed");
    return check(argv[optind], options->set, options->nset, options->effective);
}

static int run(int argc, char **argv)
{
    struct check_options options = {.set = calloc((size_t)argc + 1, sizeof *options.set)};
    struct error err;
    if (!options.set)
        return command_fail((error_nomem(&err), &err));
    const int status = run_with(&options, argc, argv);
    free(options.set);
    return status;
}
