/* curve_lines.c -- curves as lines of a figure that shows cells; see figure.h. */
#include "report/figure.h"

#include "experiment/curve_request.h"
#include "report/curve_data.h"

#include <math.h>
#include <string.h>

/* What is beside the cells is left out. */
struct extent {
    double low, high;
};

static struct extent extent_of(const struct figure *figure)
{
    struct extent extent = {INFINITY, -INFINITY};
    for (size_t i = 0; i < figure->nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++) {
            const double x = figure->lines[i].points[k].x;
            if (!isfinite(x))
                continue;
            extent.low = fmin(extent.low, x);
            extent.high = fmax(extent.high, x);
        }
    if (!(extent.low < extent.high))
        return (struct extent){-INFINITY, INFINITY};
    return extent;
}

/* "lru curve", and what the curves differ in: ", page size=4 KiB". */
static const char *label_of(const struct figure *figure, const struct data *curves,
                            size_t row, size_t y)
{
    static const char *const keys[] = {"trace", "page_size"};
    char title[NAME_SIZE], value[NAME_SIZE];
    const char *label = arena_printf(
        figure->arena, "%s%s%s curve",
        figure->nys > 1 ? column_title(data_name(figure->data, figure->ys[y]), title) : "",
        figure->nys > 1 ? ", " : "", data_get(curves, row, data_find(curves, "curve")));
    for (size_t i = 0; i < ARRAY_LEN(keys) && label; i++) {
        const size_t column = data_find(curves, keys[i]);
        if (!data_constant(curves, column))
            label = arena_printf(
                figure->arena, "%s, %s=%s", label, column_title(keys[i], title),
                column_value(keys[i], data_get(curves, row, column), value));
    }
    return label;
}

/* The line of y that row begins. */
static struct figure_line *begin_line(struct figure *figure, const struct data *curves,
                                      size_t row, size_t y)
{
    struct figure_line *line = &figure->lines[figure->nlines];
    *line = (struct figure_line){.y = y,
                                 .group = figure->ngroups,
                                 .key = "",
                                 .curve = true,
                                 .label = label_of(figure, curves, row, y)};
    if (!line->label)
        return NULL;
    figure->nlines++;
    figure->ncurves++;
    return line;
}

static enum status add_line(struct figure *figure, const struct data *curves, size_t row,
                            size_t y, const struct extent *extent, struct error *err)
{
    const char *x_name = data_name(figure->data, figure->x);
    const char *y_name = data_name(figure->data, figure->ys[y]);
    const size_t x_column = data_find(curves, curve_column_like(x_name));
    const size_t y_column = data_find(curves, curve_column_like(y_name));
    if (x_column == COLUMN_NONE || y_column == COLUMN_NONE)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "curves cannot be drawn by '%s' and '%s'; they have frames or "
                         "machine.memory, and faults or fault_rate",
                         x_name, y_name);
    struct figure_line *line = begin_line(figure, curves, row, y);
    if (!line)
        return error_nomem(err);
    do {
        struct point point;
        if (!column_number(data_get(curves, row, x_column), &point.x) ||
            !column_number(data_get(curves, row, y_column), &point.y) ||
            point.x < extent->low || point.x > extent->high)
            continue;
        if (!figure_add_point(figure, line, point))
            return error_nomem(err);
    } while (++row < data_rows(curves) && curve_goes_on(curves, row));
    return OK;
}

enum status figure_curves(struct figure *figure, const struct plot_options *options,
                          struct error *err)
{
    const struct data *curves = options->over;
    const struct extent extent = extent_of(figure);
    size_t ncurves = 0;
    for (size_t row = 0; row < data_rows(curves); row++)
        ncurves += !curve_goes_on(curves, row);
    struct figure_line *lines = arena_array(
        figure->arena, figure->nlines + ncurves * figure->nys + 1, sizeof *lines);
    if (!lines)
        return error_nomem(err);
    memcpy(lines, figure->lines, figure->nlines * sizeof *lines);
    figure->lines = lines;
    enum status status = OK;
    for (size_t row = 0; row < data_rows(curves); row++)
        for (size_t y = 0; y < figure->nys && status == OK && !curve_goes_on(curves, row);
             y++)
            status = add_line(figure, curves, row, y, &extent, err);
    return status;
}
