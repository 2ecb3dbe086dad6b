/* builder.h -- makes steps out of references, one reference at a time.
 * Foreign formats and generators push references; when the builder says that it is full,
 * its batch is taken (trace.c, or the native writer) and it starts on the next one. */
#ifndef FAULTLINE_TRACE_BUILDER_H
#define FAULTLINE_TRACE_BUILDER_H

#include "base/types.h"
#include "trace/batch.h"

enum reference_kind { IFETCH, LOAD, STORE, MODIFY };

struct builder;

/* granule_shift: GRANULE_SHIFT_MIN .. GRANULE_SHIFT_MAX.  The builder is freed with
 * builder_free. */
MUST_CHECK enum status builder_create(struct builder **out, unsigned granule_shift,
                                      struct error *err);
void builder_free(struct builder *builder);

/* Add one reference of `size` bytes (at least 1, at most 65536) at vaddr.  A reference
 * that crosses into further blocks touches each of them; a modify is a load and then a
 * store.  Must not be called while builder_full(). */
void builder_add(struct builder *builder, enum reference_kind kind, vaddr_t vaddr,
                 uint32_t size);

/* Add an operation after the references so far (op->step and op->file are set here); file:
 * the name of the file that a MAP maps, at most 4095 bytes, or NULL; the name of a NAME.
 * After a SWITCH the streams are nowhere, since they are another thread's.  Must not be
 * called while builder_full(). */
void builder_op(struct builder *builder, const struct vm_op *op, const char *file);

/* True when the batch has to be taken before the next builder_add or builder_op. */
bool builder_full(const struct builder *builder);

/* Close the step under way and move what has been built into *batch (from batch_init);
 * batch_is_empty() if there was nothing.  The builder goes on where it was. */
void builder_take(struct builder *builder, struct batch *batch);

#endif
