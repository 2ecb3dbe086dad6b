/* session.c -- see session.h. */
#include "record/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void session_release(struct session *session)
{
    for (uint32_t i = 0; i < session->nstreams; i++)
        free(session->streams[i].name);
    free(session->streams);
    free(session->early);
    *session = (struct session){0};
}

static enum status add(struct session *session, const struct stream *stream,
                       uint32_t *number, struct error *err)
{
    if (session->nstreams == session->streams_capacity) {
        const uint32_t capacity =
            session->streams_capacity ? 2 * session->streams_capacity : 16;
        struct stream *streams =
            realloc(session->streams, capacity * sizeof *session->streams);
        if (!streams)
            return error_nomem(err);
        session->streams = streams;
        session->streams_capacity = capacity;
    }
    *number = session->nstreams;
    session->streams[session->nstreams++] = *stream;
    return OK;
}

enum status session_add_trace(struct session *session, uint32_t pid, uint32_t *number,
                              struct error *err)
{
    const struct stream stream = {.trace = session->nstreams, .pid = pid};
    return add(session, &stream, number, err);
}

enum status session_add_thread(struct session *session, uint32_t trace, uint32_t *number,
                               struct error *err)
{
    const struct stream stream = {.trace = trace, .pid = session->streams[trace].pid};
    session->streams[trace].has_threads = true;
    return add(session, &stream, number, err);
}

enum status session_name(struct session *session, uint32_t number, const char *name,
                         struct error *err)
{
    char *copy = strdup(name);
    if (!copy)
        return error_nomem(err);
    free(session->streams[number].name);
    session->streams[number].name = copy;
    return OK;
}

void session_path(const struct session *session, uint32_t number, char *buffer, size_t size)
{
    if (number == 0)
        snprintf(buffer, size, "%s.flt", session->stem);
    else
        snprintf(buffer, size, "%s.%u.flt", session->stem, number);
}

enum status session_note_child(struct session *session, const struct early_child *child,
                               struct error *err)
{
    if (session->nearly == session->early_capacity) {
        const size_t capacity = session->early_capacity ? 2 * session->early_capacity : 16;
        struct early_child *early =
            realloc(session->early, capacity * sizeof *session->early);
        if (!early)
            return error_nomem(err);
        session->early = early;
        session->early_capacity = capacity;
    }
    session->early[session->nearly++] = *child;
    return OK;
}

bool session_take_child(struct session *session, uint32_t parent, uint32_t pid,
                        uint32_t *stream)
{
    for (size_t i = 0; i < session->nearly; i++) {
        const struct early_child child = session->early[i];
        if (child.parent != parent || child.pid != pid)
            continue;
        session->early[i] = session->early[--session->nearly];
        *stream = child.stream;
        return true;
    }
    return false;
}
