/* run.c -- see run.h. */
#include "experiment/run.h"

#include "experiment/crew.h"
#include "experiment/curves.h"
#include "experiment/fold_table.h"
#include "experiment/lru_cells.h"
#include "experiment/operations.h"
#include "experiment/reduced.h"
#include "experiment/source.h"
#include "experiment/store.h"
#include "experiment/watchdog.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything that the threads share; lock guards the progress. */
struct job {
    const struct experiment *experiment;
    const struct run_options *options;
    struct cell_result *results;
    struct source_table sources;
    struct fold_table folds;
    bool *known; /* [cell]: it is answered from LRU's curve                              */
    struct pass *passes;
    size_t npasses;
    pthread_mutex_t lock;
    struct run_progress progress;
};

static enum status open_workload(struct job *job, const struct events_config *events,
                                 struct error *err)
{
    const volatile sig_atomic_t *interrupted = job->options->interrupted;
    enum status status = OK;
    for (size_t i = 0; i < events->nprocesses && status == OK; i++) {
        const struct process_config *process = &events->processes[i];
        for (size_t k = 0; k <= process->nstreams && status == OK; k++)
            status = source_table_add(&job->sources,
                                      k == 0 ? process->trace : process->streams[k - 1],
                                      &process->files[k], interrupted, err);
    }
    return status;
}

static enum status open_traces(struct job *job, const struct cell_config *config,
                               struct error *err)
{
    if (config->events)
        return open_workload(job, config->events, err);
    const struct trace_file file = {.path = config->trace, .generate = config->generate};
    return source_table_add(&job->sources, config->trace, &file, job->options->interrupted,
                            err);
}

static const struct source *source_of_curves(const struct job *job, size_t curves)
{
    return source_table_find(&job->sources, job->experiment->curves[curves].cell->trace);
}

