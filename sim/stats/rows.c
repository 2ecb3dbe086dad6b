/* rows.c -- see rows.h. */
#include "stats/rows.h"

#include "stats/numbers.h"

#include <stdlib.h>
#include <string.h>

static void append(struct rows *rows, const char *text, size_t length)
{
    if (rows->failed)
        return;
    if (rows->capacity - rows->length <= length) {
        size_t capacity = rows->capacity ? rows->capacity : 256;
        while (capacity - rows->length <= length && capacity <= SIZE_MAX / 2)
            capacity *= 2;
        char *grown =
            capacity - rows->length > length ? realloc(rows->text, capacity) : NULL;
        if (!grown) {
            rows->failed = true;
            return;
        }
        rows->text = grown;
        rows->capacity = capacity;
    }
    memcpy(rows->text + rows->length, text, length);
    rows->length += length;
    rows->text[rows->length] = '\0';
}

static void next_field(struct rows *rows)
{
    if (rows->open)
        append(rows, ",", 1);
    rows->open = true;
}

static void plain_field(struct rows *rows, const char *text)
{
    next_field(rows);
    append(rows, text, strlen(text));
}

bool field_needs_quotes(const char *text)
{
    /* Some readers drop a blank that leads a field. */
    return strpbrk(text, ",\"\r\n") || text[0] == ' ';
}

void rows_text(struct rows *rows, const char *text)
{
    if (!field_needs_quotes(text)) {
        plain_field(rows, text);
        return;
    }
    next_field(rows);
    append(rows, "\"", 1);
    for (const char *c = text; *c; c++)
        append(rows, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    append(rows, "\"", 1);
}

void rows_count(struct rows *rows, uint64_t count)
{
    char buffer[NUMBER_SIZE];
    plain_field(rows, number_count(count, buffer));
}

void rows_time(struct rows *rows, psec_t time)
{
    char buffer[NUMBER_SIZE];
    plain_field(rows, number_time(time, buffer));
}

void rows_real(struct rows *rows, double real)
{
    char buffer[NUMBER_SIZE];
    plain_field(rows, number_real(real, buffer));
}

void rows_blank(struct rows *rows)
{
    next_field(rows);
}

void rows_end(struct rows *rows)
{
    append(rows, "\n", 1);
    rows->open = false;
    rows->n += !rows->failed;
}

/* Where the field at `at` ends and its separator should be, or NULL if the text ends
 * there. */
static const char *separator_after(const char *at, const char *end)
{
    if (at < end && *at == '"') {
        do { /* a doubled quote closes and opens again */
            at = memchr(at + 1, '"', (size_t)(end - at - 1));
            if (!at)
                return NULL;
            at++;
        } while (at < end && *at == '"');
    } else {
        while (at < end && *at != ',' && *at != '\n')
            at++;
    }
    return at < end ? at : NULL;
}

/* The number of rows if all have so many fields; 0 if not. */
static uint64_t count_rows(const char *text, size_t length, size_t nfields)
{
    const char *const end = text + length;
    uint64_t n = 0;
    for (const char *at = text; at < end; n++)
        for (size_t field = 1; field <= nfields; field++, at++) {
            at = separator_after(at, end);
            if (!at || *at != (field == nfields ? '\n' : ','))
                return 0;
        }
    return n;
}

bool rows_restore(struct rows *rows, const char *text, size_t length, size_t nfields)
{
    const uint64_t n = count_rows(text, length, nfields);
    if (n == 0 || memchr(text, '\0', length))
        return false;
    append(rows, text, length);
    if (rows->failed) {
        rows_release(rows);
        return false;
    }
    rows->n = n;
    return true;
}

void rows_held(const struct rows *rows, size_t nfields, bool *held)
{
    const char *const end = rows->text + rows->length;
    for (const char *at = rows->text; at < end;)
        for (size_t field = 0; field < nfields; field++) {
            const char *separator = separator_after(at, end);
            held[field] |= separator != at;
            at = separator + 1;
        }
}

void rows_release(struct rows *rows)
{
    free(rows->text);
    *rows = (struct rows){0};
}
