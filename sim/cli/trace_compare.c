/* trace_compare.c -- `faultline trace compare`: do two traces hold the same references? */
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/trace_input.h"
#include "cli/trace_output.h"

#include "base/units.h"
#include "trace/compare.h"
#include "trace/op_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { AROUND = 3, COLUMN = 32 }; /* references shown before and after; characters       */

struct compare_options {
    struct trace_options input; /* of both                                              */
    bool operations;
    bool quiet;
};

static enum status compare_all(struct compare *compare, bool quiet, struct error *err)
{
    struct progress progress;
    enum status status = OK;
    progress_start(&progress, "compare", "references", quiet);
    while (status == OK && (status = compare_next(compare, err)) == OK) {
        uint64_t size;
        const uint64_t done = trace_consumed(compare->side[0].trace, &size);
        progress_update(&progress, done, size, compare->references);
        if (command_interrupted)
            status = error_set(err, ERR_INTERRUPTED, at_nowhere(),
                               "not compared to the end: interrupted");
    }
    progress_end(&progress);
    return status;
}

static const char *path_of(const struct compared *side)
{
    return trace_info(side->trace)->path;
}

/* One of the two columns; only the left one is filled up. */
static void print_column(int column, const char *text)
{
    printf("  %-*s", column == 0 ? COLUMN : 0, text);
}

/* A path with its beginning left out where it is longer than a column. */
static void print_path(int column, const char *path)
{
    char text[COLUMN + 1];
    const size_t length = strlen(path);
    if (length <= COLUMN)
        snprintf(text, sizeof text, "%s", path);
    else
        snprintf(text, sizeof text, "...%s", path + length - (COLUMN - 3));
    print_column(column, text);
}

static void print_reference(int column, const struct compared_reference *reference,
                            unsigned shift)
{
    char text[16 + COMPARED_BLOCKS * 24];
    char *p = text + sprintf(text, "%s",
                             !reference->data   ? "fetch"
                             : reference->store ? "store"
                                                : "load ");
    for (unsigned i = 0; i < reference->nblocks && i < COMPARED_BLOCKS; i++)
        p += sprintf(p, "%s 0x%" PRIx64, i ? " +" : "", reference->blocks[i] << shift);
    if (reference->nblocks > COMPARED_BLOCKS)
        memcpy(p, " ...", sizeof " ...");
    print_column(column, text);
}

/* The references around number `at` of both sides, beside each other. */
static void print_around(const struct compare *compare, uint64_t at)
{
    const uint64_t first = at < AROUND ? 0 : at - AROUND;
    struct compared_reference found[2][2 * AROUND + 1];
    size_t n[2], next[2] = {0, 0};
    printf("%14s", "reference");
    for (int i = 0; i < 2; i++) {
        print_path(i, path_of(&compare->side[i]));
        n[i] = compared_references(&compare->side[i], first, found[i], ARRAY_LEN(found[i]));
    }
    for (uint64_t number = first; number <= at + AROUND; number++) {
        char count[32];
        const bool has[] = {next[0] < n[0] && found[0][next[0]].number == number,
                            next[1] < n[1] && found[1][next[1]].number == number};
        if (!has[0] && !has[1])
            continue;
        printf("\n%c%13s", number == at ? '>' : ' ',
               format_count(number, count, sizeof count));
        for (int i = 0; i < 2; i++)
            if (has[i])
                print_reference(i, &found[i][next[i]++], compare->granule_shift);
            else if (compare->side[i].ended && number >= compare->references)
                print_column(i, "(end)");
            else
                print_column(i, "");
    }
    putchar('\n');
}

static void print_operations(const struct compare *compare)
{
    for (int i = 0; i < 2; i++) {
        char line[OP_TEXT_MAX];
        const struct compared *side = &compare->side[i];
        const struct vm_op *op = compared_op(side);
        printf("  %s: %s\n", path_of(side),
               op ? op_text_format(op, side->batch.names, line) : "no operation");
    }
}

