/* source.h -- a trace as an experiment uses it: read any number of times, by several
 * threads at once, and known by a digest of its contents. */
#ifndef FAULTLINE_EXPERIMENT_SOURCE_H
#define FAULTLINE_EXPERIMENT_SOURCE_H

#include "trace/trace.h"

#include <signal.h>
#include <stdio.h>

struct source {
    const char *path; /* as configured; borrowed                                          */
    char opened[64]; /* "" or where a foreign or piped trace was converted to             */
    FILE *spool;     /* that nameless file, or NULL                                       */
    unsigned granule_shift;
    uint64_t references, steps;
    char digest[33]; /* 32 hexadecimal digits                                             */
};

/* A native file is used as it is.  Any other trace (a text, a pipe) is converted once into
 * a nameless file in $TMPDIR, or /tmp, that goes away with the program.  ERR_IO,
 * ERR_SYNTAX, ERR_DAMAGED; ERR_INTERRUPTED once *interrupted is set. */
MUST_CHECK enum status source_open(struct source *source, const char *path,
                                   const volatile sig_atomic_t *interrupted,
                                   struct error *err);
void source_close(struct source *source);

/* A reader of its own for one thread. */
MUST_CHECK enum status source_read(const struct source *source, struct trace **out,
                                   struct error *err);

#endif
