/* caption.c -- title, heading of the key, and the lines under a figure that say what all of
 * it has in common; see figure.h. */
#include "report/figure.h"

#include "base/units.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Characters of a caption's line.  Of the PNG's 1600 pixels one takes 12 on average in prose
 * and 13 in lists of parameters with their values; so many of 13.8 fit. */
#define CAPTION_WIDTH 112

/* Between two facts. */
static const char dot[] = " · ";

struct caption {
    char *text;
    size_t length;
    FILE *stream; /* to text */
};

/* Memory in bytes if it is the same for all cells, though the number of frames may follow
 * from the page size; 0 if it is not. */
static uint64_t constant_memory(const struct data *data)
{
    const size_t size = data_find(data, "page_size"), frames = data_find(data, "frames");
    uint64_t memory = 0;
    for (size_t row = 0; row < data_rows(data); row++) {
        double page_size, count;
        if (size == COLUMN_NONE || frames == COLUMN_NONE ||
            !column_number(data_get(data, row, size), &page_size) ||
            !column_number(data_get(data, row, frames), &count) ||
            page_size * count >= 0x1p63)
            return 0;
        const uint64_t bytes = (uint64_t)(page_size * count);
        if (row > 0 && bytes != memory)
            return 0;
        memory = bytes;
    }
    return memory;
}

/* "memory 4 MiB (1,024 frames)", as far as it is the same for all cells; false if nothing
 * is. */
static bool put_memory(const struct figure *figure, const char *separator, FILE *stream)
{
    const struct data *data = data_facts(figure->data);
    const size_t column = data_find(data, "frames");
    char value[NAME_SIZE];
    const bool constant =
        column != COLUMN_NONE && data_constant(data, column) && *data_get(data, 0, column);
    const uint64_t memory = constant_memory(data);
    if (constant)
        column_value("frames", data_get(data, 0, column), value);
    if (memory > 0) {
        char size[64];
        fprintf(stream, "%smemory %s", separator, format_size(memory, size, sizeof size));
        if (constant)
            fprintf(stream, " (%s frames)", value);
    } else if (constant) {
        fprintf(stream, "%smemory %s", separator, value);
    }
    return memory > 0 || constant;
}

/* True if the column is the same for all cells, and not what another one says too: the
 * traces' common name has that of their generator in it. */
static bool is_fact(const struct data *data, size_t column)
{
    const size_t trace = data_find(data, "trace");
    if (column == COLUMN_NONE || !data_constant(data, column) ||
        !*data_get(data, 0, column))
        return false;
    return strcmp(data_name(data, column), "generate") != 0 || trace == COLUMN_NONE ||
           !data_constant(data, trace);
}

/* What is worth saying of all cells alike. */
static void put_facts(const struct figure *figure, FILE *stream)
{
    static const char *const columns[] = {"trace",       "generate", "policy",
                                          "page_size",   "frames",   "machine.model",
                                          "machine.mmu", "kernel",   "swap.device"};
    const struct data *data = data_facts(figure->data);
    const char *const x = data_name(figure->data, figure->x), *separator = "";
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        const size_t column = data_find(data, columns[i]);
        char title[NAME_SIZE], value[NAME_SIZE];
        if (strcmp(columns[i], x) == 0)
            continue;
        if (strcmp(columns[i], "frames") == 0) {
            if (put_memory(figure, separator, stream))
                separator = dot;
            continue;
        }
        if (!is_fact(data, column))
            continue;
        column_value(columns[i], data_get(data, 0, column), value);
        fprintf(stream, "%s%s %s", separator, column_title(columns[i], title), value);
        separator = dot;
    }
    putc('\n', stream);
}

/* A number and its unit stay on one line. */
static bool is_unit(const char *word)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    const size_t length = strcspn(word, " ,;)\n");
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strlen(units[i]) == length && strncmp(word, units[i], length) == 0)
            return true;
    return false;
}

/* Bytes of the first line of text, broken so that it holds at most CAPTION_WIDTH characters
 * if it can: between facts, else at a blank, else, in the long name of a trace, behind a
 * comma. */
static size_t line_length(const char *text)
{
    size_t fact = 0, blank = 0, comma = 0, width = 0, i = 0;
    for (; text[i] && text[i] != '\n'; i++) {
        width += (text[i] & 0xc0) != 0x80;
        if (width > CAPTION_WIDTH && fact > 0)
            return fact;
        if (width > CAPTION_WIDTH && (blank > 0 || comma > 0))
            return blank > comma / 2 ? blank : comma;
        if (strncmp(text + i, dot, strlen(dot)) == 0)
            fact = i;
        if (text[i] == ' ' && !is_unit(text + i + 1))
            blank = i;
        if (text[i] == ',' && isalpha((unsigned char)text[i + 1]))
            comma = i + 1;
    }
    return i;
}

static enum status wrap(struct figure *figure, const char *text, struct error *err)
{
    figure->caption =
        arena_array(figure->arena, strlen(text) / 2 + 2, sizeof *figure->caption);
    if (!figure->caption)
        return error_nomem(err);
    while (*text) {
        const size_t length = line_length(text);
        char *line = arena_strndup(figure->arena, text, length);
        if (!line)
            return error_nomem(err);
        if (length > 0)
            figure->caption[figure->ncaption++] = line;
        text += length;
        if (strncmp(text, dot, strlen(dot)) == 0)
            text += strlen(dot);
        text += strspn(text, " \n");
    }
    return OK;
}

/* "page-size: fault rate by page size" */
static const char *make_title(const struct figure *figure)
{
    char x[NAME_SIZE], y[NAME_SIZE];
    const char *experiment = data_title(figure->data);
    const char *title = "";
    for (size_t i = 0; title && i < figure->nys; i++) {
        const char *name = data_name(figure->data, figure->ys[i]);
        title =
            arena_printf(figure->arena, "%s%s%s", title, i ? ", " : "",
                         figure->nys > 1 ? column_title(name, y)
                                         : column_phrase(figure->data, figure->ys[i], y));
    }
    if (!title)
        return NULL;
    return arena_printf(figure->arena, "%s%s%s by %s", experiment, *experiment ? ": " : "",
                        title, column_title_of_x(figure->data, figure->x, x));
}

enum status figure_captions(struct figure *figure, const struct plot_options *options,
                            struct error *err)
{
    char buffer[NAME_SIZE];
    figure->title =
        options->title ? arena_strdup(figure->arena, options->title) : make_title(figure);
    if (figure->title && options->part)
        figure->title =
            arena_printf(figure->arena, "%s (%s)", figure->title, options->part);
    figure->key_title = "";
    if (figure->nsplits > 0 && figure->nys == 1)
        figure->key_title =
            arena_strdup(figure->arena,
                         column_title(data_name(figure->data, figure->splits[0]), buffer));
    if (!figure->title || !figure->key_title)
        return error_nomem(err);
    struct caption caption = {0};
    caption.stream = open_memstream(&caption.text, &caption.length);
    if (!caption.stream)
        return error_nomem(err);
    put_facts(figure, caption.stream);
    enum status status = figure_notes(figure, caption.stream, err);
    if (figure->omitted > 0)
        fprintf(caption.stream,
                "%zu value%s not above 0 cannot be shown on a logarithmic axis",
                figure->omitted, figure->omitted == 1 ? "" : "s");
    if (fclose(caption.stream) != 0 && status == OK)
        status = error_nomem(err);
    if (status == OK)
        status = wrap(figure, caption.text, err);
    free(caption.text);
    return status;
}
