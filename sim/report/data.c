/* data.c -- see data.h; data_from_results is in tabulate.c. */
#include "report/data.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct column {
    char *name;
    enum column_kind kind;
};

struct data {
    char *source, *title;
    struct column *columns;
    size_t ncolumns;
    char **cells; /* row by row; NULL is "" */
    size_t nrows, room;
    bool short_of_memory;
};

struct data *data_create(const char *source)
{
    struct data *data = calloc(1, sizeof *data);
    if (!data)
        return NULL;
    data->source = strdup(source);
    if (!data->source) {
        free(data);
        return NULL;
    }
    return data;
}

void data_free(struct data *data)
{
    if (!data)
        return;
    for (size_t i = 0; i < data->nrows * data->ncolumns; i++)
        free(data->cells[i]);
    for (size_t i = 0; i < data->ncolumns; i++)
        free(data->columns[i].name);
    free(data->cells);
    free(data->columns);
    free(data->source);
    free(data->title);
    free(data);
}

void data_add_column(struct data *data, const char *name, enum column_kind kind)
{
    assert(data->nrows == 0);
    if (data->short_of_memory)
        return;
    struct column *columns =
        realloc(data->columns, (data->ncolumns + 1) * sizeof *data->columns);
    if (columns)
        data->columns = columns;
    char *copy = columns ? strdup(name) : NULL;
    if (copy)
        columns[data->ncolumns++] = (struct column){copy, kind};
    else
        data->short_of_memory = true;
}

void data_add_row(struct data *data)
{
    if (data->short_of_memory)
        return;
    if (data->nrows == data->room) {
        const size_t room = data->room ? 2 * data->room : 16;
        char **cells = realloc(data->cells, room * (data->ncolumns + 1) * sizeof *cells);
        if (!cells) {
            data->short_of_memory = true;
            return;
        }
        data->cells = cells;
        data->room = room;
    }
    for (size_t i = 0; i < data->ncolumns; i++)
        data->cells[data->nrows * data->ncolumns + i] = NULL;
    data->nrows++;
}

void data_put(struct data *data, size_t column, const char *text)
{
    if (data->short_of_memory)
        return;
    assert(data->nrows > 0 && column < data->ncolumns);
    char **cell = &data->cells[(data->nrows - 1) * data->ncolumns + column];
    free(*cell);
    *cell = strdup(text);
    if (!*cell)
        data->short_of_memory = true;
}

bool data_complete(const struct data *data)
{
    return !data->short_of_memory;
}

void data_set_title(struct data *data, const char *title)
{
    free(data->title);
    data->title = strdup(title);
    if (!data->title)
        data->short_of_memory = true;
}

const char *data_title(const struct data *data)
{
    return data->title ? data->title : "";
}

const char *data_source(const struct data *data)
{
    return data->source;
}

size_t data_rows(const struct data *data)
{
    return data->nrows;
}

size_t data_columns(const struct data *data)
{
    return data->ncolumns;
}

const char *data_name(const struct data *data, size_t column)
{
    return data->columns[column].name;
}

enum column_kind data_kind(const struct data *data, size_t column)
{
    return data->columns[column].kind;
}

const char *data_get(const struct data *data, size_t row, size_t column)
{
    assert(row < data->nrows && column < data->ncolumns);
    const char *text = data->cells[row * data->ncolumns + column];
    return text ? text : "";
}

size_t data_find(const struct data *data, const char *name)
{
    for (size_t i = 0; i < data->ncolumns; i++)
        if (strcmp(data->columns[i].name, name) == 0)
            return i;
    return COLUMN_NONE;
}

bool data_constant(const struct data *data, size_t column)
{
    for (size_t row = 1; row < data->nrows; row++)
        if (strcmp(data_get(data, row, column), data_get(data, 0, column)) != 0)
            return false;
    return true;
}
