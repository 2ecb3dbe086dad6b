/* child.h -- work in a process of its own, which may crash or hang and harm nobody.
 * What it says comes back through a pipe. */
#ifndef FAULTLINE_BASE_CHILD_H
#define FAULTLINE_BASE_CHILD_H

#include "base/error.h"

#include <sys/types.h>

struct child {
    pid_t pid;   /* 0: there is none                                                     */
    int fd;      /* the pipe, to be polled for reading; -1 at its end                    */
    char *bytes; /* what has come of it so far                                           */
    size_t nbytes, capacity;
};

/* Fork, and in the child call work(context, fd), which writes to fd; then the child ends,
 * without what a program does at its end.  It ends with the program, too, and leaves it to
 * the program what an interruption means.  To be called while there is one thread only.
 * ERR_NOMEM, ERR_CELL (the system refuses). */
MUST_CHECK enum status child_start(struct child *child, void (*work)(void *context, int fd),
                                   void *context, struct error *err);

/* Write all of it; for the child.  False if nobody reads. */
bool child_send(int fd, const void *data, size_t size);

/* Take what has come.  ERR_NOMEM; END: no more will come. */
MUST_CHECK enum status child_receive(struct child *child, struct error *err);

/* Have it end, if it has not ended, and free what belongs to it.  Returns the signal that
 * ended it, SIGKILL if that came from here, and 0 if it ended by itself. */
int child_end(struct child *child);

/* Start it, and take what comes until its end or for at most so many seconds. */
MUST_CHECK enum status child_run(struct child *child, void (*work)(void *context, int fd),
                                 void *context, unsigned seconds, struct error *err);

#endif
