/* error.h -- a status to test, a place and a sentence to print.
 * Only sim/cli prints errors or exits; everything else fills a struct error and returns. */
#ifndef FAULTLINE_BASE_ERROR_H
#define FAULTLINE_BASE_ERROR_H

#include "base/types.h"

#include <stdbool.h>
#include <stddef.h>

enum status {
    OK = 0,
    END,             /* no more data; not an error                              */
    ERR_NOMEM,       /* out of memory                                           */
    ERR_IO,          /* an input cannot be opened or read                       */
    ERR_SYNTAX,      /* a foreign trace does not read as its format says        */
    ERR_DAMAGED,     /* a native or compressed trace is truncated or damaged     */
    ERR_CONFIG,      /* the user's configuration or command line is wrong       */
    ERR_OUTPUT,      /* a result cannot be written                              */
    ERR_CELL,        /* one simulation failed; others may go on                 */
    ERR_INTERRUPTED, /* the user asked to stop                                  */
};

/* Where in the user's files the error is.  Lines and columns count from 1; 0 means the
 * whole file or the whole line. */
struct location {
    const char *file; /* borrowed: outlives the error; NULL if no file is at fault */
    uint64_t line;
    uint32_t column;
};

struct error {
    enum status code;
    struct location at;
    char file[512]; /* copy of at.file, so that the error may outlive its owner      */
    char text[640]; /* "unknown key 'polcy'": lower case, subject quoted, no full stop */
};

/* Fill *err (which may be NULL) and return code, so that a caller can write
 * `return error_set(err, ERR_IO, at, ...)`.  at.file is copied. */
enum status error_set(struct error *err, enum status code, struct location at,
                      const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Copy an error, whose location points into itself; to may be NULL. */
void error_copy(struct error *to, const struct error *from);

/* The location of a whole file, or of nothing. */
struct location at_file(const char *file);
struct location at_nowhere(void);

/* ERR_NOMEM with a fixed sentence. */
enum status error_nomem(struct error *err);

/* Write "file:line:column: text" (what is known of it) into buffer; returns buffer. */
char *error_format(const struct error *err, char *buffer, size_t size);

#endif
