/* x_axis.c -- scale, range and tics of the x axis; see figure.h. */
#include "report/tics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The smallest distance of neighbours as a part of the whole range: the larger, the more
 * evenly the values (sorted) are spread. */
static double evenness(const double *values, size_t n, bool log)
{
    if (n < 2)
        return 1;
    double least = INFINITY;
    for (size_t i = 1; i < n; i++) {
        const double gap =
            log ? log2(values[i] / values[i - 1]) : values[i] - values[i - 1];
        if (gap < least)
            least = gap;
    }
    return least / (log ? log2(values[n - 1] / values[0]) : values[n - 1] - values[0]);
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The different numbers on the x axis, sorted. */
static double *x_values(const struct figure *figure, bool positive, size_t *count)
{
    size_t most = 1, n = 0, different = 0;
    for (size_t i = 0; i < figure->nlines; i++)
        most += figure->lines[i].npoints;
    double *values = arena_array(figure->arena, most, sizeof *values);
    /* Of curves over cells only what is beside these is drawn. */
    const size_t nlines = figure->nlines - figure->ncurves;
    for (size_t i = 0; values && i < nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++) {
            const double x = figure->lines[i].points[k].x;
            if (isfinite(x) && (x > 0 || !positive))
                values[n++] = x;
        }
    if (n > 0)
        qsort(values, n, sizeof *values, compare_numbers);
    for (size_t i = 0; i < n; i++)
        if (different == 0 || values[i] != values[different - 1])
            values[different++] = values[i];
    *count = different;
    return values;
}

/* Leave out what a logarithmic axis cannot show. */
static void omit_points(struct figure *figure, bool x_axis)
{
    for (size_t i = 0; i < figure->nlines; i++) {
        struct figure_line *line = &figure->lines[i];
        size_t kept = 0;
        for (size_t k = 0; k < line->npoints; k++)
            if ((x_axis ? line->points[k].x : line->points[k].y) > 0)
                line->points[kept++] = line->points[k];
        figure->omitted += line->npoints - kept;
        line->npoints = kept;
    }
}

/* Evenly side by side, and the series apart a little so that none hides another. */
static enum status category_axis(struct figure *figure, struct error *err)
{
    struct axis *axis = &figure->x_axis;
    axis->low = -0.5;
    axis->high = (double)figure->ncategories - 0.5;
    axis->tics = arena_array(figure->arena, figure->ncategories, sizeof *axis->tics);
    if (!axis->tics)
        return error_nomem(err);
    axis->ntics = figure->ncategories;
    for (size_t i = 0; i < axis->ntics; i++)
        axis->tics[i] = (struct tic){(double)i, figure->categories[i]};
    const double room = 0.6 / (double)figure->nlines;
    for (size_t i = 0; i < figure->nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++)
            figure->lines[i].points[k].x +=
                ((double)i - (double)(figure->nlines - 1) / 2) * room;
    return OK;
}

/* A place for "unlimited" to the right of all numbers; widens the range by it. */
static enum status place_unlimited(struct figure *figure, double largest, struct error *err)
{
    struct axis *axis = &figure->x_axis;
    const double at = axis->log ? largest * fmax(2, pow(axis->high / axis->low, 0.14))
                                : largest + fmax(1, (axis->high - axis->low) * 0.14);
    struct tic *tics = arena_array(figure->arena, axis->ntics + 1, sizeof *tics);
    if (!tics)
        return error_nomem(err);
    if (axis->ntics > 0)
        memcpy(tics, axis->tics, axis->ntics * sizeof *tics);
    tics[axis->ntics++] = (struct tic){at, "unlimited"};
    axis->tics = tics;
    axis->high = at + (axis->high - largest) * (axis->log ? at / largest : 1);
    for (size_t i = 0; i < figure->nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++)
            if (!isfinite(figure->lines[i].points[k].x))
                figure->lines[i].points[k].x = at;
    return OK;
}

static enum tic_kind kind_of(const double *values, size_t n, const char *name)
{
    if (column_is_size(name))
        return TIC_SIZE;
    for (size_t i = 0; i < n; i++)
        if (values[i] != floor(values[i]) || values[i] < 0)
            return TIC_NUMBER;
    return TIC_COUNT;
}

/* Show times in a unit that fits the longest of the values (sorted). */
static void scale_times(struct figure *figure, double *values, size_t n)
{
    struct axis *axis = &figure->x_axis;
    const size_t length = strlen(axis->label);
    const char *unit = time_unit(n > 0 ? values[n - 1] : 0, &axis->unit);
    snprintf(axis->label + length, sizeof axis->label - length, " (%s)", unit);
    for (size_t i = 0; i < n; i++)
        values[i] /= axis->unit;
    for (size_t i = 0; i < figure->nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++)
            figure->lines[i].points[k].x /= axis->unit;
}

static enum status number_axis(struct figure *figure, const double *values, size_t n,
                               struct error *err)
{
    struct axis *axis = &figure->x_axis;
    const double least = values[0], most = values[n - 1];
    const enum tic_kind kind = kind_of(values, n, data_name(figure->data, figure->x));
    const double pad = n == 1 ? fmax(1, fabs(least) / 2) : (most - least) * 0.04;
    const double factor = n == 1 ? 2 : pow(most / least, 0.04);
    /* Time goes on evenly, from 0. */
    axis->low = axis->log ? least / factor : figure_is_course(figure) ? 0 : least - pad;
    axis->high = axis->log ? most * factor : most + pad;
    if (n <= TICS_MOST && evenness(values, n, axis->log) >= 1.0 / TICS_MOST)
        return tics_at(axis, figure->arena, kind, values, n, err);
    return axis->log ? tics_log2(axis, figure->arena, kind, err)
                     : tics_linear(axis, figure->arena, kind, err);
}

/* Where the label of a tic begins and ends, in characters along the axis; they are as wide
 * as the picture leaves them beside its key. */
static void label_extent(const struct figure *figure, size_t i, double *begin, double *end)
{
    const struct axis *axis = &figure->x_axis;
    const struct tic *tic = &axis->tics[i];
    const size_t key = figure_label_width(figure);
    const bool narrow = figure_has_key(figure) && key <= KEY_RIGHT_WIDTH;
    const double width = narrow ? 80 - (double)key : 88;
    const double part = axis->log ? log(tic->at / axis->low) / log(axis->high / axis->low)
                                  : (tic->at - axis->low) / (axis->high - axis->low);
    const double half = ((double)text_width(tic->label) + 1) / 2;
    *begin = part * width - half;
    *end = part * width + half;
}

/* True if every k-th of the first n labels has room. */
static bool labels_fit(const struct figure *figure, size_t n, size_t k)
{
    double begin, end, taken = -INFINITY;
    for (size_t i = 0; i < n; i += k) {
        label_extent(figure, i, &begin, &end);
        if (begin < taken)
            return false;
        taken = end;
    }
    return true;
}

/* Where labels would touch, only every other one stays, or every third, ...; those that are
 * in the way of "unlimited", which is last, go first. */
static void thin_labels(struct figure *figure)
{
    struct axis *axis = &figure->x_axis;
    size_t n = axis->ntics, k = 1;
    double begin, end, limit = INFINITY;
    if (figure->unlimited)
        label_extent(figure, --n, &limit, &end);
    for (; n > 0; n--) {
        label_extent(figure, n - 1, &begin, &end);
        if (end <= limit)
            break;
        axis->tics[n - 1].label = "";
    }
    while (k < n && !labels_fit(figure, n, k))
        k++;
    for (size_t i = 0; i < n; i++)
        if (i % k != 0)
            axis->tics[i].label = "";
}

enum status figure_x_axis(struct figure *figure, const struct plot_options *options,
                          struct error *err)
{
    const enum plot_scale scale = options->xscale;
    struct axis *axis = &figure->x_axis;
    char title[NAME_SIZE];
    axis->unit = 1;
    snprintf(axis->label, sizeof axis->label, "%s",
             strcmp(data_name(figure->data, figure->x), "frames") == 0
                 ? "memory (frames)"
                 : column_title_of_x(figure->data, figure->x, title));
    if (axis->categories)
        return category_axis(figure, err);
    size_t n;
    double *values = x_values(figure, scale == PLOT_LOG, &n);
    if (!values)
        return error_nomem(err);
    axis->log =
        scale == PLOT_LOG ||
        (scale == PLOT_AUTO && n > 1 && values[0] > 0 && !figure_is_course(figure) &&
         evenness(values, n, true) >= evenness(values, n, false));
    if (column_is_time(figure->data, figure->x))
        scale_times(figure, values, n);
    if (axis->log)
        omit_points(figure, true);
    if (n == 0) /* "unlimited" stands alone */
        values[n++] = 1;
    enum status status = number_axis(figure, values, n, err);
    if (status == OK && figure->unlimited)
        status = place_unlimited(figure, values[n - 1], err);
    if (status == OK)
        thin_labels(figure);
    return status;
}