static int print_difference(const struct compare *compare)
{
    const bool operation = compare_at_operation(compare);
    const uint64_t at = operation ? compare->references : compare_difference(compare);
    char number[32], granule[32];
    printf("different: %s reference %s, chunk %" PRIu64 " of %s and %" PRIu64 " of %s",
           operation ? "before" : "at", format_count(at, number, sizeof number),
           compare->side[0].batch.number, path_of(&compare->side[0]),
           compare->side[1].batch.number, path_of(&compare->side[1]));
    if (operation) {
        putchar('\n');
        print_operations(compare);
    } else {
        printf(" (blocks of %s)\n",
               format_size(UINT64_C(1) << compare->granule_shift, granule, sizeof granule));
        print_around(compare, at);
    }
    return EXIT_CELL;
}

static int print_equal(const struct compare *compare)
{
    char references[32], ops[32];
    printf("equal: %s references",
           format_count(compare->references, references, sizeof references));
    if (compare->operations)
        printf(" and %s %s", format_count(compare->ops, ops, sizeof ops),
               compare->ops == 1 ? "operation" : "operations");
    putchar('\n');
    return EXIT_DONE;
}

static int compare_traces(struct trace *a, struct trace *b,
                          const struct compare_options *options)
{
    struct error err;
    struct compare compare;
    if (compare_init(&compare, a, b, options->operations, &err) != OK)
        return command_fail(&err);
    int result;
    if (compare_all(&compare, options->quiet, &err) != END)
        result = command_fail(&err);
    else
        result = compare.differ ? print_difference(&compare) : print_equal(&compare);
    warn_lost(trace_info(a));
    warn_lost(trace_info(b));
    compare_release(&compare);
    return command_close_output(result);
}

static const struct option long_options[] = {
    {"operations", no_argument, NULL, 'o'},
    TRACE_INPUT_OPTIONS,
    {0},
};

static enum status set_option(void *context, int option, struct error *err)
{
    struct compare_options *options = context;
    switch (option) {
    case 'o':
        options->operations = true;
        return OK;
    case 'q':
        options->quiet = true;
        return OK;
    default:
        return trace_input_option(&options->input, option, err);
    }
}

static int compare_run(int argc, char **argv)
{
    struct compare_options options = {0};
    int status;
    if (!command_options(&command_trace_compare, argc, argv, long_options, set_option,
                         &options, &status))
        return status;
    if (argc - optind != 2)
        return command_usage(&command_trace_compare,
                             "two traces are needed, not %d file name%s", argc - optind,
                             argc - optind == 1 ? "" : "s");
    if (strcmp(argv[optind], "-") == 0 && strcmp(argv[optind + 1], "-") == 0)
        return command_usage(&command_trace_compare,
                             "only one of the two can be standard input");
    command_catch_signals();
    struct error err;
    struct trace *a, *b;
    options.input.path = argv[optind];
    if (trace_open(&a, &options.input, &err) != OK)
        return command_fail(&err);
    options.input.path = argv[optind + 1];
    if (trace_open(&b, &options.input, &err) == OK) {
        status = compare_traces(a, b, &options);
        trace_close(b);
    } else {
        status = command_fail(&err);
    }
    trace_close(a);
    return status;
}

const struct command command_trace_compare = {
    .name = "trace compare",
    .summary = "do two traces hold the same references?",
    .help =
        "usage: faultline trace compare [options] A B\n"
        "\n"
        "Compares two traces of any formats reference by reference: the kind (fetch, load\n"
        "or store) and the blocks touched, at the larger granule of the two. Operations "
        "on\n"
        "memory are passed over, and so is which loads and stores are modifies. Prints\n"
        "'equal: N references' (exit status 0), or the first reference that is not the\n"
        "same, with those around it in both traces (exit status 1). A or B may be '-',\n"
        "standard input.\n"
        "\n"
        "  --operations      compare the operations and where they stand, too\n"
        "  --format NAME     format of A and B, where their content does not tell\n"
        "  --page-size SIZE  size of a page in lists of page numbers; default 4 KiB\n"
        "  --granule SIZE    size of the blocks of a trace that is not native; default\n"
        "                    512 B\n"
        "  --skip-damaged    go on past damaged chunks and say what was lost\n"
        "  --quiet           no progress bar\n"
        "\n"
        "Example: a recording against that of another tool\n"
        "  faultline trace compare ls.flt ls.lackey.zst\n",
    .run = compare_run,
};
