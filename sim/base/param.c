/* param.c -- see param.h. */
#include "base/param.h"

#include "base/units.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 64 }; /* of a table or of the choices of a parameter, for a message  */

/* What a message needs to know of the value that is being set. */
struct subject {
    const struct param *param;
    const char *text;
    char what[160]; /* "'hand' of policy 'clock'"                                      */
    struct location at;
    struct error *err;
};

static const char *const bool_names[] = {"no", "yes", "false", "true", "off", "on"};

static void *value_at(const struct param *param, void *values)
{
    return (unsigned char *)values + param->offset;
}

static enum status unknown_param(const struct param *table, const char *name,
                                 const char *owner, struct location at, struct error *err)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (const struct param *p = table; p && p->name && n < NAMES_MAX; p++)
        names[n++] = p->name;
    if (n == 0)
        return error_set(err, ERR_CONFIG, at,
                         "unknown parameter '%s' of %s: it has no parameters", name, owner);
    char list[320];
    join_names(list, sizeof list, names, n);
    const char *nearest = nearest_name(name, names, n);
    if (nearest)
        return error_set(err, ERR_CONFIG, at,
                         "unknown parameter '%s' of %s; nearest is '%s' (it has %s)", name,
                         owner, nearest, list);
    return error_set(err, ERR_CONFIG, at, "unknown parameter '%s' of %s; it has %s", name,
                     owner, list);
}

static enum status set_bool(const struct subject *subject, bool *value)
{
    for (unsigned i = 0; i < ARRAY_LEN(bool_names); i++)
        if (strcmp(subject->text, bool_names[i]) == 0) {
            *value = i % 2 == 1;
            return OK;
        }
    return error_set(subject->err, ERR_CONFIG, subject->at,
                     "bad value '%s' for %s: it is yes or no", subject->text,
                     subject->what);
}

static enum status set_choice(const struct subject *subject, uint32_t *value)
{
    const char *const *choices = subject->param->choices;
    uint32_t n = 0;
    for (; choices[n]; n++)
        if (strcmp(subject->text, choices[n]) == 0) {
            *value = n;
            return OK;
        }
    char list[320];
    join_names(list, sizeof list, choices, n);
    const char *nearest = nearest_name(subject->text, choices, n);
    if (nearest)
        return error_set(subject->err, ERR_CONFIG, subject->at,
                         "bad value '%s' for %s; nearest is '%s' (it is one of %s)",
                         subject->text, subject->what, nearest, list);
    return error_set(subject->err, ERR_CONFIG, subject->at,
                     "bad value '%s' for %s: it is one of %s", subject->text, subject->what,
                     list);
}

static enum status parse_real(const struct subject *subject, double *value)
{
    /* Only plain decimal numbers: strtod would also take hexadecimal, inf and nan. */
    const bool plain = strspn(subject->text, "+-.0123456789eE") == strlen(subject->text);
    char *end = NULL;
    *value = plain ? strtod(subject->text, &end) : 0.0;
    if (!plain || end == subject->text || *end || !isfinite(*value))
        return error_set(subject->err, ERR_CONFIG, subject->at,
                         "bad value '%s' for %s: it is a number such as '0.5'",
                         subject->text, subject->what);
    return OK;
}

static char *format_number(enum param_kind kind, uint64_t number, char *buffer, size_t size)
{
    if (kind == PARAM_SIZE)
        return format_size(number, buffer, size);
    if (kind == PARAM_TIME)
        return format_time(number, buffer, size);
    if (kind == PARAM_RATE)
        return format_rate(number, buffer, size);
    snprintf(buffer, size, "%" PRIu64, number);
    return buffer;
}

char *param_format_limit(const struct param *param, double limit, char *buffer, size_t size)
{
    if (param->kind == PARAM_REAL) {
        snprintf(buffer, size, "%.15g", limit);
        return buffer;
    }
    /* The nearest double to 2^64 - 1 is 2^64. */
    const uint64_t number = limit < 0x1p64 ? (uint64_t)limit : UINT64_MAX;
    return format_number(param->kind, number, buffer, size);
}

