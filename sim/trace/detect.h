/* detect.h -- how well the head of a file fits a format, for format_ops.probe.
 *
 * The scores stand together because they decide between formats.  A file that reads as
 * two of them goes to the one whose reading says more:
 *
 *   lackey     CERTAIN   nothing else has a kind, an address, a comma and a size
 *   addresses  LIKELY    some address has a kind letter before it, 0x, a letter among its
 *                        digits, or is padded with zeros to eight digits
 *              POSSIBLE  otherwise: it may be decimal
 *   din        LIKELY    each line has a label and one field more, and some of these
 *                        fields is no small decimal: a letter, 0x or five digits
 *              POSSIBLE  otherwise: page numbers, two or three a line
 *   pages      PLAIN     decimal numbers
 *
 * Operations tell nothing, since all formats have the same.
 *
 * Where some lines do not read but most do, a tenth of that: the file is opened, so that
 * the error names its first wrong line, unless a format reads it all. */
#ifndef FAULTLINE_TRACE_DETECT_H
#define FAULTLINE_TRACE_DETECT_H

#include "base/error.h"
#include "trace/fields.h"

#include <stddef.h>

enum {
    DETECT_CERTAIN = 100,
    DETECT_LIKELY = 80,
    DETECT_PLAIN = 50,
    DETECT_POSSIBLE = 20,
};

/* Read one line: OK, END if it has no reference (a comment), or ERR_SYNTAX.  notes keeps
 * what the format wants to remember of the lines that were OK. */
typedef enum status detect_line(struct fields line, void *notes);

enum detect_fit {
    DETECT_NONE, /* half of the lines or more do not read, or none has a reference, unless
                  * head is all there is and it has operations                          */
    DETECT_MOST,
    DETECT_ALL,
};

/* Try the lines of head.  The last one may be cut off, so it counts only if it ends or
 * stands alone. */
enum detect_fit detect_lines(const char *head, size_t size, detect_line *line, void *notes);

/* The score of a format that would get `score` if all lines fit. */
unsigned detect_score(enum detect_fit fit, unsigned score);

#endif
