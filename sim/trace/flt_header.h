/* flt_header.h -- the header of a native trace, to bytes and back; for writer and reader. */
#ifndef FAULTLINE_TRACE_FLT_HEADER_H
#define FAULTLINE_TRACE_FLT_HEADER_H

#include "trace/flt.h"
#include "trace/flt_layout.h"

enum { FLT_HEADER_MAX = FLT_HEADER_FIXED + FLT_ORIGIN_MAX + FLT_REDUCTION + 8 };

struct flt_header {
    uint32_t version;
    unsigned granule_shift, address_bits;
    const char *origin; /* in the bytes, without a NUL                                  */
    size_t origin_length;
    struct reduction reduction;
};

/* Write the header of a new trace to h[FLT_HEADER_MAX]; returns its bytes. */
size_t flt_header_put(unsigned char *h, const struct flt_writer_options *options);

/* How many bytes follow the first FLT_HEADER_FIXED, which are of a version that is read;
 * 0: what they say is impossible. */
uint32_t flt_header_rest(const unsigned char *fixed);

/* Parse and check all of them.  NULL, or what is wrong. */
MUST_CHECK const char *flt_header_parse(struct flt_header *header, const unsigned char *h);

#endif
