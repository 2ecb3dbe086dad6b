/* fields.c -- see fields.h. */
#include "trace/fields.h"

#include <stdio.h>

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

char *fields_quote(const char *p, const char *end, char buffer[FIELDS_QUOTE_MAX])
{
    size_t n = 0;
    for (; p < end && n < FIELDS_QUOTE_MAX - 4; p++)
        buffer[n++] = *p >= ' ' && *p <= '~' ? *p : '?';
    snprintf(buffer + n, 4, "%s", p < end ? "..." : "");
    return buffer;
}

struct location fields_place(struct fields line, const char *where)
{
    return line.text ? text_at(line.text, (size_t)(where - line.begin) + 1) : at_nowhere();
}

enum status fields_bad_word(struct fields line, const char *where, const char *end,
                            const char *what, const char *expected, struct error *err)
{
    char field[FIELDS_QUOTE_MAX];
    if (where == end)
        return error_set(err, ERR_SYNTAX, fields_place(line, where), "missing %s: %s", what,
                         expected);
    return error_set(err, ERR_SYNTAX, fields_place(line, where), "bad %s '%s': %s", what,
                     fields_quote(where, end, field), expected);
}

enum status fields_bad(struct fields line, const char *where, const char *what,
                       const char *expected, struct error *err)
{
    return fields_bad_word(line, where, field_end(where, line.end), what, expected, err);
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
        char field[FIELDS_QUOTE_MAX];
        return error_set(err, ERR_SYNTAX, fields_place(*line, start),
                         "bad %s '%s': at most %llu expected", what,
                         fields_quote(start, end, field), (unsigned long long)max);
    }
    line->at = end;
    *value = v;
    return OK;
}

enum status fields_finish(struct fields line, const char *what, struct error *err)
{
    char field[FIELDS_QUOTE_MAX];
    if (fields_done(&line))
        return OK;
    if (fields_between(line.at, line.end)) /* a comma, say */
        return error_set(err, ERR_SYNTAX, fields_place(line, line.at),
                         "unexpected '%c': nothing expected after the %s", *line.at, what);
    return error_set(err, ERR_SYNTAX, fields_place(line, line.at),
                     "unexpected '%s': nothing expected after the %s",
                     fields_quote(line.at, field_end(line.at, line.end), field), what);
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
