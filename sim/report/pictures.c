/* pictures.c -- see pictures.h. */
#include "report/pictures.h"

#include "report/names.h"
#include "report/picture_data.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART_SIZE = 320 }; /* what tells a cell apart, in words or in a file's name */

/* True if one of the names that commas separate is that of a column. */
static bool names_column(const char *names, const char *column)
{
    const size_t length = strlen(column);
    while (names && *names) {
        const size_t part = strcspn(names, ", ");
        if (part == length && strncmp(names, column, length) == 0)
            return true;
        names += part;
        names += strspn(names, ", ");
    }
    return false;
}

static bool has_columns(const struct data *data, const char *names)
{
    char name[NAME_SIZE];
    while (names && *names) {
        const size_t length = strcspn(names, ", ");
        snprintf(name, sizeof name, "%.*s", (int)length, names);
        if (length > 0 && column_named(data, name) == COLUMN_NONE)
            return false;
        names += length;
        names += strspn(names, ", ");
    }
    return true;
}

static bool can_draw(const struct data *data, const struct plot_options *options)
{
    if (data_table(data) == &result_tables[TABLE_SERIES] &&
        !table_column_find(data_table(data), options->x))
        return false;
    return has_columns(data, options->x) && has_columns(data, options->y) &&
           has_columns(data, options->series);
}

static bool has_own_columns(const struct result_table_kind *table, const char *names)
{
    char name[NAME_SIZE];
    while (*names) {
        const size_t length = strcspn(names, ", ");
        snprintf(name, sizeof name, "%.*s", (int)length, names);
        if (length > 0 && !table_column_find(table, name))
            return false;
        names += length;
        names += strspn(names, ", ");
    }
    return true;
}

/* The table that was meant, if no table has all columns: one of the cells' tables that has
 * x for its own, or y if the results do not have that; TABLES: results.csv. */
static size_t meant_table(const struct data *results, const struct plot_options *options)
{
    const bool x_known = has_columns(results, options->x);
    const bool y_known = has_columns(results, options->y);
    for (size_t t = 0; t < TABLES && !x_known; t++)
        if (table_column_find(&result_tables[t], options->x))
            return t;
    for (size_t t = 0; t < TABLES && !y_known; t++)
        if (has_own_columns(&result_tables[t], options->y))
            return t;
    return TABLES;
}

static enum status no_curves(const struct plot_options *options, struct error *err)
{
    return error_set(err, ERR_CONFIG, options->at,
                     "these results have no curves; an experiment with 'curve', such as "
                     "'curve: [lru, opt]', computes them");
}

static enum status explain(const struct data **out, const struct picture_source *source,
                           const struct plot_options *options, struct error *err)
{
    const size_t t = meant_table(source->results, options);
    if (t == TABLES)
        return OK; /* which tells what it lacks */
    const struct result_table_kind *kind = &result_tables[t];
    const bool has_x = table_column_find(kind, options->x);
    if (!source->tables[t])
        return t == TABLE_CURVES
                   ? no_curves(options, err)
                   : error_set(
                         err, ERR_CONFIG, options->at,
                         "'%s' is a column of %s.csv, which these results do not have; an "
                         "experiment with %s writes it%s",
                         has_x ? options->x : options->y, kind->name,
                         kind->timed ? "'timing: events'" : "a TLB",
                         t == TABLE_SERIES  ? " if it takes samples"
                         : t == TABLE_MARKS ? " if its traces have marks"
                                            : "");
    if (t == TABLE_SERIES && !has_x)
        return error_set(err, ERR_CONFIG, options->at,
                         "'%s' of series.csv cannot be drawn by '%s': x has to be a column "
                         "of its own, such as time",
                         options->y, options->x);
    *out = source->tables[t];
    return OK;
}

static enum status choose(const struct data **out, struct picture_source *source,
                          const struct plot_options *options, struct error *err)
{
    *out = source->results;
    if (can_draw(source->results, options))
        return OK;
    for (size_t t = 0; t < TABLES; t++) {
        const struct data *table;
        const enum status status = picture_source_table(source, t, &table, err);
        if (status != OK)
            return status;
        if (table && can_draw(table, options)) {
            *out = table;
            return OK;
        }
    }
    return explain(out, source, options, err);
}

