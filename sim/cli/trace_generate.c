/* trace_generate.c -- `faultline trace generate`: synthetic traces. */
#include "cli/command.h"
#include "cli/print_params.h"
#include "cli/trace_output.h"

#include "base/units.h"
#include "trace/generator.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GENERATORS_MAX = 64, SET_MAX = 64, WORDS_MAX = 2 };

struct generate_options {
    const char *words[WORDS_MAX]; /* name, output                                       */
    int nwords;
    const char *set[SET_MAX]; /* "param=value"                                          */
    int nset;
    uint64_t seed, granule;
    int level;
    bool help, list, quiet;
};

static const struct generator_ops *find_generator(const char *name, struct error *err)
{
    const struct generator_ops *generator = generator_find(name);
    if (generator)
        return generator;
    const char *names[GENERATORS_MAX];
    size_t n = 0;
    for (; n < GENERATORS_MAX && generator_table[n]; n++)
        names[n] = generator_table[n]->name;
    const char *nearest = nearest_name(name, names, n);
    error_set(err, ERR_CONFIG, at_nowhere(),
              "unknown generator '%s'%s%s%s (faultline trace generate --list names them)",
              name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
              nearest ? "'?" : "");
    return NULL;
}

static enum status put(void *context, const struct batch *batch, struct error *err)
{
    return trace_output_put(context, batch, 0, 0, err);
}

static int generate(const struct generator_ops *generator, const void *params,
                    const struct generate_options *options)
{
    struct error err;
    struct trace_output output;
    char origin[FLT_ORIGIN_MAX + 1];
    const unsigned granule_shift =
        options->granule ? log2_of(options->granule) : GRANULE_SHIFT_DEFAULT;
    const struct flt_writer_options writer = {
        .granule_shift = granule_shift,
        .origin = generator_origin(generator, params, options->seed, origin, sizeof origin),
        .level = options->level};
    enum status status = trace_output_open(&output, options->words[1], &writer, "generate",
                                           options->quiet, &err);
    if (status != OK)
        return command_fail(&err);
    const struct generator_output to = {.context = &output, .put = put};
    status = generator_make(generator, params, options->seed, granule_shift, &to, &err);
    return trace_output_close(&output, status, &err);
}

static int generate_with(const struct generator_ops *generator,
                         const struct generate_options *options)
{
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX] = {0};
    struct error err;
    char owner[96];
    assert(generator->params_size <= sizeof params);
    snprintf(owner, sizeof owner, "generator '%s'", generator->name);
    param_defaults(generator->params, params);
    for (int i = 0; i < options->nset; i++) {
        char name[64];
        const char *equals = strchr(options->set[i], '=');
        snprintf(name, sizeof name, "%.*s", (int)(equals - options->set[i]),
                 options->set[i]);
        if (param_set(generator->params, params, name, equals + 1, owner, at_nowhere(),
                      &err) != OK)
            return command_fail(&err);
    }
    return generate(generator, params, options);
}

static void print_generators(bool all)
{
    for (const struct generator_ops *const *g = generator_table; *g; g++) {
        if (!all) {
            printf("%-16s %s\n", (*g)->name, (*g)->summary);
            continue;
        }
        printf("\n  %s: %s\n", (*g)->name, (*g)->summary);
        print_wrapped((*g)->shows);
    }
}

static int print_generator(const struct generator_ops *generator)
{
    printf("usage: faultline trace generate %s [options] OUT.flt [PARAMETER=VALUE]...\n\n",
           generator->name);
    printf("  %s: %s\n", generator->name, generator->summary);
    print_wrapped(generator->shows);
    puts("\nparameters:");
    print_params(generator->params);
    printf("\nExample:\n  faultline trace generate %s %s.flt --seed 7", generator->name,
           generator->name);
    if (generator->params && generator->params->name)
        printf(" '%s=%s'", generator->params->name, generator->params->fallback);
    putchar('\n');
    return command_close_output(EXIT_DONE);
}

static int print_help(const struct generate_options *options)
{
    struct error err;
    if (options->nwords) {
        const struct generator_ops *generator = find_generator(options->words[0], &err);
        return generator ? print_generator(generator) : command_fail(&err);
    }
    fputs(command_trace_generate.help, stdout);
    print_generators(true);
    return command_close_output(EXIT_DONE);
}

