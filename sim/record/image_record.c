/* image_record.c -- what an image says beside its references (faultline/recording.h), made
 * operations of its trace. */
#include "record/image.h"

#include <stdlib.h>
#include <string.h>

static enum status damaged(enum recording_kind kind, struct error *err)
{
    return error_set(err, ERR_DAMAGED, at_nowhere(),
                     "what came of the program is damaged: a record of kind %d makes no "
                     "sense",
                     (int)kind);
}

/* The text that begins at a word, NULL if it is none. */
static const char *text_at(const uint64_t *words, uint32_t n, uint32_t at)
{
    if (at >= n)
        return NULL;
    const char *text = (const char *)&words[at];
    const char *end = memchr(text, '\0', (n - at) * sizeof *words);
    return end && end - text <= VM_NAME_MAX ? text : NULL;
}

/* --- regions ------------------------------------------------------------------------------ */

static enum status record_range(struct image *image, enum recording_kind kind,
                                uint32_t argument, const uint64_t *words, uint32_t n,
                                struct error *err)
{
    static const enum vm_op_kind kinds[RECORDING_KINDS] = {
        [RECORDING_MAP] = VM_MAP,
        [RECORDING_UNMAP] = VM_UNMAP,
        [RECORDING_PROTECT] = VM_PROTECT,
        [RECORDING_ADVISE] = VM_ADVISE,
    };
    const bool map = kind == RECORDING_MAP;
    if (n < (map ? 3 : 2))
        return damaged(kind, err);
    struct vm_op op = {.kind = (uint8_t)kinds[kind],
                       .file = VM_ANONYMOUS,
                       .start = words[0],
                       .length = words[1]};
    if (kind == RECORDING_ADVISE)
        op.advice = (uint8_t)argument;
    else if (kind != RECORDING_UNMAP)
        op.protection = (uint8_t)argument;
    const bool named = map && argument >> 9 & 1;
    const char *file = named ? text_at(words, n, 3) : NULL;
    if (named && (!file || !*file))
        return damaged(kind, err);
    op.shared = map && argument >> 8 & 1;
    op.offset = named ? words[2] : 0;
    if (named)
        op.file = 0;
    return vm_op_is_sound(&op) ? image_op(image, &op, file, err) : damaged(kind, err);
}

/* --- threads ------------------------------------------------------------------------------ */

static enum status put_stream(struct image *image, enum vm_op_kind kind, uint32_t stream,
                              struct error *err)
{
    const struct vm_op op = {.kind = (uint8_t)kind, .file = VM_ANONYMOUS, .stream = stream};
    /* While nothing is kept the image itself holds what the operation says. */
    return image->trace ? image_op(image, &op, NULL, err) : OK;
}

static enum status switch_to(struct image *image, uint32_t number, struct error *err)
{
    const struct image_thread *thread = image_find_thread(image, number);
    if (!thread)
        return damaged(RECORDING_SWITCH, err);
    if (number == image->thread)
        return OK;
    image->thread = number;
    return put_stream(image, VM_SWITCH, thread->stream, err);
}

static enum status begin_thread(struct image *image, uint32_t number, struct error *err)
{
    uint32_t stream = 0;
    struct image_thread *thread = image_find_thread(image, number);
    if (thread && !thread->gone)
        return damaged(RECORDING_THREAD, err);
    enum status status = OK;
    if (image->trace)
        status = session_add_thread(image->session, image->stream, &stream, err);
    if (status != OK)
        return status;
    if (thread) {
        free(thread->name);
        *thread = (struct image_thread){.number = number, .stream = stream};
    } else {
        status = image_add_thread(image, number, stream, err);
    }
    return status == OK ? put_stream(image, VM_THREAD, stream, err) : status;
}

static enum status end_thread(struct image *image, uint32_t number, struct error *err)
{
    const uint32_t current = image->thread;
    enum status status = switch_to(image, number, err);
    if (status == OK)
        status = put_stream(image, VM_EXIT, 0, err);
    if (status != OK)
        return status;
    image_find_thread(image, number)->gone = true;
    return number == current ? OK : switch_to(image, current, err);
}

/* The first thread's name, until it gives itself another one, is the command. */
static enum status name_thread(struct image *image, uint32_t number, const char *name,
                               struct error *err)
{
    struct image_thread *thread = image_find_thread(image, number);
    if (!name || !thread)
        return damaged(RECORDING_NAME, err);
    if (!*name)
        return OK;
    const bool command = !image->command;
    char *copy = strdup(name);
    if (!copy)
        return error_nomem(err);
    free(command ? image->command : thread->name);
    *(command ? &image->command : &thread->name) = copy;
    if (!image->trace)
        return OK;
    const uint32_t current = image->thread;
    enum status status = switch_to(image, number, err);
    static const struct vm_op op = {.kind = VM_NAME};
    if (status == OK)
        status = image_op(image, &op, name, err);
    if (status == OK)
        status = switch_to(image, current, err);
    if (status == OK && (command || thread->stream > 0))
        status = session_name(
            image->session, thread->stream > 0 ? thread->stream : image->stream, name, err);
    return status;
}

/* --- processes ---------------------------------------------------------------------------- */

static enum status record_fork(struct image *image, uint32_t pid, struct error *err)
{
    uint32_t stream;
    if (!image->session->children)
        return OK;
    if (!session_take_child(image->session, image->pid, pid, &stream)) {
        struct image *child;
        const enum status status = image_begin(&child, image->session, image, pid, err);
        if (status != OK)
            return status;
        stream = child->stream;
    }
    /* The first stream is that of no child: then nothing was kept of this one, or its
     * trace has been begun with all others. */
    return image->trace && stream > 0 ? put_stream(image, VM_FORK, stream, err) : OK;
}

enum status image_record(void *context, enum recording_kind kind, uint32_t argument,
                         const uint64_t *words, uint32_t n, struct error *err)
{
    struct image *image = context;
    switch (kind) {
    case RECORDING_MAP:
    case RECORDING_UNMAP:
    case RECORDING_PROTECT:
    case RECORDING_ADVISE:
        return record_range(image, kind, argument, words, n, err);
    case RECORDING_SWITCH:
        return switch_to(image, argument, err);
    case RECORDING_NAME:
        return name_thread(image, argument, text_at(words, n, 0), err);
    case RECORDING_FORK:
        return record_fork(image, argument, err);
    case RECORDING_THREAD:
        return begin_thread(image, argument, err);
    case RECORDING_THREAD_EXIT:
        return end_thread(image, argument, err);
    case RECORDING_EXEC:
        image->execing = argument == 0;
        return OK;
    case RECORDING_EXIT:
        image->status = argument <= 255 ? 1 + argument : 0;
        return OK;
    default: /* the decoder sees to the others */
        return damaged(kind, err);
    }
}
