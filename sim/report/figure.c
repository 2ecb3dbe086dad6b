/* figure.c -- from a table of results to lines of points; see figure.h. */
#include "report/figure.h"

#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "unknown column": with the nearest name, or with all that could be meant. */
static enum status unknown_column(const struct data *data, const char *name,
                                  const char *role, struct location at, struct error *err)
{
    const size_t n = data_columns(data);
    const char **names = calloc(n + 1, sizeof *names);
    if (!names)
        return error_nomem(err);
    char keys[600] = "";
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        names[i] = data_name(data, i);
        const bool told = data_table(data) || data_kind(data, i) == COLUMN_KEY;
        if (told && used < sizeof keys)
            used += (size_t)snprintf(keys + used, sizeof keys - used, "%s, ", names[i]);
    }
    const char *nearest = nearest_name(name, names, n);
    enum status status;
    if (nearest)
        status =
            error_set(err, ERR_CONFIG, at, "unknown column '%s' for %s; did you mean '%s'?",
                      name, role, nearest);
    else if (data_table(data))
        status =
            error_set(err, ERR_CONFIG, at, "unknown column '%s' for %s; %s.csv has %.*s",
                      name, role, data_table(data)->name, (int)strlen(keys) - 2, keys);
    else
        status = error_set(err, ERR_CONFIG, at,
                           "unknown column '%s' for %s; there are %sand the counters of "
                           "'faultline list counters'",
                           name, role, keys);
    free(names);
    return status;
}

static enum status find_column(size_t *column, const struct data *data, const char *name,
                               const char *role, struct location at, struct error *err)
{
    *column = column_named(data, name);
    if (*column == COLUMN_NONE)
        return unknown_column(data, name, role, at, err);
    return OK;
}

static enum status find_ys(struct figure *figure, const struct plot_options *options,
                           struct error *err)
{
    size_t most = 1;
    for (const char *s = options->y; *s; s++)
        most += *s == ',';
    figure->ys = arena_array(figure->arena, most, sizeof *figure->ys);
    char *names = arena_strdup(figure->arena, options->y), *rest;
    if (!figure->ys || !names)
        return error_nomem(err);
    for (char *name = strtok_r(names, ", ", &rest); name;
         name = strtok_r(NULL, ", ", &rest)) {
        const enum status status = find_column(&figure->ys[figure->nys++], figure->data,
                                               name, "y", options->at, err);
        if (status != OK)
            return status;
    }
    if (figure->nys == 0)
        return error_set(err, ERR_CONFIG, options->at, "y names no column");
    return OK;
}

/* Columns that tell rows apart: x, and behind it those that split. */
struct known {
    size_t *columns;
    size_t *rows; /* see data_follows */
};

/* Split by this column too if cells that agree in all others differ in it. */
static void split_if_free(struct figure *figure, struct known *known, size_t column)
{
    if (column != figure->x && data_kind(figure->data, column) == COLUMN_KEY &&
        !data_follows(figure->data, column, known->columns, 1 + figure->nsplits,
                      known->rows))
        figure->splits[figure->nsplits++] = column;
}

static enum status find_splits(struct figure *figure, const struct plot_options *options,
                               struct error *err)
{
    const struct data *data = figure->data;
    const size_t n = data_columns(data), frames = data_find(data, "frames");
    const size_t trace = derived_trace(data);
    struct known known = {
        .columns = arena_array(figure->arena, n + 2, sizeof *known.columns),
        .rows = arena_array(figure->arena, data_rows(data), sizeof *known.rows)};
    if (!known.columns || !known.rows)
        return error_nomem(err);
    known.columns[0] = figure->x;
    figure->splits = known.columns + 1;
    if (options->series) {
        const enum status status = find_column(&figure->splits[0], data, options->series,
                                               "series", options->at, err);
        if (status != OK)
            return status;
        figure->nsplits = 1;
    }
    for (size_t i = 0; i < n; i++)
        if (i != frames && i != trace)
            split_if_free(figure, &known, i);
    /* What follows from other columns comes last: names of traces from their generators'
     * keys, frames from memory and page size wherever these vary. */
    if (trace != COLUMN_NONE)
        split_if_free(figure, &known, trace);
    if (frames != COLUMN_NONE)
        split_if_free(figure, &known, frames);
    return OK;
}

enum status figure_columns(struct figure *figure, const struct plot_options *options,
                           struct error *err)
{
    const struct data *data = figure->data;
    if (data_rows(data) == 0)
        return error_set(err, ERR_CONFIG, options->at,
                         "nothing to draw: '%s' has no finished cell", data_source(data));
    enum status status = find_column(&figure->x, data, options->x, "x", options->at, err);
    if (status == OK)
        status = find_ys(figure, options, err);
    return status == OK ? find_splits(figure, options, err) : status;
}

enum status figure_init(struct figure *figure, const struct data *data,
                        const struct plot_options *options, struct error *err)
{
    *figure = (struct figure){.arena = arena_create(), .data = data};
    if (!figure->arena)
        return error_nomem(err);
    enum status status = figure_columns(figure, options, err);
    if (status == OK)
        status = figure_lines(figure, options, err);
    if (status == OK && options->over)
        status = figure_curves(figure, options, err);
    if (status == OK)
        status = figure_x_axis(figure, options, err);
    if (status == OK)
        status = figure_y_axis(figure, options, err);
    if (status == OK)
        status = figure_captions(figure, options, err);
    return status;
}

void figure_release(struct figure *figure)
{
    arena_free(figure->arena);
    *figure = (struct figure){0};
}

bool figure_is_course(const struct figure *figure)
{
    return data_table(figure->data) == &result_tables[TABLE_SERIES] &&
           strcmp(data_name(figure->data, figure->x), "time") == 0;
}

bool figure_has_key(const struct figure *figure)
{
    return figure->nlines > 1;
}

size_t figure_label_width(const struct figure *figure)
{
    size_t longest = 0;
    for (size_t i = 0; i < figure->nlines; i++) {
        const size_t width = text_width(figure->lines[i].label);
        longest = width > longest ? width : longest;
    }
    return longest;
}
