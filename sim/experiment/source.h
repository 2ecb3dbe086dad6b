/* source.h -- a trace as an experiment uses it: read any number of times, by several
 * threads at once, and known by a digest of its contents. */
#ifndef FAULTLINE_EXPERIMENT_SOURCE_H
#define FAULTLINE_EXPERIMENT_SOURCE_H

#include "experiment/config.h"
#include "trace/trace.h"

#include <signal.h>
#include <stdio.h>

struct source {
    const char *path; /* as configured; borrowed                                          */
    char opened[64]; /* "" or where a foreign, piped or generated trace was written to    */
    FILE *spool;     /* that nameless file, or NULL                                       */
    unsigned granule_shift;
    uint64_t references, steps;
    struct reduction reduction; /* references are those of the full trace                 */
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
/* One whose addresses are moved as fold (NULL: not) says. */
MUST_CHECK enum status source_read_folded(const struct source *source,
                                          const struct fold *fold, struct trace **out,
                                          struct error *err);

/* The sources of all traces of an experiment. */
struct source_table {
    struct source *all;
    size_t n, capacity;
};

/* Open the trace if it is not open yet.  at: where it is named, for messages. */
MUST_CHECK enum status source_table_add(struct source_table *table, const char *path,
                                        struct location at,
                                        const volatile sig_atomic_t *interrupted,
                                        struct error *err);
/* Make the trace if it is not there yet, in a nameless file too; path: its
 * generator_origin(). */
MUST_CHECK enum status source_table_generate(struct source_table *table, const char *path,
                                             const struct generate_config *config,
                                             const volatile sig_atomic_t *interrupted,
                                             struct error *err);
/* The source of a trace that has been added. */
const struct source *source_table_find(const struct source_table *table, const char *path);
void source_table_release(struct source_table *table);

#endif