static const struct option long_options[] = {
    {"seed", required_argument, NULL, 'S'},    {"set", required_argument, NULL, 'a'},
    {"granule", required_argument, NULL, 'g'}, {"level", required_argument, NULL, 'l'},
    {"list", no_argument, NULL, 'L'},          {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},          {0},
};

static enum status add_setting(struct generate_options *options, const char *text,
                               struct error *err)
{
    if (!strchr(text, '='))
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "bad setting '%s': it is PARAMETER=VALUE, such as size=4MiB",
                         text);
    if (options->nset == SET_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "too many settings: at most %d are allowed", SET_MAX);
    options->set[options->nset++] = text;
    return OK;
}

static enum status set_option(struct generate_options *options, int option,
                              struct error *err)
{
    switch (option) {
    case 'S':
        return parse_count(&options->seed, optarg, "--seed", at_nowhere(), err);
    case 'a':
        return add_setting(options, optarg, err);
    case 'g':
        return parse_power_of_two(&options->granule, optarg, "--granule", err);
    case 'l':
        return parse_level(&options->level, optarg, err);
    case 'L':
        options->list = true;
        return OK;
    case 'q':
        options->quiet = true;
        return OK;
    default:
        options->help = true;
        return OK;
    }
}

/* The words beside the options: the generator, the output, settings. */
static enum status add_words(struct generate_options *options, int n, char **words,
                             struct error *err)
{
    for (int i = 0; i < n; i++) {
        /* A file name may hold a '=', if it has a folder before it. */
        const char *equals = strchr(words[i], '='), *slash = strchr(words[i], '/');
        if (equals && !(slash && slash < equals)) {
            const enum status status = add_setting(options, words[i], err);
            if (status != OK)
                return status;
        } else if (options->nwords == WORDS_MAX) {
            return error_set(
                err, ERR_CONFIG, at_nowhere(),
                "one word too many: '%s'; a generator and an output are needed", words[i]);
        } else {
            options->words[options->nwords++] = words[i];
        }
    }
    return OK;
}

static int generate_run(int argc, char **argv)
{
    struct generate_options options = {.seed = 1};
    struct error err;
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        if (option == '?' || option == ':')
            return command_bad_option(&command_trace_generate, option, argv);
        if (set_option(&options, option, &err) != OK)
            return command_fail(&err);
    }
    if (add_words(&options, argc - optind, argv + optind, &err) != OK)
        return command_fail(&err);
    if (options.help)
        return print_help(&options);
    if (options.list) {
        print_generators(false);
        return command_close_output(EXIT_DONE);
    }
    if (options.nwords == 0)
        return command_usage(&command_trace_generate, "the name of a generator is needed");
    const struct generator_ops *generator = find_generator(options.words[0], &err);
    if (!generator)
        return command_fail(&err);
    if (options.nwords < 2)
        return command_usage(&command_trace_generate, "the name of the output is needed");
    command_catch_signals();
    return generate_with(generator, &options);
}

const struct command command_trace_generate = {
    .name = "trace generate",
    .summary = "a synthetic trace: loop, zipf, matrix product, ...",
    .help =
        "usage: faultline trace generate [options] NAME OUT.flt [PARAMETER=VALUE]...\n"
        "       faultline trace generate NAME --help      the parameters of one generator\n"
        "\n"
        "Writes a made-up native trace. The same parameters and seed give the same trace,\n"
        "byte for byte; both are kept in it, see 'faultline trace info'.\n"
        "\n"
        "  --seed N               of the random numbers; default 1\n"
        "  --set PARAMETER=VALUE  the same as PARAMETER=VALUE alone\n"
        "  --granule SIZE         smallest page size to simulate: a power of two from\n"
        "                         16 B to 1 GiB; default 512 B\n"
        "  --level N              of the compression, 1 (fast) to 22 (small); default 9\n"
        "  --list                 the names of all generators\n"
        "  --quiet                no progress bar\n"
        "\n"
        "Example:\n"
        "  faultline trace generate loop loop.flt size=260KiB iterations=1000\n"
        "\n"
        "The generators, and what each shows:\n",
    .run = generate_run,
};
