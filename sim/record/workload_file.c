/* workload_file.c -- see workload_file.h. */
#include "record/workload_file.h"

#include "base/units.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_BYTES = 16384, STREAM_BYTES = 128 };

enum status workload_file_create(struct workload_file *file, const char *stem,
                                 struct error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.yaml", stem);
    *file = (struct workload_file){0};
    return file_create(&file->writer, path, err);
}

enum status workload_file_reserve(struct workload_file *file, const struct session *session,
                                  struct error *err)
{
    /* A path is written once a stream, each byte as four at most. */
    const uint64_t line = STREAM_BYTES + VM_NAME_MAX + 4 * (uint64_t)strlen(session->stem);
    const uint64_t needed = HEAD_BYTES + (session->nstreams + 1) * line;
    if (needed <= file->reserved)
        return OK;
    const uint64_t more = 2 * needed; /* so that it is seldom done */
    int number;
    do {
        number = posix_fallocate(fileno(file->writer.stream), 0, (off_t)more);
    } while (number == EINTR);
    if (number != 0)
        return error_set(err, ERR_OUTPUT, at_file(file->writer.path),
                         "cannot be written: %s", strerror(number));
    file->reserved = more;
    return OK;
}

void workload_file_abandon(struct workload_file *file)
{
    if (file->writer.stream)
        file_abandon(&file->writer);
}

/* --- its text ----------------------------------------------------------------------------- */

/* For a comment: on one line. */
static void put_plain(FILE *stream, const char *text)
{
    for (; *text; text++)
        putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, stream);
}

/* A name of a file as YAML has it between quotation marks. */
static void put_quoted(FILE *stream, const char *text)
{
    putc('"', stream);
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) {
            fprintf(stream, "\\x%02x", (unsigned)(unsigned char)*text);
            continue;
        }
        if (*text == '"' || *text == '\\')
            putc('\\', stream);
        putc(*text, stream);
    }
    putc('"', stream);
}

/* The file of a stream, as seen from beside it. */
static void put_trace(FILE *stream, const struct session *session, uint32_t number)
{
    char path[4096];
    session_path(session, number, path, sizeof path);
    const char *folder_end = strrchr(path, '/');
    put_quoted(stream, folder_end ? folder_end + 1 : path);
}

static void put_head(FILE *stream, const struct session *session,
                     const struct recorder_state *state)
{
    char kept[32], passed[32], date[64] = "";
    const time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local))
        strftime(date, sizeof date, "%Y-%m-%d %H:%M %z", &local);
    fputs("# ", stream);
    put_plain(stream, session->origin);
    fprintf(stream, "\n# %s: %s references in %.1f s", date,
            format_count(state->written, kept, sizeof kept), state->seconds);
    if (state->passed > 0)
        fprintf(stream, ", after %s that were left out",
                format_count(state->passed, passed, sizeof passed));
    if (state->end == RECORDER_PROGRAM)
        fprintf(stream, "; exit status %d\n", state->program_status);
    else
        fputs("; it ended before the program did\n", stream);
    fputs("#\n# stream  process  command\n", stream);
    for (uint32_t i = 0; i < session->nstreams; i++) {
        const struct stream *s = &session->streams[i];
        fprintf(stream, "# %6u %8u  ", i, s->pid);
        if (s->trace != i)
            fprintf(stream, "thread of %u%s", s->trace, s->name ? ": " : "");
        put_plain(stream, s->name ? s->name : "");
        putc('\n', stream);
    }
}

static void put_workload(FILE *stream, const struct session *session)
{
    fputs("timing: events\n"
          "workload:\n"
          "  processes:\n"
          "    - trace: ",
          stream);
    put_trace(stream, session, 0);
    if (session->streams[0].has_threads)
        fputs("\n      thread: 0", stream);
    fputs("\n      regions: operations\n", stream);
    if (session->nstreams > 1)
        fputs("      streams:\n", stream);
    for (uint32_t i = 1; i < session->nstreams; i++) {
        const struct stream *s = &session->streams[i];
        const bool whole = s->trace == i && !s->has_threads;
        fputs(whole ? "        - " : "        - { trace: ", stream);
        put_trace(stream, session, s->trace);
        if (!whole)
            fprintf(stream, ", thread: %u }", s->trace == i ? 0 : i);
        putc('\n', stream);
    }
}

enum status workload_file_finish(struct workload_file *file, const struct session *session,
                                 const struct recorder_state *state, struct error *err)
{
    FILE *stream = file->writer.stream;
    put_head(stream, session, state);
    put_workload(stream, session);
    /* What was reserved and is not needed goes. */
    if (fflush(stream) == 0 && ftruncate(fileno(stream), ftello(stream)) != 0) {
        const int number = errno;
        error_set(err, ERR_OUTPUT, at_file(file->writer.path), "cannot be written: %s",
                  strerror(number));
        file_abandon(&file->writer);
        return ERR_OUTPUT;
    }
    return file_commit(&file->writer, err);
}
