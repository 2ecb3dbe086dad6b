/* units.c -- see units.h. */
#include "base/units.h"
#include "base/decimal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct unit sizes[] = {
    {"B", 1},
    {"KiB", UINT64_C(1) << 10},
    {"MiB", UINT64_C(1) << 20},
    {"GiB", UINT64_C(1) << 30},
    {"TiB", UINT64_C(1) << 40},
    {"kB", UINT64_C(1000)},
    {"MB", UINT64_C(1000000)},
    {"GB", UINT64_C(1000000000)},
    {"TB", UINT64_C(1000000000000)},
};
enum { BINARY = 1, DECIMAL = 5, POWERS = 4 }; /* where the powers begin, and how many    */

/* The place in "KMGT" of a unit that was meant but not spelt so that it is certain which
 * power (K, KB, kib, M, mb ...), or -1. */
static int vague_unit(const char *name, size_t length)
{
    static const char letters[] = "KMGT";
    const char *letter = strchr(letters, toupper((unsigned char)name[0]));
    if (length == 0 || length > 3 || !letter || !*letter)
        return -1;
    static const char ending[] = "ib";
    for (size_t i = 1; i < length; i++)
        if (tolower((unsigned char)name[i]) != ending[length == 2 ? 1 : i - 1])
            return -1;
    return (int)(letter - letters);
}

/* What the user wrote, for a message. */
struct quantity {
    const char *text, *what;
    const char *number, *unit; /* in text                                              */
    size_t number_length, unit_length;
};

static enum status bad_size_unit(const struct quantity *q, struct location at,
                                 struct error *err)
{
    const int place = vague_unit(q->unit, q->unit_length);
    if (place >= 0)
        return error_set(err, ERR_CONFIG, at,
                         "bad size '%s' for %s: '%.*s' may mean a power of 1000 or of 1024;"
                         " write '%.*s %s' or '%.*s %s'",
                         q->text, q->what, (int)q->unit_length, q->unit,
                         (int)q->number_length, q->number, sizes[BINARY + place].name,
                         (int)q->number_length, q->number, sizes[DECIMAL + place].name);
    return error_set(err, ERR_CONFIG, at,
                     "bad size '%s' for %s: unknown unit '%.*s'; units are B, KiB, MiB, "
                     "GiB, TiB (powers of 1024) and kB, MB, GB, TB (powers of 1000)",
                     q->text, q->what, (int)q->unit_length, q->unit);
}

enum status parse_size(uint64_t *bytes, const char *text, const char *what,
                       struct location at, struct error *err)
{
    const char *start = skip_blanks(text);
    struct decimal number;
    const char *end = decimal_read(&number, start, true);
    if (!end)
        return error_set(err, ERR_CONFIG, at,
                         "bad size '%s' for %s: a size is a number of bytes or a number "
                         "with a unit, such as '4096' or '4 KiB'",
                         text, what);
    const char *name = skip_blanks(end);
    const size_t length = trimmed_length(name);
    const struct unit *unit =
        *name ? unit_find(sizes, ARRAY_LEN(sizes), name, length) : &sizes[0];
    const struct quantity q = {text, what, start, name, (size_t)(end - start), length};
    if (!unit)
        return bad_size_unit(&q, at, err);
    const enum fit fit = decimal_scale(bytes, &number, unit->factor);
    if (fit == TOO_LARGE)
        return error_set(err, ERR_CONFIG, at,
                         "bad size '%s' for %s: the number has too many digits; the "
                         "largest size is 2^64 - 1 bytes",
                         text, what);
    if (fit == NOT_WHOLE)
        return error_set(err, ERR_CONFIG, at,
                         "bad size '%s' for %s: it is not a whole number of bytes", text,
                         what);
    return OK;
}

static enum status bad_rate_unit(const struct quantity *q, struct location at,
                                 struct error *err)
{
    const bool per_second = q->unit_length > 2 && q->unit[q->unit_length - 2] == '/';
    const size_t length = per_second ? q->unit_length - 2 : q->unit_length;
    const int place = vague_unit(q->unit, length);
    if (unit_find(sizes, ARRAY_LEN(sizes), q->unit, length))
        return error_set(err, ERR_CONFIG, at,
                         "bad rate '%s' for %s: a rate is per second; write '%.*s %.*s/s'",
                         q->text, q->what, (int)q->number_length, q->number, (int)length,
                         q->unit);
    if (place >= 0)
        return error_set(err, ERR_CONFIG, at,
                         "bad rate '%s' for %s: '%.*s' may mean a power of 1000 or of 1024;"
                         " write '%.*s %s/s' or '%.*s %s/s'",
                         q->text, q->what, (int)length, q->unit, (int)q->number_length,
                         q->number, sizes[BINARY + place].name, (int)q->number_length,
                         q->number, sizes[DECIMAL + place].name);
    return error_set(err, ERR_CONFIG, at,
                     "bad rate '%s' for %s: unknown unit '%.*s'; units are B/s, KiB/s, "
                     "MiB/s, GiB/s, TiB/s (powers of 1024) and kB/s, MB/s, GB/s, TB/s "
                     "(powers of 1000)",
                     q->text, q->what, (int)q->unit_length, q->unit);
}

