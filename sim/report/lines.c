/* lines.c -- the points of a figure; see figure.h. */
#include "report/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ",policy=lru,trace=cc1": the values of the splitting columns in this row. */
static const char *values_of(const struct figure *figure, size_t row)
{
    const struct data *data = figure->data;
    const char *text = "";
    for (size_t i = 0; text && i < figure->nsplits; i++)
        text = arena_printf(figure->arena, "%s,%s=%s", text,
                            data_name(data, figure->splits[i]),
                            data_get(data, row, figure->splits[i]));
    return text;
}

/* The same for people, "lru, trace=cc1, page size=4 KiB", without those that the row does
 * not have: parameters of another plug-in. */
static const char *words_of(const struct figure *figure, size_t row)
{
    const struct data *data = figure->data;
    char title[NAME_SIZE], value[NAME_SIZE];
    const char *text = "";
    for (size_t i = 0; text && i < figure->nsplits; i++) {
        const char *name = data_name(data, figure->splits[i]);
        if (!*data_get(data, row, figure->splits[i]))
            continue;
        column_value(name, data_get(data, row, figure->splits[i]), value);
        text = i == 0 ? arena_strdup(figure->arena, value)
                      : arena_printf(figure->arena, "%s%s%s=%s", text, *text ? ", " : "",
                                     column_title(name, title), value);
    }
    return text && !*text && figure->nsplits > 0 ? "none" : text;
}

static const char *label_of(const struct figure *figure, size_t row, size_t y)
{
    char title[NAME_SIZE];
    const char *values = words_of(figure, row);
    if (!values || figure->nys == 1)
        return values;
    return arena_printf(figure->arena, "%s%s%s",
                        column_title(data_name(figure->data, figure->ys[y]), title),
                        *values ? ", " : "", values);
}

static struct figure_line *find_line(struct figure *figure, size_t row, size_t y)
{
    const char *key = values_of(figure, row);
    if (!key)
        return NULL;
    size_t group = figure->ngroups;
    for (size_t i = 0; i < figure->nlines; i++)
        if (strcmp(figure->lines[i].key, key) == 0) {
            group = figure->lines[i].group;
            if (figure->lines[i].y == y)
                return &figure->lines[i];
        }
    struct figure_line *line = &figure->lines[figure->nlines];
    const struct meaning meaning = column_meaning(figure->data, figure->ys[y]);
    *line = (struct figure_line){.y = y,
                                 .group = group,
                                 .key = key,
                                 .label = label_of(figure, row, y),
                                 .goes_round = meaning.goes_round};
    if (!line->label)
        return NULL;
    if (group == figure->ngroups)
        figure->ngroups++;
    figure->nlines++;
    return line;
}

bool figure_add_point(struct figure *figure, struct figure_line *line, struct point point)
{
    if (line->npoints == line->room) {
        const size_t room = line->room ? 2 * line->room : 8;
        struct point *points = arena_array(figure->arena, room, sizeof *points);
        if (!points)
            return false;
        if (line->npoints > 0)
            memcpy(points, line->points, line->npoints * sizeof *points);
        line->points = points;
        line->room = room;
    }
    line->points[line->npoints++] = point;
    return true;
}

/* A result that is "" was not measured. */
static bool x_is_missing(const struct figure *figure, size_t row)
{
    return data_kind(figure->data, figure->x) == COLUMN_COUNTER &&
           !*data_get(figure->data, row, figure->x);
}

/* Numbers, perhaps with "unlimited" among them, make an axis of numbers; else every text
 * is a category. */
static bool x_is_number(struct figure *figure)
{
    bool any = false;
    double number;
    for (size_t row = 0; row < data_rows(figure->data); row++) {
        const char *text = data_get(figure->data, row, figure->x);
        if (x_is_missing(figure, row))
            continue;
        if (column_number(text, &number))
            any = true;
        else if (strcmp(text, "unlimited") == 0)
            figure->unlimited = true;
        else
            return false;
    }
    return any;
}

