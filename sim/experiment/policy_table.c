/* policy_table.c -- see policy_table.h. */
#include "experiment/policy_table.h"

#include "faultline/reclaim.h"

#include <stdio.h>
#include <string.h>

enum { PARAMS_MAX = 64 }; /* of a table: more of them are taken for one without an end    */

/* What a policy keeps beside its entries, and for each, is little; more is a mistake. */
#define STATE_MAX ((size_t)1 << 30)
#define FRAME_MAX ((size_t)1 << 16)

struct table {
    const struct policy_ops *ops;
    struct location at;
    struct error *err;
};

static enum status wrong(const struct table *table, const char *what)
{
    return error_set(table->err, ERR_CONFIG, table->at, "policy '%s': %s", table->ops->name,
                     what);
}

static size_t value_size(enum param_kind kind)
{
    static const size_t sizes[] = {
        [PARAM_BOOL] = sizeof(bool),       [PARAM_UINT] = sizeof(uint64_t),
        [PARAM_SIZE] = sizeof(uint64_t),   [PARAM_REAL] = sizeof(double),
        [PARAM_CHOICE] = sizeof(uint32_t), [PARAM_TIME] = sizeof(psec_t),
        [PARAM_RATE] = sizeof(uint64_t),
    };
    return (size_t)kind < ARRAY_LEN(sizes) ? sizes[kind] : 0;
}

static const char *const reserved[] = {"name", "digest"};

/* What is wrong with a parameter, or NULL. */
static const char *fault_of_param(const struct param *param, size_t params_size)
{
    const size_t size = value_size(param->kind);
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
        if (strcmp(param->name, reserved[i]) == 0)
            return "the name is taken; another is needed";
    if (!*param->name || strpbrk(param->name, ". \t\n:"))
        return "a name has no '.', no ':' and no blanks";
    if (size == 0)
        return "its kind is none of enum param_kind";
    if (param->offset > params_size || params_size - param->offset < size)
        return "it lies beyond params_size, the size of the struct of all values";
    if (!param->fallback)
        return "it needs a default, .fallback";
    if (!param->help)
        return "it needs a sentence of help, .help";
    if (param->kind == PARAM_CHOICE && !param->choices)
        return "a choice needs .choices, ended by NULL";
    return NULL;
}

static enum status check_default(const struct table *table, const struct param *param)
{
    _Alignas(16) unsigned char values[PARAM_VALUES_MAX];
    struct error why;
    char text[400];
    if (param_set(table->ops->params, values, param->name, param->fallback, "its table",
                  table->at, &why) == OK)
        return OK;
    snprintf(text, sizeof text, "the default of '%s': %.300s", param->name, why.text);
    return wrong(table, text);
}

static enum status check_params(const struct table *table)
{
    const struct policy_ops *ops = table->ops;
    char text[200];
    if (ops->params_size > PARAM_VALUES_MAX) {
        snprintf(text, sizeof text, "params_size is %zu; it can be %d at most",
                 ops->params_size, PARAM_VALUES_MAX);
        return wrong(table, text);
    }
    size_t n = 0;
    for (const struct param *p = ops->params; p && p->name; p++) {
        const char *fault = fault_of_param(p, ops->params_size);
        if (++n > PARAMS_MAX)
            return wrong(table, "its parameters have no end; after the last comes {0}");
        if (fault) {
            snprintf(text, sizeof text, "parameter '%.40s': %s", p->name, fault);
            return wrong(table, text);
        }
        const enum status status = check_default(table, p);
        if (status != OK)
            return status;
    }
    return OK;
}

/* The verbs that must be there, or must not. */
static const char *fault_of_verbs(const struct policy_ops *ops)
{
    if (!ops->victim)
        return "it has no victim(), which every policy needs";
    if (ops->sees == POLICY_REF_BITS && ops->access)
        return "it has access(), and sees accessed bits only; .sees would be "
               "POLICY_EVERY_ACCESS or more";
    if (ops->sees != POLICY_REF_BITS && !ops->access)
        return "it sees more than accessed bits, and has no access() to be told by";
    if (ops->settled && ops->sees != POLICY_EVERY_REFERENCE)
        return "settled() has a meaning with POLICY_EVERY_REFERENCE only";
    if (ops->ghosts && !ops->forget)
        return "it has ghosts(), and no forget() for ghosts whose pages are gone";
    if (ops->forget && !ops->ghosts)
        return "it has forget(), and no ghosts() that says how many there are";
    if (ops->tick && !ops->uses_time)
        return "it has tick(), so uses_time must be true";
    return NULL;
}

/* What of the calls for reclaim must be there; the others may be NULL. */
static const char *fault_of_reclaim(const struct reclaim_ops *reclaim)
{
    if (!reclaim || (reclaim->shrink && reclaim->used && reclaim->sizes && reclaim->counts))
        return NULL;
    return "its reclaim lacks one of shrink(), used(), sizes() and counts(), which all "
           "must be there";
}

static const char *fault_of_fields(const struct policy_ops *ops)
{
    if (!ops->summary || !*ops->summary)
        return "it has no summary, one line for 'faultline list policies'";
    if (!ops->source || !*ops->source)
        return "it has no source, the paper or kernel that it follows";
    if ((unsigned)ops->sees > POLICY_FUTURE)
        return "what it sees is none of enum policy_sees";
    if (ops->state_size > STATE_MAX)
        return "its state_size is more than 1 GiB";
    if (ops->frame_size > FRAME_MAX)
        return "its frame_size is more than 64 KiB";
    return NULL;
}

enum status policy_table_check(const struct policy_ops *ops, const char *name,
                               struct location at, struct error *err)
{
    const struct table table = {ops, at, err};
    if (ops->abi != POLICY_ABI)
        return error_set(err, ERR_CONFIG, at,
                         "policy '%s' is built for policy ABI %u; this program has %d: "
                         "compile it again with this program's faultline/policy.h",
                         name, ops->abi, POLICY_ABI);
    if (!ops->name || strcmp(ops->name, name) != 0)
        return error_set(err, ERR_CONFIG, at,
                         "the policy of file '%s' has .name '%s'; the two must be equal",
                         name, ops->name ? ops->name : "");
    const char *fault = fault_of_fields(ops);
    if (!fault)
        fault = fault_of_verbs(ops);
    if (!fault)
        fault = fault_of_reclaim(ops->reclaim);
    return fault ? wrong(&table, fault) : check_params(&table);
}
