/* decimal.c -- see decimal.h. */
#include "base/decimal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide_t;

enum { FRACTION_DIGITS = 18 }; /* more cannot matter: 10^18 times a minute fits wide_t  */

const char *skip_blanks(const char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

size_t trimmed_length(const char *s)
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

const char *decimal_read(struct decimal *number, const char *s, bool fraction)
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

const struct unit *unit_find(const struct unit *units, size_t n, const char *name,
                             size_t length)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(units[i].name) == length && memcmp(units[i].name, name, length) == 0)
            return &units[i];
    return NULL;
}

/* digits * factor / (10^scale * divisor), and what remains of the division. */
static enum fit divide(uint64_t *value, wide_t *rest, wide_t *by,
                       const struct decimal *number, uint64_t factor, uint64_t divisor)
{
    const wide_t product = (wide_t)number->digits * factor;
    *by = divisor;
    for (unsigned i = 0; i < number->scale && !number->overflow; i++)
        *by *= 10;
    if (number->overflow || product / *by > UINT64_MAX)
        return TOO_LARGE;
    *value = (uint64_t)(product / *by);
    *rest = product % *by;
    return FITS;
}

enum fit decimal_scale(uint64_t *value, const struct decimal *number, uint64_t factor)
{
    uint64_t whole;
    wide_t rest, by;
    const enum fit fit = divide(&whole, &rest, &by, number, factor, 1);
    if (fit != FITS)
        return fit;
    if (rest != 0)
        return NOT_WHOLE;
    *value = whole;
    return FITS;
}

enum fit decimal_ratio(uint64_t *value, const struct decimal *number, uint64_t factor,
                       uint64_t divisor)
{
    wide_t rest, by;
    const enum fit fit = divide(value, &rest, &by, number, factor, divisor);
    if (fit != FITS)
        return fit;
    const bool up = rest >= by - rest;
    if (up && *value == UINT64_MAX)
        return TOO_LARGE;
    *value += up;
    return FITS;
}

void unit_format(uint64_t value, const struct unit *unit, char *buffer, size_t size)
{
    unsigned thousandths = (unsigned)(value % unit->factor / (unit->factor / 1000));
    int digits = 3;
    for (; digits > 0 && thousandths % 10 == 0; digits--)
        thousandths /= 10;
    if (digits == 0)
        snprintf(buffer, size, "%" PRIu64 " %s", value / unit->factor, unit->name);
    else
        snprintf(buffer, size, "%" PRIu64 ".%0*u %s", value / unit->factor, digits,
                 thousandths, unit->name);
}

const struct unit *unit_for(uint64_t value, const struct unit *units, size_t n)
{
    while (n-- > 0)
        if (value >= units[n].factor && value % (units[n].factor / 1000) == 0)
            return &units[n];
    return NULL;
}
