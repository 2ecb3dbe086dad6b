/* fields.h -- the fields of one line of a foreign trace: numbers, and what is wrong with
 * them.
 * A format has one function that reads a line, for its read() and for its probe() alike.
 * A mistake is an ERR_SYNTAX that quotes the field and names its column; while a format
 * is only being recognised, err is NULL and text is not asked. */
#ifndef FAULTLINE_TRACE_FIELDS_H
#define FAULTLINE_TRACE_FIELDS_H

#include "base/error.h"
#include "trace/builder.h"
#include "trace/text.h"

#include <stdbool.h>
#include <stdint.h>

/* A line and how far it was read.  It is handed by value to what is not inline, so that
 * the loop over the lines can keep it in registers. */
struct fields {
    const char *at, *end;    /* what was not read yet                                    */
    const char *begin;       /* of the line: columns count from here                     */
    const struct text *text; /* knows file and line; may be NULL if err is               */
};

/* A reference as builder_add takes it. */
struct reference {
    enum reference_kind kind;
    vaddr_t vaddr;
    uint32_t size; /* bytes */
};

enum {
    FIELDS_SIZE_MAX = 65536, /* bytes of one reference, as builder_add allows           */
    FIELDS_QUOTE_MAX = 44,   /* of a field that an error repeats, `...` and NUL counted  */
};

/* By character: the value of the hexadecimal digit plus one, 0 if it is none. */
extern const unsigned char fields_hex_digit[256];

/* ERR_SYNTAX at `where`, in the line or at its end: "bad WHAT 'FIELD': EXPECTED", or
 * "missing WHAT: EXPECTED" where no field stands. */
NOINLINE enum status fields_bad(struct fields line, const char *where, const char *what,
                                const char *expected, struct error *err);

/* The same of the word that ends at `end`; it is missing if it ends where it begins. */
NOINLINE enum status fields_bad_word(struct fields line, const char *where, const char *end,
                                     const char *what, const char *expected,
                                     struct error *err);

/* Copy what an error may print of a field: not too long, and nothing that a terminal
 * would act on; returns buffer. */
char *fields_quote(const char *p, const char *end, char buffer[FIELDS_QUOTE_MAX]);

/* File, line and column of a place in the line. */
struct location fields_place(struct fields line, const char *where);

/* ERR_SYNTAX for the address at `where` that does not read as hexadecimal digits. */
NOINLINE enum status fields_bad_address(struct fields line, const char *where,
                                        struct error *err);

/* Read a decimal number of at most `max`. */
MUST_CHECK enum status fields_decimal(struct fields *line, uint64_t *value, uint64_t max,
                                      const char *what, struct error *err);

/* Nothing may follow but blanks: ERR_SYNTAX says that nothing is expected after `what`. */
MUST_CHECK enum status fields_finish(struct fields line, const char *what,
                                     struct error *err);

/* The next field, from *begin to the returned end, which is *begin if there is none. */
const char *fields_next(struct fields *line, const char **begin);

/* True if a field can only be meant in hexadecimal: it has a letter (or 0x), or it is
 * padded with zeros to eight digits or more. */
bool fields_looks_hexadecimal(const char *begin, const char *end);

static inline struct fields fields_of(const char *line, size_t length,
                                      const struct text *text)
{
    return (struct fields){.at = line, .end = line + length, .begin = line, .text = text};
}

static inline bool fields_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* True where a field ends. */
static inline bool fields_between(const char *p, const char *end)
{
    return p == end || fields_blank(*p) || *p == ',' || *p == '#';
}

static inline void fields_skip_blanks(struct fields *line)
{
    while (line->at < line->end && fields_blank(*line->at))
        line->at++;
}

/* Skip blanks; true if nothing else is left. */
static inline bool fields_done(struct fields *line)
{
    fields_skip_blanks(line);
    return line->at == line->end;
}

/* Read an address in hexadecimal; one that may begin with 0x if `prefix`. */
ALWAYS_INLINE enum status fields_address(struct fields *line, vaddr_t *vaddr, bool prefix,
                                         struct error *err)
{
    const char *start = line->at;
    const char *end = line->end;
    if (prefix && end - start > 2 && start[0] == '0' && (start[1] | 0x20) == 'x')
        start += 2;
    const char *p = start;
    vaddr_t value = 0;
    uint64_t lost = 0; /* digits that were pushed out at the top */
    for (unsigned digit; p < end && (digit = fields_hex_digit[(unsigned char)*p]) != 0;
         p++) {
        lost |= value >> 60;
        value = value << 4 | (digit - 1);
    }
    if (UNLIKELY(p == start || lost || !fields_between(p, end)))
        return fields_bad_address(*line, line->at, err);
    line->at = p;
    *vaddr = value;
    return OK;
}

/* Read the size of a reference: 1 .. FIELDS_SIZE_MAX. */
ALWAYS_INLINE enum status fields_size(struct fields *line, uint32_t *size,
                                      struct error *err)
{
    const char *p = line->at;
    uint32_t value = 0;
    for (; p < line->end && *p >= '0' && *p <= '9' && value <= FIELDS_SIZE_MAX; p++)
        value = value * 10 + (uint32_t)(*p - '0');
    if (UNLIKELY(!fields_between(p, line->end) || value == 0 || value > FIELDS_SIZE_MAX))
        return fields_bad(*line, line->at, "size", "1 to 65536 bytes expected", err);
    line->at = p;
    *size = value;
    return OK;
}

#endif
