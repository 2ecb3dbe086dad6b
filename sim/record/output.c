/* output.c -- see output.h. */
#include "record/output.h"

#include "trace/flt.h"

#include <pthread.h>
#include <stdlib.h>

/* Enough that neither side waits for the other one's unevenness; 5 MiB each at most. */
enum { BATCHES = 6, QUEUE = BATCHES + 64 };

struct output_trace {
    struct flt_writer *writer;
    uint64_t bytes; /* counted so far */
    bool written;   /* there is something in it */
    bool failed;
};

/* A batch to be written, or NULL: the trace is to be finished. */
struct job {
    struct output_trace *trace;
    struct batch *batch;
};

/* The lock guards what both threads use. */
struct output {
    unsigned granule_shift;
    int level;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t to_do, done;
    struct job jobs[QUEUE];
    unsigned first, njobs;
    bool busy, closing;
    struct batch batches[BATCHES];
    struct batch *blank[BATCHES];
    unsigned nblank;
    uint64_t bytes, references;
    enum status status;
    struct error error;
};

/* --- the thread --------------------------------------------------------------------------- */

static void note(struct output *output, enum status status, const struct error *err)
{
    if (status == OK || output->status != OK)
        return;
    output->status = status;
    error_copy(&output->error, err);
}

static enum status put(struct output_trace *trace, const struct batch *batch,
                       uint64_t *bytes, struct error *err)
{
    const enum status status = flt_writer_put(trace->writer, batch, err);
    trace->failed = status != OK;
    trace->written |= status == OK && !batch_is_empty(batch);
    *bytes = flt_writer_bytes(trace->writer) - trace->bytes;
    trace->bytes += *bytes;
    return status;
}

/* A trace that holds nothing is none: one says at least that it ends. */
static enum status finish(struct output_trace *trace, uint64_t *bytes, struct error *err)
{
    struct vm_op end = {.kind = VM_EXIT, .file = VM_ANONYMOUS};
    char no_names = '\0';
    const struct batch batch = {
        .start = {BLOCK_NONE, BLOCK_NONE}, .nops = 1, .ops = &end, .names = &no_names};
    struct error late;
    enum status status = trace->written ? OK : put(trace, &batch, bytes, err);
    const enum status finished = flt_writer_finish(trace->writer, &late);
    if (status == OK && finished != OK) {
        error_copy(err, &late);
        status = finished;
    }
    free(trace);
    return status;
}

/* Carry out a job; the writer is this thread's own. */
static enum status carry_out(const struct job *job, uint64_t *bytes, uint64_t *references,
                             struct error *err)
{
    if (!job->batch)
        return finish(job->trace, bytes, err);
    if (job->trace->failed)
        return OK;
    const enum status status = put(job->trace, job->batch, bytes, err);
    *references = status == OK ? batch_references(job->batch) : 0;
    return status;
}

static void *work(void *context)
{
    struct output *output = context;
    pthread_mutex_lock(&output->lock);
    for (;;) {
        while (output->njobs == 0 && !output->closing)
            pthread_cond_wait(&output->to_do, &output->lock);
        if (output->njobs == 0)
            break;
        const struct job job = output->jobs[output->first];
        output->first = (output->first + 1) % QUEUE;
        output->njobs--;
        output->busy = true;
        pthread_mutex_unlock(&output->lock);
        struct error err;
        uint64_t bytes = 0, references = 0;
        const enum status status = carry_out(&job, &bytes, &references, &err);
        pthread_mutex_lock(&output->lock);
        output->busy = false;
        output->bytes += bytes;
        output->references += references;
        note(output, status, &err);
        if (job.batch)
            output->blank[output->nblank++] = job.batch;
        pthread_cond_broadcast(&output->done);
    }
    pthread_mutex_unlock(&output->lock);
    return NULL;
}

static void enqueue(struct output *output, struct output_trace *trace, struct batch *batch)
{
    pthread_mutex_lock(&output->lock);
    while (output->njobs == QUEUE)
        pthread_cond_wait(&output->done, &output->lock);
    output->jobs[(output->first + output->njobs++) % QUEUE] = (struct job){trace, batch};
    pthread_cond_signal(&output->to_do);
    pthread_mutex_unlock(&output->lock);
}

/* --- the other side ----------------------------------------------------------------------- */

enum status output_create(struct output **out, unsigned granule_shift, int level,
                          struct error *err)
{
    struct output *output = calloc(1, sizeof *output);
    if (!output)
        return error_nomem(err);
    output->granule_shift = granule_shift;
    output->level = level;
    pthread_mutex_init(&output->lock, NULL);
    pthread_cond_init(&output->to_do, NULL);
    pthread_cond_init(&output->done, NULL);
    enum status status = OK;
    while (output->nblank < BATCHES && status == OK) {
        struct batch *batch = &output->batches[output->nblank];
        status = batch_init(batch, err);
        output->blank[output->nblank++] = batch;
    }
    output->started =
        status == OK && pthread_create(&output->thread, NULL, work, output) == 0;
    if (!output->started) {
        output_free(output);
        return error_nomem(err);
    }
    *out = output;
    return OK;
}

void output_free(struct output *output)
{
    if (!output)
        return;
    if (output->started) {
        pthread_mutex_lock(&output->lock);
        output->closing = true;
        pthread_cond_signal(&output->to_do);
        pthread_mutex_unlock(&output->lock);
        pthread_join(output->thread, NULL);
    }
    for (unsigned i = 0; i < BATCHES; i++)
        batch_release(&output->batches[i]);
    pthread_cond_destroy(&output->to_do);
    pthread_cond_destroy(&output->done);
    pthread_mutex_destroy(&output->lock);
    free(output);
}

enum status output_open(struct output *output, struct output_trace **trace,
                        const char *path, const char *origin, struct error *err)
{
    struct output_trace *t = calloc(1, sizeof *t);
    if (!t)
        return error_nomem(err);
    const struct flt_writer_options options = {
        .granule_shift = output->granule_shift,
        .origin = origin,
        .level = output->level,
        .keep_written = true,
    };
    const enum status status = flt_writer_create(&t->writer, path, &options, err);
    if (status != OK) {
        free(t);
        return status;
    }
    *trace = t;
    return OK;
}

struct batch *output_blank(struct output *output)
{
    pthread_mutex_lock(&output->lock);
    while (output->nblank == 0)
        pthread_cond_wait(&output->done, &output->lock);
    struct batch *batch = output->blank[--output->nblank];
    pthread_mutex_unlock(&output->lock);
    return batch;
}

void output_put(struct output *output, struct output_trace *trace, struct batch *batch)
{
    enqueue(output, trace, batch);
}

void output_finish(struct output *output, struct output_trace *trace)
{
    enqueue(output, trace, NULL);
}

void output_drain(struct output *output)
{
    pthread_mutex_lock(&output->lock);
    while (output->njobs > 0 || output->busy)
        pthread_cond_wait(&output->done, &output->lock);
    pthread_mutex_unlock(&output->lock);
}

uint64_t output_bytes(struct output *output)
{
    pthread_mutex_lock(&output->lock);
    const uint64_t bytes = output->bytes;
    pthread_mutex_unlock(&output->lock);
    return bytes;
}

uint64_t output_references(struct output *output)
{
    pthread_mutex_lock(&output->lock);
    const uint64_t references = output->references;
    pthread_mutex_unlock(&output->lock);
    return references;
}

enum status output_status(struct output *output, struct error *err)
{
    pthread_mutex_lock(&output->lock);
    const enum status status = output->status;
    if (status != OK)
        error_copy(err, &output->error);
    pthread_mutex_unlock(&output->lock);
    return status;
}
