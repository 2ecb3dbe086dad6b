/* list_machines.h -- `faultline list machines`: the presets that machine.model names. */
#ifndef FAULTLINE_CLI_LIST_MACHINES_H
#define FAULTLINE_CLI_LIST_MACHINES_H

#include <stdbool.h>

/* Print the presets of machines, or that of one name or path: the first line of the file,
 * which says what it is, and its page-table format, clock, page size and TLB.  In full: all
 * that the file says, each value with the comment on its line, and those that the comment
 * calls unverified marked so.  False if there is none of that name.  A preset that cannot be
 * read is listed with what is wrong. */
bool list_machines(const char *name, bool in_full);

#endif