static enum status open_sources(struct job *job, struct error *err)
{
    const struct experiment *e = job->experiment;
    enum status status = OK;
    for (size_t i = 0; i < e->ncells && status == OK; i++)
        status = open_traces(job, &e->cells[i], err);
    for (size_t i = 0; i < e->ncells && status == OK; i++)
        status = reduced_check(&e->cells[i], &job->sources, err);
    for (size_t i = 0; i < e->ncells && status == OK; i++)
        status = operations_check(&e->cells[i], &job->sources, err);
    for (size_t i = 0; i < e->ncurves && status == OK; i++)
        status = curves_check(&e->curves[i], source_of_curves(job, i), err);
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
 * index of the future by references is large, they share that or have none. */
struct group {
    const struct source *source;
    struct folding *folding;
    uint64_t future;   /* page size of the index; 0: none */
    bool apart;        /* its one cell runs in a process of its own */
    bool known;        /* its cells are answered from LRU's curve */
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
    const bool future =
        config->policy_ops->sees == POLICY_FUTURE && config->policy_ops->uses_time;
    const uint64_t page_size = future ? config->page_size : 0;
    const bool apart = config->policy_file != NULL, known = job->known[cell];
    size_t g = apart ? plan->ngroups : 0;
    while (g < plan->ngroups &&
           (plan->groups[g].apart || plan->groups[g].source != source ||
            plan->groups[g].folding != folding || plan->groups[g].future != page_size ||
            plan->groups[g].known != known))
        g++;
    if (g == plan->ngroups)
        plan->groups[plan->ngroups++] = (struct group){.source = source,
                                                       .folding = folding,
                                                       .future = page_size,
                                                       .apart = apart,
                                                       .known = known};
    plan->groups[g].ncells++;
    plan->group_of[cell] = g;
    return OK;
}

/* So many cells that all threads have something to do; but those that a curve knows are
 * together, since one reading answers them all. */
static size_t pass_size(const struct job *job, const struct group *group)
{
    const size_t threads = threads_of(job->options);
    const size_t share = (group->ncells + threads - 1) / threads;
    const size_t longest = group->source ? pass_cells(group->source->references) : 1;
    if (group->known)
        return PASS_CELLS;
    return share < longest ? share : longest;
}

static void put_in_pass(struct job *job, struct group *group, size_t cell)
{
    if (!group->pass || group->pass->ncells == pass_size(job, group)) {
        group->pass = &job->passes[job->npasses++];
        group->pass->source = group->source;
        group->pass->folding = group->folding;
        group->pass->lru = group->known;
        group->pass->sources = &job->sources;
        group->pass->folds = &job->folds;
    }
    struct pass *pass = group->pass;
    pass->configs[pass->ncells] = &job->experiment->cells[cell];
    pass->results[pass->ncells++] = &job->results[cell];
    /* Of a curve all cells of the pass have the same references. */
    if (!group->known || pass->ncells == 1)
        job->progress.references_total += references_of(job, &job->experiment->cells[cell]);
}

/* A pass of its own for the curves of each trace. */
static void plan_curves(struct job *job)
{
    for (size_t i = 0; i < job->experiment->ncurves; i++) {
        struct cell_result *result = &job->results[job->experiment->ncells + i];
        if (result->state == CELL_DONE)
            continue;
        struct pass *pass = &job->passes[job->npasses++];
        pass->curves = &job->experiment->curves[i];
        pass->source = source_of_curves(job, i);
        pass->results[pass->ncells++] = result;
        job->progress.references_total += pass->source->references;
    }
}

/* Put the cells that are still to run into groups, and these into passes. */
static enum status fill_passes(struct job *job, struct plan *plan, struct error *err)
{
    const size_t ncells = job->experiment->ncells;
    enum status status = OK;
    for (size_t i = 0; i < ncells && status == OK; i++)
        if (job->results[i].state != CELL_DONE)
            status = put_in_group(plan, job, i, err);
    if (status != OK)
        return status;
    plan_curves(job);
    for (size_t i = 0; i < ncells; i++)
        if (job->results[i].state != CELL_DONE)
            put_in_pass(job, &plan->groups[plan->group_of[i]], i);
    return OK;
}

static enum status plan_passes(struct job *job, struct error *err)
{
    const size_t ncells = job->experiment->ncells;
    struct plan plan = {
        .groups = calloc(ncells + 1, sizeof *plan.groups),
        .group_of = calloc(ncells + 1, sizeof *plan.group_of),
    };
    job->passes = calloc(ncells + job->experiment->ncurves + 1, sizeof *job->passes);
    const enum status status = plan.groups && plan.group_of && job->passes
                                   ? fill_passes(job, &plan, err)
                                   : error_nomem(err);
    free(plan.groups);
    free(plan.group_of);
    return status;
}

/* Cells of one trace and page size, of which LRU's curve knows all that is wanted. */
struct known_cells {
    const struct source *source;
    uint64_t page_size;
    size_t n;
};

static struct known_cells *known_with(struct known_cells *all, size_t *n,
                                      const struct source *source, uint64_t page_size)
{
    size_t i = 0;
    while (i < *n && (all[i].source != source || all[i].page_size != page_size))
        i++;
    if (i == *n)
        all[(*n)++] = (struct known_cells){source, page_size, 0};
    return &all[i];
}

/* Find the cells that are answered from a curve: enough of them have to share it, whether
 * they have finished or not, so that a cell's identity is the same in each run. */
static enum status find_known(struct job *job, struct error *err)
{
    const struct experiment *e = job->experiment;
    size_t n = 0;
    struct known_cells *all = calloc(e->ncells + 1, sizeof *all);
    job->known = calloc(e->ncells + 1, sizeof *job->known);
    for (int pass = 0; pass < 2 && all && job->known; pass++)
        for (size_t i = 0; i < e->ncells; i++) {
            if (!lru_cell_is_known(e, &e->cells[i]))
                continue;
            struct known_cells *known =
                known_with(all, &n, source_of(job, i), e->cells[i].page_size);
            job->known[i] = pass == 1 && known->n >= LRU_CELLS_LEAST;
            known->n += pass == 0;
        }
    free(all);
    return all && job->known ? OK : error_nomem(err);
}

/* The digests of the traces of a cell, in their order: digests[n], with room for one more,
 * which the caller frees. */
static const char **digests_of(const struct job *job, const struct cell_config *config,
                               size_t *n)
{
    size_t most = 2;
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

static void find_result(struct job *job, struct cell_result *result)
{
    if (job->options->resume && job->options->folder &&
        store_get(job->options->folder, result))
        job->progress.done++;
}

/* Identities of all cells and curves; finished ones are taken from the folder. */
static enum status find_finished(struct job *job, struct error *err)
{
    const struct experiment *e = job->experiment;
    for (size_t i = 0; i < e->ncells; i++) {
        size_t n;
        const char **digests = digests_of(job, &e->cells[i], &n);
        if (!digests)
            return error_nomem(err);
        if (job->known[i]) /* the result lacks a counter */
            digests[n++] = "LRU's curve";
        cell_identity(job->results[i].id, &e->cells[i], digests, n);
        free(digests);
        find_result(job, &job->results[i]);
    }
    for (size_t i = 0; i < e->ncurves; i++) {
        struct cell_result *result = &job->results[e->ncells + i];
        curves_identity(result->id, &e->curves[i], source_of_curves(job, i));
        find_result(job, result);
    }
    job->progress.total = e->ncells + e->ncurves;
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
    pthread_mutex_unlock(&job->lock);
    return !*job->options->interrupted;
}

static enum status keep_results(void *context, const struct pass *pass, struct error *err)
{
    struct job *job = context;
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

static enum status run_passes(struct job *job, struct error *err)
{
    const struct run_options *options = job->options;
    const uint64_t limit =
        options->call_limit_ms ? options->call_limit_ms : WATCHDOG_LIMIT_MS;
    const struct crew_host host = {
        .context = job, .advance = advance, .finished = keep_results};
    return crew_run(job->passes, job->npasses, threads_of(options), limit, &host, err);
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
        status = find_known(&job, err);
    if (status == OK)
        status = find_finished(&job, err);
    if (status == OK)
        status = plan_passes(&job, err);
    if (status == OK)
        status = run_passes(&job, err);
    fold_table_release(&job.folds);
    source_table_release(&job.sources);
    store_leave(use);
    free(job.known);
    free(job.passes);
    pthread_mutex_destroy(&job.lock);
    return status;
}
