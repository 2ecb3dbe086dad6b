/* crew.c -- see crew.h.
 * A process may be forked only while there are no threads, so processes are started before
 * threads: whoever finds no pass left for a process in the place of one that has ended
 * starts a thread there. */
#include "experiment/crew.h"

#include "experiment/apart.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

/* The lock guards what changes while there are threads. */
struct crew {
    struct pass *passes;
    size_t npasses;
    uint64_t limit_ms;
    const struct crew_host *host;
    pthread_mutex_t lock;
    size_t next;        /* pass for a thread, if it is one                                */
    enum status status; /* the first error, which stops all                              */
    struct error error;
    /* For the first thread only. */
    size_t next_apart; /* the same for a process                                         */
    size_t workers;
    struct apart *processes; /* [workers], the first nprocesses of them are under way     */
    size_t nprocesses;
    pthread_t *threads;
    size_t nthreads;
};

static bool is_stopped(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    const bool stopped = crew->status != OK;
    pthread_mutex_unlock(&crew->lock);
    return stopped;
}

static bool advance(void *context, uint64_t references)
{
    struct crew *crew = context;
    return crew->host->advance(crew->host->context, references) && !is_stopped(crew);
}

static void stop(struct crew *crew, const struct error *why)
{
    pthread_mutex_lock(&crew->lock);
    /* A worker stopped by another one's error has only an interruption to tell of. */
    if (crew->status == OK ||
        (crew->status == ERR_INTERRUPTED && why->code != ERR_INTERRUPTED)) {
        crew->status = why->code;
        error_copy(&crew->error, why);
    }
    pthread_mutex_unlock(&crew->lock);
}

/* What became of a pass. */
static void conclude(struct crew *crew, const struct pass *pass, enum status status,
                     struct error *err)
{
    if (status == OK)
        status = crew->host->finished(crew->host->context, pass, err);
    if (status != OK)
        stop(crew, err);
}

/* --- threads ---------------------------------------------------------------------------- */

static struct pass *take(struct crew *crew)
{
    struct pass *pass = NULL;
    pthread_mutex_lock(&crew->lock);
    while (crew->status == OK && crew->next < crew->npasses && !pass) {
        struct pass *next = &crew->passes[crew->next++];
        pass = apart_wanted(next) ? NULL : next;
    }
    pthread_mutex_unlock(&crew->lock);
    return pass;
}

static void *work(void *context)
{
    struct crew *crew = context;
    const struct pass_host host = {.context = crew, .advance = advance};
    for (struct pass *pass; (pass = take(crew));) {
        struct error err;
        conclude(crew, pass, pass_run(pass, &host, &err), &err);
    }
    return NULL;
}

/* Without further threads the work is done by those that are there. */
static void start_threads(struct crew *crew, size_t n)
{
    while (crew->nthreads < n &&
           pthread_create(&crew->threads[crew->nthreads], NULL, work, crew) == 0)
        crew->nthreads++;
}

/* --- processes -------------------------------------------------------------------------- */

static bool process_is_left(struct crew *crew)
{
    while (crew->next_apart < crew->npasses &&
           !apart_wanted(&crew->passes[crew->next_apart]))
        crew->next_apart++;
    return crew->next_apart < crew->npasses;
}

static void start_processes(struct crew *crew)
{
    while (crew->nprocesses < crew->workers && process_is_left(crew)) {
        struct error err;
        struct apart *apart = &crew->processes[crew->nprocesses];
        if (apart_start(apart, &crew->passes[crew->next_apart++], &err) != OK) {
            stop(crew, &err);
            return;
        }
        crew->nprocesses++;
    }
}

/* Look at a process, and take its result if it has ended; the last one is in its place
 * then. */
static void look_at(struct crew *crew, size_t i, bool readable, uint64_t elapsed_ms)
{
    struct apart *apart = &crew->processes[i];
    const struct pass_host host = {.context = crew, .advance = advance};
    struct error err;
    const enum status status =
        apart_look(apart, readable, elapsed_ms, crew->limit_ms, &host, &err);
    if (status == OK)
        return;
    if (status == END) {
        const struct pass *pass = apart->pass;
        conclude(crew, pass, apart_finish(apart, &err), &err);
    } else {
        apart_stop(apart);
        stop(crew, &err);
    }
    *apart = crew->processes[--crew->nprocesses];
}

static void look_at_all(struct crew *crew, struct pollfd *fds, uint64_t *last)
{
    const size_t n = crew->nprocesses;
    for (size_t i = 0; i < n; i++)
        fds[i] =
            (struct pollfd){.fd = crew->processes[i].watchdog.child.fd, .events = POLLIN};
    const bool some = poll(fds, n, WATCHDOG_LOOK_MS) > 0;
    const uint64_t elapsed = watchdog_elapsed_ms(last);
    /* From the last one on, since one that has ended is replaced by the last. */
    for (size_t i = n; i-- > 0;)
        look_at(crew, i, some && fds[i].revents, elapsed);
}

static void stop_processes(struct crew *crew)
{
    while (crew->nprocesses > 0)
        apart_stop(&crew->processes[--crew->nprocesses]);
}

static void run_processes(struct crew *crew, struct pollfd *fds)
{
    uint64_t last = 0;
    watchdog_elapsed_ms(&last);
    start_processes(crew);
    while (crew->nprocesses > 0 && !is_stopped(crew)) {
        if (!process_is_left(crew))
            start_threads(crew, crew->workers - crew->nprocesses);
        look_at_all(crew, fds, &last);
        if (!is_stopped(crew))
            start_processes(crew);
    }
    stop_processes(crew);
}

static void run_all(struct crew *crew, struct pollfd *fds)
{
    run_processes(crew, fds);
    start_threads(crew, crew->workers - 1);
    work(crew);
    for (size_t i = 0; i < crew->nthreads; i++)
        pthread_join(crew->threads[i], NULL);
}

enum status crew_run(struct pass *passes, size_t npasses, size_t workers, uint64_t limit_ms,
                     const struct crew_host *host, struct error *err)
{
    struct crew crew = {.passes = passes,
                        .npasses = npasses,
                        .limit_ms = limit_ms,
                        .host = host,
                        .workers = workers < npasses ? workers : npasses};
    if (npasses == 0)
        return OK;
    crew.processes = calloc(crew.workers, sizeof *crew.processes);
    crew.threads = calloc(crew.workers, sizeof *crew.threads);
    struct pollfd *fds = calloc(crew.workers, sizeof *fds);
    pthread_mutex_init(&crew.lock, NULL);
    if (crew.processes && crew.threads && fds)
        run_all(&crew, fds);
    else
        crew.status = error_nomem(&crew.error);
    pthread_mutex_destroy(&crew.lock);
    free(crew.processes);
    free(crew.threads);
    free(fds);
    if (crew.status != OK)
        error_copy(err, &crew.error);
    return crew.status;
}
