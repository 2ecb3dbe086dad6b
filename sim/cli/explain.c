/* explain.c -- `faultline explain`: what policies do, reference by reference. */
#include "explain/explain.h"

#include "base/units.h"
#include "cli/command.h"
#include "cli/experiment_options.h"
#include "cli/explain_output.h"
#include "experiment/fold_table.h"
#include "experiment/reduced.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const struct command command_explain = {
    .name = "explain",
    .summary = "show what a policy does, reference by reference, and why",
    .help =
        "usage: faultline explain --policy P [--policy Q]... --frames N \"7 0 1 2 0 3\"\n"
        "       faultline explain --policy P [--policy Q]... --frames N --trace FILE\n"
        "                         [--from REF] [--count N]\n"
        "\n"
        "Draws the table that textbooks draw: a column for each reference, a row for each\n"
        "frame, faults and victims, accessed and dirty bits, the hand, the lists that the\n"
        "policy keeps; and says why each page went.  In the string, 'w' before or after a\n"
        "page makes the reference a write, as in 3w, w3 or 3 W; 'r' a read.\n"
        "\n"
        "  --policy P       a policy, also with parameters: clock, 'clock{hand: stays}',\n"
        "                   '{name: clock, hand: stays}', ./my-policy.so; several are "
        "shown\n"
        "                   one below the other\n"
        "  --frames N       frames of memory\n"
        "  --trace FILE     a trace instead of a string; pages are named by their numbers\n"
        "  --from REF       first reference to be shown, counted from 1; those before it\n"
        "                   are replayed too\n"
        "  --count N        how many to show (default: all of a string, 20 of a trace)\n"
        "  --until-differs  stop at the first reference from REF on at which the policies\n"
        "                   choose differently, and say what each chose; the last N\n"
        "                   references up to there are shown\n"
        "  --set KEY=VALUE  set a key of the experiment, as with `faultline run`:\n"
        "                   policy.ref_on_load=no, kernel.count_faults=once-full\n"
        "  --format FORM    text, markdown, csv or svg (default: by the ending of FILE,\n"
        "                   or text)\n"
        "  --output FILE    write FILE\n"
        "  --width N        characters of a line of text (default: the terminal's width)\n"
        "  --hex            name pages in hexadecimal\n"
        "  --help           this text\n"
        "\n"
        "Example: faultline explain --policy fifo --policy lru --frames 3 \\\n"
        "             \"7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1\"\n",
    .run = run,
};

enum option_code {
    OPT_POLICY = 256,
    OPT_FRAMES,
    OPT_TRACE,
    OPT_FROM,
    OPT_COUNT,
    OPT_DIFFERS,
    OPT_SET,
    OPT_FORMAT,
    OPT_OUTPUT,
    OPT_WIDTH,
    OPT_HEX
};

static const struct option long_options[] = {
    {"policy", required_argument, NULL, OPT_POLICY},
    {"frames", required_argument, NULL, OPT_FRAMES},
    {"trace", required_argument, NULL, OPT_TRACE},
    {"from", required_argument, NULL, OPT_FROM},
    {"count", required_argument, NULL, OPT_COUNT},
    {"until-differs", no_argument, NULL, OPT_DIFFERS},
    {"set", required_argument, NULL, OPT_SET},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"width", required_argument, NULL, OPT_WIDTH},
    {"hex", no_argument, NULL, OPT_HEX},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* What the command line says. */
struct arguments {
    const char *
        *policies; /* as typed                                                     */
    size_t npolicies;
    const char *
        *set; /* "key=value": room for two, then the user's                        */
    size_t nset;
    const char *frames, *trace, *string;
    struct explain_options options;
    struct explain_output output;
};

enum {
    OWN_SETTINGS = 3
}; /* frames, trace and policy come before the user's              */

/* --- options -------------------------------------------------------------------------- */

static enum status count_option(uint64_t *count, const char *name, struct error *err)
{
    const enum status status = parse_count(count, optarg, name, at_nowhere(), err);
    return status == OK && *count == 0 ? error_set(err, ERR_CONFIG, at_nowhere(),
                                                   "%s is 0; it must be at least 1", name)
                                       : status;
}

