/* policy_table.h -- whether a policy's table says what policy.h asks of one. */
#ifndef FAULTLINE_EXPERIMENT_POLICY_TABLE_H
#define FAULTLINE_EXPERIMENT_POLICY_TABLE_H

#include "faultline/policy.h"

/* ERR_CONFIG with the first thing that is wrong with it and what would be right.  name: that
 * of its file, without folder and ending.  The table may be of any ABI; one that is not laid
 * out as this program's is not looked at further. */
MUST_CHECK enum status policy_table_check(const struct policy_ops *ops, const char *name,
                                          struct location at, struct error *err);

#endif
