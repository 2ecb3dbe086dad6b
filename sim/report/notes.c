/* notes.c -- the conventions that were in force, told once for all cells of a figure; see
 * figure.h. */
#include "report/figure.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MOST 8 /* values of a column that are listed behind a note */

/* A sentence, and the rows that it holds for.  Sentences that differ in numbers only are
 * one, with "…" for those numbers. */
struct note {
    char *text;
    bool *rows;
    struct note *next;
};

static const char *skip_digits(const char *s)
{
    while (isdigit((unsigned char)*s))
        s++;
    return s;
}

/* Join two sentences that differ in numbers only; false if they differ otherwise. */
static bool join(const char *a, const char *b, FILE *out)
{
    static const char gap[] = "…";
    while (*a) {
        if (isdigit((unsigned char)*b) &&
            (isdigit((unsigned char)*a) || strncmp(a, gap, sizeof gap - 1) == 0)) {
            const char *after = isdigit((unsigned char)*a) ? skip_digits(a) : a;
            const size_t length = (size_t)(skip_digits(b) - b);
            if ((size_t)(after - a) == length && strncmp(a, b, length) == 0)
                fprintf(out, "%.*s", (int)length, a);
            else
                fputs(gap, out);
            a = after == a ? a + sizeof gap - 1 : after;
            b += length;
        } else if (*a++ == *b++) {
            putc(a[-1], out);
        } else {
            return false;
        }
    }
    return *b == '\0';
}

/* The names alone of policy and kernel say nothing that the figure does not say elsewhere. */
static bool says_something(const char *text)
{
    const bool names = strncmp(text, "policy ", 7) == 0 || strncmp(text, "kernel ", 7) == 0;
    return *text && (!names || strchr(text, ':'));
}

static enum status add_note(struct note **notes, const struct figure *figure, size_t row,
                            const char *text, struct error *err)
{
    const struct data *data = data_facts(figure->data);
    struct note **end = notes;
    for (; *end; end = &(*end)->next) {
        char *joined = NULL;
        size_t size;
        FILE *out = open_memstream(&joined, &size);
        if (!out)
            return error_nomem(err);
        const bool same = join((*end)->text, text, out);
        fclose(out);
        if (same && joined)
            (*end)->text = arena_strdup(figure->arena, joined);
        free(joined);
        if (!(*end)->text)
            return error_nomem(err);
        if (same) {
            (*end)->rows[row] = true;
            return OK;
        }
    }
    struct note *note = arena_alloc(figure->arena, sizeof *note);
    if (note) {
        note->text = arena_strdup(figure->arena, text);
        note->rows = arena_array(figure->arena, data_rows(data), sizeof *note->rows);
    }
    if (!note || !note->text || !note->rows)
        return error_nomem(err);
    note->rows[row] = true;
    *end = note;
    return OK;
}

static enum status collect(struct note **notes, const struct figure *figure,
                           struct error *err)
{
    const struct data *data = data_facts(figure->data);
    const size_t column = data_find(data, "notes");
    enum status status = OK;
    for (size_t row = 0; column != COLUMN_NONE && row < data_rows(data); row++) {
        char *rest, *text = arena_strdup(figure->arena, data_get(data, row, column));
        if (!text)
            return error_nomem(err);
        for (char *s = strtok_r(text, ";", &rest); s; s = strtok_r(NULL, ";", &rest)) {
            s += strspn(s, " ");
            if (says_something(s))
                status = add_note(notes, figure, row, s, err);
            if (status != OK)
                return status;
        }
    }
    return OK;
}

/* The first row with the same value in this column. */
static size_t first_like(const struct data *data, size_t row, size_t column)
{
    size_t first = 0;
    while (strcmp(data_get(data, first, column), data_get(data, row, column)) != 0)
        first++;
    return first;
}

/* True if the column's values tell which rows have the note, and how many values have it. */
static bool is_told_by(const struct note *note, const struct data *data, size_t column,
                       size_t *values)
{
    *values = 0;
    for (size_t row = 0; row < data_rows(data); row++) {
        const size_t first = first_like(data, row, column);
        if (note->rows[first] != note->rows[row])
            return false;
        *values += first == row && note->rows[row];
    }
    return true;
}

/* The first key that tells which rows have the note, by a few values; the traces' names
 * come last if they follow from others.  COLUMN_NONE: none. */
static size_t telling_column(const struct note *note, const struct data *data)
{
    const size_t trace = derived_trace(data);
    size_t values;
    for (size_t column = 0; column < data_columns(data); column++)
        if (column != trace && data_kind(data, column) == COLUMN_KEY &&
            is_told_by(note, data, column, &values) && values <= VALUES_MOST)
            return column;
    if (trace != COLUMN_NONE && is_told_by(note, data, trace, &values) &&
        values <= VALUES_MOST)
        return trace;
    return COLUMN_NONE;
}

/* " (lru, opt)": for whom the note holds, unless for all or the note says it. */
static void put_holders(const struct note *note, const struct data *data, FILE *stream)
{
    bool all = true;
    for (size_t row = 0; row < data_rows(data); row++)
        all = all && note->rows[row];
    if (all || strncmp(note->text, "policy ", 7) == 0 ||
        strncmp(note->text, "kernel ", 7) == 0)
        return;
    const size_t column = telling_column(note, data);
    if (column == COLUMN_NONE) {
        fputs(" (some cells)", stream);
        return;
    }
    char buffer[NAME_SIZE];
    const char *name = data_name(data, column), *separator = "";
    const bool policy = strcmp(name, "policy") == 0;
    fprintf(stream, " (%s%s", policy ? "" : column_title(name, buffer), policy ? "" : " ");
    for (size_t row = 0; row < data_rows(data); row++)
        if (note->rows[row] && first_like(data, row, column) == row) {
            fprintf(stream, "%s%s", separator,
                    column_value(name, data_get(data, row, column), buffer));
            separator = ", ";
        }
    putc(')', stream);
}

enum status figure_notes(const struct figure *figure, FILE *stream, struct error *err)
{
    struct note *notes = NULL;
    const enum status status = collect(&notes, figure, err);
    if (status != OK)
        return status;
    for (const struct note *note = notes; note; note = note->next) {
        fputs(note->text, stream);
        put_holders(note, data_facts(figure->data), stream);
        fputs(note->next ? "; " : "\n", stream);
    }
    return OK;
}
