/* recorder.c -- see recorder.h. */
#include "record/recorder.h"

#include "record/images.h"
#include "record/program.h"
#include "record/workload_file.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SHOW_PERIOD_S 0.1
#define KILL_AFTER_S 2.0 /* from SIGTERM to SIGKILL */

enum { WAIT_MS = 100 };

struct recorder {
    const struct recorder_options *options;
    const struct recorder_host *host;
    struct recorder_state *state;
    struct session session;
    struct recording_folder folder;
    struct recording_bell *bell;
    struct ring *rings; /* of no image yet */
    struct workload_file workload;
    pid_t program;
    int process; /* file descriptor of it */
    bool reaped;
    double started, kept_since, shown, terminated; /* seconds, monotonic; 0: not yet      */
    uint32_t scanned; /* how often the bell had been rung when rings were looked for      */
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* --- the program -------------------------------------------------------------------------- */

static void reap(struct recorder *r)
{
    int status;
    if (r->program <= 0 || r->reaped || waitpid(r->program, &status, WNOHANG) != r->program)
        return;
    r->reaped = true;
    r->state->program_status =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Wait a while for it. */
static void wait_for_end(const struct recorder *r)
{
    struct pollfd poller = {.fd = r->process, .events = POLLIN};
    poll(&poller, r->process >= 0, WAIT_MS);
}

/* Have the program end: politely, and after a while otherwise. */
static void end_program(struct recorder *r)
{
    const double now = now_s();
    if (r->reaped)
        return;
    if (r->terminated == 0) {
        kill(r->program, SIGTERM);
        r->terminated = now;
    } else if (now - r->terminated > KILL_AFTER_S) {
        kill(r->program, SIGKILL);
    }
}

/* --- what is shown ------------------------------------------------------------------------ */

static void note_state(struct recorder *r)
{
    struct recorder_state *state = r->state;
    const struct tally *tally = &r->session.tally;
    state->keeping = tally->keeping;
    state->kept = tally->kept;
    state->passed = tally->passed;
    state->images = r->session.nimages;
    state->traces = 0;
    for (uint32_t i = 0; i < r->session.nstreams; i++)
        state->traces += r->session.streams[i].trace == i;
    state->bytes = output_bytes(r->session.output);
    state->written = output_references(r->session.output);
    if (state->recording)
        state->seconds = now_s() - r->started;
}

static void show(struct recorder *r)
{
    const double now = now_s();
    if (now - r->shown < SHOW_PERIOD_S)
        return;
    r->shown = now;
    note_state(r);
    r->host->show(r->host->context, r->state);
}

/* --- recording ---------------------------------------------------------------------------- */

/* What must be looked at now and then: END if nothing more is wanted, and why. */
static enum status look_around(struct recorder *r, struct error *err)
{
    show(r);
    reap(r);
    const unsigned interruptions = r->host->interruptions(r->host->context);
    const enum status status = output_status(r->session.output, err);
    if (status != OK)
        return status;
    if (interruptions > 0) {
        r->state->end = RECORDER_INTERRUPTED;
        return END;
    }
    if (r->session.tally.keeping && r->kept_since == 0)
        r->kept_since = now_s();
    if (r->options->seconds > 0 && r->kept_since > 0 &&
        now_s() - r->kept_since >= (double)r->options->seconds) {
        r->state->end = RECORDER_SECONDS;
        return END;
    }
    return workload_file_reserve(&r->workload, &r->session, err);
}

/* Decode until the program and all that it has started have ended, or nothing more is
 * wanted: END. */
static enum status record(struct recorder *r, struct error *err)
{
    enum status status = OK;
    while (status == OK && (r->session.images || r->rings || !r->reaped)) {
        const uint32_t rung = bell_rung(r->bell);
        bool worked = false;
        if (rung != r->scanned || r->session.ring_missing)
            status = rings_find(&r->rings, r->folder.path, err);
        r->scanned = rung;
        if (status == OK)
            status = images_attach(&r->session, &r->rings, err);
        if (status == OK)
            status = images_decode(&r->session, &worked, err);
        if (status == END)
            r->state->end = RECORDER_REFERENCES;
        if (status == OK)
            status = look_around(r, err);
        if (status == OK)
            images_conclude(&r->session, r->rings,
                            r->reaped ? r->state->program_status : -1);
        if (status == OK && !worked && r->session.program_ends)
            wait_for_end(r);
        else if (status == OK && !worked)
            bell_wait(r->bell, rung, WAIT_MS);
    }
    return status;
}

/* Finish all traces, and have the program go on alone. */
static void stop(struct recorder *r)
{
    bell_stop(r->bell);
    while (r->session.images)
        image_end(r->session.images, NULL);
    for (struct ring *ring; (ring = r->rings);) {
        r->rings = ring->next;
        ring_free(ring);
    }
    output_drain(r->session.output);
    note_state(r);
    r->state->recording = false;
}

static void await_program(struct recorder *r)
{
    while (reap(r), !r->reaped) {
        if (r->host->interruptions(r->host->context) > 1 || r->options->end_program)
            end_program(r);
        show(r);
        wait_for_end(r);
    }
}

/* --- all of it ---------------------------------------------------------------------------- */

static enum status start(struct recorder *r, struct error *err)
{
    const struct recorder_options *options = r->options;
    const struct program_options program = {
        .argv = options->argv,
        .start_at = options->start_at,
        .children = options->children,
        .as_lackey = options->as_lackey,
    };
    enum status status = folder_make(&r->folder, err);
    if (status == OK)
        status = bell_create(&r->bell, r->folder.path, err);
    if (status == OK)
        status = output_create(&r->session.output, options->granule_shift,
                               options->level ? options->level : RECORDER_LEVEL, err);
    if (status == OK)
        status = workload_file_create(&r->workload, options->stem, err);
    if (status == OK)
        status = workload_file_reserve(&r->workload, &r->session, err);
    if (status == OK)
        status = program_start(&r->program, &r->folder, &program, err);
    if (status == OK)
        r->process = (int)syscall(SYS_pidfd_open, r->program, 0);
    return status;
}

static enum status begin(struct recorder *r, struct error *err)
{
    struct image *first;
    r->session.program = r->program;
    r->started = now_s();
    r->state->recording = true;
    return image_begin(&first, &r->session, NULL, (uint32_t)r->program, err);
}

/* Valgrind itself may have failed: then it has said why, and nothing has come of it. */
static enum status check_valgrind(const struct recorder *r, struct error *err)
{
    char line[400];
    if (r->state->kept + r->state->passed > 0 || r->state->end != RECORDER_PROGRAM ||
        !program_complaint(&r->folder, r->program, line, sizeof line))
        return OK;
    return error_set(err, ERR_CELL, at_nowhere(), "nothing was recorded; valgrind says: %s",
                     line);
}

/* Record, write what there is to write, and only then wait for the program. */
static enum status record_all(struct recorder *r, struct error *err)
{
    enum status status = begin(r, err);
    if (status == OK)
        status = record(r, err);
    if (status != OK && status != END)
        r->state->end = RECORDER_ERROR;
    stop(r);
    if (status == OK || status == END)
        status = output_status(r->session.output, err);
    if (status == OK)
        status = check_valgrind(r, err);
    if (r->state->kept > 0) {
        struct error late;
        const enum status written =
            workload_file_finish(&r->workload, &r->session, r->state, &late);
        if (status == OK && written != OK) {
            error_copy(err, &late);
            status = written;
        }
    }
    r->shown = 0;
    show(r);
    await_program(r);
    return status;
}

static void release(struct recorder *r)
{
    workload_file_abandon(&r->workload);
    output_free(r->session.output);
    session_release(&r->session);
    bell_free(r->bell);
    if (r->process >= 0)
        close(r->process);
    if (r->folder.path[0])
        folder_remove(&r->folder);
}

enum status recorder_run(const struct recorder_options *options,
                         const struct recorder_host *host, struct recorder_state *state,
                         struct error *err)
{
    struct recorder r = {.options = options, .host = host, .state = state, .process = -1};
    char *origin = program_origin(options->argv);
    *state = (struct recorder_state){.program_status = -1};
    if (!origin)
        return error_nomem(err);
    r.session = (struct session){
        .stem = options->stem,
        .origin = origin,
        .granule_shift = options->granule_shift,
        .instructions = options->instructions,
        .children = options->children,
        .tally = {.started = !options->start_at,
                  .keeping = !options->start_at && options->skip == 0,
                  .skip = options->skip,
                  .left = options->max_references ? options->max_references : UINT64_MAX},
    };
    enum status status = start(&r, err);
    if (status == OK)
        status = record_all(&r, err);
    release(&r);
    free(origin);
    return status;
}