static enum status parse_rate_number(uint64_t *rate, const struct decimal *number,
                                     const struct quantity *q, struct location at,
                                     struct error *err)
{
    const bool per_second =
        q->unit_length > 2 && memcmp(q->unit + q->unit_length - 2, "/s", 2) == 0;
    const struct unit *unit =
        per_second ? unit_find(sizes, ARRAY_LEN(sizes), q->unit, q->unit_length - 2) : NULL;
    if (!unit)
        return bad_rate_unit(q, at, err);
    const enum fit fit = decimal_scale(rate, number, unit->factor);
    if (fit == TOO_LARGE)
        return error_set(err, ERR_CONFIG, at,
                         "bad rate '%s' for %s: the number has too many digits; the "
                         "largest rate is 2^64 - 1 bytes per second",
                         q->text, q->what);
    if (fit == NOT_WHOLE)
        return error_set(err, ERR_CONFIG, at,
                         "bad rate '%s' for %s: it is not a whole number of bytes per "
                         "second",
                         q->text, q->what);
    if (*rate == 0)
        return error_set(err, ERR_CONFIG, at,
                         "bad rate '%s' for %s: nothing would ever be done; write "
                         "'unlimited' for what takes no time",
                         q->text, q->what);
    return OK;
}

enum status parse_rate(uint64_t *rate, const char *text, const char *what,
                       struct location at, struct error *err)
{
    const char *start = skip_blanks(text);
    static const char unlimited[] = "unlimited";
    if (trimmed_length(start) == strlen(unlimited) &&
        strncmp(start, unlimited, strlen(unlimited)) == 0) {
        *rate = 0;
        return OK;
    }
    struct decimal number;
    const char *end = decimal_read(&number, start, true);
    const char *name = end ? skip_blanks(end) : NULL;
    if (!end || !*name)
        return error_set(err, ERR_CONFIG, at,
                         "bad rate '%s' for %s: a rate is a number with a unit, such as "
                         "'560 MB/s', or 'unlimited'",
                         text, what);
    const struct quantity q = {
        text, what, start, name, (size_t)(end - start), trimmed_length(name)};
    return parse_rate_number(rate, &number, &q, at, err);
}

enum status parse_count(uint64_t *count, const char *text, const char *what,
                        struct location at, struct error *err)
{
    struct decimal number;
    const char *end = decimal_read(&number, skip_blanks(text), false);
    if (!end || *skip_blanks(end))
        return error_set(err, ERR_CONFIG, at,
                         "bad count '%s' for %s: a count is a whole number in digits "
                         "only, such as '1024'",
                         text, what);
    if (number.overflow)
        return error_set(err, ERR_CONFIG, at,
                         "bad count '%s' for %s: the largest is %" PRIu64, text, what,
                         UINT64_MAX);
    *count = number.digits;
    return OK;
}

char *format_size(uint64_t bytes, char *buffer, size_t size)
{
    /* The largest unit in which the value is written with two decimals at most. */
    size_t i = POWERS;
    while (i > 0 && (bytes < sizes[i].factor || bytes % (sizes[i].factor / 4) != 0))
        i--;
    const uint64_t whole = bytes / sizes[i].factor;
    if (i == 0 || bytes % sizes[i].factor == 0) {
        snprintf(buffer, size, "%" PRIu64 " %s", whole, sizes[i].name);
        return buffer;
    }
    const uint64_t quarters = bytes % sizes[i].factor / (sizes[i].factor / 4);
    static const char *const decimals[] = {"", "25", "5", "75"};
    snprintf(buffer, size, "%" PRIu64 ".%s %s", whole, decimals[quarters], sizes[i].name);
    return buffer;
}

char *format_rate(uint64_t rate, char *buffer, size_t size)
{
    char binary[32], decimal[32];
    format_size(rate, binary, sizeof binary);
    const struct unit *unit = unit_for(rate, &sizes[DECIMAL], POWERS);
    if (unit)
        unit_format(rate, unit, decimal, sizeof decimal);
    const bool shorter = unit && strlen(decimal) <= strlen(binary);
    snprintf(buffer, size, "%s%s",
             rate == 0 ? "unlimited"
             : shorter ? decimal
                       : binary,
             rate == 0 ? "" : "/s");
    return buffer;
}

char *format_count(uint64_t count, char *buffer, size_t size)
{
    char digits[24], grouped[32];
    const int n = snprintf(digits, sizeof digits, "%" PRIu64, count);
    size_t length = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            grouped[length++] = ',';
        grouped[length++] = digits[i];
    }
    grouped[length] = '\0';
    snprintf(buffer, size, "%s", grouped);
    return buffer;
}
