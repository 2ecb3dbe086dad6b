/* recorder.h -- records a program: runs it, decodes what its images say, and writes a trace of
 * each and the workload that they make together. */
#ifndef FAULTLINE_RECORD_RECORDER_H
#define FAULTLINE_RECORD_RECORDER_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { RECORDER_LEVEL = 1 }; /* of zstd, if none is asked for */

struct recorder_options {
    char *const *argv; /* the program, ended by NULL                               */
    const char *stem;  /* STEM.flt, STEM.1.flt, ..., STEM.yaml                     */
    unsigned granule_shift;
    int level;               /* of zstd; 0: RECORDER_LEVEL                               */
    bool instructions;       /* keep instruction fetches                                */
    bool children;           /* follow forks                                            */
    bool as_lackey;          /* leave in the program what Valgrind puts there           */
    const char *start_at;    /* keep nothing before this function is entered; NULL: all  */
    uint64_t skip;           /* leave out so many references                            */
    uint64_t max_references; /* keep so many; 0: all                                    */
    uint64_t seconds;        /* keep what is made in so many; 0: all                     */
    bool end_program;        /* have it end with the recording                           */
};

/* Why nothing more has been kept. */
enum recorder_end {
    RECORDER_PROGRAM,     /* the program has ended                                       */
    RECORDER_REFERENCES,  /* as many references as were asked for                        */
    RECORDER_SECONDS,     /* so much time                                                */
    RECORDER_INTERRUPTED, /* the user asked for it                                       */
    RECORDER_ERROR,       /* see the status                                              */
};

/* What has been done so far. */
struct recorder_state {
    bool keeping;     /* what was to be left out is behind                            */
    bool recording;   /* more is wanted                                               */
    uint64_t kept;    /* references                                                  */
    uint64_t passed;  /* references that were left out                                */
    uint64_t written; /* references in the traces                                     */
    uint64_t bytes;   /* of the traces                                               */
    uint32_t images;  /* that have begun                                              */
    uint32_t traces;  /* of them                                                      */
    double seconds;   /* since the start; of recording, once that has ended           */
    enum recorder_end end;
    int program_status; /* exit status as a shell has it, once it has ended             */
};

struct recorder_host {
    void *context;
    /* Called some times a second, and when the recording has ended. */
    void (*show)(void *context, const struct recorder_state *state);
    /* How often the user has asked to stop: once ends the recording, twice the program. */
    unsigned (*interruptions)(void *context);
};

/* Record a program.  It is run to its end in any case, *state is then filled in, and
 * unless nothing was kept the traces are sound, as far as they go.  ERR_OUTPUT: a trace or
 * the workload could not be written, or not all of it; ERR_CONFIG, ERR_CELL: the program
 * could not be started, and *state says nothing; ERR_DAMAGED, ERR_NOMEM. */
MUST_CHECK enum status recorder_run(const struct recorder_options *options,
                                    const struct recorder_host *host,
                                    struct recorder_state *state, struct error *err);

#endif
