/* run.c -- see run.h. */
#include "experiment/run.h"

#include "experiment/fold_table.h"
#include "experiment/pass.h"
#include "experiment/source.h"
#include "experiment/store.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything that the threads share; lock guards what changes. */
struct job {
    const struct experiment *experiment;
    const struct run_options *options;
    struct cell_result *results;
    struct source_table sources;
    struct fold_table folds;
    struct pass *passes;
    size_t npasses;
    pthread_mutex_t lock;
    size_t next_pass;
    struct run_progress progress;
    enum status status; /* the first error, which stops all threads */
    struct error error;
};

static enum status open_workload(struct job *job, const struct events_config *events,
                                 struct error *err)
{
    const volatile sig_atomic_t *interrupted = job->options->interrupted;
    enum status status = OK;
    for (size_t i = 0; i < events->nprocesses && status == OK; i++) {
        const struct process_config *process = &events->processes[i];
        status =
            source_table_add(&job->sources, process->trace, process->at, interrupted, err);
        for (size_t k = 0; k < process->nstreams && status == OK; k++)
            status = source_table_add(&job->sources, process->streams[k],
                                      process->streams_at[k], interrupted, err);
    }
    return status;
}

static enum status open_traces(struct job *job, const struct cell_config *config,
                               struct error *err)
{
    const volatile sig_atomic_t *interrupted = job->options->interrupted;
    if (config->generate)
        return source_table_generate(&job->sources, config->trace, config->generate,
                                     interrupted, err);
    if (config->events)
        return open_workload(job, config->events, err);
    return source_table_add(&job->sources, config->trace, at_nowhere(), interrupted, err);
}

static enum status open_sources(struct job *job, struct error *err)
{
    const struct experiment *e = job->experiment;
    enum status status = OK;
    for (size_t i = 0; i < e->ncells && status == OK; i++)
        status = open_traces(job, &e->cells[i], err);
    return status;
}

/* The trace that a cell shares with others; NULL if it simulates a workload in time. */
static const struct source *source_of(const struct job *job, size_t cell)
{
    const struct cell_config *config = &job->experiment->cells[cell];
    return config->events ? NULL : source_table_find(&job->sources, config->trace);
}

/* References that a cell replays. */
static uint64_t references_of(const struct job *job, const struct cell_config *config)
{
    if (!config->events)
        return source_table_find(&job->sources, config->trace)->references;
    uint64_t references = 0;
    for (size_t i = 0; i < config->events->nprocesses; i++) {
        const struct process_config *process = &config->events->processes[i];
        uint64_t once = source_table_find(&job->sources, process->trace)->references;
        once *= process->repeat;
        for (size_t k = 0; k < process->nstreams; k++)
            once += source_table_find(&job->sources, process->streams[k])->references;
        references += once * process->copies;
    }
    return config->events->baseline ? 2 * references : references;
}

static size_t threads_of(const struct run_options *options)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return options->jobs ? options->jobs : cores > 0 ? (size_t)cores : 1;
}

/* Cells that go well together in a pass: they share the trace, folded or not, and, since an
 * index of the future is large, they share that or have none. */
struct group {
    const struct source *source;
    struct folding *folding;
    uint64_t future;   /* page size of the index; 0: none */
    size_t ncells;     /* still to run                    */
    struct pass *pass; /* the one being filled, or NULL */
};

struct plan {
    struct group *groups; /* at most one a cell */
    size_t ngroups;
    size_t *group_of; /* [cell] */
};

static enum status put_in_group(struct plan *plan, struct job *job, size_t cell,
                                struct error *err)
{
    const struct cell_config *config = &job->experiment->cells[cell];
    const struct source *source = source_of(job, cell);
    struct folding *folding = NULL;
    if (source && fold_table_get(&folding, &job->folds, config, 0, err) != OK)
        return ERR_NOMEM;
    const bool future = policy_find(config->policy.name)->sees == POLICY_FUTURE;
    const uint64_t page_size = future ? config->page_size : 0;
    size_t g = 0;
    while (g < plan->ngroups &&
           (plan->groups[g].source != source || plan->groups[g].folding != folding ||
            plan->groups[g].future != page_size))
        g++;
    if (g == plan->ngroups)
        plan->groups[plan->ngroups++] =
            (struct group){.source = source, .folding = folding, .future = page_size};
    plan->groups[g].ncells++;
    plan->group_of[cell] = g;
    return OK;
}

static void put_in_pass(struct job *job, struct group *group, size_t cell)
{
    /* So many passes that all threads have something to do. */
    const size_t threads = threads_of(job->options);
    const size_t share = (group->ncells + threads - 1) / threads;
    const size_t most = !group->source ? 1 : share < PASS_CELLS ? share : PASS_CELLS;
    if (!group->pass || group->pass->ncells == most) {
        group->pass = &job->passes[job->npasses++];
        group->pass->source = group->source;
        group->pass->folding = group->folding;
        group->pass->sources = &job->sources;
        group->pass->folds = &job->folds;
    }
    struct pass *pass = group->pass;
    pass->configs[pass->ncells] = &job->experiment->cells[cell];
    pass->results[pass->ncells++] = &job->results[cell];
    job->progress.references_total += references_of(job, &job->experiment->cells[cell]);
}

