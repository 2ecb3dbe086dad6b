/* contract.h -- whether a policy keeps the contract of faultline/policy.h: checks that replay
 * random strings of references and look at what it does.  They run on every policy that is
 * built in, and on any shared object with `faultline check --policy`. */
#ifndef FAULTLINE_CONTRACT_CONTRACT_H
#define FAULTLINE_CONTRACT_CONTRACT_H

#include "experiment/config.h"
#include "experiment/guard.h"

#include <signal.h>

/* The policy and what it is set to. */
struct contract_subject {
    const struct policy_ops *policy;
    const void *params;          /* as its table lays them out                           */
    const char *const *settings; /* [nsettings]: "policy=./x.so", "policy.interval=5": what
                                  * names it in an experiment                            */
    size_t nsettings;
    struct guard_record *record; /* of its calls, for whoever watches                    */
    uint64_t limit_ms;           /* that a call may take                                 */
    const volatile sig_atomic_t *interrupted; /* stop when it becomes true               */
};

struct contract_verdict {
    bool kept;
    char seen[600]; /* what the check has seen, and of a breach where                     */
};

struct contract_check {
    const char *name;   /* one word: "victim"                                           */
    const char *demand; /* what the contract says: "every victim can be evicted"         */
    void (*run)(const struct contract_subject *subject, struct contract_verdict *verdict);
};

extern const struct contract_check contract_checks[];
extern const size_t contract_check_count;

/* Run a check in a process of its own: one that crashes, or in which a call takes longer
 * than it may, is a breach.  ERR_NOMEM, ERR_CELL (there is no process), ERR_INTERRUPTED. */
MUST_CHECK enum status contract_run_apart(const struct contract_subject *subject,
                                          const struct contract_check *check,
                                          struct contract_verdict *verdict,
                                          struct error *err);

#endif
