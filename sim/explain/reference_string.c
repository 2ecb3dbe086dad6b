/* reference_string.c -- see reference_string.h. */
#include "explain/reference_string.h"

#include "trace/builder.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 32 };

struct reader {
    const char *at; /* what is left                                                     */
    struct location where;
    struct builder *builder;
    unsigned page_shift;
    bool pending; /* a page whose letter may still follow                               */
    vpn_t page;
};

static bool is_separator(char c)
{
    return isspace((unsigned char)c) || c == ',';
}

static bool is_letter(char c)
{
    return c && strchr("rRwW", c);
}

/* Go on to the next word; false at the end. */
static bool skip_separators(struct reader *reader)
{
    for (; is_separator(*reader->at); reader->at++) {
        reader->where.column++;
        if (*reader->at == '\n') {
            reader->where.line++;
            reader->where.column = 1;
        }
    }
    return *reader->at != '\0';
}

/* The pending page is referenced. */
static enum status add(struct reader *reader, bool store, struct error *err)
{
    if (!reader->pending)
        return OK;
    reader->pending = false;
    if (builder_full(reader->builder))
        return error_set(err, ERR_CONFIG, reader->where,
                         "the string is too long; write it to a file, one page a line, and "
                         "give that with --trace");
    builder_add(reader->builder, store ? STORE : LOAD, reader->page << reader->page_shift,
                1);
    return OK;
}

static enum status no_page(const struct reader *reader, size_t length, struct error *err)
{
    return error_set(err, ERR_CONFIG, reader->where,
                     "'%.*s' is no page: a number is expected, with 'w' before or after it "
                     "for a write, as in 3w",
                     (int)length, reader->at);
}

/* The number in word[0..length), all of which must be read. */
static enum status read_page(struct reader *reader, const char *word, size_t length,
                             size_t word_length, struct error *err)
{
    char digits[WORD_MAX], *end;
    if (length == 0 || length >= sizeof digits || !isdigit((unsigned char)*word))
        return no_page(reader, word_length, err);
    memcpy(digits, word, length);
    digits[length] = '\0';
    const bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    errno = 0;
    reader->page = strtoull(digits, &end, hex ? 16 : 10);
    if (*end != '\0')
        return no_page(reader, word_length, err);
    if (errno || reader->page >> (64 - reader->page_shift))
        return error_set(err, ERR_CONFIG, reader->where,
                         "page %s is too large: addresses have 64 bits, so pages of %llu "
                         "bytes are numbered below 2^%u",
                         digits, 1ull << reader->page_shift, 64 - reader->page_shift);
    reader->pending = true;
    return OK;
}

static enum status read_word(struct reader *reader, struct error *err)
{
    const char *word = reader->at;
    size_t length = 0;
    while (word[length] && !is_separator(word[length]))
        length++;
    enum status status;
    if (length == 1 && is_letter(*word)) {
        if (!reader->pending)
            return error_set(err, ERR_CONFIG, reader->where,
                             "'%c' belongs to no page: it stands behind its number, as in "
                             "\"3 %c\" or 3%c",
                             *word, *word, *word);
        status = add(reader, *word == 'w' || *word == 'W', err);
    } else {
        const bool before = is_letter(word[0]);
        const bool after = !before && is_letter(word[length - 1]);
        const char letter = before ? word[0] : word[length - 1];
        status = add(reader, false, err);
        if (status == OK)
            status = read_page(reader, word + before, length - before - after, length, err);
        if (status == OK && (before || after))
            status = add(reader, letter == 'w' || letter == 'W', err);
    }
    reader->at += length;
    reader->where.column += (uint32_t)length;
    return status;
}

enum status reference_string_read(struct batch *batch, const char *text,
                                  unsigned page_shift, struct error *err)
{
    struct reader reader = {.at = text,
                            .where = {.file = "reference string", .line = 1, .column = 1},
                            .page_shift = page_shift};
    enum status status = builder_create(&reader.builder, page_shift, err);
    if (status != OK)
        return status;
    while (status == OK && skip_separators(&reader))
        status = read_word(&reader, err);
    if (status == OK)
        status = add(&reader, false, err);
    if (status == OK)
        builder_take(reader.builder, batch);
    if (status == OK && batch_is_empty(batch))
        status = error_set(err, ERR_CONFIG, reader.where,
                           "it is empty: page numbers are expected, as in \"7 0 1 2 0 3\"");
    builder_free(reader.builder);
    return status;
}
