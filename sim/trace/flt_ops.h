/* flt_ops.h -- the operations of a chunk of a native trace, to bytes and back. */
#ifndef FAULTLINE_TRACE_FLT_OPS_H
#define FAULTLINE_TRACE_FLT_OPS_H

#include "trace/batch.h"

/* Write the batch's operations and names, nothing if it has none; returns their end. */
unsigned char *flt_ops_put(unsigned char *p, const struct batch *batch);

/* Read what p to end holds into the batch, which has its steps; if p is the end there are
 * no operations.  False if it is not exactly what flt_ops_put writes of sound operations. */
bool flt_ops_get(const unsigned char *p, const unsigned char *end, struct batch *batch);

/* How many kinds of operations, the first ones, a trace of a version can have. */
uint32_t flt_ops_kinds(uint32_t version);
/* How many of them its index counts at least, if it counts any: a file is not newer than
 * the program that wrote it. */
uint32_t flt_ops_kinds_least(uint32_t version);

/* Can a trace of the version have the operations of the batch?  NULL, or what is wrong, as
 * the end of a sentence that begins with "chunk 3". */
MUST_CHECK const char *flt_ops_refuse(const struct batch *batch, uint32_t version);

#endif
