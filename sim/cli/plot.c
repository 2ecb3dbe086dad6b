/* plot.c -- `faultline plot`: draw the results of a run again, otherwise. */
#include "report/plot.h"
#include "cli/command.h"
#include "report/report.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int run(int argc, char **argv);

const struct command command_plot = {
    .name = "plot",
    .summary = "draw the results of a run as SVG and PNG",
    .help =
        "usage: faultline plot RESULTS --x COLUMN [--y COLUMN[,COLUMN...]]\n"
        "                      [--series COLUMN] [--logx | --linearx]\n"
        "                      [--logy | --lineary] [--title TEXT] [--output STEM]\n"
        "\n"
        "Draws a line for each value of the series.  Where more than x and series vary, "
        "each\n"
        "combination has a line of its own.  RESULTS is a folder that `faultline run` has\n"
        "written, or a results.csv.\n"
        "\n"
        "  --x COLUMN       page_size, frames, policy, trace, or a key that was swept; or "
        "a\n"
        "                   column of series.csv, such as time\n"
        "  --y COLUMNS      a counter, or several joined by commas (default: fault_rate);\n"
        "                   `faultline list counters` shows them all; or columns of\n"
        "                   series.csv, processes.csv, devices.csv or tlbs.csv\n"
        "  --series COLUMN  what tells the lines apart (default: what varies besides x); "
        "over\n"
        "                   time, `process` draws a picture of each cell\n"
        "  --logx, --logy   logarithmic axis, to base 2 and to base 10; what is not above "
        "0\n"
        "                   is left out, and the caption says how much\n"
        "  --linearx, --lineary, --linear   linear axis; the last is both\n"
        "                   (default: by the values)\n"
        "  --title TEXT     title (default: experiment, y and x)\n"
        "  --output STEM    write STEM.svg, STEM.png and STEM.gp (default: a name made of\n"
        "                   the columns, beside the results)\n"
        "\n"
        "STEM.gp is the gnuplot script with the data; change it and run gnuplot on it for "
        "a\n"
        "picture in another style.\n"
        "\n"
        "Example: faultline plot results/page-size --x page_size --y "
        "faults,page_outs_dirty\n"
        "Example: faultline plot results/thrashing --x time --y resident --series "
        "process\n",
    .run = run,
};

enum option_code {
    OPT_X = 256,
    OPT_Y,
    OPT_SERIES,
    OPT_LOGX,
    OPT_LOGY,
    OPT_LINEARX,
    OPT_LINEARY,
    OPT_LINEAR,
    OPT_TITLE,
    OPT_OUTPUT,
    OPT_HELP
};

static const struct option long_options[] = {
    {"x", required_argument, NULL, OPT_X},
    {"y", required_argument, NULL, OPT_Y},
    {"series", required_argument, NULL, OPT_SERIES},
    {"logx", no_argument, NULL, OPT_LOGX},
    {"logy", no_argument, NULL, OPT_LOGY},
    {"linearx", no_argument, NULL, OPT_LINEARX},
    {"lineary", no_argument, NULL, OPT_LINEARY},
    {"linear", no_argument, NULL, OPT_LINEAR},
    {"title", required_argument, NULL, OPT_TITLE},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

struct arguments {
    struct plot_options plot;
    const char *results, *output;
    bool help;
};

static void take(struct arguments *arguments, int code)
{
    struct plot_options *plot = &arguments->plot;
    switch (code) {
    case OPT_X:
        plot->x = optarg;
        break;
    case OPT_Y:
        plot->y = optarg;
        break;
    case OPT_SERIES:
        plot->series = optarg;
        break;
    case OPT_LOGX:
        plot->xscale = PLOT_LOG;
        break;
    case OPT_LOGY:
        plot->yscale = PLOT_LOG;
        break;
    case OPT_LINEARX:
        plot->xscale = PLOT_LINEAR;
        break;
    case OPT_LINEARY:
        plot->yscale = PLOT_LINEAR;
        break;
    case OPT_LINEAR:
        plot->xscale = plot->yscale = PLOT_LINEAR;
        break;
    case OPT_TITLE:
        plot->title = optarg;
        break;
    case OPT_OUTPUT:
        arguments->output = optarg;
        break;
    default:
        arguments->help = true;
    }
}

/* EXIT_DONE, or the status of a usage error that has been printed. */
static int parse(struct arguments *arguments, int argc, char **argv)
{
    *arguments = (struct arguments){.plot.y = "fault_rate"};
    int code;
    while ((code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        if (code == '?' || code == ':')
            return command_bad_option(&command_plot, code, argv);
        take(arguments, code);
    }
    if (arguments->help)
        return EXIT_DONE;
    if (optind == argc)
        return command_usage(&command_plot, "no results given; a results folder or a "
                                            "results.csv is needed");
    if (optind + 1 < argc)
        return command_usage(&command_plot,
                             "'%s' is one argument too many; plot takes one "
                             "results folder",
                             argv[optind + 1]);
    arguments->results = argv[optind];
    if (!arguments->plot.x)
        return command_usage(&command_plot, "no --x given; the column of the x axis is "
                                            "needed, such as page_size");
    return EXIT_DONE;
}

/* Where the pictures go if the user does not say: into the results folder, or beside the
 * file of results.  An ending that --output has too much is dropped.  NULL: no memory. */
static char *choose_stem(const struct arguments *arguments)
{
    char made[256], *stem;
    if (arguments->output) {
        stem = strdup(arguments->output);
        char *dot = stem ? strrchr(stem, '.') : NULL;
        if (dot && (strcmp(dot, ".svg") == 0 || strcmp(dot, ".png") == 0))
            *dot = '\0';
        return stem;
    }
    plot_stem(&arguments->plot, made, sizeof made);
    struct stat found;
    const char *results = arguments->results;
    if (stat(results, &found) == 0 && S_ISDIR(found.st_mode))
        return asprintf(&stem, "%s/%s", results, made) < 0 ? NULL : stem;
    const char *slash = strrchr(results, '/');
    const int folder = slash ? (int)(slash + 1 - results) : 0;
    return asprintf(&stem, "%.*s%s", folder, results, made) < 0 ? NULL : stem;
}

static int run(int argc, char **argv)
{
    struct arguments arguments;
    const int usage = parse(&arguments, argc, argv);
    if (usage != EXIT_DONE)
        return usage;
    if (arguments.help)
        return command_help(&command_plot);
    struct error err;
    struct picture_source source;
    struct report_pictures pictures = {0};
    enum status status = picture_source_read(&source, arguments.results, &err);
    char *stem = status == OK ? choose_stem(&arguments) : NULL;
    if (status == OK)
        status = stem ? pictures_draw(&source, &arguments.plot, stem, &pictures, &err)
                      : error_nomem(&err);
    for (size_t i = 0; i < pictures.n; i++)
        puts(pictures.paths[i]);
    report_pictures_free(&pictures);
    picture_source_release(&source);
    free(stem);
    return status == OK ? command_close_output(EXIT_DONE) : command_fail(&err);
}
