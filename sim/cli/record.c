/* record.c -- `faultline record`: run a program and record its references. */
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/trace_output.h"

#include "base/units.h"
#include "record/program.h"
#include "record/recorder.h"
#include "trace/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 }; /* as shells have it */

struct record_options {
    struct recorder_options recorder;
    const char *output; /* as given; NULL: after the program                            */
    bool quiet;
};

static volatile sig_atomic_t interruptions;

static void on_signal(int signal_number)
{
    (void)signal_number;
    interruptions = interruptions + 1;
}

/* The first signal ends the recording, and the program may go on; no SA_RESTART, so that what
 * waits returns. */
static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(signals); i++)
        sigaction(signals[i], &action, NULL);
}

static unsigned count_interruptions(void *context)
{
    (void)context;
    return (unsigned)interruptions;
}

/* --- what is shown ------------------------------------------------------------------------ */

struct display {
    const struct record_options *options;
    struct progress progress;
    bool told; /* how the recording ended */
};

/* "12.3 MB" */
static char *format_bytes(uint64_t bytes, char *buffer, size_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double number = (double)bytes;
    size_t unit = 0;
    for (; number >= 1000 && unit + 1 < ARRAY_LEN(units); unit++)
        number /= 1000;
    snprintf(buffer, size, "%.*f %s", number < 100 && unit > 0 ? 1 : 0, number,
             units[unit]);
    return buffer;
}

static void print_end(const struct display *display, const struct recorder_state *state)
{
    static const char *const reasons[] = {
        [RECORDER_PROGRAM] = "",
        [RECORDER_REFERENCES] = "; that is as many as were asked for",
        [RECORDER_SECONDS] = "; the time is over",
        [RECORDER_INTERRUPTED] = "; interrupted",
        [RECORDER_ERROR] = "; an error ended it",
    };
    const struct recorder_options *options = &display->options->recorder;
    char kept[32], passed[32], bytes[32], more[64] = "";
    if (state->kept == 0) {
        fprintf(stderr,
                "faultline: nothing was recorded: the program made %s references "
                "before anything was to be kept\n",
                format_count(state->passed, passed, sizeof passed));
        return;
    }
    if (state->traces > 1)
        snprintf(more, sizeof more, " and %u more", state->traces - 1);
    fprintf(stderr, "faultline: %s references in %.1f s, %s in %s.flt%s, %s.yaml%s%s\n",
            format_count(state->written, kept, sizeof kept), state->seconds,
            format_bytes(state->bytes, bytes, sizeof bytes), options->stem, more,
            options->stem, reasons[state->end],
            state->end != RECORDER_PROGRAM && !options->end_program
                ? "; the program goes on unrecorded"
                : "");
}

static void show(void *context, const struct recorder_state *state)
{
    struct display *display = context;
    const struct recorder_options *options = &display->options->recorder;
    char bytes[32];
    if (display->options->quiet || display->told)
        return;
    if (!state->recording) {
        progress_end(&display->progress);
        print_end(display, state);
        display->told = true;
    } else if (display->progress.terminal) {
        display->progress.what = state->keeping ? "record" : "skip";
        snprintf(display->progress.note, sizeof display->progress.note, "%s, %u %s",
                 format_bytes(state->bytes, bytes, sizeof bytes), state->images,
                 state->images == 1 ? "process" : "processes");
        progress_update(&display->progress, state->kept,
                        state->keeping ? options->max_references : 0,
                        state->keeping ? state->kept : state->passed);
    }
}

/* --- options ------------------------------------------------------------------------------ */

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"granule", required_argument, NULL, 'g'},
    {"level", required_argument, NULL, 'l'},
    {"skip", required_argument, NULL, 's'},
    {"start-at", required_argument, NULL, 'f'},
    {"max-references", required_argument, NULL, 'm'},
    {"seconds", required_argument, NULL, 't'},
    {"end", no_argument, NULL, 'e'},
    {"no-instructions", no_argument, NULL, 'I'},
    {"no-children", no_argument, NULL, 'C'},
    {"as-lackey", no_argument, NULL, 'L'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static enum status parse_positive(uint64_t *value, const char *option, struct error *err)
{
    const enum status status = parse_count(value, optarg, option, at_nowhere(), err);
    if (status == OK && *value == 0)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "bad value '%s' for %s: it is at least 1", optarg, option);
    return status;
}

static enum status set_option(struct record_options *options, int option, struct error *err)
{
    struct recorder_options *recorder = &options->recorder;
    uint64_t granule;
    enum status status = OK;
    switch (option) {
    case 'o':
        options->output = optarg;
        break;
    case 'g':
        status = parse_power_of_two(&granule, optarg, "--granule", err);
        if (status == OK)
            recorder->granule_shift = log2_of(granule);
        break;
    case 'l':
        return parse_level(&recorder->level, optarg, err);
    case 's':
        return parse_count(&recorder->skip, optarg, "--skip", at_nowhere(), err);
    case 'f':
        recorder->start_at = optarg;
        break;
    case 'm':
        return parse_positive(&recorder->max_references, "--max-references", err);
    case 't':
        return parse_positive(&recorder->seconds, "--seconds", err);
    case 'e':
        recorder->end_program = true;
        break;
    case 'I':
        recorder->instructions = false;
        break;
    case 'C':
        recorder->children = false;
        break;
    case 'L':
        recorder->as_lackey = true;
        break;
    default:
        options->quiet = true;
        break;
    }
    return status;
}

