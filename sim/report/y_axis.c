/* y_axis.c -- scale, range, tics and label of the y axis; see figure.h. */
#include "report/tics.h"

#include <math.h>
#include <string.h>

#define LOG_FACTOR 20 /* a logarithmic axis pays from this ratio of the extremes on */

static const char *y_name(const struct figure *figure, size_t y)
{
    return data_name(figure->data, figure->ys[y]);
}

/* The extremes of all points; false if there are none. */
static bool extremes(const struct figure *figure, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (size_t i = 0; i < figure->nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++) {
            *least = fmin(*least, figure->lines[i].points[k].y);
            *most = fmax(*most, figure->lines[i].points[k].y);
        }
    return *least <= *most;
}

static void omit_points(struct figure *figure)
{
    for (size_t i = 0; i < figure->nlines; i++) {
        struct figure_line *line = &figure->lines[i];
        size_t kept = 0;
        for (size_t k = 0; k < line->npoints; k++)
            if (line->points[k].y > 0)
                line->points[kept++] = line->points[k];
        figure->omitted += line->npoints - kept;
        line->npoints = kept;
    }
}

static bool all_sizes(const struct figure *figure)
{
    for (size_t i = 0; i < figure->nys; i++)
        if (!column_is_size(y_name(figure, i)))
            return false;
    return true;
}

/* Divide by a round number so that labels stay short; returns its name, "" for 1. */
static const char *choose_unit(struct figure *figure, double most, bool sizes)
{
    static const struct {
        double unit;
        const char *name;
    } binary[] = {{0x1p40, "TiB"}, {0x1p30, "GiB"}, {0x1p20, "MiB"}, {0x1p10, "KiB"}},
      decimal[] = {{1e9, "billions"}, {1e6, "millions"}};
    struct axis *axis = &figure->y_axis;
    axis->unit = 1;
    if (axis->log)
        return "";
    for (size_t i = 0; sizes && i < ARRAY_LEN(binary); i++)
        if (most >= binary[i].unit) {
            axis->unit = binary[i].unit;
            return binary[i].name;
        }
    for (size_t i = 0; !sizes && i < ARRAY_LEN(decimal); i++)
        if (most >= decimal[i].unit) {
            axis->unit = decimal[i].unit;
            return decimal[i].name;
        }
    if (sizes || most <= 0 || most >= 1e-3)
        return "";
    axis->unit = 1e-6;
    return "millionths";
}

/* The unit that the counters share; for several that share none "count", or "value". */
static const char *shared_unit(const struct figure *figure)
{
    const struct counter *first = counter_find(y_name(figure, 0));
    const char *unit = first ? first->unit : "";
    for (size_t i = 1; i < figure->nys; i++) {
        const struct counter *other = counter_find(y_name(figure, i));
        if (!first || !other || first->kind != other->kind)
            return "value";
        if (strcmp(first->unit, other->unit) != 0)
            unit = "count";
    }
    return figure->nys > 1 && strcmp(unit, "1") == 0 ? "ratio" : unit;
}

/* "faults / references", and scaled "faults per million references". */
static void ratio_note(const struct counter *counter, const char *scale,
                       char note[NAME_SIZE])
{
    const char *slash = strstr(counter->formula, " / ");
    if (!*scale)
        snprintf(note, NAME_SIZE, "%s", counter->formula);
    else if (slash && strcmp(scale, "millionths") == 0)
        snprintf(note, NAME_SIZE, "%.*s per million %s", (int)(slash - counter->formula),
                 counter->formula, slash + 3);
    else
        snprintf(note, NAME_SIZE, "%s, in %s", counter->formula, scale);
}

/* "page faults (millions)", "fault rate (faults / references)", "bytes fetched (MiB)". */
static void label_axis(struct figure *figure, const char *scaled, bool sizes)
{
    char title[NAME_SIZE], note[NAME_SIZE];
    const struct counter *counter = counter_find(y_name(figure, 0));
    const char *unit = sizes && *scaled ? scaled : shared_unit(figure);
    const char *scale = sizes ? "" : scaled;
    if (figure->nys > 1)
        snprintf(title, sizeof title, "%s", unit);
    else
        column_phrase(y_name(figure, 0), title);
    if (figure->nys == 1 && counter && counter->kind == COUNTER_RATIO)
        ratio_note(counter, scale, note);
    else if (strstr(title, unit))
        snprintf(note, sizeof note, "%s", scale);
    else
        snprintf(note, sizeof note, "%s%s%s", scale, *scale ? " of " : "", unit);
    snprintf(figure->y_axis.label, sizeof figure->y_axis.label, "%s%s%s%s", title,
             *note ? " (" : "", note, *note ? ")" : "");
}

static void set_range(struct axis *axis, double least, double most)
{
    if (axis->log) {
        axis->low = least / 1.3;
        axis->high = most * 1.3;
    } else {
        /* Zero is always in sight: a small difference must not look like a large one. */
        axis->low = fmin(0, least / axis->unit * 1.05);
        axis->high = most > 0 ? most / axis->unit * 1.05 : 1;
    }
}

enum status figure_y_axis(struct figure *figure, const struct plot_options *options,
                          struct error *err)
{
    struct axis *axis = &figure->y_axis;
    const enum plot_scale scale = options->yscale;
    double least, most;
    if (extremes(figure, &least, &most))
        axis->log = scale == PLOT_LOG ||
                    (scale == PLOT_AUTO && least > 0 && most > LOG_FACTOR * least);
    if (axis->log)
        omit_points(figure);
    if (!extremes(figure, &least, &most))
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "nothing to draw: no value of '%s' is above 0, which a logarithmic "
            "axis needs; a linear one shows them",
            y_name(figure, 0));
    const bool sizes = all_sizes(figure);
    label_axis(figure, choose_unit(figure, most, sizes), sizes);
    set_range(axis, least, most);
    for (size_t i = 0; i < figure->nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++)
            figure->lines[i].points[k].y /= axis->unit;
    const bool counts = shared_unit(figure)[0] != '1' && axis->unit == 1 &&
                        strcmp(shared_unit(figure), "ratio") != 0 &&
                        strcmp(shared_unit(figure), "value") != 0;
    if (axis->log)
        return tics_log10(axis, figure->arena, err);
    return tics_linear(axis, figure->arena, counts ? TIC_COUNT : TIC_NUMBER, err);
}
