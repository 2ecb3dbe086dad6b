/* source.h -- a trace as an experiment uses it: read any number of times, by several
 * threads at once, and known by a digest of its contents. */
#ifndef FAULTLINE_EXPERIMENT_SOURCE_H
#define FAULTLINE_EXPERIMENT_SOURCE_H

#include "experiment/config.h"
#include "trace/trace.h"

#include <signal.h>
#include <stdio.h>

struct source {
    const char *path; /* as configured, of one thread "PATH, thread N"; borrowed          */
    char opened[64]; /* "" or where it was written to, if not used as it is               */
    FILE *spool;     /* that nameless file, or NULL                                       */
    unsigned granule_shift;
    uint64_t references, steps;
    uint64_t ops, switches; /* operations on memory; SWITCHes among them                  */
    struct reduction reduction; /* references are those of the full trace                 */
    char digest[33]; /* 32 hexadecimal digits                                             */
};

/* A native file is used as it is.  Any other trace (a text, a pipe, one thread of a trace)
 * is converted once into a nameless file in $TMPDIR, or /tmp, that goes away with the
 * program.  file: what the name stands for.  ERR_IO, ERR_SYNTAX, ERR_DAMAGED;
 * ERR_INTERRUPTED once *interrupted is set. */
MUST_CHECK enum status source_open(struct source *source, const char *name,
                                   const struct trace_file *file,
                                   const volatile sig_atomic_t *interrupted,
                                   struct error *err);
void source_close(struct source *source);

/* How it is read. */
struct source_use {
    const struct fold *fold; /* addresses are moved as it says; NULL: not                 */
    bool operations;         /* those on memory too, not the references alone             */
};

/* A reader of its own for one thread. */
MUST_CHECK enum status source_read(const struct source *source,
                                   const struct source_use *use, struct trace **out,
                                   struct error *err);

/* The sources of all traces of an experiment. */
struct source_table {
    struct source *all;
    size_t n, capacity;
};

/* Open the trace, or make it, if that has not been done. */
MUST_CHECK enum status source_table_add(struct source_table *table, const char *name,
                                        const struct trace_file *file,
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
