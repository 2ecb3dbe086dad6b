/* flt.h -- the native trace format `.flt`: writer and reader.  docs/flt.md describes the
 * bytes.  A file is a header, chunks that hold one batch each (compressed with zstd, with
 * a checksum and a summary of their own), and an index, so that it can be read from any
 * chunk, cut, checked, and used up to its last whole chunk after a crash. */
#ifndef FAULTLINE_TRACE_FLT_H
#define FAULTLINE_TRACE_FLT_H

#include "trace/trace.h"

#include <stdio.h>

struct flt_writer;

enum { FLT_ORIGIN_MAX = 4095 }; /* bytes */

struct flt_writer_options {
    unsigned granule_shift;
    const char *origin; /* how the trace was made: a line of at most FLT_ORIGIN_MAX */
    int level;          /* of zstd; 0: the default, 9                               */
    struct reduction reduction; /* zeroed: none                                     */
    bool keep_written; /* on a full disk flt_writer_put writes nothing of its batch and
                        * flt_writer_finish still succeeds: the room for each chunk and for
                        * the index is reserved beforehand                           */
};

/* Create `path` anew; it appears under its name when flt_writer_finish succeeds (written
 * to a temporary file beside it and renamed).  "-" is standard output. */
MUST_CHECK enum status flt_writer_create(struct flt_writer **out, const char *path,
                                         const struct flt_writer_options *options,
                                         struct error *err);

/* The same into an open file, which stays the caller's; name is for errors and borrowed. */
MUST_CHECK enum status flt_writer_create_on(struct flt_writer **out, FILE *file,
                                            const char *name,
                                            const struct flt_writer_options *options,
                                            struct error *err);

/* Write one batch as one chunk; an empty batch is nothing. */
MUST_CHECK enum status flt_writer_put(struct flt_writer *writer, const struct batch *batch,
                                      struct error *err);

/* Bytes written so far. */
uint64_t flt_writer_bytes(const struct flt_writer *writer);

/* Write the index, flush or sync and rename; the writer is freed in any case.  ERR_OUTPUT. */
MUST_CHECK enum status flt_writer_finish(struct flt_writer *writer, struct error *err);

/* Give up: remove the temporary file and free the writer. */
void flt_writer_abandon(struct flt_writer *writer);

/* True if the head of a file (at least 8 bytes) is that of a native trace. */
bool flt_probe(const void *head, size_t size);

/* The reader, used through trace.h only; file is owned by the reader once it succeeds.
 * *origin is allocated here and the caller's to free. */
struct flt_reader;
MUST_CHECK enum status flt_reader_open(struct flt_reader **out, FILE *file,
                                       const char *path, bool skip_damaged,
                                       struct trace_info *info, char **origin,
                                       struct error *err);
void flt_reader_close(struct flt_reader *reader);
MUST_CHECK enum status flt_reader_next(struct flt_reader *reader, struct batch *batch,
                                       struct trace_info *info, struct error *err);
MUST_CHECK enum status flt_reader_rewind(struct flt_reader *reader, struct error *err);
uint64_t flt_reader_consumed(const struct flt_reader *reader, uint64_t *size);

#endif
