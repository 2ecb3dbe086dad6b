/* op_text.c -- see op_text.h: operations are read. */
#include "trace/op_text.h"

#include "base/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 63, CHOICES_MAX = 160 }; /* characters */

static const char decimal_digits[] = "0123456789";
static const char hex_digits[] = "0123456789abcdefABCDEF";

/* What stands between blanks; empty at the end of the line and where a comment begins. */
struct word {
    const char *begin, *end;
};

static struct word next_word(struct fields *line)
{
    fields_skip_blanks(line);
    const char *begin = line->at;
    if (line->at < line->end && *line->at == '#')
        line->end = line->at;
    while (line->at < line->end && !fields_blank(*line->at))
        line->at++;
    return (struct word){begin, line->at};
}

static bool is_empty(struct word word)
{
    return word.begin == word.end;
}

static bool is(struct word word, const char *text)
{
    const size_t length = strlen(text);
    return (size_t)(word.end - word.begin) == length &&
           memcmp(word.begin, text, length) == 0;
}

static enum status bad(struct fields line, struct word word, const char *what,
                       const char *expected, struct error *err)
{
    return fields_bad_word(line, word.begin, word.end, what, expected, err);
}

/* A word that is none of the n choices. */
static enum status unknown(struct fields line, struct word word, const char *what,
                           const char *const *choices, size_t n, struct error *err)
{
    char all[CHOICES_MAX], text[FIELDS_QUOTE_MAX];
    fields_quote(word.begin, word.end, text);
    const char *nearest = nearest_name(text, choices, n);
    return error_set(err, ERR_SYNTAX, fields_place(line, word.begin),
                     "unknown %s '%s'%s%s%s (%s)", what, text,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "", join_names(all, sizeof all, choices, n));
}

/* Nothing but a comment may follow. */
static enum status finish(struct fields *line, const char *after, struct error *err)
{
    const struct word word = next_word(line);
    char text[FIELDS_QUOTE_MAX];
    if (is_empty(word))
        return OK;
    return error_set(err, ERR_SYNTAX, fields_place(*line, word.begin),
                     "unexpected '%s': nothing expected after the %s",
                     fields_quote(word.begin, word.end, text), after);
}

/* --- numbers --------------------------------------------------------------------------- */

static bool has_prefix(const char *text)
{
    return text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && text[2] != '\0';
}

static bool is_only(const char *text, const char *characters)
{
    return text[strspn(text, characters)] == '\0';
}

static bool to_number(const char *text, bool units, uint64_t *value)
{
    if (has_prefix(text) && is_only(text + 2, hex_digits)) {
        errno = 0;
        *value = strtoull(text + 2, NULL, 16);
        return errno == 0;
    }
    return (units || is_only(text, decimal_digits)) &&
           parse_size(value, text, "", at_nowhere(), NULL) == OK;
}

/* Read an address, or with `units` a number of bytes. */
static enum status read_number(struct fields *line, struct word word, bool units,
                               const char *what, uint64_t *value, struct error *err)
{
    char text[NUMBER_MAX + 1];
    size_t n = 0;
    for (const char *p = word.begin; p < word.end && n < NUMBER_MAX; p++)
        text[n++] = *p ? *p : '?';
    text[n] = '\0';
    if (n > 0 && (size_t)(word.end - word.begin) == n && to_number(text, units, value))
        return OK;
    const char *expected = units ? "bytes expected: decimal, hexadecimal with 0x, or with "
                                   "a unit as in 64KiB"
                                 : "an address expected: decimal, or hexadecimal with 0x";
    if (is_only(has_prefix(text) ? text + 2 : text, decimal_digits) ||
        (has_prefix(text) && is_only(text + 2, hex_digits)))
        expected = is_empty(word) ? expected : "at most 64 bits expected";
    else if (is_only(text, hex_digits))
        expected = "0x expected before hexadecimal digits";
    return bad(*line, word, what, expected, err);
}

static enum status read_range(struct fields *line, struct vm_op *op, struct error *err)
{
    const struct word start = next_word(line);
    enum status status = read_number(line, start, false, "start", &op->start, err);
    if (status != OK)
        return status;
    const struct word length = next_word(line);
    status = read_number(line, length, true, "length", &op->length, err);
    if (status == OK && op->length == 0)
        return bad(*line, length, "length", "at least 1 byte expected", err);
    if (status == OK && op->length - 1 > UINT64_MAX - op->start)
        return bad(*line, length, "length", "a range that ends within 64 bits expected",
                   err);
    return status;
}

