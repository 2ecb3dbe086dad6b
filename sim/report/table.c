/* table.c -- results as aligned columns of text; see report.h. */
#include "report/names.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#define GAP 2 /* blanks between columns */

struct shown {
    size_t column;
    int width; /* characters */
    bool number;
};

static bool has_any(const struct data *data, size_t column)
{
    for (size_t row = 0; row < data_rows(data); row++) {
        const char *text = data_get(data, row, column);
        if (*text && strcmp(text, "0") != 0)
            return true;
    }
    return false;
}

static bool all_finished(const struct data *data)
{
    const size_t state = data_find(data, "state");
    for (size_t row = 0; row < data_rows(data); row++)
        if (strcmp(data_get(data, row, state), "done") != 0)
            return false;
    return true;
}

struct shown_counter {
    const char *name;
    bool always; /* also where no cell has anything but 0 */
};

/* Where there is time, it tells more than the number of faults. */
static bool is_shown_counter(const struct data *data, size_t column)
{
    static const struct shown_counter counted[] = {
        {"faults", true},
        {"fault_rate", true},
        {"walks", false},
        {"cycles_per_reference", false},
    };
    static const struct shown_counter timed[] = {
        {"faults_major", true}, {"elapsed", true},          {"cpu_utilisation", true},
        {"paging_wait", true},  {"swap_utilisation", true}, {"slowdown", false},
    };
    const bool time = data_find(data, "elapsed") != COLUMN_NONE;
    const struct shown_counter *shown = time ? timed : counted;
    const size_t n = time ? ARRAY_LEN(timed) : ARRAY_LEN(counted);
    for (size_t i = 0; i < n; i++)
        if (strcmp(data_name(data, column), shown[i].name) == 0)
            return shown[i].always || has_any(data, column);
    return false;
}

static bool is_shown_result(const struct data *data, size_t column)
{
    if (data_kind(data, column) == COLUMN_COUNTER)
        return is_shown_counter(data, column);
    return strcmp(data_name(data, column), "state") == 0 && !all_finished(data);
}

/* The keys that all tables have, and those that the user has swept. */
static bool is_asked_for(const struct experiment *experiment, const char *name)
{
    static const char *const always[] = {"trace", "policy", "page_size", "frames"};
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        if (strcmp(name, always[i]) == 0)
            return true;
    for (size_t i = 0; i < experiment->nswept; i++)
        if (strcmp(name, experiment->swept[i]) == 0)
            return true;
    return false;
}

/* Where generators vary, their bare names stand in the column of the traces, and beside it
 * what varies of their parameters.  COLUMN_NONE: traces have names of their own. */
static size_t generator_column(const struct data *data)
{
    return derived_trace(data) == COLUMN_NONE ? COLUMN_NONE : data_find(data, "generate");
}

static double number_in(const struct data *data, size_t row, const char *name)
{
    double number = 0;
    column_number(data_get(data, row, data_find(data, name)), &number);
    return number;
}

/* The part of the processes' time in which they wait for paging: the sum over all of them
 * would say little beside the time of the whole. */
static char *paging_share(const struct data *data, size_t row, char buffer[NAME_SIZE])
{
    const double wait = number_in(data, row, "paging_wait");
    const double all = wait + number_in(data, row, "ready_wait") +
                       number_in(data, row, "cpu_user") + number_in(data, row, "cpu_fault");
    snprintf(buffer, NAME_SIZE, "%.1f%%", all > 0 ? 100 * wait / all : 0);
    return buffer;
}

/* Columns that would be wide for what is in them have shorter headings. */
static const char *title_of(const struct data *data, size_t column, char buffer[NAME_SIZE])
{
    static const char *const shorter[][2] = {{"cpu_utilisation", "CPU use"},
                                             {"cycles_per_reference", "cycles/reference"},
                                             {"paging_wait", "paging wait"},
                                             {"swap_utilisation", "swap use"}};
    for (size_t i = 0; i < ARRAY_LEN(shorter); i++)
        if (strcmp(data_name(data, column), shorter[i][0]) == 0)
            return shorter[i][1];
    return column_title(data_name(data, column), buffer);
}

static const char *value_of(const struct data *data, size_t row, size_t column,
                            char buffer[NAME_SIZE])
{
    const char *name = data_name(data, column), *text = data_get(data, row, column);
    const size_t generator = generator_column(data);
    if (generator != COLUMN_NONE && column == derived_trace(data))
        text = data_get(data, row, generator);
    if (strcmp(name, "paging_wait") == 0 && *text)
        return paging_share(data, row, buffer);
    return column_value(name, text, buffer);
}

static void measure(const struct data *data, struct shown *shown)
{
    char buffer[NAME_SIZE];
    double number;
    shown->width = (int)text_width(title_of(data, shown->column, buffer));
    shown->number = data_rows(data) > 0;
    for (size_t row = 0; row < data_rows(data); row++) {
        const char *text = data_get(data, row, shown->column);
        const int width = (int)text_width(value_of(data, row, shown->column, buffer));
        if (width > shown->width)
            shown->width = width;
        if (*text && !column_number(text, &number) && strcmp(text, "unlimited") != 0)
            shown->number = false;
    }
}

