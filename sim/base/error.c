/* error.c -- see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

struct location at_file(const char *file)
{
    return (struct location){.file = file};
}

struct location at_nowhere(void)
{
    return (struct location){0};
}

enum status error_set(struct error *err, enum status code, struct location at,
                      const char *fmt, ...)
{
    if (!err)
        return code;
    err->code = code;
    snprintf(err->file, sizeof err->file, "%s", at.file ? at.file : "");
    err->at = at;
    err->at.file = err->file[0] ? err->file : NULL;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return code;
}

void error_copy(struct error *to, const struct error *from)
{
    if (!to)
        return;
    *to = *from;
    to->at.file = to->file[0] ? to->file : NULL;
}

enum status error_nomem(struct error *err)
{
    return error_set(err, ERR_NOMEM, at_nowhere(), "out of memory");
}

char *error_format(const struct error *err, char *buffer, size_t size)
{
    if (!err->file[0])
        snprintf(buffer, size, "%s", err->text);
    else if (err->at.line == 0)
        snprintf(buffer, size, "%s: %s", err->file, err->text);
    else if (err->at.column == 0)
        snprintf(buffer, size, "%s:%llu: %s", err->file, (unsigned long long)err->at.line,
                 err->text);
    else
        snprintf(buffer, size, "%s:%llu:%u: %s", err->file,
                 (unsigned long long)err->at.line, err->at.column, err->text);
    return buffer;
}
