/* check_policy.c -- see check_policy.h. */
#include "cli/check_policy.h"

#include "cli/command.h"
#include "cli/experiment_options.h"
#include "contract/contract.h"
#include "experiment/policy_file.h"
#include "experiment/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stands for the trace that the checks do not need. */
static const char trace[] = "trace=none";

static enum status load(struct experiment **experiment, const char *const *settings,
                        size_t n, struct error *err)
{
    const char **all = calloc(n + 1, sizeof *all);
    if (!all)
        return error_nomem(err);
    all[0] = trace;
    memcpy((void *)(all + 1), (const void *)settings, n * sizeof *all);
    const enum status status = load_experiment(experiment, NULL, all, n + 1, err);
    free((void *)all);
    if (status == OK && (*experiment)->ncells != 1) {
        experiment_free(*experiment);
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "one policy is checked at a time, with one set of parameters");
    }
    return status;
}

static int run_checks(const struct contract_subject *subject)
{
    bool kept = true;
    for (size_t i = 0; i < contract_check_count; i++) {
        const struct contract_check *check = &contract_checks[i];
        struct contract_verdict verdict;
        struct error err;
        if (contract_run_apart(subject, check, &verdict, &err) != OK)
            return command_fail(&err);
        printf("%-7s %-11s %s: %s\n", verdict.kept ? "ok" : "failed", check->name,
               check->demand, verdict.seen);
        fflush(stdout);
        kept = kept && verdict.kept;
    }
    return command_close_output(kept ? EXIT_DONE : EXIT_CELL);
}

int check_policy(const char *const *settings, size_t n, uint64_t limit_ms)
{
    struct experiment *experiment;
    struct error err;
    if (load(&experiment, settings, n, &err) != OK)
        return command_fail(&err);
    const struct cell_config *cell = &experiment->cells[0];
    const struct contract_subject subject = {
        .policy = cell->policy_ops,
        .params = cell->policy.params,
        .settings = settings,
        .nsettings = n,
        .limit_ms = limit_ms ? limit_ms : WATCHDOG_LIMIT_MS,
        .interrupted = &command_interrupted,
    };
    printf("%s: %s\n", cell->policy_label, cell->policy_ops->summary);
    fflush(stdout);
    const int status = run_checks(&subject);
    experiment_free(experiment);
    return status;
}