static void print_field(const struct shown *shown, const char *text, bool last,
                        FILE *stream)
{
    const int blanks = shown->width - (int)text_width(text);
    fprintf(stream, "%*s%s", shown->number ? blanks : 0, "", text);
    if (last)
        putc('\n', stream);
    else
        fprintf(stream, "%*s", GAP + (shown->number ? 0 : blanks), "");
}

static int compare_columns(const void *a, const void *b)
{
    const struct shown *x = a, *y = b;
    return (x->column > y->column) - (x->column < y->column);
}

/* What the user has asked for; and of what comes with the name of a plug-in or a model, its
 * parameters and settings, only that in which cells differ that agree in all else. */
static enum status choose_keys(const struct data *data, const struct experiment *experiment,
                               struct shown *shown, size_t *n, struct error *err)
{
    const size_t columns = data_columns(data), generator = generator_column(data);
    const size_t generated = generator == COLUMN_NONE ? COLUMN_NONE : derived_trace(data);
    size_t *rows = calloc(data_rows(data) + 1, sizeof *rows);
    size_t *known = calloc(columns + 1, sizeof *known), nknown = 0;
    for (int asked = 1; rows && known && asked >= 0; asked--)
        for (size_t i = 0; i < columns; i++) {
            if (data_kind(data, i) != COLUMN_KEY ||
                is_asked_for(experiment, data_name(data, i)) != (asked == 1) ||
                (asked == 0 && data_follows(data, i, known, nknown, rows)))
                continue;
            known[nknown++] = i == generated ? generator : i;
            if (i != generator)
                shown[(*n)++].column = i;
        }
    const enum status status = rows && known ? OK : error_nomem(err);
    free(known);
    free(rows);
    qsort(shown, *n, sizeof *shown, compare_columns);
    return status;
}

/* The keys come before the results, although results.csv puts the swept ones behind. */
static enum status choose(const struct data *data, const struct experiment *experiment,
                          struct shown *shown, size_t *n, struct error *err)
{
    const enum status status = choose_keys(data, experiment, shown, n, err);
    for (size_t i = 0; i < data_columns(data); i++)
        if (data_kind(data, i) != COLUMN_KEY && is_shown_result(data, i))
            shown[(*n)++].column = i;
    return status;
}

/* Is the sentence of this length one of a list separated by newlines? */
static bool is_told(const char *told, const char *sentence, size_t length)
{
    for (const char *line = told; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") == length && strncmp(line, sentence, length) == 0)
            return true;
    return false;
}

/* The conventions and adaptations that were in force, each told once. */
static enum status print_conventions(const struct result_set *set, FILE *stream,
                                     struct error *err)
{
    char *told = NULL;
    size_t size = 0;
    FILE *list = open_memstream(&told, &size);
    if (!list)
        return error_nomem(err);
    for (size_t i = 0; i < set->experiment->ncells; i++) {
        const char *rest = set->results[i].notes;
        while (*rest) {
            const char *end = strstr(rest, "; ");
            const size_t length = end ? (size_t)(end - rest) : strlen(rest);
            fflush(list);
            if (!is_told(told, rest, length))
                fprintf(list, "%.*s\n", (int)length, rest);
            rest += length + (end ? 2 : 0);
        }
    }
    const bool failed = fclose(list) != 0;
    if (!failed && size)
        fputs("\nin force:\n", stream);
    for (const char *line = told; !failed && *line; line += strcspn(line, "\n") + 1)
        fprintf(stream, "  %.*s\n", (int)strcspn(line, "\n"), line);
    free(told);
    return failed ? error_nomem(err) : OK;
}

static void print_rows(const struct data *data, struct shown *shown, size_t n, size_t most,
                       FILE *stream)
{
    char buffer[NAME_SIZE];
    for (size_t i = 0; i < n; i++) {
        measure(data, &shown[i]);
        print_field(&shown[i], title_of(data, shown[i].column, buffer), i + 1 == n, stream);
    }
    const size_t rows = data_rows(data), printed = most && most < rows ? most : rows;
    for (size_t row = 0; row < printed; row++)
        for (size_t i = 0; i < n; i++)
            print_field(&shown[i], value_of(data, row, shown[i].column, buffer), i + 1 == n,
                        stream);
    if (printed < rows)
        fprintf(stream, "... and %zu more cell%s\n", rows - printed,
                rows - printed == 1 ? "" : "s");
}

enum status table_print(const struct result_set *set, size_t most, FILE *stream,
                        struct error *err)
{
    struct data *data;
    enum status status = data_from_results(&data, set, false, err);
    if (status != OK)
        return status;
    size_t n = 0;
    struct shown *shown = calloc(data_columns(data), sizeof *shown);
    status = shown ? choose(data, set->experiment, shown, &n, err) : error_nomem(err);
    if (status == OK)
        print_rows(data, shown, n, most, stream);
    free(shown);
    data_free(data);
    return status == OK ? print_conventions(set, stream, err) : status;
}
