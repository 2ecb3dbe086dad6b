/* child.c -- see child.h. */
#include "base/child.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

/* Signals of a crash end the child, whatever handles them in the program; of interruptions,
 * which a terminal sends to both, the program tells it. */
static void set_signals(void)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM};
    for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
        signal(crashes[i], SIG_DFL);
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

enum status child_start(struct child *child, void (*work)(void *context, int fd),
                        void *context, struct error *err)
{
    int ends[2];
    const pid_t parent = getpid();
    *child = (struct child){.fd = -1};
    if (pipe(ends) != 0)
        return error_set(err, ERR_CELL, at_nowhere(), "cannot make a pipe: %s",
                         strerror(errno));
    child->pid = fork();
    if (child->pid == 0) {
        close(ends[0]);
        set_signals();
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            work(context, ends[1]);
        _exit(EXIT_SUCCESS);
    }
    close(ends[1]);
    child->fd = ends[0];
    if (child->pid > 0)
        return OK;
    child->pid = 0;
    const int reason = errno;
    child_end(child);
    return error_set(err, ERR_CELL, at_nowhere(), "cannot start a process: %s",
                     strerror(reason));
}

bool child_send(int fd, const void *data, size_t size)
{
    for (const char *at = data; size > 0;) {
        const ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

enum status child_receive(struct child *child, struct error *err)
{
    if (child->nbytes + CHUNK > child->capacity) {
        const size_t capacity = 2 * child->capacity + CHUNK;
        char *bytes = realloc(child->bytes, capacity);
        if (!bytes)
            return error_nomem(err);
        child->bytes = bytes;
        child->capacity = capacity;
    }
    const ssize_t n =
        read(child->fd, child->bytes + child->nbytes, child->capacity - child->nbytes);
    if (n < 0 && errno == EINTR)
        return OK;
    if (n <= 0)
        return END;
    child->nbytes += (size_t)n;
    return OK;
}

int child_end(struct child *child)
{
    int status = 0;
    if (child->pid > 0) {
        /* One that has closed its pipe may go on; one that is ending is not changed. */
        kill(child->pid, SIGKILL);
        while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    if (child->fd >= 0)
        close(child->fd);
    free(child->bytes);
    *child = (struct child){.fd = -1};
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum status child_run(struct child *child, void (*work)(void *context, int fd),
                      void *context, unsigned seconds, struct error *err)
{
    const int64_t end = now_ms() + (int64_t)seconds * 1000;
    enum status status = child_start(child, work, context, err);
    while (status == OK) {
        const int64_t left = end - now_ms();
        struct pollfd poll_fd = {.fd = child->fd, .events = POLLIN};
        if (left <= 0)
            return OK;
        if (poll(&poll_fd, 1, (int)left) > 0)
            status = child_receive(child, err);
    }
    return status == END ? OK : status;
}