static enum status read_stream(struct fields *line, struct vm_op *op, struct error *err)
{
    uint64_t stream;
    fields_skip_blanks(line);
    const struct fields before = *line;
    const enum status status = fields_decimal(line, &stream, UINT32_MAX, "stream", err);
    if (status != OK)
        return status;
    if (stream == 0 && op->kind != VM_SWITCH)
        return fields_bad(before, before.at, "stream", "a number from 1 expected", err);
    op->stream = (uint32_t)stream;
    return OK;
}

static enum status read_exit_status(struct fields *line, struct vm_op *op,
                                    struct error *err)
{
    uint64_t value;
    fields_skip_blanks(line);
    const enum status status =
        fields_decimal(line, &value, VM_STATUS_MAX, "exit status", err);
    if (status == OK)
        op->stream = (uint32_t)value + 1;
    return status;
}

/* A time with its unit, in picoseconds. */
static enum status read_sleep(struct fields *line, struct vm_op *op, struct error *err)
{
    char text[NUMBER_MAX + 1];
    const struct word word = next_word(line);
    const size_t n = (size_t)(word.end - word.begin);
    if (n <= NUMBER_MAX && !memchr(word.begin, '\0', n)) {
        memcpy(text, word.begin, n);
        text[n] = '\0';
        if (parse_time(&op->length, text, "", at_nowhere(), NULL) == OK && op->length > 0)
            return OK;
    }
    return bad(*line, word, "time",
               "a time above 0 expected, with a unit as in 20ms (ps, ns, us, ms, s, min)",
               err);
}

/* --- words ----------------------------------------------------------------------------- */

static enum status read_protection(struct fields *line, struct vm_op *op, struct error *err)
{
    static const char letters[] = "rwx"; /* in the order of enum vm_protection's bits */
    const struct word word = next_word(line);
    bool good = !is_empty(word);
    for (const char *p = word.begin; p < word.end && !is(word, "-"); p++) {
        const char *letter = memchr(letters, *p, sizeof letters - 1);
        const unsigned bit = letter ? 1u << (letter - letters) : 0;
        good = good && letter && !(op->protection & bit);
        op->protection |= (uint8_t)bit;
    }
    return good ? OK
                : bad(*line, word, "protection",
                      "letters of r, w and x, or - for none expected", err);
}

static enum status read_advice(struct fields *line, struct vm_op *op, struct error *err)
{
    const struct word word = next_word(line);
    for (unsigned i = 0; i < VM_ADVICES; i++)
        if (is(word, vm_advice_names[i])) {
            op->advice = (uint8_t)i;
            return OK;
        }
    return is_empty(word)
               ? bad(*line, word, "advice", "a word such as dontneed expected", err)
               : unknown(*line, word, "advice", vm_advice_names, VM_ADVICES, err);
}

/* The character at *p in a quoted name, past which *p goes; -1 if it is no character. */
static int next_character(const char **p, const char *end)
{
    const char *at = *p;
    const ptrdiff_t left = end - at;
    *p += 1;
    if (*at != '\\')
        return (unsigned char)*at;
    *p += 1;
    if (left >= 2 && (at[1] == '"' || at[1] == '\\'))
        return at[1];
    *p += 2;
    if (left < 4 || at[1] != 'x')
        return -1;
    const unsigned high = fields_hex_digit[(unsigned char)at[2]];
    const unsigned low = fields_hex_digit[(unsigned char)at[3]];
    return high && low ? (int)((high - 1) << 4 | (low - 1)) : -1;
}

/* A name from a word, or between quotes with its blanks. */
static enum status read_name(struct fields *line, const char *what,
                             char name[VM_NAME_MAX + 1], struct error *err)
{
    fields_skip_blanks(line);
    const bool quoted = line->at < line->end && *line->at == '"';
    struct word word = {line->at, line->end};
    if (!quoted)
        word = next_word(line);
    const char *p = word.begin + quoted;
    size_t n = 0;
    while (p < word.end && !(quoted && *p == '"')) {
        const char *at = p;
        const int c = quoted ? next_character(&p, word.end) : (unsigned char)*p++;
        if (c < 0)
            return bad(*line, (struct word){at, word.end}, "escape",
                       "one of \\\\, \\\" and \\x with two digits expected", err);
        if (c == 0 || n == VM_NAME_MAX)
            return bad(*line, word, what, "at most 4095 characters but NUL expected", err);
        name[n++] = (char)c;
    }
    name[n] = '\0';
    if (quoted && p == word.end)
        return bad(*line, word, what, "a quotation mark at its end expected", err);
    line->at = p + quoted;
    if (n == 0)
        return bad(*line, (struct word){word.begin, line->at}, what,
                   "a name expected, in quotation marks if it has blanks", err);
    if (line->at < line->end && !fields_blank(*line->at))
        return bad(*line, next_word(line), "end of the name", "a blank expected", err);
    return OK;
}

