/* data.h -- results as a plain table of texts: a row for every finished cell, or the rows
 * of one of the cells' tables.  results.csv and series.csv are such tables; plots are drawn
 * from them, whether they come from a run just made or from a file.  Numbers are texts as
 * results.csv prints them: sizes in bytes, counts as digits, times as seconds, frames also
 * "unlimited"; "" was not measured. */
#ifndef FAULTLINE_REPORT_DATA_H
#define FAULTLINE_REPORT_DATA_H

#include "base/error.h"
#include "experiment/result.h"

#include <stdbool.h>
#include <stddef.h>

enum column_kind {
    COLUMN_KEY,     /* what tells cells apart: trace, policy, page_size, frames, swept keys;
                     * and rows of a table: process, device, tlb, curve                  */
    COLUMN_COUNTER, /* a result                                                          */
    COLUMN_EXTRA,   /* other settings, notes, state; not in results.csv                  */
};

#define COLUMN_NONE SIZE_MAX

struct data;

/* An empty table; source names it in messages.  NULL: out of memory. */
struct data *data_create(const char *source);
void data_free(struct data *data);

/* Add a column; all of them before the first row.  Running out of memory, here and in the
 * next two, is noted and found with data_complete(). */
void data_add_column(struct data *data, const char *name, enum column_kind kind);
void data_add_row(struct data *data);
/* Set a text of the last row; copied. */
void data_put(struct data *data, size_t column, const char *text);
bool data_complete(const struct data *data);

/* The columns that are there end with those of a cell's table, all of them or all but those
 * that may be left out: the others say of which cell a row is.  False, and nothing is set:
 * they do not.  data_table: that table, NULL if none was set. */
bool data_set_table(struct data *data, const struct result_table_kind *table);
const struct result_table_kind *data_table(const struct data *data);

/* Number of the columns before those of the table; all columns if there is none. */
size_t data_leading(const struct data *data);

/* What the cells have in common, and the conventions in force, are told from `facts`,
 * which the caller keeps; from the table itself unless it is set. */
void data_set_facts(struct data *data, const struct data *facts);
const struct data *data_facts(const struct data *data);

/* The experiment's name, "" if not known. */
void data_set_title(struct data *data, const char *title);
const char *data_title(const struct data *data);

const char *data_source(const struct data *data);
size_t data_rows(const struct data *data);
size_t data_columns(const struct data *data);
const char *data_name(const struct data *data, size_t column);
enum column_kind data_kind(const struct data *data, size_t column);
const char *data_get(const struct data *data, size_t row, size_t column);

/* The column called name, or COLUMN_NONE. */
size_t data_find(const struct data *data, const char *name);

/* True if all rows hold the same text. */
bool data_constant(const struct data *data, size_t column);

/* True if rows that hold the same texts in the n columns `from` hold the same in `column`
 * too.  rows: room for the numbers of all rows. */
bool data_follows(const struct data *data, size_t column, const size_t *from, size_t n,
                  size_t *rows);

/* True if the rows hold the same texts in the n first columns. */
bool data_same_start(const struct data *data, size_t row, size_t other, size_t n);

/* A table of those rows for which keep[row] is true, with the same title, table and facts;
 * the caller frees it.  ERR_NOMEM. */
MUST_CHECK enum status data_subset(struct data **out, const struct data *data,
                                   const bool *keep, struct error *err);

/* "done", "failed", "missing". */
const char *cell_state_name(enum cell_state state);

/* True if a cell has `timing: events`: then there are columns for the timed counters,
 * which are "" in the other cells. */
bool results_timed(const struct result_set *set);

/* The kernels of cells that count by names of their own, bits of enum counting_kernel: there
 * are columns for their counters. */
unsigned results_own(const struct result_set *set);

/* The finished cells of a result set, or all of them (counters are then "" where a cell
 * has not finished), in cell order.  Columns: trace, policy, page_size, frames, the
 * counters, the other swept keys under their own names, and as extras all other settings,
 * "notes" and "state".  A swept key that is a whole section (machine.tlb) is replaced by
 * its settings that vary.  The caller frees with data_free.  ERR_NOMEM. */
MUST_CHECK enum status data_from_results(struct data **out, const struct result_set *set,
                                         bool finished_only, struct error *err);

/* True if a finished cell has rows of this table (TABLE_PROCESSES, ...). */
bool results_have_table(const struct result_set *set, size_t table);

/* Set included[i] for each column of the table that its file has: not for those of a group
 * that is blank in all rows of all cells. */
void results_table_columns(const struct result_set *set, size_t table, bool *included);

/* Those rows, in cell order.  Columns: trace, policy, what else varies among page_size,
 * frames and the swept keys, and those of the table.  The caller frees with data_free.
 * ERR_NOMEM. */
MUST_CHECK enum status data_from_table(struct data **out, const struct result_set *set,
                                       size_t table, struct error *err);

#endif