static enum status add_picture(struct report_pictures *pictures, const char *stem,
                               struct error *err)
{
    static const char *const endings[] = {"svg", "png"};
    char **paths =
        realloc(pictures->paths, (pictures->n + ARRAY_LEN(endings)) * sizeof *paths);
    if (!paths)
        return error_nomem(err);
    pictures->paths = paths;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (asprintf(&paths[pictures->n], "%s.%s", stem, endings[i]) < 0)
            return error_nomem(err);
        else
            pictures->n++;
    return OK;
}

void report_pictures_free(struct report_pictures *pictures)
{
    for (size_t i = 0; i < pictures->n; i++)
        free(pictures->paths[i]);
    free(pictures->paths);
    *pictures = (struct report_pictures){0};
}

enum status picture_draw(const struct data *data, const struct plot_options *options,
                         const char *stem, struct report_pictures *pictures,
                         struct error *err)
{
    const enum status status = plot_write(data, options, stem, err);
    return status == OK ? add_picture(pictures, stem, err) : status;
}

/* "policy lru, frames 64", and for a file "lru-64": the leading columns that vary, but for
 * those that follow from others. */
static void tell_part(const struct data *data, size_t row, char words[PART_SIZE],
                      char file[PART_SIZE])
{
    char title[NAME_SIZE], value[NAME_SIZE];
    size_t in_words = 0, in_file = 0;
    const size_t trace = derived_trace(data);
    words[0] = file[0] = '\0';
    for (size_t i = 0; i < data_leading(data); i++) {
        const char *name = data_name(data, i), *text = data_get(data, row, i);
        if (i == trace || data_constant(data, i) || in_words >= PART_SIZE ||
            in_file >= PART_SIZE)
            continue;
        in_words += (size_t)snprintf(words + in_words, PART_SIZE - in_words, "%s%s %s",
                                     in_words ? ", " : "", column_title(name, title),
                                     column_value(name, text, value));
        in_file += (size_t)snprintf(file + in_file, PART_SIZE - in_file, "%s%.60s",
                                    in_file ? "-" : "", text);
    }
    /* A file's name has at most 255 bytes. */
    file[120] = '\0';
    for (char *c = file; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            *c = '-';
}

/* The rows of the table, or of what is known of all cells, that belong to the cell of
 * `row`. */
static enum status rows_of_cell(struct data **out, const struct data *from,
                                const struct data *table, size_t row, struct error *err)
{
    bool *keep = calloc(data_rows(from) + 1, sizeof *keep);
    if (!keep)
        return error_nomem(err);
    for (size_t k = 0; k < data_rows(from); k++) {
        keep[k] = true;
        for (size_t i = 0; i < data_leading(table) && keep[k]; i++) {
            const size_t column = data_find(from, data_name(table, i));
            keep[k] = column != COLUMN_NONE &&
                      strcmp(data_get(from, k, column), data_get(table, row, i)) == 0;
        }
    }
    const enum status status = data_subset(out, from, keep, err);
    free(keep);
    return status;
}

static enum status draw_cell(const struct data *table, size_t row,
                             const struct plot_options *options, const char *stem,
                             struct report_pictures *pictures, struct error *err)
{
    struct data *cell = NULL, *facts = NULL;
    enum status status = rows_of_cell(&cell, table, table, row, err);
    if (status == OK && data_facts(table) != table)
        status = rows_of_cell(&facts, data_facts(table), table, row, err);
    if (status == OK) {
        data_set_facts(cell, facts && data_rows(facts) > 0 ? facts : NULL);
        status = picture_draw(cell, options, stem, pictures, err);
    }
    data_free(facts);
    data_free(cell);
    return status;
}

bool picture_is_drawn(const struct report_pictures *pictures, size_t from, const char *stem)
{
    const size_t length = strlen(stem);
    for (size_t i = from; i < pictures->n; i++)
        if (strncmp(pictures->paths[i], stem, length) == 0 &&
            strcmp(pictures->paths[i] + length, ".svg") == 0)
            return true;
    return false;
}

/* A picture for each cell: its rows stand together. */
static enum status draw_cells(const struct data *table, const struct plot_options *options,
                              const char *stem, struct report_pictures *pictures,
                              struct error *err)
{
    enum status status = OK;
    const size_t before = pictures->n;
    size_t number = 0;
    for (size_t row = 0; status == OK && row < data_rows(table); row++) {
        char words[PART_SIZE], file[PART_SIZE], *path;
        if (row > 0 && data_same_start(table, row, row - 1, data_leading(table)))
            continue;
        number++;
        tell_part(table, row, words, file);
        struct plot_options part = *options;
        part.part = words;
        if (asprintf(&path, "%s-%s", stem, file) < 0)
            return error_nomem(err);
        if (picture_is_drawn(pictures, before,
                             path)) { /* signs that files cannot have were lost */
            free(path);
            if (asprintf(&path, "%s-%s-%zu", stem, file, number) < 0)
                return error_nomem(err);
        }
        status = draw_cell(table, row, &part, path, pictures, err);
        free(path);
    }
    return status;
}

static bool has_several_cells(const struct data *table)
{
    for (size_t row = 1; row < data_rows(table); row++)
        if (!data_same_start(table, row, 0, data_leading(table)))
            return true;
    return false;
}

/* True if rows of single processes have values in all y columns. */
static bool processes_have(const struct data *table, const char *names)
{
    const size_t process = data_find(table, "process");
    for (size_t i = data_leading(table); i < data_columns(table); i++) {
        if (!names_column(names, data_name(table, i)))
            continue;
        size_t row = 0;
        while (row < data_rows(table) &&
               (!*data_get(table, row, i) ||
                strcmp(data_get(table, row, process), SERIES_ALL) == 0))
            row++;
        if (row == data_rows(table))
            return false;
    }
    return true;
}

/* The rows of all processes together, or those of single ones. */
static enum status select_processes(struct data **out, const struct data *table,
                                    bool together, struct error *err)
{
    const size_t process = data_find(table, "process");
    bool *keep = calloc(data_rows(table) + 1, sizeof *keep);
    if (!keep)
        return error_nomem(err);
    for (size_t row = 0; row < data_rows(table); row++)
        keep[row] = (strcmp(data_get(table, row, process), SERIES_ALL) == 0) == together;
    const enum status status = data_subset(out, table, keep, err);
    free(keep);
    return status;
}

/* Over time. */
static enum status draw_course(const struct data *table, const struct plot_options *options,
                               const char *stem, struct report_pictures *pictures,
                               struct error *err)
{
    const bool together = !names_column(options->x, "process") &&
                          !names_column(options->y, "process") &&
                          !names_column(options->series, "process");
    struct data *selected = NULL;
    /* The sum of all would dwarf them; what only all have is drawn for all. */
    if (together || processes_have(table, options->y)) {
        const enum status status = select_processes(&selected, table, together, err);
        if (status != OK)
            return status;
        table = selected;
    }
    const enum status status = !together && has_several_cells(table)
                                   ? draw_cells(table, options, stem, pictures, err)
                                   : picture_draw(table, options, stem, pictures, err);
    data_free(selected);
    return status;
}

enum status pictures_draw(struct picture_source *source, const struct plot_options *options,
                          const char *stem, struct report_pictures *pictures,
                          struct error *err)
{
    const struct data *data = NULL, *curves = NULL;
    enum status status = OK;
    if (options->curves) {
        status = picture_source_table(source, TABLE_CURVES, &curves, err);
        if (status == OK && !curves)
            status = no_curves(options, err);
    }
    data = curves;
    if (status == OK && !options->alone)
        status = choose(&data, source, options, err);
    if (status != OK)
        return status;
    if (data_table(data) == &result_tables[TABLE_SERIES])
        return draw_course(data, options, stem, pictures, err);
    const struct picture_data drawn = {data, data == curves ? NULL : curves};
    return options->pictures ? picture_draw_by_value(&drawn, options, stem, pictures, err)
                             : picture_draw_data(&drawn, options, stem, pictures, err);
}
