/* session.h -- what the images of one recording share: what is wanted, what has been kept,
 * and the streams of the workload, each of which is a trace or a thread of one. */
#ifndef FAULTLINE_RECORD_SESSION_H
#define FAULTLINE_RECORD_SESSION_H

#include "record/decode.h"
#include "record/output.h"

#include <sys/types.h>

struct image;

/* A stream of the workload; number 0 is its first process. */
struct stream {
    uint32_t trace; /* stream whose file it is in: its own, or that of its process       */
    uint32_t pid;   /* process id it had                                                */
    bool has_threads; /* a file: more than one thread is in it                            */
    char *name; /* its command, or the thread's name; NULL: not known; owned         */
};

/* A child that was seen before its parent told of it. */
struct early_child {
    uint32_t parent, pid;
    uint32_t stream; /* 0: nothing has been kept of it yet                                */
};

struct session {
    const char *stem;   /* of the traces' paths                                         */
    const char *origin; /* for the traces                                               */
    unsigned granule_shift;
    bool instructions, children;
    pid_t program; /* its process                                                        */
    struct tally tally;
    struct output *output;
    struct stream *streams; /* [nstreams]                                                */
    uint32_t nstreams, streams_capacity;
    struct early_child *early; /* [nearly]                                               */
    size_t nearly, early_capacity;
    struct image *images; /* in the order of their beginnings                            */
    uint32_t nimages;     /* so many have begun                                          */
    bool ring_missing; /* a process may have made a ring that has not been found          */
    bool program_ends; /* but for its exit status all of the program is there             */
};

/* Free what the session owns; no image may be left. */
void session_release(struct session *session);

/* Add a stream that is a trace of its own, or a thread in that of another stream. */
MUST_CHECK enum status session_add_trace(struct session *session, uint32_t pid,
                                         uint32_t *number, struct error *err);
MUST_CHECK enum status session_add_thread(struct session *session, uint32_t trace,
                                          uint32_t *number, struct error *err);

/* What it is called, from here on. */
MUST_CHECK enum status session_name(struct session *session, uint32_t number,
                                    const char *name, struct error *err);

/* The file of a stream that is a trace: STEM.flt, STEM.1.flt, ... */
void session_path(const struct session *session, uint32_t number, char *buffer,
                  size_t size);

/* Note a child, or take the note of one: false if there is none. */
MUST_CHECK enum status session_note_child(struct session *session,
                                          const struct early_child *child,
                                          struct error *err);
bool session_take_child(struct session *session, uint32_t parent, uint32_t pid,
                        uint32_t *stream);

#endif
