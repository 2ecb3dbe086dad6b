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

/* What the values of all y columns are. */
enum quantity { SIZES, TIMES, NUMBERS };

static enum quantity quantity_of(const struct figure *figure)
{
    bool sizes = true, times = true;
    for (size_t i = 0; i < figure->nys; i++) {
        sizes = sizes && column_is_size(y_name(figure, i));
        times = times && column_is_time(figure->data, figure->ys[i]);
    }
    return sizes ? SIZES : times ? TIMES : NUMBERS;
}

/* Things go on evenly in time, and parts of one are compared with all of it. */
static bool is_linear_by_nature(const struct figure *figure)
{
    bool linear = data_table(figure->data) == &result_tables[TABLE_SERIES];
    for (size_t i = 0; i < figure->nys; i++)
        linear = linear || column_is_part(y_name(figure, i));
    return linear;
}

static bool all_whole(const struct figure *figure)
{
    for (size_t i = 0; i < figure->nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++)
            if (floor(figure->lines[i].points[k].y) != figure->lines[i].points[k].y)
                return false;
    return true;
}

/* Divide by a round number so that labels stay short; returns its name, "" for 1. */
static const char *choose_unit(struct figure *figure, double most, enum quantity quantity)
{
    static const struct {
        double unit;
        const char *name;
    } binary[] = {{0x1p40, "TiB"}, {0x1p30, "GiB"}, {0x1p20, "MiB"}, {0x1p10, "KiB"}},
      decimal[] = {{1e9, "billions"}, {1e6, "millions"}};
    struct axis *axis = &figure->y_axis;
    const bool sizes = quantity == SIZES;
    axis->unit = 1;
    if (quantity == TIMES)
        return time_unit(most, &axis->unit);
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

static struct meaning meaning_of(const struct figure *figure, size_t y)
{
    return column_meaning(figure->data, figure->ys[y]);
}

/* The unit that the columns share; for several that share none "count", or "value". */
static const char *shared_unit(const struct figure *figure)
{
    const struct meaning first = meaning_of(figure, 0);
    const char *unit = first.unit ? first.unit : "";
    for (size_t i = 1; i < figure->nys; i++) {
        const struct meaning other = meaning_of(figure, i);
        if (!first.unit || !other.unit || first.kind != other.kind)
            return "value";
        if (strcmp(first.unit, other.unit) != 0)
            unit = first.kind == COUNTER_COUNT ? "count" : "value";
    }
    return figure->nys > 1 && strcmp(unit, "1") == 0 ? "ratio" : unit;
}

/* "faults / references", and scaled "faults per million references".  A formula of long
 * names is for reference, not for an axis. */
static void ratio_note(const struct meaning *meaning, const char *scale,
                       char note[NAME_SIZE])
{
    const char *formula = strchr(meaning->formula, '_') ? "" : meaning->formula;
    const char *slash = strstr(formula, " / ");
    if (!*scale)
        snprintf(note, NAME_SIZE, "%s", formula);
    else if (slash && strcmp(scale, "millionths") == 0)
        snprintf(note, NAME_SIZE, "%.*s per million %s", (int)(slash - formula), formula,
                 slash + 3);
    else
        snprintf(note, NAME_SIZE, "%s%sin %s", formula, *formula ? ", " : "", scale);
}

/* "page faults (millions)", "fault rate (faults / references)", "bytes fetched (MiB)",
 * "simulated time (ms)". */
static void label_axis(struct figure *figure, const char *scaled, enum quantity quantity)
{
    char title[NAME_SIZE], note[NAME_SIZE];
    const struct meaning meaning = meaning_of(figure, 0);
    const bool in_unit = (quantity == SIZES && *scaled) || quantity == TIMES;
    const char *unit = in_unit ? scaled : shared_unit(figure);
    const char *scale = quantity == NUMBERS ? scaled : "";
    if (figure->nys > 1)
        snprintf(title, sizeof title, "%s", quantity == TIMES ? "time" : unit);
    else
        column_phrase(figure->data, figure->ys[0], title);
    if (figure->nys == 1 && meaning.unit && strcmp(meaning.unit, "1") == 0)
        ratio_note(&meaning, scale, note);
    else if (strstr(title, unit) && quantity != TIMES)
        snprintf(note, sizeof note, "%s", scale);
    else
        snprintf(note, sizeof note, "%s%s%s", scale, *scale ? " of " : "", unit);
    snprintf(figure->y_axis.label, sizeof figure->y_axis.label, "%s%s%s%s", title,
             *note ? " (" : "", note, *note ? ")" : "");
}

static void set_range(struct axis *axis, double least, double most)
{
    if (axis->log) {
        axis->low = least / axis->unit / 1.3;
        axis->high = most / axis->unit * 1.3;
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
                    (scale == PLOT_AUTO && least > 0 && most > LOG_FACTOR * least &&
                     !is_linear_by_nature(figure));
    if (axis->log)
        omit_points(figure);
    if (!extremes(figure, &least, &most))
        return error_set(
            err, ERR_CONFIG, at_nowhere(),
            "nothing to draw: no value of '%s' is above 0, which a logarithmic "
            "axis needs; a linear one shows them",
            y_name(figure, 0));
    const enum quantity quantity = quantity_of(figure);
    label_axis(figure, choose_unit(figure, most, quantity), quantity);
    set_range(axis, least, most);
    const bool counts = shared_unit(figure)[0] != '1' && axis->unit == 1 &&
                        quantity != TIMES && all_whole(figure) &&
                        strcmp(shared_unit(figure), "ratio") != 0 &&
                        strcmp(shared_unit(figure), "value") != 0;
    for (size_t i = 0; i < figure->nlines; i++)
        for (size_t k = 0; k < figure->lines[i].npoints; k++)
            figure->lines[i].points[k].y /= axis->unit;
    if (axis->log)
        return tics_log10(axis, figure->arena, err);
    return tics_linear(axis, figure->arena, counts ? TIC_COUNT : TIC_NUMBER, err);
}