static enum status set_option(void *context, int option, struct error *err)
{
    struct arguments *arguments = context;
    switch (option) {
    case OPT_POLICY:
        arguments->policies[arguments->npolicies++] = optarg;
        return OK;
    case OPT_SET:
        arguments->set[arguments->nset++] = optarg;
        return OK;
    case OPT_FRAMES:
        arguments->frames = optarg;
        return OK;
    case OPT_TRACE:
        arguments->trace = optarg;
        return OK;
    case OPT_FROM:
        return count_option(&arguments->options.from, "--from", err);
    case OPT_COUNT:
        return count_option(&arguments->options.count, "--count", err);
    case OPT_WIDTH:
        return count_option(&arguments->output.width, "--width", err);
    case OPT_FORMAT:
        arguments->output.format = optarg;
        return explain_output_check(&arguments->output, err);
    case OPT_OUTPUT:
        arguments->output.path = optarg;
        return OK;
    case OPT_DIFFERS:
        arguments->options.until_differs = true;
        return OK;
    default:
        arguments->options.hex = true;
        return OK;
    }
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* A trace may come from --set too. */
static bool sets_trace(const struct arguments *arguments)
{
    for (size_t i = OWN_SETTINGS; i < arguments->nset; i++)
        if (begins(arguments->set[i], "trace=") || begins(arguments->set[i], "generate"))
            return true;
    return false;
}

/* EXIT_DONE, or the status of a usage error that has been printed. */
static int check(struct arguments *arguments, int argc, char **argv)
{
    const bool traced = arguments->trace || sets_trace(arguments);
    arguments->string = argv[optind];
    if (argc - optind > 1)
        return command_usage(&command_explain,
                             "'%s' is one argument too many; a string of references is one "
                             "argument, in quotes",
                             argv[optind + 1]);
    if (arguments->npolicies == 0)
        return command_usage(&command_explain, "--policy is needed, once or more often");
    if (!arguments->string && !traced)
        return command_usage(&command_explain,
                             "a string of references such as \"7 0 1 2 0 3\" is needed, or "
                             "--trace");
    if (arguments->string && traced)
        return command_usage(&command_explain,
                             "a string and a trace are given; one of them is right");
    if (arguments->options.until_differs && arguments->npolicies == 1)
        return command_usage(&command_explain,
                             "--until-differs compares policies: a second --policy is "
                             "needed");
    return EXIT_DONE;
}

/* --- experiments ---------------------------------------------------------------------- */

/* "policy=" with the parameters that may follow the name in braces: clock{hand: stays} is
 * {name: clock, hand: stays}.  NULL if memory ran out. */
static char *policy_setting(const char *policy)
{
    char *setting;
    const char *brace = strchr(policy, '{');
    const int n = brace && brace != policy
                      ? asprintf(&setting, "policy={name: %.*s, %s", (int)(brace - policy),
                                 policy, brace + 1)
                      : asprintf(&setting, "policy=%s", policy);
    return n < 0 ? NULL : setting;
}

static char *own_setting(const char *key, const char *value)
{
    char *setting;
    return asprintf(&setting, "%s=%s", key, value) < 0 ? NULL : setting;
}

static enum status check_cell(const struct experiment *experiment, struct error *err)
{
    const struct cell_config *cell = &experiment->cells[0];
    if (experiment->ncells != 1)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "%s varies; one value is right, or several --policy",
                         experiment->swept[0]);
    if (cell->events)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'timing: events' cannot be explained; 'timing: none' is right");
    if (cell->frames == UINT64_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "--frames is needed: how many frames memory has");
    return OK;
}

/* Make an experiment of the user's settings and a policy. */
static enum status load(struct experiment **out, struct arguments *arguments,
                        const char *policy, struct error *err)
{
    const char *trace = arguments->string ? "string" : arguments->trace;
    char *own[OWN_SETTINGS] = {policy_setting(policy), NULL, NULL};
    size_t n = 1;
    enum status status = own[0] ? OK : error_nomem(err);
    if (arguments->frames && !(own[n++] = own_setting("machine.frames", arguments->frames)))
        status = error_nomem(err);
    if (trace && !(own[n++] = own_setting("trace", trace)))
        status = error_nomem(err);
    const char **set = arguments->set + OWN_SETTINGS - n;
    memcpy(set, own, n * sizeof *set);
    if (status == OK)
        status = load_experiment(out, NULL, set, arguments->nset - OWN_SETTINGS + n, err);
    if (status == OK)
        status = check_cell(*out, err);
    for (size_t i = 0; i < n; i++)
        free(own[i]);
    return status;
}