/* Read the options, which end at the first word that is none: the rest is the program's.
 * False: *status is the exit status. */
static bool read_options(struct record_options *options, int argc, char **argv, int *status)
{
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "+:ho:", long_options, NULL)) != -1) {
        struct error err;
        if (option == 'h')
            *status = command_help(&command_record);
        else if (option == '?' || option == ':')
            *status = command_bad_option(&command_record, option, argv);
        else if (set_option(options, option, &err) != OK)
            *status = command_fail(&err);
        else
            continue;
        return false;
    }
    options->recorder.argv = argv + optind;
    if (optind < argc)
        return true;
    *status = command_usage(&command_record, "a program is missing");
    return false;
}

/* The name of the traces without an ending, to be freed; NULL: out of memory. */
static char *make_stem(const struct record_options *options)
{
    static const char *const endings[] = {".flt", ".yaml"};
    const char *program = strrchr(options->recorder.argv[0], '/');
    const char *name = options->output ? options->output
                       : program       ? program + 1
                                       : options->recorder.argv[0];
    char *stem = strdup(name);
    const size_t length = stem ? strlen(stem) : 0;
    for (size_t i = 0; i < ARRAY_LEN(endings) && stem; i++) {
        const size_t ending = strlen(endings[i]);
        if (options->output && length > ending &&
            strcmp(stem + length - ending, endings[i]) == 0)
            stem[length - ending] = '\0';
    }
    return stem;
}

/* --- the command -------------------------------------------------------------------------- */

static int run_program(const struct record_options *options)
{
    struct display display = {.options = options};
    const struct recorder_host host = {
        .context = &display, .show = show, .interruptions = count_interruptions};
    struct recorder_state state;
    struct error err;
    progress_start(&display.progress, "record", "references", options->quiet);
    catch_signals();
    const enum status status = recorder_run(&options->recorder, &host, &state, &err);
    progress_end(&display.progress);
    if (status == OK || status == END)
        return state.program_status;
    const int failed = command_fail(&err);
    if (state.written > 0) {
        char count[32];
        fprintf(stderr,
                "faultline: what was recorded before is sound: %s references in "
                "'%s.flt' and what '%s.yaml' names\n",
                format_count(state.written, count, sizeof count), options->recorder.stem,
                options->recorder.stem);
    }
    return failed;
}

static int record_run(int argc, char **argv)
{
    struct record_options options = {.recorder = {.granule_shift = GRANULE_SHIFT_DEFAULT,
                                                  .instructions = true,
                                                  .children = true}};
    struct error err;
    int status;
    if (!read_options(&options, argc, argv, &status))
        return status;
    const enum status found = program_find(options.recorder.argv[0], &err);
    if (found != OK) {
        command_fail(&err);
        return found == ERR_IO ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
    }
    char *stem = make_stem(&options);
    if (!stem) {
        error_nomem(&err);
        return command_fail(&err);
    }
    options.recorder.stem = stem;
    status = run_program(&options);
    free(stem);
    return status;
}

const struct command command_record = {
    .name = "record",
    .summary = "run a program and record its memory references",
    .help =
        "usage: faultline record [options] [--] PROGRAM [ARGUMENT...]\n"
        "\n"
        "Runs a program under Valgrind and records every memory reference that it makes "
        "and\n"
        "what it does to its address space, with all that it starts: NAME.flt is the\n"
        "program itself, NAME.1.flt, NAME.2.flt, ... are its children and the programs "
        "that\n"
        "it becomes, and NAME.yaml is an experiment that runs them all. The program's "
        "input,\n"
        "output and exit status are its own; it runs some ten times slower.\n"
        "\n"
        "Ctrl-C ends the recording, and what was recorded is kept; the program gets it "
        "too.\n"
        "A second one ends a program that goes on. If the disk is full the recording ends\n"
        "there, and what is on it is sound.\n"
        "\n"
        "  -o, --output NAME    where to; default ./PROGRAM. A .flt or .yaml at its end "
        "is\n"
        "                       left out\n"
        "  --skip N             keep nothing of the first N references\n"
        "  --start-at FUNCTION  keep nothing before this function is entered; the program "
        "or\n"
        "                       a library must have the symbol. --skip counts from there\n"
        "  --max-references N   keep so many references, those of all processes together\n"
        "  --seconds N          keep what is made in so many seconds\n"
        "  --end                have the program end where the recording does; otherwise "
        "it\n"
        "                       goes on unrecorded\n"
        "  --no-instructions    keep loads and stores only\n"
        "  --no-children        do not record what the program forks\n"
        "  --granule SIZE       size of the blocks that addresses are kept in, and so the\n"
        "                       smallest page size that can be simulated: a power of two\n"
        "                       from 16 B to 1 GiB; default 512 B\n"
        "  --level N            of the compression, 1 (fast) to 22 (small); default 1\n"
        "  --as-lackey          leave in the program what Valgrind puts there, so that "
        "the\n"
        "                       references are those that its tool lackey prints\n"
        "  --quiet              say nothing\n"
        "\n"
        "The program's exit status is returned; 127: it was not found, 126: it cannot be\n"
        "executed, 128 and the signal's number: a signal ended it; 4: not all could be\n"
        "written.\n"
        "\n"
        "Example:\n"
        "  faultline record -o sort -- sort -r names.txt\n"
        "  faultline run sort.yaml --set machine.memory=1MiB\n",
    .run = record_run,
};
