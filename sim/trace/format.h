/* format.h -- the plug-in interface of a foreign trace format: one file X.c in
 * sim/trace/format/ that defines `const struct format_ops format_X` (a `-` in the name is
 * a `_` in the symbol).  CMake finds it; nothing else is edited. */
#ifndef FAULTLINE_TRACE_FORMAT_H
#define FAULTLINE_TRACE_FORMAT_H

#include "trace/builder.h"
#include "trace/text.h"

struct format_options {
    uint64_t list_page_size; /* bytes of a page in a list of page numbers              */
};

struct format_ops {
    const char *name;    /* as in --format                                             */
    const char *summary; /* one line for `faultline list formats`                       */
    /* log2 of the granule that this format asks for, 0 if it has whole addresses and so
     * takes the default; NULL: 0. */
    unsigned (*granule_shift)(const struct format_options *options);
    size_t state_size; /* bytes that the core allocates, zeroed, for read()            */
    /* How well the head of a file fits: 0 not at all .. 100 certainly.  The best wins; at
     * equal scores the format whose name sorts first. */
    unsigned (*probe)(const char *head, size_t size);
    /* Read lines and push references until builder_full() or the end: OK (full), END, or
     * an error that names file, line and column.  A line of which op_text_is() is true goes
     * to op_text_read(), as lines_read() does for a format with a reference a line. */
    enum status (*read)(void *state, struct text *text, struct builder *builder,
                        const struct format_options *options, struct error *err);
};

/* The generated table of all formats, ended by NULL. */
extern const struct format_ops *const format_table[];

#endif
