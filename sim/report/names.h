/* names.h -- columns and their values as people read them. */
#ifndef FAULTLINE_REPORT_NAMES_H
#define FAULTLINE_REPORT_NAMES_H

#include "report/data.h"

#include <stddef.h>

#define NAME_SIZE 160 /* room for any of these, the ending NUL included */

/* The column that a user means: by its name, by the key of which it holds the value
 * (machine.page_size for page_size), or by the last part of a key if no other column has
 * that; COLUMN_NONE. */
size_t column_named(const struct data *data, const char *name);

/* The column of the traces' names, if they are generated and keys of the generator are
 * columns (generate.pages): the names, "uniform(pages=64)", follow from these.  Else
 * COLUMN_NONE. */
size_t derived_trace(const struct data *data);

/* "page size", "fault rate", "TLB L2 entries"; returns buffer. */
char *column_title(const char *name, char buffer[NAME_SIZE]);

/* What is known of a column's values. */
struct meaning {
    const char *unit;        /* "pages", "s", "1"; NULL: nothing is known                */
    const char *description; /* a short phrase, and more after a semicolon               */
    const char *formula;     /* "" if there is none                                      */
    enum counter_kind kind;
    bool goes_round; /* see struct table_column                                          */
};

/* By the table of data if the column is one of its own, else by the counters. */
struct meaning column_meaning(const struct data *data, size_t column);

/* What the column holds, as a plot says it: the first phrase of its description ("dirty
 * pages evicted"), else its title; returns buffer. */
char *column_phrase(const struct data *data, size_t column, char buffer[NAME_SIZE]);

/* The same of an x axis: the phrase for times and columns of tables, else the title. */
char *column_title_of_x(const struct data *data, size_t column, char buffer[NAME_SIZE]);

/* True if its values are times: counters, columns of tables, keys with a unit of time. */
bool column_is_time(const struct data *data, size_t column);

/* True if its values are parts of one (cpu_utilisation). */
bool column_is_part(const char *name);

/* The largest unit of time in which `seconds` is at least 1, the smallest being ps: its
 * name, and *unit in seconds.  0 is 0 s. */
const char *time_unit(double seconds, double *unit);

/* True if its values are bytes: counters, keys, parameters of generators and devices. */
bool column_is_size(const char *name);

/* "4 KiB" for "4096" where values are bytes, "1,024" for frames and counters, "0.001235"
 * for ratios, "43.1%" for parts of one, "1.235 ms" for times, "3.3 GHz" for
 * frequencies, else the text itself; returns buffer. */
char *column_value(const char *name, const char *text, char buffer[NAME_SIZE]);

/* The value as a number; sizes may carry a unit, and times, which become seconds.  False
 * if it is none. */
bool column_number(const char *text, double *number);

/* Characters of a UTF-8 text. */
size_t text_width(const char *text);

#endif
