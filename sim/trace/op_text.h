/* op_text.h -- operations in the text form that docs/trace-ops.md describes: a line that
 * begins with `@`, the same in every text format. */
#ifndef FAULTLINE_TRACE_OP_TEXT_H
#define FAULTLINE_TRACE_OP_TEXT_H

#include "trace/fields.h"

/* Bytes of the longest line: every byte of a name may take four. */
enum { OP_TEXT_MAX = 4 * VM_NAME_MAX + 256 };

/* Does an operation stand in this line? */
static inline bool op_text_is(struct fields line)
{
    fields_skip_blanks(&line);
    return line.at < line.end && *line.at == '@';
}

/* Read the operation of such a line into the builder, which must not be full.  ERR_SYNTAX
 * names the word that is wrong, the column, and what would be right. */
NOINLINE MUST_CHECK enum status op_text_read(struct fields line, struct builder *builder,
                                             struct error *err);

/* Write an operation as op_text_read reads it, without the end of the line, into buffer
 * (OP_TEXT_MAX bytes); returns buffer.  names: of its batch. */
char *op_text_format(const struct vm_op *op, const char *names, char *buffer);

#endif
