/* rows.h -- a table of results that grows while a simulation runs: rows of CSV fields, as
 * text, since that is what becomes of them.
 *
 * A zeroed struct is an empty table.  A row is made of fields in the order of the columns
 * and closed by rows_end; rows of one table have equally many fields.  Running out of
 * memory is noted in `failed`, and what is added afterwards is dropped. */
#ifndef FAULTLINE_STATS_ROWS_H
#define FAULTLINE_STATS_ROWS_H

#include "base/types.h"

#include <stdbool.h>

struct rows {
    char *text; /* NULL while empty; a NUL that length does not count ends it             */
    size_t length, capacity;
    uint64_t n; /* rows closed                                                            */
    bool failed;
    bool open; /* a row has fields and is not closed                                      */
};

/* Add one field to the row under way. */
void rows_text(struct rows *rows, const char *text);
void rows_count(struct rows *rows, uint64_t count);
void rows_time(struct rows *rows, psec_t time); /* as seconds                            */
void rows_real(struct rows *rows, double real); /* blank if it is NAN: not measured      */
void rows_blank(struct rows *rows);

/* Close the row. */
void rows_end(struct rows *rows);

/* Fill empty rows with text that earlier ones held.  False, and nothing kept, if it is not
 * rows of so many fields each (at least one), or memory is short. */
bool rows_restore(struct rows *rows, const char *text, size_t length, size_t nfields);

/* Set held[i] if field i, of nfields, of any row is not blank. */
void rows_held(const struct rows *rows, size_t nfields, bool *held);

/* Free the text; the rows are empty again. */
void rows_release(struct rows *rows);

/* True if text has to stand in quotes to be a field of CSV (RFC 4180). */
bool field_needs_quotes(const char *text);

#endif
