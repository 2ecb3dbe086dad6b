/* detect.c -- see detect.h. */
#include "trace/detect.h"

#include "trace/op_text.h"

#include <string.h>

enum detect_fit detect_lines(const char *head, size_t size, detect_line *line, void *notes)
{
    const char *const end = head + size;
    size_t good = 0, bad = 0, ops = 0;
    for (const char *p = head; p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        if (!newline && p != head)
            break;
        size_t length = (size_t)((newline ? newline : end) - p);
        if (length > 0 && p[length - 1] == '\r')
            length--;
        const struct fields fields = fields_of(p, length, NULL);
        const bool op = op_text_is(fields);
        const enum status status = op ? END : line(fields, notes);
        ops += op;
        good += status == OK;
        bad += status != OK && status != END;
        p = newline ? newline + 1 : end;
    }
    if (ops > 0 && good == 0 && bad == 0 && size < TEXT_HEAD)
        return DETECT_ALL; /* no reference in the whole of it: any format reads it */
    if (good == 0 || good <= bad)
        return DETECT_NONE;
    return bad == 0 ? DETECT_ALL : DETECT_MOST;
}

unsigned detect_score(enum detect_fit fit, unsigned score)
{
    if (fit == DETECT_ALL)
        return score;
    return fit == DETECT_MOST ? score / 10 : 0;
}
