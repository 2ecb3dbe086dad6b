/* output.h -- writes the traces of a recording: a thread of its own compresses batches and
 * writes them.  What has been written is kept when the disk is full. */
#ifndef FAULTLINE_RECORD_OUTPUT_H
#define FAULTLINE_RECORD_OUTPUT_H

#include "trace/batch.h"

struct output;
struct output_trace; /* one file */

MUST_CHECK enum status output_create(struct output **out, unsigned granule_shift, int level,
                                     struct error *err);

/* Write what is left, end the thread and free all.  Every trace must have been finished. */
void output_free(struct output *output);

/* Create a file; the traces of a recording may be many.  ERR_OUTPUT. */
MUST_CHECK enum status output_open(struct output *output, struct output_trace **trace,
                                   const char *path, const char *origin, struct error *err);

/* An empty batch, to be filled and put; waits until there is one. */
struct batch *output_blank(struct output *output);

/* Have a batch from output_blank() written. */
void output_put(struct output *output, struct output_trace *trace, struct batch *batch);

/* Have the file finished; the trace must not be used any more. */
void output_finish(struct output *output, struct output_trace *trace);

/* Wait until all that was put has been written. */
void output_drain(struct output *output);

/* Bytes and references written so far. */
uint64_t output_bytes(struct output *output);
uint64_t output_references(struct output *output);

/* OK, or the first error; nothing more of the trace that met with it has been written. */
enum status output_status(struct output *output, struct error *err);

#endif
