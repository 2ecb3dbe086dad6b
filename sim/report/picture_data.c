/* picture_data.c -- see picture_data.h. */
#include "report/picture_data.h"

#include "experiment/curve_request.h"
#include "report/curve_data.h"
#include "report/names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART_SIZE = 320 }; /* what a picture is of, in words */

/* Curves begin at small memories and windows, where most happens; time goes on evenly. */
static enum status draw_curves(const struct data *curves,
                               const struct plot_options *options, const char *stem,
                               struct report_pictures *pictures, struct error *err)
{
    struct data *thin;
    struct plot_options own = *options;
    const bool over_time = strcmp(own.x, "reference") == 0;
    if (own.xscale == PLOT_AUTO)
        own.xscale = over_time ? PLOT_LINEAR : PLOT_LOG;
    if (own.yscale == PLOT_AUTO && over_time)
        own.yscale = PLOT_LINEAR;
    enum status status = curve_data_thin(&thin, curves, own.curves, own.x, err);
    if (status != OK)
        return status;
    status = picture_draw(thin, &own, stem, pictures, err);
    data_free(thin);
    return status;
}

/* True if one of the lines of `only` is this text, or what people read for it. */
static bool is_asked_for(const char *only, const char *name, const char *text)
{
    char value[NAME_SIZE];
    column_value(name, text, value);
    for (size_t length; *only; only += length + (only[length] == '\n')) {
        length = strcspn(only, "\n");
        if ((strlen(text) == length && strncmp(only, text, length) == 0) ||
            (strlen(value) == length && strncmp(only, value, length) == 0))
            return true;
    }
    return false;
}

/* The rows of the values of the series that options->only lists. */
static enum status rows_asked_for(struct data **out, const struct data *from,
                                  const struct plot_options *options, struct error *err)
{
    const size_t column = column_named(from, options->series);
    if (column == COLUMN_NONE)
        return error_set(err, ERR_CONFIG, options->at, "there is no column '%s' for series",
                         options->series);
    bool *keep = calloc(data_rows(from) + 1, sizeof *keep);
    if (!keep)
        return error_nomem(err);
    for (size_t row = 0; row < data_rows(from); row++)
        keep[row] = is_asked_for(options->only, data_name(from, column),
                                 data_get(from, row, column));
    const enum status status = data_subset(out, from, keep, err);
    free(keep);
    return status;
}

static enum status draw_all(const struct picture_data *drawn,
                            const struct plot_options *options, const char *stem,
                            struct report_pictures *pictures, struct error *err)
{
    if (data_table(drawn->data) == &result_tables[TABLE_CURVES])
        return draw_curves(drawn->data, options, stem, pictures, err);
    if (!drawn->curves)
        return picture_draw(drawn->data, options, stem, pictures, err);
    struct data *thin;
    struct plot_options own = *options;
    const size_t x = column_named(drawn->data, own.x);
    const char *x_name = x == COLUMN_NONE ? own.x : data_name(drawn->data, x);
    enum status status =
        curve_data_thin(&thin, drawn->curves, own.curves, curve_column_like(x_name), err);
    if (status != OK)
        return status;
    own.over = thin;
    status = picture_draw(drawn->data, &own, stem, pictures, err);
    data_free(thin);
    return status;
}

enum status picture_draw_data(const struct picture_data *drawn,
                              const struct plot_options *options, const char *stem,
                              struct report_pictures *pictures, struct error *err)
{
    if (!options->only)
        return draw_all(drawn, options, stem, pictures, err);
    struct data *some;
    enum status status = rows_asked_for(&some, drawn->data, options, err);
    if (status != OK)
        return status;
    const struct picture_data part = {some, drawn->curves};
    status = draw_all(&part, options, stem, pictures, err);
    data_free(some);
    return status;
}

/* The rows that have this text in the column called name; all rows if there is none. */
static enum status rows_with(struct data **out, const struct data *from, const char *name,
                             const char *text, struct error *err)
{
    const size_t column = column_named(from, name);
    bool *keep = calloc(data_rows(from) + 1, sizeof *keep);
    if (!keep)
        return error_nomem(err);
    for (size_t row = 0; row < data_rows(from); row++)
        keep[row] = column == COLUMN_NONE || strcmp(data_get(from, row, column), text) == 0;
    const enum status status = data_subset(out, from, keep, err);
    free(keep);
    return status;
}

static enum status draw_value(const struct picture_data *drawn, const char *text,
                              const struct plot_options *options, const char *stem,
                              struct report_pictures *pictures, struct error *err)
{
    struct data *data = NULL, *curves = NULL, *facts = NULL;
    const struct data *all = data_facts(drawn->data);
    enum status status = rows_with(&data, drawn->data, options->pictures, text, err);
    if (status == OK && drawn->curves)
        status = rows_with(&curves, drawn->curves, options->pictures, text, err);
    if (status == OK && all != drawn->data)
        status = rows_with(&facts, all, options->pictures, text, err);
    if (status == OK) {
        const struct picture_data part = {data, curves};
        data_set_facts(data, facts && data_rows(facts) > 0 ? facts : NULL);
        status = picture_draw_data(&part, options, stem, pictures, err);
    }
    data_free(facts);
    data_free(curves);
    data_free(data);
    return status;
}

/* A picture for each value of a column: stem-VALUE. */
enum status picture_draw_by_value(const struct picture_data *drawn,
                                  const struct plot_options *options, const char *stem,
                                  struct report_pictures *pictures, struct error *err)
{
    const struct data *data = drawn->data;
    const size_t column = column_named(data, options->pictures);
    if (column == COLUMN_NONE)
        return error_set(err, ERR_CONFIG, options->at,
                         "there is no column '%s' to draw a picture for each value of",
                         options->pictures);
    enum status status = OK;
    const size_t before = pictures->n;
    for (size_t row = 0; status == OK && row < data_rows(data); row++) {
        const char *name = data_name(data, column), *text = data_get(data, row, column);
        char words[PART_SIZE], title[NAME_SIZE], value[NAME_SIZE], *path;
        if (asprintf(&path, "%s-%.120s", stem, text) < 0)
            return error_nomem(err);
        for (char *c = path + strlen(stem); *c; c++)
            if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
                *c = '-';
        snprintf(words, sizeof words, "%s %s", column_title(name, title),
                 column_value(name, text, value));
        struct plot_options part = *options;
        part.part = words;
        if (!picture_is_drawn(pictures, before, path))
            status = draw_value(drawn, text, &part, path, pictures, err);
        free(path);
    }
    return status;
}
