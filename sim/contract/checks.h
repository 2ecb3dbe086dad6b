/* checks.h -- the checks, for contract.c. */
#ifndef FAULTLINE_CONTRACT_CHECKS_H
#define FAULTLINE_CONTRACT_CHECKS_H

#include "contract/contract.h"

typedef void contract_run(const struct contract_subject *subject,
                          struct contract_verdict *verdict);

/* check_table.c */
contract_run check_table, check_params;

/* check_pages.c */
contract_run check_victim, check_frames, check_references, check_leave, check_ghosts,
    check_explain;

/* check_same.c */
contract_run check_future, check_seed, check_steps;

/* check_time.c */
contract_run check_calls, check_time;

#endif
