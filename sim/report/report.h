/* report.h -- results as files and on a terminal.
 * What is written depends on the experiment and its results alone: no clock, no name of a
 * machine, so that two runs write the same bytes. */
#ifndef FAULTLINE_REPORT_REPORT_H
#define FAULTLINE_REPORT_REPORT_H

#include "base/error.h"
#include "experiment/result.h"
#include "report/data.h"
#include "report/pictures.h"

#include <stdio.h>

/* results.csv or series.csv (RFC 4180 with plain newlines): headings, then the rows,
 * without the extra columns.  The caller finds failed writes with ferror(). */
void csv_write(const struct data *data, FILE *stream);

/* Read such a file.  A table whose headings end with those of one of the cells' tables is
 * that; in all others columns that are no counters are keys.  ERR_IO; ERR_SYNTAX if a row
 * has not as many fields as the headings, or a quote is not closed. */
MUST_CHECK enum status csv_read(struct data **out, const char *path, struct error *err);

/* Add rows of a cell's table to data, whose table is set; its leading columns get what row
 * `cell` of `cells` has under the same names.  ERR_NOMEM. */
MUST_CHECK enum status csv_add_rows(struct data *data, const struct data *cells,
                                    size_t cell, const struct rows *rows,
                                    struct error *err);

/* results.json: the experiment, the columns with unit, description and formula, the files
 * of the cells' tables with their columns, and every cell with its settings, state,
 * message, notes and, if finished, counters; times are seconds, and what was not measured
 * is null.  The caller finds failed writes with ferror(). */
MUST_CHECK enum status json_write(const struct result_set *set, const char *model_version,
                                  FILE *stream, struct error *err);

/* Read such a file back into the table that data_from_results() made of the results.
 * ERR_IO, ERR_SYNTAX. */
MUST_CHECK enum status json_read(struct data **out, const char *path, struct error *err);

/* A table for the eye, one row a cell, with a note where a cell failed or has not run, and
 * under it the conventions in force.  most: rows to print, 0 is all.  The caller finds
 * failed writes with ferror(). */
MUST_CHECK enum status table_print(const struct result_set *set, size_t most, FILE *stream,
                                   struct error *err);

/* The file of a table (TABLE_PROCESSES, ...) in a folder, "processes.csv" with its path;
 * the caller frees it.  NULL: out of memory. */
char *report_table_path(const char *folder, size_t table);

/* Write what `write` (csv_write, ...) makes of the table as a file of the folder, whole or not
 * at all.  ERR_OUTPUT, ERR_NOMEM. */
MUST_CHECK enum status report_write_file(const struct data *data,
                                         void (*write)(const struct data *, FILE *),
                                         const char *folder, const char *name,
                                         struct error *err);

/* Write effective.yaml, results.csv, results.json and, where cells have rows for them,
 * processes.csv, devices.csv, tlbs.csv and series.csv, with curves curves.csv and
 * curves.json, into folder (made if need be), each
 * whole or not at all, then the plots that the experiment asks for as NAME.svg, NAME.png
 * and NAME.gp; without a finished cell no plots.  Tables that an earlier run left there and
 * this one has not are removed.  pictures lists what was drawn, also on an error.
 * ERR_OUTPUT, ERR_CONFIG (a plot names a column that does not exist), ERR_NOMEM. */
MUST_CHECK enum status report_write_folder(const struct result_set *set, const char *folder,
                                           const char *model_version,
                                           struct report_pictures *pictures,
                                           struct error *err);

/* Read the results that a folder holds (results.json, else results.csv), or a results.csv
 * or results.json given by name. */
MUST_CHECK enum status report_read(struct data **out, const char *path, struct error *err);

#endif
