/* plot_columns.h -- what names in a plot mean: keys, counters, the columns of tables. */
#ifndef FAULTLINE_EXPERIMENT_PLOT_COLUMNS_H
#define FAULTLINE_EXPERIMENT_PLOT_COLUMNS_H

#include "experiment/yaml.h"
#include "stats/tables.h"

/* The key that name means: in full, or its last part if that is one only; NULL if there is
 * none, or it cannot vary. */
const char *plot_find_key(const char *name);

/* The column that name means for x or series, in results.csv (table NULL) or in a table,
 * which has the keys too; NULL if there is none. */
const char *plot_find_column(const struct result_table_kind *table, const char *name);

/* True if name can be y there: a number that was measured. */
bool plot_has_y(const struct result_table_kind *table, const char *name);

/* True if name can be x there; over time a column of the table only. */
bool plot_has_x(const struct result_table_kind *table, const char *name);

/* ERR_CONFIG: what the node says for its key is no column of any table. */
MUST_CHECK enum status plot_unknown_column(const struct yaml_node *node, struct error *err);

/* ERR_CONFIG: what the node says cannot be y in results.csv (table NULL), or in the table. */
MUST_CHECK enum status plot_unknown_y(const struct result_table_kind *table,
                                      const struct yaml_node *node, struct error *err);

#endif
