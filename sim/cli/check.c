/* check.c -- `faultline check`: validate an experiment without running it. */
#include "cli/command.h"
#include "cli/experiment_options.h"
#include "trace/trace.h"

#include <getopt.h>
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

static int run(int argc, char **argv)
{
    const char **set = calloc((size_t)argc + 1, sizeof *set);
    struct error err;
    if (!set)
        return command_fail((error_nomem(&err), &err));
    size_t nset = 0;
    bool effective = false;
    int c, status = EXIT_DONE;
    while (status == EXIT_DONE &&
           (c = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (c == 's')
            set[nset++] = optarg;
        else if (c == 'e')
            effective = true;
        else if (c == 'h')
            status = -1;
        else
            status = command_bad_option(&command_check, c, argv);
    }
    if (status == -1)
        status = command_help(&command_check);
    else if (status == EXIT_DONE && argc - optind > 1)
        status = command_usage(&command_check, "one experiment at a time: '%s' is too many",
                               argv[optind + 1]);
    else if (status == EXIT_DONE && !argv[optind] && nset == 0)
        status = command_usage(&command_check, "an experiment file or --set is needed");
    else if (status == EXIT_DONE)
        status = check(argv[optind], set, nset, effective);
    free(set);
    return status;
}