/* Group the cells that are still to run into passes. */
static enum status plan_passes(struct job *job, struct error *err)
{
    const size_t ncells = job->experiment->ncells;
    struct plan plan = {
        .groups = calloc(ncells + 1, sizeof *plan.groups),
        .group_of = calloc(ncells + 1, sizeof *plan.group_of),
    };
    job->passes = calloc(ncells + 1, sizeof *job->passes);
    enum status status =
        plan.groups && plan.group_of && job->passes ? OK : error_nomem(err);
    for (size_t i = 0; i < ncells && status == OK; i++)
        if (job->results[i].state != CELL_DONE)
            status = put_in_group(&plan, job, i, err);
    for (size_t i = 0; i < ncells && status == OK; i++)
        if (job->results[i].state != CELL_DONE)
            put_in_pass(job, &plan.groups[plan.group_of[i]], i);
    free(plan.groups);
    free(plan.group_of);
    return status;
}

/* The digests of the traces of a cell, in their order: digests[n], which the caller frees. */
static const char **digests_of(const struct job *job, const struct cell_config *config,
                               size_t *n)
{
    size_t most = 1;
    for (size_t i = 0; config->events && i < config->events->nprocesses; i++)
        most += 1 + config->events->processes[i].nstreams;
    const char **digests = calloc(most, sizeof *digests);
    *n = 0;
    if (!digests)
        return NULL;
    if (!config->events)
        digests[(*n)++] = source_table_find(&job->sources, config->trace)->digest;
    for (size_t i = 0; config->events && i < config->events->nprocesses; i++) {
        const struct process_config *process = &config->events->processes[i];
        digests[(*n)++] = source_table_find(&job->sources, process->trace)->digest;
        for (size_t k = 0; k < process->nstreams; k++)
            digests[(*n)++] = source_table_find(&job->sources, process->streams[k])->digest;
    }
    return digests;
}

/* Identities of all cells; finished ones are taken from the folder. */
static enum status find_finished(struct job *job, struct error *err)
{
    for (size_t i = 0; i < job->experiment->ncells; i++) {
        struct cell_result *result = &job->results[i];
        size_t n;
        const char **digests = digests_of(job, &job->experiment->cells[i], &n);
        if (!digests)
            return error_nomem(err);
        cell_identity(result->id, &job->experiment->cells[i], digests, n);
        free(digests);
        if (job->options->resume && job->options->folder &&
            store_get(job->options->folder, result))
            job->progress.done++;
    }
    job->progress.total = job->experiment->ncells;
    return OK;
}

static void report_progress(struct job *job)
{
    if (job->options->progress)
        job->options->progress(job->options->context, &job->progress);
}

static bool advance(void *context, uint64_t references)
{
    struct job *job = context;
    pthread_mutex_lock(&job->lock);
    job->progress.references += references;
    report_progress(job);
    const bool go_on = job->status == OK && !*job->options->interrupted;
    pthread_mutex_unlock(&job->lock);
    return go_on;
}

static void stop(struct job *job, const struct error *why)
{
    pthread_mutex_lock(&job->lock);
    /* A thread stopped by another one's error has only an interruption to tell of. */
    if (job->status == OK ||
        (job->status == ERR_INTERRUPTED && why->code != ERR_INTERRUPTED)) {
        job->status = why->code;
        error_copy(&job->error, why);
    }
    pthread_mutex_unlock(&job->lock);
}

static enum status keep_results(struct job *job, const struct pass *pass, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < pass->ncells && status == OK; i++)
        if (job->options->folder && pass->results[i]->state == CELL_DONE)
            status = store_put(job->options->folder, pass->results[i], err);
    pthread_mutex_lock(&job->lock);
    job->progress.done += pass->ncells;
    report_progress(job);
    pthread_mutex_unlock(&job->lock);
    return status;
}

static void *work(void *context)
{
    struct job *job = context;
    const struct pass_host host = {.context = job, .advance = advance};
    for (;;) {
        pthread_mutex_lock(&job->lock);
        const bool more = job->status == OK && job->next_pass < job->npasses;
        struct pass *pass = more ? &job->passes[job->next_pass++] : NULL;
        pthread_mutex_unlock(&job->lock);
        if (!pass)
            return NULL;
        struct error err;
        enum status status = pass_run(pass, &host, &err);
        if (status == OK)
            status = keep_results(job, pass, &err);
        if (status != OK)
            stop(job, &err);
    }
}

static void run_passes(struct job *job)
{
    size_t nthreads = threads_of(job->options), started = 0;
    if (nthreads > job->npasses)
        nthreads = job->npasses;
    pthread_t *threads = calloc(nthreads + 1, sizeof *threads);
    /* Without further threads the work is done here all the same. */
    while (threads && started + 1 < nthreads &&
           pthread_create(&threads[started], NULL, work, job) == 0)
        started++;
    work(job);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

enum status experiment_run(const struct experiment *experiment,
                           const struct run_options *options, struct cell_result *results,
                           struct error *err)
{
    struct job job = {.experiment = experiment, .options = options, .results = results};
    pthread_mutex_init(&job.lock, NULL);
    fold_table_init(&job.folds, &job.sources);
    int use = -1;
    enum status status = options->folder ? store_enter(&use, options->folder, err) : OK;
    if (status == OK)
        status = open_sources(&job, err);
    if (status == OK)
        status = find_finished(&job, err);
    if (status == OK)
        status = plan_passes(&job, err);
    if (status == OK) {
        run_passes(&job);
        status = job.status;
        if (status != OK)
            error_copy(err, &job.error);
    }
    fold_table_release(&job.folds);
    source_table_release(&job.sources);
    store_leave(use);
    free(job.passes);
    pthread_mutex_destroy(&job.lock);
    return status;
}
