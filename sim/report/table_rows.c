/* table_rows.c -- the rows of the cells' tables as one table, which says of which cell each
 * row is; see data.h. */
#include "report/report.h"

#include <string.h>

/* Those of cells, and behind them those of curves. */
static size_t results_count(const struct result_set *set)
{
    return set->experiment->ncells + set->experiment->ncurves;
}

bool results_have_table(const struct result_set *set, size_t table)
{
    for (size_t i = 0; i < results_count(set); i++)
        if (set->results[i].state == CELL_DONE && set->results[i].tables[table].n > 0)
            return true;
    return false;
}

void results_table_columns(const struct result_set *set, size_t table, bool *included)
{
    const struct result_table_kind *kind = &result_tables[table];
    bool held[TABLE_GROUPS] = {true};
    memset(included, 0, kind->ncolumns * sizeof *included);
    for (size_t i = 0; i < results_count(set); i++)
        if (set->results[i].state == CELL_DONE)
            rows_held(&set->results[i].tables[table], kind->ncolumns, included);
    for (size_t i = 0; i < kind->ncolumns; i++)
        held[kind->columns[i].group] |= included[i];
    for (size_t i = 0; i < kind->ncolumns; i++)
        included[i] = held[kind->columns[i].group];
}

/* Curves are of a trace. */
static bool tells_rows_apart(const struct data *cells, size_t column, size_t table)
{
    const char *name = data_name(cells, column);
    if (table == TABLE_CURVES)
        return strcmp(name, "trace") == 0;
    return data_kind(cells, column) == COLUMN_KEY &&
           (strcmp(name, "trace") == 0 || strcmp(name, "policy") == 0 ||
            !data_constant(cells, column));
}

static enum status add_all_rows(struct data *data, const struct data *cells,
                                const struct result_set *set, size_t table,
                                struct error *err)
{
    enum status status = OK;
    const struct experiment *e = set->experiment;
    for (size_t i = 0; status == OK && i < results_count(set); i++) {
        const struct rows *rows = &set->results[i].tables[table];
        const size_t cell =
            i < e->ncells ? i : (size_t)(e->curves[i - e->ncells].cell - e->cells);
        if (set->results[i].state == CELL_DONE && rows->n > 0)
            status = csv_add_rows(data, cells, cell, rows, err);
    }
    return status;
}

enum status data_from_table(struct data **out, const struct result_set *set, size_t table,
                            struct error *err)
{
    const struct result_table_kind *kind = &result_tables[table];
    struct data *cells;
    /* All cells, so that the columns do not depend on how many have finished. */
    enum status status = data_from_results(&cells, set, false, err);
    if (status != OK)
        return status;
    struct data *data = data_create(data_source(cells));
    for (size_t i = 0; data && i < data_columns(cells); i++)
        if (tells_rows_apart(cells, i, table))
            data_add_column(data, data_name(cells, i), COLUMN_KEY);
    bool included[TABLE_COLUMNS_MAX];
    results_table_columns(set, table, included);
    for (size_t i = 0; data && i < kind->ncolumns; i++)
        if (included[i])
            data_add_column(data, kind->columns[i].name, COLUMN_COUNTER);
    if (!data || !data_complete(data)) {
        status = error_nomem(err);
    } else {
        data_set_title(data, data_title(cells));
        data_set_table(data, kind);
        status = add_all_rows(data, cells, set, table, err);
    }
    data_free(cells);
    if (status == OK)
        *out = data;
    else
        data_free(data);
    return status;
}
