/* data.c -- see data.h; what makes such tables of results is in tabulate.c, table_rows.c. */
#include "report/data.h"

#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct column {
    const char *name;
    enum column_kind kind;
};

struct data {
    struct arena *texts;
    const char *source, *title;
    struct column *columns;
    size_t ncolumns;
    const char **cells; /* row by row; NULL is "" */
    size_t nrows, room;
    const struct result_table_kind *table;
    size_t own; /* columns of the table */
    const struct data *facts;
    bool short_of_memory;
};

struct data *data_create(const char *source)
{
    struct data *data = calloc(1, sizeof *data);
    if (!data)
        return NULL;
    data->texts = arena_create();
    data->source = data->texts ? arena_strdup(data->texts, source) : NULL;
    if (!data->source) {
        data_free(data);
        return NULL;
    }
    return data;
}

void data_free(struct data *data)
{
    if (!data)
        return;
    arena_free(data->texts);
    free(data->cells);
    free(data->columns);
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
    const char *copy = columns ? arena_strdup(data->texts, name) : NULL;
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
        const char **cells =
            realloc(data->cells, room * (data->ncolumns + 1) * sizeof *cells);
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

/* What the row above holds too, as long tables of few cells do, is kept once. */
static const char *text_above(const struct data *data, size_t column, const char *text)
{
    if (data->nrows < 2)
        return NULL;
    const char *above = data->cells[(data->nrows - 2) * data->ncolumns + column];
    return above && strcmp(above, text) == 0 ? above : NULL;
}

void data_put(struct data *data, size_t column, const char *text)
{
    if (data->short_of_memory)
        return;
    assert(data->nrows > 0 && column < data->ncolumns);
    const char **cell = &data->cells[(data->nrows - 1) * data->ncolumns + column];
    *cell = *text ? text_above(data, column, text) : NULL;
    if (!*text || *cell)
        return;
    *cell = arena_strdup(data->texts, text);
    if (!*cell)
        data->short_of_memory = true;
}

bool data_complete(const struct data *data)
{
    return !data->short_of_memory;
}

void data_set_title(struct data *data, const char *title)
{
    data->title = arena_strdup(data->texts, title);
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

/* The columns by which rows are put in order. */
struct order {
    const struct data *data;
    const size_t *columns;
    size_t n;
};

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct order *by = context;
    const size_t row = *(const size_t *)a, other = *(const size_t *)b;
    int order = 0;
    for (size_t i = 0; order == 0 && i < by->n; i++)
        order = strcmp(data_get(by->data, row, by->columns[i]),
                       data_get(by->data, other, by->columns[i]));
    return order;
}

bool data_follows(const struct data *data, size_t column, const size_t *from, size_t n,
                  size_t *rows)
{
    struct order by = {data, from, n};
    for (size_t row = 0; row < data->nrows; row++)
        rows[row] = row;
    if (data->nrows > 0)
        qsort_r(rows, data->nrows, sizeof *rows, compare_rows, &by);
    for (size_t i = 1; i < data->nrows; i++)
        if (compare_rows(&rows[i - 1], &rows[i], &by) == 0 &&
            strcmp(data_get(data, rows[i - 1], column), data_get(data, rows[i], column)) !=
                0)
            return false;
    return true;
}

bool data_same_start(const struct data *data, size_t row, size_t other, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(data_get(data, row, i), data_get(data, other, i)) != 0)
            return false;
    return true;
}

/* How many of the last columns are those of the table without some of its groups, of which
 * `groups` has a bit for each that is there; 0: they are not. */
static size_t ends_with(const struct data *data, const struct result_table_kind *table,
                        unsigned groups)
{
    size_t own = 0;
    for (size_t i = table->ncolumns; i-- > 0;) {
        if (!(groups & 1u << table->columns[i].group))
            continue;
        if (++own > data->ncolumns ||
            strcmp(data->columns[data->ncolumns - own].name, table->columns[i].name) != 0)
            return 0;
    }
    return own;
}

bool data_set_table(struct data *data, const struct result_table_kind *table)
{
    size_t own = 0;
    for (unsigned groups = 1u << TABLE_GROUPS; own == 0 && groups-- > 0;)
        if (groups & 1)
            own = ends_with(data, table, groups);
    if (own == 0)
        return false;
    data->table = table;
    data->own = own;
    for (size_t i = data_leading(data); i < data->ncolumns; i++) {
        const char *name = data->columns[i].name;
        const bool key = strcmp(name, "process") == 0 || strcmp(name, "device") == 0 ||
                         strcmp(name, "tlb") == 0 || strcmp(name, "curve") == 0 ||
                         strcmp(name, "page_size") == 0;
        data->columns[i].kind = key ? COLUMN_KEY : COLUMN_COUNTER;
    }
    return true;
}

const struct result_table_kind *data_table(const struct data *data)
{
    return data->table;
}

size_t data_leading(const struct data *data)
{
    return data->ncolumns - data->own;
}

void data_set_facts(struct data *data, const struct data *facts)
{
    data->facts = facts;
}

const struct data *data_facts(const struct data *data)
{
    return data->facts ? data->facts : data;
}

enum status data_subset(struct data **out, const struct data *data, const bool *keep,
                        struct error *err)
{
    struct data *subset = data_create(data->source);
    if (!subset)
        return error_nomem(err);
    data_set_title(subset, data_title(data));
    for (size_t i = 0; i < data->ncolumns; i++)
        data_add_column(subset, data->columns[i].name, data->columns[i].kind);
    for (size_t row = 0; row < data->nrows && data_complete(subset); row++) {
        if (!keep[row])
            continue;
        data_add_row(subset);
        for (size_t i = 0; i < data->ncolumns; i++)
            data_put(subset, i, data_get(data, row, i));
    }
    if (!data_complete(subset)) {
        data_free(subset);
        return error_nomem(err);
    }
    subset->table = data->table;
    subset->own = data->own;
    subset->facts = data->facts;
    *out = subset;
    return OK;
}
