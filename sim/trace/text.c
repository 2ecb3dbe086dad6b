/* text.c -- see text.h.
 * The file is read by us and decompressed by libarchive ("raw" format: no archive inside,
 * any filters around).  Its blocks are copied into one buffer, in which lines are found
 * and ended in place. */
#include "trace/text.h"

#include "trace/archive_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    BLOCK = 64 << 10,     /* bytes of one read: also how well damage can be placed */
    CAPACITY = 256 << 10, /* of the buffer */
    LONGEST_LINE = 64 << 10,
};

struct text {
    char *path;
    const char *name; /* of the input, in errors */
    FILE *file;
    struct archive_calls calls;
    struct archive *archive;
    char *block;       /* as it is on disk, for libarchive */
    uint64_t consumed; /* bytes read from file */
    uint64_t size;
    int read_errno; /* why reading failed, or 0 */
    bool disk_end;  /* file has no more */

    const char *pending; /* decompressed, not yet in the buffer; libarchive's memory */
    size_t npending;
    char *buffer;      /* CAPACITY bytes and one for the NUL of a line that fills it */
    size_t begin, end; /* the part of it that no line was made of */
    enum status state; /* what comes after the buffer: OK (more), END or an error */
    struct error error;
    uint64_t line; /* number of the line last returned */
};

static la_ssize_t read_block(struct archive *archive, void *data, const void **block)
{
    struct text *text = data;
    errno = 0;
    const size_t n = fread(text->block, 1, BLOCK, text->file);
    if (ferror(text->file)) {
        text->read_errno = errno ? errno : EIO;
        text->calls.set_error(archive, text->read_errno, "cannot read");
        return -1;
    }
    text->consumed += n;
    text->disk_end = n == 0;
    *block = text->block;
    return (la_ssize_t)n;
}

/* Bytes of the file that were used up.  libarchive does not know once opening failed. */
static uint64_t used(const struct text *text)
{
    const la_int64_t n = text->calls.filter_bytes(text->archive, -1);
    return n < 0 ? text->consumed : (uint64_t)n;
}

/* The decompressors do not tell truncation from damage reliably, and with several of them
 * the one that speaks last is quoted. */
static enum status damaged(const struct text *text, struct error *err)
{
    const char *why = text->calls.error_string(text->archive);
    const uint64_t near = text->disk_end ? text->consumed : used(text);
    return error_set(err, ERR_DAMAGED, at_file(text->name),
                     "truncated or damaged compressed data near byte %llu%s%s",
                     (unsigned long long)near, why ? ": " : "", why ? why : "");
}

/* Nothing comes after the buffer but the error that libarchive, or reading, met. */
static void fail(struct text *text)
{
    const struct location at = at_file(text->name);
    struct error *err = &text->error;
    if (text->read_errno == EINTR)
        /* Handlers restart calls unless they are meant to stop the program. */
        text->state = error_set(err, ERR_INTERRUPTED, at, "interrupted while reading");
    else if (text->read_errno)
        text->state =
            error_set(err, ERR_IO, at, "cannot read: %s", strerror(text->read_errno));
    else if (text->calls.errno_of(text->archive) == ENOMEM)
        text->state = error_nomem(err);
    else
        text->state = damaged(text, err);
}