static enum status check_range(const struct subject *subject, double value)
{
    const struct param *param = subject->param;
    const bool any = param->min == 0.0 && param->max == 0.0;
    if (any || (value >= param->min && value <= param->max))
        return OK;
    char least[32], most[32];
    return error_set(subject->err, ERR_CONFIG, subject->at,
                     "bad value '%s' for %s: it must be from %s to %s%s%s", subject->text,
                     subject->what,
                     param_format_limit(param, param->min, least, sizeof least),
                     param_format_limit(param, param->max, most, sizeof most),
                     param->unit ? " " : "", param->unit ? param->unit : "");
}

static enum status set_real(const struct subject *subject, void *value)
{
    double real;
    enum status status = parse_real(subject, &real);
    if (status == OK)
        status = check_range(subject, real);
    if (status == OK)
        memcpy(value, &real, sizeof real);
    return status;
}

static enum status set_number(const struct subject *subject, void *value)
{
    static enum status (*const parsers[])(uint64_t *, const char *, const char *,
                                          struct location, struct error *) = {
        [PARAM_UINT] = parse_count,
        [PARAM_SIZE] = parse_size,
        [PARAM_TIME] = parse_time,
        [PARAM_RATE] = parse_rate,
    };
    uint64_t number;
    enum status status = parsers[subject->param->kind](
        &number, subject->text, subject->what, subject->at, subject->err);
    if (status == OK)
        status = check_range(subject, (double)number);
    if (status == OK)
        memcpy(value, &number, sizeof number);
    return status;
}

enum status param_set(const struct param *table, void *values, const char *name,
                      const char *text, const char *owner, struct location at,
                      struct error *err)
{
    const struct param *param = table;
    while (param && param->name && strcmp(param->name, name) != 0)
        param++;
    if (!param || !param->name)
        return unknown_param(table, name, owner, at, err);
    struct subject subject = {.param = param, .text = text, .at = at, .err = err};
    snprintf(subject.what, sizeof subject.what, "'%s' of %s", name, owner);
    void *value = value_at(param, values);
    if (param->kind == PARAM_BOOL)
        return set_bool(&subject, value);
    if (param->kind == PARAM_CHOICE)
        return set_choice(&subject, value);
    if (param->kind == PARAM_REAL)
        return set_real(&subject, value);
    return set_number(&subject, value);
}

void param_defaults(const struct param *table, void *values)
{
    for (const struct param *param = table; param && param->name; param++) {
        const enum status status = param_set(table, values, param->name, param->fallback,
                                             "its table", at_nowhere(), NULL);
        assert(status == OK); /* a default outside its own range is the plug-in's bug */
        (void)status;
    }
}

/* The shortest decimal that reads back as the same number. */
static void format_real(double real, char *buffer, size_t size)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, real);
        if (strtod(buffer, NULL) == real)
            return;
    }
}

char *param_format(const struct param *param, const void *values, char *buffer, size_t size)
{
    const void *value = (const unsigned char *)values + param->offset;
    uint64_t number;
    uint32_t choice;
    double real;
    bool flag;
    switch (param->kind) {
    case PARAM_BOOL:
        memcpy(&flag, value, sizeof flag);
        snprintf(buffer, size, "%s", bool_names[flag]);
        break;
    case PARAM_UINT:
    case PARAM_SIZE:
        memcpy(&number, value, sizeof number);
        snprintf(buffer, size, "%" PRIu64, number);
        break;
    case PARAM_TIME:
    case PARAM_RATE:
        memcpy(&number, value, sizeof number);
        format_number(param->kind, number, buffer, size);
        break;
    case PARAM_REAL:
        memcpy(&real, value, sizeof real);
        format_real(real, buffer, size);
        break;
    case PARAM_CHOICE:
        memcpy(&choice, value, sizeof choice);
        snprintf(buffer, size, "%s", param->choices[choice]);
        break;
    }
    return buffer;
}
