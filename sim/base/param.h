/* param.h -- parameter tables: name, type, default, range, unit, help.
 * A plug-in (policy, kernel, generator) declares a table; the core parses, checks,
 * defaults, lists and records the values.  A value lies in the plug-in's own parameter
 * struct, at `offset`, as the C type that the kind names. */
#ifndef FAULTLINE_BASE_PARAM_H
#define FAULTLINE_BASE_PARAM_H

#include "base/error.h"

#include <stddef.h>

enum param_kind {
    PARAM_BOOL,   /* bool: yes, no, true, false, on, off                         */
    PARAM_UINT,   /* uint64_t: a count                                           */
    PARAM_SIZE,   /* uint64_t bytes: a number with B, KiB, MiB, GiB, TiB          */
    PARAM_REAL,   /* double                                                      */
    PARAM_CHOICE, /* uint32_t: index into `choices`                              */
    PARAM_TIME,   /* psec_t: a number with ps, ns, us, ms, s, min                */
    PARAM_RATE,   /* uint64_t bytes per second: a number with B/s, kB/s, KiB/s ...;
                   * 0: unlimited, which a min above 0 forbids                   */
};

struct param {
    const char *name; /* NULL ends a table                                        */
    enum param_kind kind;
    size_t offset;
    const char *fallback;       /* the default, as the user would write it        */
    double min, max;            /* inclusive, unless BOOL or CHOICE; both 0: any    */
    const char *const *choices; /* NULL-terminated, for CHOICE                    */
    const char *unit;           /* "pages", "references"; NULL if none or its kind
                                   * has its own                                    */
    const char *help;           /* one sentence, with the source where there is one */
};

/* Set every parameter of the table to its default. */
void param_defaults(const struct param *table, void *values);

/* Parse text as parameter `name` of table into values.  owner names the plug-in in the
 * message ("policy 'clock'").  ERR_CONFIG on an unknown name (names the nearest), a wrong
 * type or unit, or a value out of range. */
MUST_CHECK enum status param_set(const struct param *table, void *values, const char *name,
                                 const char *text, const char *owner, struct location at,
                                 struct error *err);

/* Write the value of one parameter in canonical form; returns buffer. */
char *param_format(const struct param *param, const void *values, char *buffer,
                   size_t size);

/* Write min or max of a parameter that is a number as the user would; returns buffer. */
char *param_format_limit(const struct param *param, double limit, char *buffer,
                         size_t size);

/* Size of the values struct never exceeds this; checked when a plug-in is registered. */
#define PARAM_VALUES_MAX 512

#endif
