/* list_formats.h -- `faultline list formats`: of traces, and of page tables. */
#ifndef FAULTLINE_CLI_LIST_FORMATS_H
#define FAULTLINE_CLI_LIST_FORMATS_H

#include <stdbool.h>

/* Print all formats, or that of one name, in full with all that is known; false if there is
 * none of that name. */
bool list_formats(const char *name, bool in_full);

#endif
