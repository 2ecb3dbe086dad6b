/* image.c -- see image.h. */
#include "record/images.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- its trace ---------------------------------------------------------------------------- */

/* Give the trace what has been built. */
static void pass_on(struct image *image)
{
    struct batch *batch = output_blank(image->session->output);
    builder_take(image->builder, batch);
    output_put(image->session->output, image->trace, batch);
}

static enum status take(void *context, struct error *err)
{
    (void)err;
    pass_on(context);
    return OK;
}

static void add_op(struct image *image, const struct vm_op *op, const char *file)
{
    if (builder_full(image->builder))
        pass_on(image);
    builder_op(image->builder, op, file);
}

enum status image_op(struct image *image, const struct vm_op *op, const char *file,
                     struct error *err)
{
    if (!image->trace)
        return mapped_change(&image->mapped, op, file, err);
    add_op(image, op, file);
    return OK;
}

enum status image_open_trace(struct image *image, struct error *err)
{
    struct session *session = image->session;
    char path[4096];
    enum status status = session_add_trace(session, image->pid, &image->stream, err);
    if (status != OK)
        return status;
    session_path(session, image->stream, path, sizeof path);
    status = output_open(session->output, &image->trace, path, session->origin, err);
    if (status != OK) /* then there is no such stream either */
        session->nstreams--;
    return status;
}

/* --- threads ------------------------------------------------------------------------------ */

struct image_thread *image_find_thread(struct image *image, uint32_t number)
{
    for (size_t i = 0; i < image->nthreads; i++)
        if (image->threads[i].number == number)
            return &image->threads[i];
    return NULL;
}

enum status image_add_thread(struct image *image, uint32_t number, uint32_t stream,
                             struct error *err)
{
    if (image->nthreads == image->threads_capacity) {
        const size_t capacity = image->threads_capacity ? 2 * image->threads_capacity : 4;
        struct image_thread *threads = realloc(image->threads, capacity * sizeof *threads);
        if (!threads)
            return error_nomem(err);
        image->threads = threads;
        image->threads_capacity = capacity;
    }
    image->threads[image->nthreads++] =
        (struct image_thread){.number = number, .stream = stream};
    return OK;
}

/* --- beginning ---------------------------------------------------------------------------- */

static enum status begin_keeping(void *context, struct error *err)
{
    struct image *image = context;
    return images_begin_traces(image->session, err);
}

static const struct decode_host host = {
    .take = take, .record = image_record, .begin = begin_keeping};

static void add_to_session(struct image *image)
{
    struct image **last = &image->session->images;
    while (*last)
        last = &(*last)->next;
    *last = image;
    image->session->nimages++;
}

static void image_free(struct image *image)
{
    ring_free(image->ring);
    if (image->process >= 0)
        close(image->process);
    decoder_release(&image->decoder);
    builder_free(image->builder);
    mapped_release(&image->mapped);
    free(image->command);
    for (size_t i = 0; i < image->nthreads; i++)
        free(image->threads[i].name);
    free(image->threads);
    free(image);
}

static enum status take_over(struct image *image, const struct image *from,
                             struct error *err)
{
    if (from->command && !(image->command = strdup(from->command)))
        return error_nomem(err);
    return mapped_copy(&image->mapped, &from->mapped, err);
}

static enum status prepare(struct image *image, const struct image *from, struct error *err)
{
    struct session *session = image->session;
    struct definitions definitions;
    enum status status =
        from ? definitions_fork(&definitions, &from->decoder.definitions, err)
             : definitions_init(&definitions, session->granule_shift, session->instructions,
                                err);
    if (status == OK)
        status = builder_create(&image->builder, session->granule_shift, err);
    decoder_init(&image->decoder, &definitions, image->builder, &session->tally, &host,
                 image);
    if (status == OK && from)
        status = take_over(image, from, err);
    return status;
}

enum status image_begin(struct image **out, struct session *session,
                        const struct image *from, uint32_t pid, struct error *err)
{
    struct image *image = calloc(1, sizeof *image);
    if (!image)
        return error_nomem(err);
    image->session = session;
    image->pid = pid;
    image->parent = from ? from->pid : 0;
    image->process = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    enum status status = prepare(image, from, err);
    if (status == OK && session->tally.keeping)
        status = image_open_trace(image, err);
    if (status == OK && image->trace && image->command)
        status = session_name(session, image->stream, image->command, err);
    if (status != OK) {
        image_free(image);
        return status;
    }
    add_to_session(image);
    *out = image;
    return OK;
}

enum status image_attach(struct image *image, struct ring *ring, struct error *err)
{
    image->ring = ring;
    image->thread = ring->thread;
    return image_add_thread(image, ring->thread, 0, err);
}

/* --- the end ------------------------------------------------------------------------------ */

void image_end(struct image *image, const struct vm_op *last)
{
    struct session *session = image->session;
    struct image **link = &session->images;
    while (*link != image)
        link = &(*link)->next;
    *link = image->next;
    if (image->trace) {
        if (last)
            add_op(image, last, NULL);
        pass_on(image);
        output_finish(session->output, image->trace);
    }
    image_free(image);
}
