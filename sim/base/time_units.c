/* time_units.c -- times, cycles and frequencies; see units.h. */
#include "base/decimal.h"
#include "base/units.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct unit times[] = {
    {"ps", 1},
    {"ns", UINT64_C(1000)},
    {"us", UINT64_C(1000000)},
    {"ms", UINT64_C(1000000000)},
    {"s", UINT64_C(1000000000000)},
    {"min", UINT64_C(60000000000000)},
};
enum { SECOND = 4 };

static const struct unit frequencies[] = {
    {"Hz", 1},
    {"kHz", UINT64_C(1000)},
    {"MHz", UINT64_C(1000000)},
    {"GHz", UINT64_C(1000000000)},
};

/* What follows the number of a time, if that is `cycle` or `cycles`. */
static bool is_cycles(const char *unit, size_t length)
{
    static const char cycles[] = "cycles";
    return (length == strlen(cycles) || length == strlen(cycles) - 1) &&
           strncmp(unit, cycles, length) == 0;
}

bool is_in_cycles(const char *text)
{
    const size_t length = trimmed_length(text);
    size_t start = length;
    while (start > 0 && text[start - 1] >= 'a' && text[start - 1] <= 'z')
        start--;
    return is_cycles(text + start, length - start);
}

psec_t cycle_time(uint64_t hertz)
{
    return (times[SECOND].factor + hertz / 2) / hertz;
}

/* hertz: 0 if a time cannot be in cycles. */
static enum status read_time(psec_t *time, const char *text, uint64_t hertz,
                             const char *what, struct location at, struct error *err)
{
    struct decimal number;
    const char *end = decimal_read(&number, skip_blanks(text), true);
    const char *name = end ? skip_blanks(end) : NULL;
    const bool zero = end && number.digits == 0 && !number.overflow;
    if (!end || (!*name && !zero))
        return error_set(err, ERR_CONFIG, at,
                         "bad time '%s' for %s: a time is a number with a unit (ps, ns, "
                         "us, ms, s, min%s), such as '60 us'",
                         text, what, hertz ? ", cycles" : "");
    const size_t length = trimmed_length(name);
    const bool cycles = hertz && is_cycles(name, length);
    const struct unit *unit =
        cycles || !*name ? &times[0] : unit_find(times, ARRAY_LEN(times), name, length);
    if (!unit)
        return error_set(err, ERR_CONFIG, at,
                         "bad time '%s' for %s: unknown unit '%.*s'; units are ps, ns, us, "
                         "ms, s%s",
                         text, what, (int)length, name,
                         hertz ? ", min and cycles" : " and min");
    const enum fit fit = cycles ? decimal_ratio(time, &number, times[SECOND].factor, hertz)
                                : decimal_scale(time, &number, unit->factor);
    if (fit == TOO_LARGE)
        return error_set(err, ERR_CONFIG, at,
                         "bad time '%s' for %s: the number has too many digits; the "
                         "longest time is 2^64 - 1 ps, some 213 days",
                         text, what);
    if (fit == NOT_WHOLE)
        return error_set(err, ERR_CONFIG, at,
                         "bad time '%s' for %s: it is not a whole number of picoseconds",
                         text, what);
    return OK;
}

enum status parse_time(psec_t *time, const char *text, const char *what, struct location at,
                       struct error *err)
{
    return read_time(time, text, 0, what, at, err);
}

enum status parse_clocked_time(psec_t *time, const char *text, uint64_t hertz,
                               const char *what, struct location at, struct error *err)
{
    assert(hertz > 0);
    return read_time(time, text, hertz, what, at, err);
}

enum status parse_frequency(uint64_t *hertz, const char *text, const char *what,
                            struct location at, struct error *err)
{
    struct decimal number;
    const char *end = decimal_read(&number, skip_blanks(text), true);
    const char *name = end ? skip_blanks(end) : NULL;
    if (!end || !*name)
        return error_set(err, ERR_CONFIG, at,
                         "bad frequency '%s' for %s: a frequency is a number with a unit "
                         "(Hz, kHz, MHz, GHz), such as '3 GHz'",
                         text, what);
    const size_t length = trimmed_length(name);
    const struct unit *unit = unit_find(frequencies, ARRAY_LEN(frequencies), name, length);
    if (!unit)
        return error_set(err, ERR_CONFIG, at,
                         "bad frequency '%s' for %s: unknown unit '%.*s'; units are Hz, "
                         "kHz, MHz and GHz",
                         text, what, (int)length, name);
    const enum fit fit = decimal_scale(hertz, &number, unit->factor);
    if (fit == TOO_LARGE)
        return error_set(err, ERR_CONFIG, at,
                         "bad frequency '%s' for %s: the number has too many digits; the "
                         "highest frequency is 2^64 - 1 Hz",
                         text, what);
    if (fit == NOT_WHOLE)
        return error_set(err, ERR_CONFIG, at,
                         "bad frequency '%s' for %s: it is not a whole number of hertz",
                         text, what);
    return OK;
}

char *format_time(psec_t time, char *buffer, size_t size)
{
    const struct unit *unit = unit_for(time, &times[1], SECOND);
    if (unit)
        unit_format(time, unit, buffer, size);
    else
        snprintf(buffer, size, "%" PRIu64 " %s", time, time ? "ps" : "s");
    return buffer;
}
