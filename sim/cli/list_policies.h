/* list_policies.h -- `faultline list policies`: those that are built in, and shared objects
 * by their path. */
#ifndef FAULTLINE_CLI_LIST_POLICIES_H
#define FAULTLINE_CLI_LIST_POLICIES_H

#include "base/error.h"

#include <stdbool.h>

/* Print all built-in policies, or the one of that name; false if there is none.  In full:
 * what it follows, what it must see and so whether a kernel could have it, its memory and its
 * parameters. */
bool list_policies(const char *name, bool in_full);

/* The same of a shared object, in full.  ERR_CONFIG if it cannot be used. */
MUST_CHECK enum status list_policy_file(const char *path, struct error *err);

#endif
