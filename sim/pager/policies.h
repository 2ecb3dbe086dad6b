/* policies.h -- the policies that are built in. */
#ifndef FAULTLINE_PAGER_POLICIES_H
#define FAULTLINE_PAGER_POLICIES_H

#include "faultline/policy.h"

extern const struct policy_ops *const policy_table[]; /* ended by NULL */

/* The policy called name, or NULL. */
const struct policy_ops *policy_find(const char *name);

#endif
