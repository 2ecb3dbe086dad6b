/* fields.c -- see fields.h. */
#include "trace/fields.h"

#include <stdio.h>

enum { QUOTED = 40 }; /* characters of a wrong field that an error repeats */

const unsigned char fields_hex_digit[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
    ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
    ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
    ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static const char *field_end(const char *p, const char *end)
{
    while (!fields_between(p, end))
        p++;
    return p;
}

/* The field at p as an error may print it: not too long, and nothing that a terminal
 * would act on. */
static const char *quote(const char *p, const char *end, char buffer[QUOTED + 4])
{
    size_t n = 0;
    for (end = field_end(p, end); p < end && n < QUOTED; p++)
        buffer[n++] = *p > ' ' && *p <= '~' ? *p : '?';
    snprintf(buffer + n, 4, "%s", p < end ? "..." : "");
    return buffer;
}

static struct location place(struct fields line, const char *where)
{
    return line.text ? text_at(line.text, (size_t)(where - line.begin) + 1) : at_nowhere();
}

enum status fields_bad(struct fields line, const char *where, const char *what,
                       const char *expected, struct error *err)
{
    char field[QUOTED + 4];
    if (fields_between(where, line.end))
        return error_set(err, ERR_SYNTAX, place(line, where), "missing %s: %s", what,
                         expected);
    return error_set(err, ERR_SYNTAX, place(line, where), "bad %s '%s': %s", what,
                     quote(where, line.end, field), expected);
}

enum status fields_bad_address(struct fields line, const char *where, struct error *err)
{
    const char *start = where;
    if (line.end - start > 2 && start[0] == '0' && (start[1] | 0x20) == 'x')
        start += 2;
    const char *p = start;
    while (p < line.end && fields_hex_digit[(unsigned char)*p])
        p++;
    if (p - start > 16 && fields_between(p, line.end)) /* digits, but too many */
        return fields_bad(line, where, "address", "at most 64 bits expected", err);
    return fields_bad(line, where, "address", "hexadecimal digits expected", err);
}

enum status fields_decimal(struct fields *line, uint64_t *value, uint64_t max,
                           const char *what, struct error *err)
{
    const char *start = line->at;
    const char *end = field_end(start, line->end);
    uint64_t v = 0;
    bool over = false;
    for (const char *p = start; p < end; p++) {
        if (*p < '0' || *p > '9')
            return fields_bad(*line, start, what, "decimal digits expected", err);
        const uint64_t digit = (uint64_t)(*p - '0');
        over = over || v > (max - digit) / 10;
        v = v * 10 + digit;
    }
    if (start == end)
        return fields_bad(*line, start, what, "decimal digits expected", err);
    if (over) {
        char field[QUOTED + 4];
        return error_set(err, ERR_SYNTAX, place(*line, start),
                         "bad %s '%s': at most %llu expected", what,
                         quote(start, line->end, field), (unsigned long long)max);
    }
    line->at = end;
    *value = v;
    return OK;
}

enum status fields_finish(struct fields line, const char *what, struct error *err)
{
    char field[QUOTED + 4];
    if (fields_done(&line))
        return OK;
    if (fields_between(line.at, line.end)) /* a comma, say */
        return error_set(err, ERR_SYNTAX, place(line, line.at),
                         "unexpected '%c': nothing expected after the %s", *line.at, what);
    return error_set(err, ERR_SYNTAX, place(line, line.at),
                     "unexpected '%s': nothing expected after the %s",
                     quote(line.at, line.end, field), what);
}

const char *fields_next(struct fields *line, const char **begin)
{
    fields_skip_blanks(line);
    *begin = line->at;
    return line->at = field_end(line->at, line->end);
}

bool fields_looks_hexadecimal(const char *begin, const char *end)
{
    for (const char *p = begin; p < end; p++)
        if (*p < '0' || *p > '9')
            return true;
    return end - begin >= 8 && *begin == '0';
}
