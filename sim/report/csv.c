/* csv.c -- results.csv and the cells' tables, written and read; see report.h. */
#include "base/file.h"
#include "report/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void write_field(const char *text, FILE *stream)
{
    if (!field_needs_quotes(text)) {
        fputs(text, stream);
        return;
    }
    putc('"', stream);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', stream);
        putc(*text, stream);
    }
    putc('"', stream);
}

static void write_row(const struct data *data, size_t row, bool heading, FILE *stream)
{
    const char *separator = "";
    for (size_t i = 0; i < data_columns(data); i++) {
        if (data_kind(data, i) == COLUMN_EXTRA)
            continue;
        fputs(separator, stream);
        write_field(heading ? data_name(data, i) : data_get(data, row, i), stream);
        separator = ",";
    }
    putc('\n', stream);
}

void csv_write(const struct data *data, FILE *stream)
{
    write_row(data, 0, true, stream);
    for (size_t row = 0; row < data_rows(data); row++)
        write_row(data, row, false, stream);
}

struct reader {
    char *at; /* what is left of the text; fields are unquoted where they lie */
    struct location where;
    bool row_ended;
};

/* Take a quoted field; reader->at is behind its opening quote. */
static char *take_quoted(struct reader *reader, struct error *err)
{
    char *const field = reader->at, *out = field, *in = field;
    const struct location opened = reader->where;
    for (;; in++) {
        if (*in == '\0') {
            error_set(err, ERR_SYNTAX, opened, "quoted field is not closed by '\"'");
            return NULL;
        }
        if (*in == '"' && *++in != '"')
            break;
        if (*in == '\n')
            reader->where.line++;
        *out++ = *in;
    }
    const bool line_ends = *in == '\n' || *in == '\0' || (*in == '\r' && in[1] == '\n');
    if (*in != ',' && !line_ends) {
        error_set(err, ERR_SYNTAX, reader->where,
                  "'%c' follows a quoted field, where ',' or the end of the line is right",
                  *in);
        return NULL;
    }
    reader->at = in;
    *out = '\0'; /* on the closing quote, or before it */
    return field;
}

/* The next field of the row, or NULL and an error. */
static char *take_field(struct reader *reader, struct error *err)
{
    char *field = reader->at;
    if (*field == '"') {
        reader->at++;
        field = take_quoted(reader, err);
        if (!field)
            return NULL;
    } else {
        reader->at += strcspn(field, ",\n");
    }
    char *end = reader->at;
    reader->row_ended = *end != ',';
    if (*end == '\r')
        end++;
    reader->at = *end ? end + 1 : end;
    if (*end == '\n' && end > field && end[-1] == '\r')
        end[-1] = '\0';
    *end = '\0';
    return field;
}

/* Is this one of the cells' tables?  Its headings are then the last ones. */
static void find_table(struct data *data)
{
    bool found = false;
    for (size_t t = 0; t < TABLES && data_complete(data) && !found; t++)
        found = data_set_table(data, &result_tables[t]);
}

static enum status read_headings(struct data *data, struct reader *reader,
                                 struct error *err)
{
    if (!*reader->at)
        return error_set(err, ERR_SYNTAX, at_file(reader->where.file),
                         "is empty; a row of headings is needed");
    do {
        const char *name = take_field(reader, err);
        if (!name)
            return ERR_SYNTAX;
        if (data_find(data, name) != COLUMN_NONE)
            return error_set(err, ERR_SYNTAX, reader->where, "heading '%s' comes twice",
                             name);
        data_add_column(data, name, counter_find(name) ? COLUMN_COUNTER : COLUMN_KEY);
    } while (!reader->row_ended);
    reader->where.line++;
    find_table(data);
    return OK;
}

static enum status read_row(struct data *data, struct reader *reader, struct error *err)
{
    const struct location where = reader->where;
    const size_t blank = strspn(reader->at, "\r");
    if (reader->at[blank] == '\n') { /* editors leave such lines */
        reader->at += blank + 1;
        reader->where.line++;
        return OK;
    }
    size_t fields = 0;
    data_add_row(data);
    do {
        const char *text = take_field(reader, err);
        if (!text)
            return ERR_SYNTAX;
        if (fields < data_columns(data))
            data_put(data, fields, text);
        fields++;
    } while (!reader->row_ended);
    reader->where.line++;
    if (fields == data_columns(data))
        return OK;
    return error_set(err, ERR_SYNTAX, where,
                     "row has %zu fields, but there are %zu headings", fields,
                     data_columns(data));
}

enum status csv_read(struct data **out, const char *path, struct error *err)
{
    char *text;
    size_t size;
    enum status status = file_read(&text, &size, path, err);
    if (status != OK)
        return status;
    struct reader reader = {.at = text, .where = {.file = path, .line = 1}};
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) /* the mark that spreadsheets put first */
        reader.at += 3;
    struct data *data = data_create(path);
    if (!data)
        status = error_nomem(err);
    else if (memchr(text, '\0', size))
        status = error_set(err, ERR_SYNTAX, at_file(path),
                           "is not text; a results.csv is needed");
    else
        status = read_headings(data, &reader, err);
    while (status == OK && data_complete(data) && *reader.at)
        status = read_row(data, &reader, err);
    free(text);
    if (status == OK && !data_complete(data))
        status = error_nomem(err);
    if (status == OK)
        *out = data;
    else
        data_free(data);
    return status;
}

enum status csv_add_rows(struct data *data, const struct data *cells, size_t cell,
                         const struct rows *rows, struct error *err)
{
    const struct result_table_kind *kind = data_table(data);
    const size_t leading = data_leading(data);
    char *text = malloc(rows->length + 1);
    if (!text)
        return error_nomem(err);
    memcpy(text, rows->text, rows->length + 1);
    struct reader reader = {.at = text};
    while (*reader.at && data_complete(data)) {
        data_add_row(data);
        for (size_t i = 0; i < leading; i++)
            data_put(data, i, data_get(cells, cell, data_find(cells, data_name(data, i))));
        size_t column = leading, i = 0;
        do { /* columns that the data does not have are passed over */
            const char *field = take_field(&reader, err);
            assert(field); /* rows.h has written it */
            if (column < data_columns(data) &&
                strcmp(data_name(data, column), kind->columns[i++].name) == 0)
                data_put(data, column++, field);
        } while (!reader.row_ended);
        assert(column == data_columns(data));
    }
    free(text);
    return data_complete(data) ? OK : error_nomem(err);
}
