/* check_policy.h -- `faultline check --policy`: the checks of contract/contract.h. */
#ifndef FAULTLINE_CLI_CHECK_POLICY_H
#define FAULTLINE_CLI_CHECK_POLICY_H

#include <stddef.h>
#include <stdint.h>

/* Check the policy that the settings name, and print a line for each check.  limit_ms: of a
 * call, 0: the default.  Exit status: EXIT_CELL if it has broken the contract. */
int check_policy(const char *const *settings, size_t n, uint64_t limit_ms);

#endif