static enum status look_at_file(struct text *text, struct error *err)
{
    struct stat st;
    const int fd = fileno(text->file);
    const int wrong = fstat(fd, &st) != 0 ? errno : S_ISDIR(st.st_mode) ? EISDIR : 0;
    if (wrong)
        return error_set(err, ERR_IO, at_file(text->name), "cannot open: %s",
                         strerror(wrong));
    if (S_ISREG(st.st_mode)) {
        text->size = (uint64_t)st.st_size;
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return OK;
}

static int open_archive(struct text *text)
{
    struct archive *a = text->archive;
    for (size_t i = 0; i < ARRAY_LEN(text->calls.support); i++)
        text->calls.support[i](a);
    text->calls.read_set_read_callback(a, read_block);
    text->calls.read_set_callback_data(a, text);
    struct archive_entry *entry;
    const int r = text->calls.read_open1(a);
    return r < ARCHIVE_WARN ? r : text->calls.read_next_header(a, &entry);
}

static void release(struct text *text)
{
    if (text->archive)
        text->calls.read_free(text->archive);
    archive_calls_unload(&text->calls);
    free(text->path);
    free(text->block);
    free(text->buffer);
    free(text);
}

enum status text_open_file(struct text **out, FILE *file, const char *path,
                           struct error *err)
{
    struct text *text = calloc(1, sizeof *text);
    if (!text)
        return error_nomem(err);
    text->file = file;
    text->path = strdup(path);
    enum status status = archive_calls_load(&text->calls, err);
    if (status != OK) {
        free(text);
        return status;
    }
    text->archive = text->calls.read_new();
    text->block = malloc(BLOCK);
    text->buffer = malloc(CAPACITY + 1);
    if (!text->path || !text->archive || !text->block || !text->buffer) {
        release(text);
        return error_nomem(err);
    }
    text->name = file == stdin ? "standard input" : text->path;
    status = look_at_file(text, err);
    if (status != OK) {
        release(text);
        return status;
    }
    const int r = open_archive(text);
    if (r == ARCHIVE_EOF)
        text->state = END;
    else if (r < ARCHIVE_WARN)
        fail(text);
    *out = text;
    return OK;
}

enum status text_open(struct text **out, const char *path, struct error *err)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
    if (!file)
        return error_set(err, ERR_IO, at_file(path), "cannot open: %s", strerror(errno));
    const enum status status = text_open_file(out, file, path, err);
    if (status != OK && file != stdin)
        fclose(file);
    return status;
}

void text_close(struct text *text)
{
    if (!text)
        return;
    if (text->file != stdin)
        fclose(text->file);
    release(text);
}

/* Ask libarchive for its next block. */
static void next_block(struct text *text)
{
    const void *block;
    size_t n;
    la_int64_t offset;
    const int r = text->calls.read_data_block(text->archive, &block, &n, &offset);
    if (r == ARCHIVE_EOF) {
        text->state = END;
    } else if (r < ARCHIVE_WARN) {
        fail(text);
    } else {
        text->pending = block;
        text->npending = n;
    }
}

/* Add bytes to the buffer, which must not be full; false if there are no more. */
static bool fill(struct text *text)
{
    while (text->npending == 0 && text->state == OK)
        next_block(text);
    if (text->npending == 0)
        return false;
    if (text->begin > 0) {
        memmove(text->buffer, text->buffer + text->begin, text->end - text->begin);
        text->end -= text->begin;
        text->begin = 0;
    }
    const size_t room = CAPACITY - text->end;
    const size_t n = text->npending < room ? text->npending : room;
    memcpy(text->buffer + text->end, text->pending, n);
    text->end += n;
    text->pending += n;
    text->npending -= n;
    return true;
}

const char *text_head(struct text *text, size_t *size)
{
    while (text->end - text->begin < TEXT_HEAD && fill(text))
        ;
    *size = text->end - text->begin;
    return text->buffer + text->begin;
}

/* Give out the line of `length` bytes at begin, whose ending takes `ending` more. */
static enum status take_line(struct text *text, size_t length, size_t ending, char **line,
                             size_t *out_length, struct error *err)
{
    char *start = text->buffer + text->begin;
    text->begin += length + ending;
    text->line++;
    if (length > 0 && start[length - 1] == '\r')
        length--;
    if (length > LONGEST_LINE)
        return error_set(err, ERR_SYNTAX, text_at(text, 0),
                         "line too long: at most %d bytes expected", LONGEST_LINE);
    start[length] = '\0';
    *line = start;
    *out_length = length;
    return OK;
}

enum status text_line(struct text *text, char **line, size_t *length, struct error *err)
{
    size_t searched = 0;
    do {
        const char *start = text->buffer + text->begin;
        const size_t n = text->end - text->begin;
        const char *newline = memchr(start + searched, '\n', n - searched);
        if (LIKELY(newline != NULL))
            return take_line(text, (size_t)(newline - start), 1, line, length, err);
        searched = n;
        if (n > LONGEST_LINE + 1) /* whether or not it ends in a carriage return */
            return take_line(text, n, 0, line, length, err);
    } while (fill(text));
    if (text->state == END && searched > 0)
        return take_line(text, searched, 0, line, length, err);
    if (text->state != END)
        error_copy(err, &text->error);
    return text->state;
}

struct location text_at(const struct text *text, size_t column)
{
    return (struct location){
        .file = text->name, .line = text->line, .column = (uint32_t)column};
}

uint64_t text_consumed(const struct text *text, uint64_t *size)
{
    *size = text->size;
    return used(text);
}
