/* stream.h -- a trace as a simulation reads it: any number of times. */
#ifndef FAULTLINE_WORKLOAD_STREAM_H
#define FAULTLINE_WORKLOAD_STREAM_H

#include "trace/trace.h"

struct stream {
    const char *path; /* for messages, and the name of the file that text lies in         */
    uint64_t references;
    unsigned granule_shift;
    /* A reader of its own. */
    enum status (*open)(const void *context, struct trace **out, struct error *err);
    const void *context;
};

MUST_CHECK static inline enum status stream_open(const struct stream *stream,
                                                 struct trace **out, struct error *err)
{
    return stream->open(stream->context, out, err);
}

#endif
