/* trace_pages.h -- prints a trace as a list of pages, for other simulators and to be read
 * back. */
#ifndef FAULTLINE_CLI_TRACE_PAGES_H
#define FAULTLINE_CLI_TRACE_PAGES_H

#include "trace/trace.h"

/* Print "PAGE R" or "PAGE W" on standard output for each page that each reference touches,
 * in order, and between them the operations as op_text.h writes them.  page_size: a power of two in bytes, 0: 4096.  Returns the exit status. */
int trace_print_pages(struct trace *trace, uint64_t page_size);

#endif
