/* reference_string.h -- page references as textbooks write them: "7 0 1 2 0 3 0 4".
 *
 * A reference is a page number, decimal or hexadecimal with 0x.  A `w` or `W` before or
 * after it makes it a write ("3w", "W3"), an `r` or `R` a read, as does no letter at all;
 * the letter may stand alone behind its number ("3 W", a line of a list of pages).  Blanks,
 * commas and ends of lines separate references. */
#ifndef FAULTLINE_EXPLAIN_REFERENCE_STRING_H
#define FAULTLINE_EXPLAIN_REFERENCE_STRING_H

#include "trace/batch.h"

/* Fill *batch (from batch_init) with loads and stores of one byte in pages of 1 <<
 * page_shift bytes, which are its blocks.  ERR_CONFIG with line and column in the text. */
MUST_CHECK enum status reference_string_read(struct batch *batch, const char *text,
                                             unsigned page_shift, struct error *err);

#endif
