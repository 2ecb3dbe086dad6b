/* trace.h -- open a trace of any format and read it batch by batch. */
#ifndef FAULTLINE_TRACE_TRACE_H
#define FAULTLINE_TRACE_TRACE_H

#include "base/error.h"
#include "trace/batch.h"
#include "trace/fold.h"
#include "trace/reduction.h"

struct trace;

struct trace_options {
    const char *path;        /* "-": standard input                                    */
    const char *format;      /* NULL: recognised from content                          */
    uint64_t list_page_size; /* bytes of a page in a list of page numbers; 0: 4096      */
    uint64_t granule;        /* bytes of a block, foreign formats only; 0: the default  */
    bool skip_damaged;       /* native: go on past damaged chunks and count the loss    */
    bool no_operations;      /* the references alone                                   */
    bool one_thread;         /* of a trace with switches the steps and operations of    */
    uint32_t thread;         /* this thread alone, as SWITCH names it                   */
    const struct fold *fold; /* NULL: addresses as they are; else one that has looked at all
                              * of the trace; borrowed                                   */
};

/* What is known of a trace, of all its threads together.  The native format knows all of it
 * when opened; a foreign one knows the first three, and is not reduced. */
struct trace_info {
    const char *path;
    const char *format; /* "flt", "lackey", ...                                        */
    unsigned granule_shift;
    struct reduction reduction; /* counts are those of the full trace                    */
    bool complete;      /* the fields below are known                                  */
    const char *origin; /* how the trace was made, one line; "" if not said            */
    unsigned address_bits;
    struct reference_counts counts;
    uint64_t steps, batches;
    uint64_t blocks; /* distinct blocks touched                                        */
    uint64_t ops;    /* operations on memory, whether or not they are left out         */
    uint64_t ops_of[VM_OP_KINDS];      /* the same by kind                              */
    uint64_t lost_batches, lost_bytes; /* skipped as damaged so far                     */
    uint64_t ops_left_out;             /* so far, as no_operations says                 */
};

/* ERR_IO, ERR_SYNTAX (format not recognised, empty trace), ERR_DAMAGED. */
MUST_CHECK enum status trace_open(struct trace **out, const struct trace_options *options,
                                  struct error *err);
void trace_close(struct trace *trace);

const struct trace_info *trace_info(const struct trace *trace);

/* Fill *batch (from batch_init) with the next steps and operations: OK, END, or an error. */
MUST_CHECK enum status trace_next(struct trace *trace, struct batch *batch,
                                  struct error *err);

/* Start again from the beginning.  ERR_IO if the input is a pipe. */
MUST_CHECK enum status trace_rewind(struct trace *trace, struct error *err);

/* Bytes read so far and in all (0: not known), for progress. */
uint64_t trace_consumed(const struct trace *trace, uint64_t *size);

#endif
