/* pages.c -- lists of page numbers in decimal, as textbooks print reference strings:
 *
 *     # Belady 1969
 *     1 2 3 4 1 2 5
 *     7 W, 0 R, 1
 *
 * Any number a line, between blanks or commas; W or R after a number makes it a store or
 * a load, a bare one is a load; # begins a comment.  A page is list_page_size bytes, and
 * a reference is to its first byte: nothing finer is known, so that is the granule too. */
#include "base/bits.h"
#include "trace/detect.h"
#include "trace/format.h"
#include "trace/op_text.h"

#include <assert.h>

static unsigned page_shift(const struct format_options *options)
{
    const uint64_t size = options->list_page_size;
    assert(is_power_of_two(size));
    return log2_of(size);
}

/* R or W after a number; false if something else follows. */
static bool take_kind(struct fields *line, enum reference_kind *kind)
{
    fields_skip_blanks(line);
    if (line->at == line->end || !fields_between(line->at + 1, line->end))
        return false;
    const char letter = *line->at;
    if (letter != 'R' && letter != 'r' && letter != 'W' && letter != 'w')
        return false;
    *kind = letter == 'W' || letter == 'w' ? STORE : LOAD;
    line->at++;
    return true;
}

/* The next number of the line: OK, END if there is none, or an error. */
static enum status next_page(struct fields *line, uint64_t max, uint64_t *number,
                             enum reference_kind *kind, struct error *err)
{
    while (line->at < line->end && (fields_blank(*line->at) || *line->at == ','))
        line->at++;
    if (line->at == line->end || *line->at == '#') {
        line->at = line->end;
        return END;
    }
    const enum status status = fields_decimal(line, number, max, "page number", err);
    if (status != OK)
        return status;
    *kind = LOAD;
    take_kind(line, kind);
    return OK;
}

static enum status probe_line(struct fields line, void *notes)
{
    uint64_t number;
    enum reference_kind kind;
    (void)notes;
    enum status status = next_page(&line, UINT64_MAX, &number, &kind, NULL);
    if (status != OK)
        return status;
    do
        status = next_page(&line, UINT64_MAX, &number, &kind, NULL);
    while (status == OK);
    return status == END ? OK : status;
}

static unsigned pages_probe(const char *head, size_t size)
{
    return detect_score(detect_lines(head, size, probe_line, NULL), DETECT_PLAIN);
}

/* Read the operation that is the line, or leave *line at its first number. */
static enum status start_line(struct fields *line, struct fields next,
                              struct builder *builder, struct error *err)
{
    *line = next;
    if (!op_text_is(next))
        return OK;
    line->at = line->end;
    return op_text_read(next, builder, err);
}

/* state is the line under way, which may hold more numbers than a batch has room for. */
static enum status pages_read(void *state, struct text *text, struct builder *builder,
                              const struct format_options *options, struct error *err)
{
    struct fields *line = state;
    const unsigned shift = page_shift(options);
    while (!builder_full(builder)) {
        uint64_t number;
        enum reference_kind kind;
        enum status status = next_page(line, UINT64_MAX >> shift, &number, &kind, err);
        if (status == OK) {
            builder_add(builder, kind, number << shift, 1);
        } else if (status == END) {
            char *start;
            size_t length;
            status = text_line(text, &start, &length, err);
            if (status == OK)
                status = start_line(line, fields_of(start, length, text), builder, err);
        }
        if (status != OK)
            return status;
    }
    return OK;
}

const struct format_ops format_pages = {
    .name = "pages",
    .summary = "decimal page numbers, one or several a line, 'W' after those written",
    .granule_shift = page_shift,
    .state_size = sizeof(struct fields),
    .probe = pages_probe,
    .read = pages_read,
};
