/* check_table.c -- checks of what the policy's table says, and of its parameters. */
#include "contract/checks.h"

#include "contract/trial.h"
#include "experiment/policy_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_table(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct error err;
    if (policy_table_check(subject->policy, subject->policy->name, at_nowhere(), &err) !=
        OK)
        verdict_breach(verdict, "%.500s", err.text);
    else
        verdict_kept(verdict, "ABI %u, and all calls that must be there",
                     subject->policy->abi);
}

/* --- parameters -------------------------------------------------------------------------- */

struct values {
    const struct contract_subject *subject;
    struct contract_verdict *verdict;
    struct rig_string *string;
    unsigned taken, refused;
};

static bool has_range(const struct param *param)
{
    return param->kind != PARAM_BOOL && param->kind != PARAM_CHOICE &&
           (param->min != 0 || param->max != 0);
}

static enum status set(const struct values *values, const struct param *param,
                       const char *text, void *params, struct error *err)
{
    const struct policy_ops *policy = values->subject->policy;
    memcpy(params, values->subject->params, policy->params_size);
    return param_set(policy->params, params, param->name, text, policy->name, at_nowhere(),
                     err);
}

static void must_refuse(struct values *values, const struct param *param, const char *text)
{
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX] = {0};
    struct error err;
    if (set(values, param, text, params, &err) == OK)
        verdict_breach(values->verdict, "'%s' takes '%s'", param->name, text);
    values->refused++;
}

/* A value in range is good for a replay, or the policy says what it does not go with. */
static void must_take(struct values *values, const struct param *param, const char *text)
{
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX] = {0};
    struct error err;
    struct rig_log log;
    const struct rig_options options = {.frames = 9, .steps = 100, .params = params};
    if (values->verdict->seen[0])
        return;
    values->taken++;
    if (set(values, param, text, params, &err) != OK) {
        verdict_breach(values->verdict, "'%s' does not take '%s', which its range has: %s",
                       param->name, text, err.text);
        return;
    }
    const enum status status =
        rig_replay(&log, values->subject, values->string, &options, &err);
    rig_log_release(&log);
    if (status == ERR_CONFIG && !strchr(err.text, '\''))
        verdict_breach(values->verdict,
                       "init() refuses '%s' of '%s' and names no parameter in quotes: %s",
                       text, param->name, err.text);
    else if (status != OK && status != ERR_CONFIG)
        verdict_breach(values->verdict, "with '%s' of '%s': %.400s", text, param->name,
                       err.text);
}

/* The ends of the range, and what is beyond them. */
static void try_range(struct values *values, const struct param *param)
{
    char text[64];
    const bool real = param->kind == PARAM_REAL;
    must_take(values, param, param_format_limit(param, param->min, text, sizeof text));
    must_take(values, param, param_format_limit(param, param->max, text, sizeof text));
    if (real || param->min >= 1)
        must_refuse(values, param,
                    param_format_limit(param, param->min - 1, text, sizeof text));
    if (real || param->max < 1e18)
        must_refuse(values, param,
                    param_format_limit(param, 2 * param->max + 1, text, sizeof text));
}

static void try_param(struct values *values, const struct param *param)
{
    static const char *const bools[] = {"no", "yes", NULL};
    const char *const *choices = param->kind == PARAM_CHOICE ? param->choices
                                 : param->kind == PARAM_BOOL ? bools
                                                             : NULL;
    for (; choices && *choices; choices++)
        must_take(values, param, *choices);
    must_refuse(values, param, "no such value");
    if (has_range(param))
        try_range(values, param);
    else if (param->kind == PARAM_UINT) {
        must_take(values, param, "0");
        must_take(values, param, "18446744073709551615");
    }
}

void check_params(const struct contract_subject *subject, struct contract_verdict *verdict)
{
    struct values values = {.subject = subject, .verdict = verdict};
    struct rng rng;
    const struct param *param = subject->policy->params;
    *verdict = (struct contract_verdict){0};
    if (!param || !param->name) {
        verdict_kept(verdict, "it has none");
        return;
    }
    values.string = malloc(sizeof *values.string);
    if (!values.string) {
        verdict_breach(verdict, "out of memory");
        return;
    }
    rng_seed(&rng, 1);
    rig_string_make(values.string, &rng, 500, 30);
    for (; param->name && !verdict->seen[0]; param++)
        try_param(&values, param);
    free(values.string);
    if (!verdict->seen[0])
        verdict_kept(verdict, "%u values in range taken, %u refused that are not",
                     values.taken, values.refused);
}