/* --- operations ------------------------------------------------------------------------ */

static enum status read_file(struct fields *line, struct vm_op *op, char *name,
                             struct error *err)
{
    enum status status = read_name(line, "file name", name, err);
    if (status != OK)
        return status;
    const struct fields before = *line;
    const struct word word = next_word(line);
    if (is_empty(word) || !strchr(decimal_digits, *word.begin)) {
        *line = before;
        return OK;
    }
    status = read_number(line, word, true, "offset", &op->offset, err);
    if (status == OK && op->length - 1 > UINT64_MAX - op->offset)
        return bad(*line, word, "offset", "a part of the file within 64 bits expected",
                   err);
    return status;
}

/* What follows the protection of a map. */
static enum status read_backing(struct fields *line, struct vm_op *op, char *name,
                                struct error *err)
{
    static const char *const words[] = {"shared", "anon", "file"};
    size_t nwords = ARRAY_LEN(words);
    struct word word = next_word(line);
    const bool file = is(word, "file");
    if (file || is(word, "anon")) {
        const enum status status = file ? read_file(line, op, name, err) : OK;
        if (status != OK)
            return status;
        nwords = 1; /* only `shared` can follow */
        word = next_word(line);
    }
    if (is_empty(word))
        return OK;
    if (!is(word, "shared"))
        return unknown(*line, word, "word", words, nwords, err);
    op->shared = true;
    return finish(line, "word 'shared'", err);
}

/* Read what follows the kind's word. */
static enum status read_operands(struct fields *line, struct vm_op *op, char *name,
                                 struct error *err)
{
    enum status status = vm_op_has_range(op) ? read_range(line, op, err) : OK;
    if (status != OK)
        return status;
    struct fields rest = *line;
    switch (op->kind) {
    case VM_MAP:
        status = read_protection(line, op, err);
        return status == OK ? read_backing(line, op, name, err) : status;
    case VM_PROTECT:
        status = read_protection(line, op, err);
        return status == OK ? finish(line, "protection", err) : status;
    case VM_ADVISE:
        status = read_advice(line, op, err);
        return status == OK ? finish(line, "advice", err) : status;
    case VM_EXIT:
        if (is_empty(next_word(&rest)))
            return OK;
        status = read_exit_status(line, op, err);
        return status == OK ? finish(line, "exit status", err) : status;
    case VM_NAME:
    case VM_MARK:
        status = read_name(line, "name", name, err);
        return status == OK ? finish(line, "name", err) : status;
    case VM_SLEEP:
        if (is_empty(next_word(&rest)))
            return OK;
        status = read_sleep(line, op, err);
        return status == OK ? finish(line, "time", err) : status;
    case VM_EXEC:
    case VM_WAIT:
        if (is_empty(next_word(&rest)))
            return OK;
        /* fall through */
    case VM_FORK:
    case VM_VFORK:
    case VM_THREAD:
    case VM_SWITCH:
        status = read_stream(line, op, err);
        return status == OK ? finish(line, "stream", err) : status;
    default:
        return finish(line, "length", err);
    }
}

enum status op_text_read(struct fields line, struct builder *builder, struct error *err)
{
    char name[VM_NAME_MAX + 1] = "";
    struct vm_op op = {0};
    struct word word = next_word(&line);
    word.begin++; /* the @ */
    while (op.kind < VM_OP_KINDS && !is(word, vm_op_names[op.kind]))
        op.kind++;
    if (is_empty(word))
        return bad(line, word, "operation", "a word such as @map expected", err);
    if (op.kind == VM_OP_KINDS)
        return unknown(line, word, "operation", vm_op_names, VM_OP_KINDS, err);
    const enum status status = read_operands(&line, &op, name, err);
    if (status == OK)
        builder_op(builder, &op, name[0] ? name : NULL);
    return status;
}