static double category_of(struct figure *figure, const char *text)
{
    char buffer[NAME_SIZE];
    text = column_value(data_name(figure->data, figure->x), text, buffer);
    for (size_t i = 0; i < figure->ncategories; i++)
        if (strcmp(figure->categories[i], text) == 0)
            return (double)i;
    const char *copy = arena_strdup(figure->arena, text);
    if (!copy)
        return NAN;
    figure->categories[figure->ncategories] = copy;
    return (double)figure->ncategories++;
}

static double x_of(struct figure *figure, size_t row)
{
    const char *text = data_get(figure->data, row, figure->x);
    double number;
    if (figure->x_axis.categories)
        return category_of(figure, text);
    return column_number(text, &number) ? number : X_UNLIMITED;
}

static int compare_points(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

/* The points of one row; a value that is "" is a gap. */
static enum status add_row(struct figure *figure, const struct plot_options *options,
                           size_t row, struct error *err)
{
    const struct data *data = figure->data;
    struct point point = {.x = x_of(figure, row)};
    if (isnan(point.x))
        return error_nomem(err);
    for (size_t y = 0; y < figure->nys; y++) {
        const char *text = data_get(data, row, figure->ys[y]);
        if (!*text)
            continue;
        if (!column_number(text, &point.y))
            return error_set(err, ERR_CONFIG, options->at,
                             "column '%s' cannot be y: '%s' is not a number",
                             data_name(data, figure->ys[y]), text);
        struct figure_line *line = find_line(figure, row, y);
        if (!line || !figure_add_point(figure, line, point))
            return error_nomem(err);
    }
    return OK;
}

/* Counter by counter, so that a key in columns has one for each. */
static int compare_lines(const void *a, const void *b)
{
    const struct figure_line *p = a, *q = b;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return (p->group > q->group) - (p->group < q->group);
}

static bool same_points(const struct figure_line *a, const struct figure_line *b)
{
    if (a->npoints != b->npoints)
        return false;
    for (size_t i = 0; i < a->npoints; i++)
        if (compare_points(&a->points[i], &b->points[i]) != 0)
            return false;
    return true;
}

/* A counter that no splitting column changes (bytes_touched by policy) has one line. */
static void merge_lines(struct figure *figure)
{
    size_t kept = 0, end;
    char title[NAME_SIZE];
    for (size_t i = 0; i < figure->nlines; i = end) {
        bool same = true;
        for (end = i; end < figure->nlines && figure->lines[end].y == figure->lines[i].y;
             end++)
            same = same && same_points(&figure->lines[i], &figure->lines[end]);
        const size_t n = same ? 1 : end - i;
        const char *name = data_name(figure->data, figure->ys[figure->lines[i].y]);
        const char *label = arena_strdup(figure->arena, column_title(name, title));
        if (same && label)
            figure->lines[i].label = label;
        memmove(&figure->lines[kept], &figure->lines[i], n * sizeof *figure->lines);
        kept += n;
    }
    figure->nlines = kept;
}

enum status figure_lines(struct figure *figure, const struct plot_options *options,
                         struct error *err)
{
    const size_t rows = data_rows(figure->data);
    figure->lines = arena_array(figure->arena, rows * figure->nys, sizeof *figure->lines);
    figure->categories = arena_array(figure->arena, rows, sizeof *figure->categories);
    if (!figure->lines || !figure->categories)
        return error_nomem(err);
    figure->x_axis.categories = !x_is_number(figure);
    for (size_t row = 0; row < rows; row++) {
        const enum status status =
            x_is_missing(figure, row) ? OK : add_row(figure, options, row, err);
        if (status != OK)
            return status;
    }
    if (figure->nlines == 0)
        return error_set(err, ERR_CONFIG, options->at,
                         "nothing to draw: column '%s' is empty", options->y);
    for (size_t i = 0; i < figure->nlines; i++) {
        struct figure_line *line = &figure->lines[i];
        qsort(line->points, line->npoints, sizeof *line->points, compare_points);
    }
    qsort(figure->lines, figure->nlines, sizeof *figure->lines, compare_lines);
    if (figure->nys > 1)
        merge_lines(figure);
    return OK;
}
