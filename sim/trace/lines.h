/* lines.h -- the loop of a text format with at most one reference a line. */
#ifndef FAULTLINE_TRACE_LINES_H
#define FAULTLINE_TRACE_LINES_H

#include "trace/op_text.h"

/* Read lines until the builder is full (OK), the end (END) or an error.  parse: OK and a
 * reference; END if the line has none; an error.  Operations are read here. */
ALWAYS_INLINE enum status
lines_read(enum status (*parse)(struct fields, struct reference *, struct error *),
           struct text *text, struct builder *builder, struct error *err)
{
    while (!builder_full(builder)) {
        char *start;
        size_t length;
        struct reference ref = {0};
        enum status status = text_line(text, &start, &length, err);
        if (status != OK)
            return status;
        const struct fields line = fields_of(start, length, text);
        if (UNLIKELY(op_text_is(line))) {
            status = op_text_read(line, builder, err);
        } else {
            status = parse(line, &ref, err);
            if (status == OK)
                builder_add(builder, ref.kind, ref.vaddr, ref.size);
        }
        if (status != OK && status != END)
            return status;
    }
    return OK;
}

#endif
