/* data.h -- results as a plain table of texts: a row for every finished cell.
 * results.csv is this table; plots are drawn from it, whether it comes from a run just made
 * or from a file.  Numbers are texts as results.csv prints them: sizes in bytes, counts as
 * digits, frames also "unlimited". */
#ifndef FAULTLINE_REPORT_DATA_H
#define FAULTLINE_REPORT_DATA_H

#include "base/error.h"
#include "experiment/result.h"

#include <stdbool.h>
#include <stddef.h>

enum column_kind {
    COLUMN_KEY, /* what tells cells apart: trace, policy, page_size, frames, swept keys */
    COLUMN_COUNTER, /* a result                                                          */
    COLUMN_EXTRA, /* other settings, notes, state; not in results.csv                    */
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

/* "done", "failed", "missing". */
const char *cell_state_name(enum cell_state state);

/* The finished cells of a result set, or all of them (counters are then "" where a cell has
 * not finished), in cell order.  Columns: trace, policy, page_size, frames, the counters,
 * the other swept keys under their own names, and as extras all other settings, "notes" and
 * "state".  A swept key that is a whole section (machine.tlb) is replaced by its settings
 * that vary.  The caller frees with data_free.  ERR_NOMEM. */
MUST_CHECK enum status data_from_results(struct data **out, const struct result_set *set,
                                         bool finished_only, struct error *err);

#endif