/* --- the work ------------------------------------------------------------------------- */

static bool go_on(void *context, uint64_t references)
{
    (void)context;
    (void)references;
    return !command_interrupted;
}

/* What the cells' trace is replayed from. */
struct supply {
    struct source_table sources;
    struct fold_table folds;
    struct script script;
};

/* Open the trace of the cells. */
static enum status open_source(struct supply *supply, const struct explain_options *options,
                               struct error *err)
{
    const struct cell_config *cell = options->cells[0];
    const struct trace_file file = {.path = cell->trace};
    enum status status =
        cell->generate ? source_table_generate(&supply->sources, cell->trace,
                                               cell->generate, &command_interrupted, err)
                       : source_table_add(&supply->sources, cell->trace, &file,
                                          &command_interrupted, err);
    for (size_t i = 0; i < options->ncells && status == OK; i++)
        status = reduced_check(options->cells[i], &supply->sources, err);
    return status;
}

static enum status open_trace(struct supply *supply, const struct explain_options *options,
                              struct error *err)
{
    const struct cell_config *cell = options->cells[0];
    const struct pass_host host = {.advance = go_on};
    struct folding *folding = NULL;
    const struct fold *fold = NULL;
    enum status status = open_source(supply, options, err);
    if (status == OK)
        status = fold_table_get(&folding, &supply->folds, cell, 0, err);
    if (status == OK)
        status = folding_fold(&fold, folding, &host, err);
    return status == OK ? script_of_trace(&supply->script,
                                          source_table_find(&supply->sources, cell->trace),
                                          fold, log2_of(cell->page_size), err)
                        : status;
}

static int explain_cells(const struct arguments *arguments, struct error *err)
{
    const struct cell_config *cell = arguments->options.cells[0];
    struct supply supply = {0};
    struct explanation explanation = {0};
    fold_table_init(&supply.folds, &supply.sources);
    enum status status = arguments->string
                             ? script_of_string(&supply.script, arguments->string,
                                                log2_of(cell->page_size), err)
                             : open_trace(&supply, &arguments->options, err);
    if (status == OK)
        status = explain(&explanation, &supply.script, &arguments->options, err);
    const int exit_status = status == OK
                                ? explain_output_write(&arguments->output, &explanation)
                                : command_fail(err);
    explanation_free(&explanation);
    script_release(&supply.script);
    fold_table_release(&supply.folds);
    source_table_release(&supply.sources);
    return exit_status;
}

static int load_and_explain(struct arguments *arguments, struct experiment **experiments,
                            const struct cell_config **cells)
{
    struct error err;
    for (size_t i = 0; i < arguments->npolicies; i++) {
        if (load(&experiments[i], arguments, arguments->policies[i], &err) != OK)
            return command_fail(&err);
        cells[i] = &experiments[i]->cells[0];
    }
    arguments->options.cells = cells;
    arguments->options.ncells = arguments->npolicies;
    arguments->options.interrupted = &command_interrupted;
    return explain_cells(arguments, &err);
}

static int run_with(struct arguments *arguments, int argc, char **argv)
{
    int status;
    if (!command_options(&command_explain, argc, argv, long_options, set_option, arguments,
                         &status))
        return status;
    status = check(arguments, argc, argv);
    if (status != EXIT_DONE)
        return status;
    struct error err;
    struct experiment **experiments = calloc(arguments->npolicies, sizeof *experiments);
    const struct cell_config **cells = calloc(arguments->npolicies, sizeof *cells);
    status = experiments && cells ? load_and_explain(arguments, experiments, cells)
                                  : command_fail((error_nomem(&err), &err));
    for (size_t i = 0; experiments && i < arguments->npolicies; i++)
        experiment_free(experiments[i]);
    free(experiments);
    free((void *)cells);
    return status;
}

static int run(int argc, char **argv)
{
    const size_t n = (size_t)argc + OWN_SETTINGS;
    struct arguments arguments = {.policies = calloc(n, sizeof *arguments.policies),
                                  .set = calloc(n, sizeof *arguments.set),
                                  .nset = OWN_SETTINGS,
                                  .options.from = 1};
    struct error err;
    const int status = arguments.policies && arguments.set
                           ? run_with(&arguments, argc, argv)
                           : command_fail((error_nomem(&err), &err));
    free((void *)arguments.policies);
    free((void *)arguments.set);
    return status;
}
