/* archive_calls.h -- libarchive, loaded where a text is read.
 *
 * Most runs read native traces only, and libarchive brings libxml2, ICU and the C++ library
 * with it: a third of the memory of a small simulation. */
#ifndef FAULTLINE_TRACE_ARCHIVE_CALLS_H
#define FAULTLINE_TRACE_ARCHIVE_CALLS_H

#include "base/error.h"

#include <archive.h>

/* Its functions, without the prefix `archive_`. */
struct archive_calls {
    void *library;
    __typeof__(&archive_errno) errno_of;
    __typeof__(&archive_error_string) error_string;
    __typeof__(&archive_filter_bytes) filter_bytes;
    __typeof__(&archive_read_data_block) read_data_block;
    __typeof__(&archive_read_free) read_free;
    __typeof__(&archive_read_new) read_new;
    __typeof__(&archive_read_next_header) read_next_header;
    __typeof__(&archive_read_open1) read_open1;
    __typeof__(&archive_read_set_callback_data) read_set_callback_data;
    __typeof__(&archive_read_set_read_callback) read_set_read_callback;
    __typeof__(&archive_set_error) set_error;
    __typeof__(&archive_read_support_filter_gzip) support[7]; /* filters and formats      */
};

/* ERR_IO: the library is not there, or lacks a function. */
MUST_CHECK enum status archive_calls_load(struct archive_calls *calls, struct error *err);
void archive_calls_unload(struct archive_calls *calls);

#endif
