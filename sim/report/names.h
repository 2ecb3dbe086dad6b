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

/* "page size", "fault rate", "TLB L2 entries"; returns buffer. */
char *column_title(const char *name, char buffer[NAME_SIZE]);

/* What the column holds, as a plot says it: the first phrase of a counter's description
 * ("dirty pages evicted"), else its title; returns buffer. */
char *column_phrase(const char *name, char buffer[NAME_SIZE]);

/* True if its values are bytes. */
bool column_is_size(const char *name);

/* "4 KiB" for "4096" where values are bytes, "1,024" for frames and counters, "0.001235" for
 * ratios, else the text itself; returns buffer. */
char *column_value(const char *name, const char *text, char buffer[NAME_SIZE]);

/* The value as a number; sizes may carry a unit.  False if it is none. */
bool column_number(const char *text, double *number);

/* Characters of a UTF-8 text. */
size_t text_width(const char *text);

#endif
