/* units.c -- see units.h. */
#include "base/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide_t;

enum {
    FRACTION_DIGITS = 18, /* more cannot matter: 10^18 times a terabyte fits wide_t     */
    NAME_MAX_LENGTH = 95, /* longer names are not compared                              */
};

static const struct unit {
    const char *name;
    uint64_t bytes;
} units[] = {
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

/* A decimal number as written: digits / 10^scale. */
struct decimal {
    uint64_t digits;
    unsigned scale;
    bool overflow;
};

static const char *skip_blanks(const char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

static size_t trimmed_length(const char *s)
{
    size_t length = strlen(s);
    while (length > 0 && (s[length - 1] == ' ' || s[length - 1] == '\t'))
        length--;
    return length;
}

static bool append_digit(struct decimal *number, char digit)
{
    const wide_t next = (wide_t)number->digits * 10 + (unsigned)(digit - '0');
    if (next > UINT64_MAX)
        return false;
    number->digits = (uint64_t)next;
    return true;
}

/* Read digits[.digits]; NULL if there is no such number.  Returns what follows it. */
static const char *read_decimal(struct decimal *number, const char *s, bool fraction)
{
    *number = (struct decimal){0};
    if (!isdigit((unsigned char)*s))
        return NULL;
    for (; isdigit((unsigned char)*s); s++)
        if (!append_digit(number, *s))
            number->overflow = true;
    if (!fraction || *s != '.')
        return s;
    if (!isdigit((unsigned char)*++s))
        return NULL;
    size_t length = strspn(s, "0123456789");
    const char *end = s + length;
    while (length > 0 && s[length - 1] == '0')
        length--;
    for (size_t i = 0; i < length; i++)
        if (number->scale++ >= FRACTION_DIGITS || !append_digit(number, s[i]))
            number->overflow = true;
    return end;
}

static const struct unit *find_unit(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strlen(units[i].name) == length && memcmp(units[i].name, name, length) == 0)
            return &units[i];
    return NULL;
}

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

static enum status bad_unit(const char *text, const char *number, size_t digits,
                            const char *unit, const char *what, struct location at,
                            struct error *err)
{
    const size_t length = trimmed_length(unit);
    const int place = vague_unit(unit, length);
    if (place >= 0)
        return error_set(err, ERR_CONFIG, at,
                         "bad size '%s' for %s: '%.*s' may mean a power of 1000 or of 1024;"
                         " write '%.*s %s' or '%.*s %s'",
                         text, what, (int)length, unit, (int)digits, number,
                         units[1 + place].name, (int)digits, number, units[5 + place].name);
    return error_set(err, ERR_CONFIG, at,
                     "bad size '%s' for %s: unknown unit '%.*s'; units are B, KiB, MiB, "
                     "GiB, TiB (powers of 1024) and kB, MB, GB, TB (powers of 1000)",
                     text, what, (int)length, unit);
}

enum status parse_size(uint64_t *bytes, const char *text, const char *what,
                       struct location at, struct error *err)
{
    const char *start = skip_blanks(text);
    struct decimal number;
    const char *end = read_decimal(&number, start, true);
    if (!end)
        return error_set(err, ERR_CONFIG, at,
                         "bad size '%s' for %s: a size is a number of bytes or a number "
                         "with a unit, such as '4096' or '4 KiB'",
                         text, what);
    const char *name = skip_blanks(end);
    const struct unit *unit = *name ? find_unit(name, trimmed_length(name)) : &units[0];
    if (!unit)
        return bad_unit(text, start, (size_t)(end - start), name, what, at, err);
    wide_t value = (wide_t)number.digits * unit->bytes, divisor = 1;
    for (unsigned i = 0; i < number.scale && !number.overflow; i++)
        divisor *= 10;
    if (number.overflow || value / divisor > UINT64_MAX)
        return error_set(err, ERR_CONFIG, at,
                         "bad size '%s' for %s: the number has too many digits; the "
                         "largest size is 2^64 - 1 bytes",
                         text, what);
    if (value % divisor != 0)
        return error_set(err, ERR_CONFIG, at,
                         "bad size '%s' for %s: it is not a whole number of bytes", text,
                         what);
    *bytes = (uint64_t)(value / divisor);
    return OK;
}

enum status parse_count(uint64_t *count, const char *text, const char *what,
                        struct location at, struct error *err)
{
    struct decimal number;
    const char *end = read_decimal(&number, skip_blanks(text), false);
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
    size_t i = 4;
    while (i > 0 && (bytes < units[i].bytes || bytes % (units[i].bytes / 4) != 0))
        i--;
    const uint64_t whole = bytes / units[i].bytes;
    if (i == 0 || bytes % units[i].bytes == 0) {
        snprintf(buffer, size, "%" PRIu64 " %s", whole, units[i].name);
        return buffer;
    }
    const uint64_t quarters = bytes % units[i].bytes / (units[i].bytes / 4);
    static const char *const decimals[] = {"", "25", "5", "75"};
    snprintf(buffer, size, "%" PRIu64 ".%s %s", whole, decimals[quarters], units[i].name);
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

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    const unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

/* Edit distance without regard to case, where swapping two neighbours is one edit
 * (optimal string alignment); both names are at most NAME_MAX_LENGTH long. */
static unsigned edit_distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    unsigned rows[3][NAME_MAX_LENGTH + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i - 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            const int x = tolower((unsigned char)a[i - 1]);
            const int y = tolower((unsigned char)b[j - 1]);
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                tolower((unsigned char)a[i - 2]) == y && rows[(i - 2) % 3][j - 2] < row[j])
                row[j] = rows[(i - 2) % 3][j - 2] + (x != y);
        }
    }
    return rows[n % 3][m];
}

const char *nearest_name(const char *name, const char *const *candidates, size_t n)
{
    const size_t length = strlen(name);
    if (length > NAME_MAX_LENGTH)
        return NULL;
    const char *nearest = NULL;
    unsigned best = length < 6 ? 1 : (unsigned)(length / 3);
    for (size_t i = 0; i < n; i++) {
        if (strlen(candidates[i]) > NAME_MAX_LENGTH)
            continue;
        const unsigned distance = edit_distance(name, candidates[i]);
        if (distance < best || (distance == best && !nearest)) {
            nearest = candidates[i];
            best = distance;
        }
    }
    return nearest;
}

char *join_names(char *buffer, size_t size, const char *const *names, size_t n)
{
    size_t length = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < n && length < size; i++)
        length += (size_t)snprintf(buffer + length, size - length, "%s%s", i ? ", " : "",
                                   names[i]);
    return buffer;
}
