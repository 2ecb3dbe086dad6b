/* curve_data.c -- see curve_data.h. */
#include "report/curve_data.h"

#include "report/names.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_OF_DOUBLING = 128 };

/* Each curve has a column of its own for this, and the rows of a curve stand together. */
bool curve_goes_on(const struct data *curves, size_t row)
{
    static const char *const keys[] = {"trace", "page_size", "curve"};
    if (row == 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const size_t column = data_find(curves, keys[i]);
        if (strcmp(data_get(curves, row, column), data_get(curves, row - 1, column)) != 0)
            return false;
    }
    return true;
}

/* --- JSON -------------------------------------------------------------------------------- */

static void put_string(const char *text, FILE *stream)
{
    json_t *string = json_string(text);
    if (!string)
        string = json_string("?"); /* not UTF-8 */
    json_dumpf(string, stream, JSON_ENCODE_ANY);
    json_decref(string);
}

static void put_columns(const struct data *curves, FILE *stream)
{
    const char *lead = "{\n  \"columns\": [\n";
    for (size_t i = 0; i < data_columns(curves); i++) {
        const struct meaning meaning = column_meaning(curves, i);
        fputs(lead, stream);
        fputs("    {\"name\": ", stream);
        put_string(data_name(curves, i), stream);
        fputs(", \"unit\": ", stream);
        put_string(meaning.unit ? meaning.unit : "", stream);
        fputs(", \"description\": ", stream);
        put_string(meaning.description ? meaning.description : "the program traced",
                   stream);
        fputs("}", stream);
        lead = ",\n";
    }
    fputs("\n  ],\n", stream);
}

static bool is_key(const struct data *curves, size_t column)
{
    return data_kind(curves, column) == COLUMN_KEY;
}

/* The values of the row, or the names, of the columns that are not blank in row `like`. */
static void put_point(const struct data *curves, size_t row, size_t like, bool names,
                      FILE *stream)
{
    const char *lead = "[";
    for (size_t i = 0; i < data_columns(curves); i++) {
        if (is_key(curves, i) || !*data_get(curves, like, i))
            continue;
        fputs(lead, stream);
        const char *text = names ? data_name(curves, i) : data_get(curves, row, i);
        if (names)
            put_string(text, stream);
        else
            fputs(*text ? text : "null", stream);
        lead = ", ";
    }
    fputs("]", stream);
}

void curve_json_write(const struct data *curves, FILE *stream)
{
    const size_t trace = data_find(curves, "trace"), curve = data_find(curves, "curve");
    const size_t page_size = data_find(curves, "page_size");
    size_t first = 0;
    put_columns(curves, stream);
    fputs("  \"curves\": [", stream);
    for (size_t row = 0; row < data_rows(curves); row++) {
        if (!curve_goes_on(curves, row)) {
            first = row;
            fputs(row ? "\n    ]},\n    {\"trace\": " : "\n    {\"trace\": ", stream);
            put_string(data_get(curves, row, trace), stream);
            fprintf(stream,
                    ", \"page_size\": %s, \"curve\": ", data_get(curves, row, page_size));
            put_string(data_get(curves, row, curve), stream);
            fputs(",\n     \"columns\": ", stream);
            put_point(curves, row, row, true, stream);
            fputs(", \"points\": [\n      ", stream);
        } else {
            fputs(",\n      ", stream);
        }
        put_point(curves, row, first, false, stream);
    }
    fputs(data_rows(curves) ? "\n    ]}\n  ]\n}\n" : "]\n}\n", stream);
}

/* --- points of a picture ----------------------------------------------------------------- */

static bool is_among(const char *names, const char *name)
{
    const size_t length = strlen(name);
    for (; names; names = strchr(names, ',')) {
        names += *names == ',';
        if (strncmp(names, name, length) == 0 &&
            (names[length] == ',' || names[length] == '\0'))
            return true;
    }
    return false;
}

enum status curve_data_thin(struct data **out, const struct data *curves, const char *names,
                            const char *x, struct error *err)
{
    const size_t n = data_rows(curves), curve = data_find(curves, "curve");
    const size_t column = column_named(curves, x);
    bool *keep = calloc(n + 1, sizeof *keep);
    if (!keep)
        return error_nomem(err);
    double last = -INFINITY;
    for (size_t row = 0; row < n; row++) {
        double at;
        if (names && !is_among(names, data_get(curves, row, curve)))
            continue;
        if (column == COLUMN_NONE || !column_number(data_get(curves, row, column), &at)) {
            keep[row] = column == COLUMN_NONE;
            continue;
        }
        if (!curve_goes_on(curves, row))
            last = -INFINITY;
        const double place = floor(log2(at) * POINTS_OF_DOUBLING);
        keep[row] =
            at <= 0 || place > last || row + 1 == n || !curve_goes_on(curves, row + 1);
        last = keep[row] ? place : last;
    }
    const enum status status = data_subset(out, curves, keep, err);
    free(keep);
    return status;
}
