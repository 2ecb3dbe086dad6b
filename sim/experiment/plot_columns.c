/* plot_columns.c -- see plot_columns.h. */
#include "experiment/plot_columns.h"

#include "base/units.h"
#include "experiment/keys.h"
#include "stats/counters.h"

#include <string.h>

/* More than there are counters, keys and columns together. */
enum { NAMES_MAX = 1024 };

const char *plot_find_key(const char *name)
{
    const char *param, *found = NULL;
    const struct key *key = key_find(name);
    if (key)
        return key_can_vary(key) ? name : NULL;
    if (key_of_param(name, &param))
        return name;
    for (size_t i = 0; i < key_count; i++) {
        const char *dot = strrchr(key_table[i].name, '.');
        if (!dot || strcmp(dot + 1, name) != 0 || key_table[i].flags & KEY_PATTERN)
            continue;
        if (found)
            return NULL;
        found = key_table[i].name;
    }
    return found;
}

const char *plot_find_column(const struct result_table_kind *table, const char *name)
{
    const struct table_column *column = table ? table_column_find(table, name) : NULL;
    const struct counter *counter = table ? NULL : counter_find(name);
    return column ? column->name : counter ? counter->name : plot_find_key(name);
}

bool plot_has_y(const struct result_table_kind *table, const char *name)
{
    const struct table_column *column = table ? table_column_find(table, name) : NULL;
    return table ? column && *column->unit : counter_find(name) != NULL;
}

bool plot_has_x(const struct result_table_kind *table, const char *name)
{
    const bool over_time = table == &result_tables[TABLE_SERIES];
    return over_time ? table_column_find(table, name) != NULL
                     : plot_find_column(table, name) != NULL;
}

static size_t add_columns(const struct result_table_kind *table, const char **names,
                          size_t n)
{
    for (size_t i = 0; i < table->ncolumns && n < NAMES_MAX; i++)
        names[n++] = table->columns[i].name;
    return n;
}

static size_t counter_names(const char **names)
{
    size_t n = 0;
    for (; n < counter_count && n < NAMES_MAX; n++)
        names[n] = counter_table[n].name;
    return n;
}

enum status plot_unknown_column(const struct yaml_node *node, struct error *err)
{
    const char *names[NAMES_MAX];
    size_t n = counter_names(names);
    for (size_t i = 0; i < key_count && n < NAMES_MAX; i++)
        if (key_can_vary(&key_table[i]) && !(key_table[i].flags & KEY_PATTERN))
            names[n++] = key_table[i].name;
    for (size_t t = 0; t < TABLES; t++)
        n = add_columns(&result_tables[t], names, n);
    const char *nearest = nearest_name(node->text, names, n);
    if (nearest)
        return error_set(err, ERR_CONFIG, node->at,
                         "unknown column '%s' for %s; nearest is '%s'", node->text,
                         node->key, nearest);
    return error_set(err, ERR_CONFIG, node->at,
                     "unknown column '%s' for %s; it is a key such as 'machine.page_size' "
                     "('faultline list keys') or a counter ('faultline list counters')",
                     node->text, node->key);
}

/* y is none of the columns of the table in which the others are.  What kernels have of their
 * own is too much to be named. */
static enum status unknown_in_table(const struct result_table_kind *table,
                                    const struct yaml_node *node, struct error *err)
{
    const char *names[NAMES_MAX];
    char list[480];
    size_t n = 0;
    for (size_t i = 0; i < table->ncolumns && n < NAMES_MAX; i++)
        if (table->columns[i].own == OWN_NONE)
            names[n++] = table->columns[i].name;
    join_names(list, sizeof list, names, n);
    return error_set(
        err, ERR_CONFIG, node->at,
        "'%s' for y is no number in %s.csv, where the plot's other columns "
        "are; it has %s%s",
        node->text, table->name, list,
        n < table->ncolumns ? ", and what 'faultline list columns' shows of kernels" : "");
}

enum status plot_unknown_y(const struct result_table_kind *table,
                           const struct yaml_node *node, struct error *err)
{
    const char *names[NAMES_MAX];
    if (table)
        return unknown_in_table(table, node, err);
    const char *nearest = nearest_name(node->text, names, counter_names(names));
    return error_set(err, ERR_CONFIG, node->at, "unknown counter '%s' for y%s%s%s%s",
                     node->text, nearest ? "; nearest is '" : "", nearest ? nearest : "",
                     nearest ? "'" : "",
                     nearest ? "" : "; 'faultline list counters' shows all");
}
