/* text.h -- buffered lines from a file, a pipe or a compressed file.
 * Decompression (gzip, xz, zstd, bzip2, lz4, in any nesting) is libarchive's, recognised
 * from content. */
#ifndef FAULTLINE_TRACE_TEXT_H
#define FAULTLINE_TRACE_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct text;

enum { TEXT_HEAD = 64 << 10 }; /* bytes */

/* path "-" is standard input.  ERR_IO if it cannot be opened. */
MUST_CHECK enum status text_open(struct text **out, const char *path, struct error *err);

/* The same of an open file, whose path is for errors; bytes may have been looked at and
 * given back with ungetc, as a pipe cannot be opened twice.  The file is owned by the text
 * once it succeeds, unless it is stdin. */
MUST_CHECK enum status text_open_file(struct text **out, FILE *file, const char *path,
                                      struct error *err);
void text_close(struct text *text);

/* The first bytes of the (decompressed) content, without consuming them: at least TEXT_HEAD
 * if the input has that many.  An error found while decompressing them is reported by the
 * text_line that reaches it. */
const char *text_head(struct text *text, size_t *size);

/* The next line without its line ending, terminated by NUL and valid until the next call.
 * OK, END, or an error: ERR_DAMAGED (truncated or damaged compression, names file and byte
 * offset), ERR_IO, ERR_INTERRUPTED (a signal whose handler does not restart calls).  A line
 * longer than 64 KiB is ERR_SYNTAX.  libarchive does not compare the checksum of a gzip
 * file, so damage in one is found only where it breaks the compression. */
MUST_CHECK enum status text_line(struct text *text, char **line, size_t *length,
                                 struct error *err);

/* Where the line last returned is; column counts from 1 (0: the whole line). */
struct location text_at(const struct text *text, size_t column);

/* Bytes consumed of the file as it is on disk and its size there (0 if not known, as for
 * a pipe), for progress. */
uint64_t text_consumed(const struct text *text, uint64_t *size);

#endif
