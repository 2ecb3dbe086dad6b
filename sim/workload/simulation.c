/* simulation.c -- see simulation.h: building a simulation, running it, what it comes to. */
#include "workload/thread.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    NEWS_REFERENCES = 1 << 22, /* so many are replayed before the host is told            */
    NEWS_TURNS = 1 << 14, /* ... or so much has been done without many references     */
    CHECK_SLOTS_TURNS = 1 << 12, /* looking at every slot takes longer than all the rest  */
    INFERRED_NAME = 64,
#ifdef FAULTLINE_CHECK_EVENTS
    CHECK_EVERY = 1,
#else
    CHECK_EVERY = 0,
#endif
};

/* --- building --------------------------------------------------------------------------- */

static enum status make_pager(struct simulation *sim, struct error *err)
{
    sim->pager_params = sim->params->pager;
    sim->pager_params.index = &sim->index;
    const enum status status = devices_make(sim, err);
    if (status != OK)
        return status;
    process_host(sim);
    sim->pager_params.host = &sim->pager_host;
    return pager_init(&sim->pager, &sim->pager_params, err);
}

static enum status check_granules(const struct simulation *sim, struct error *err)
{
    const struct simulation_params *params = sim->params;
    for (size_t i = 0; i < params->nprocesses; i++)
        for (size_t k = 0; k < params->processes[i].nstreams; k++) {
            const struct stream *stream = &params->processes[i].streams[k];
            if (stream->granule_shift > params->page_shift)
                return error_set(err, ERR_CELL, at_file(stream->path),
                                 "pages of %llu bytes: the trace knows addresses to %llu "
                                 "bytes only",
                                 1ull << params->page_shift, 1ull << stream->granule_shift);
        }
    return OK;
}

/* The space that a process of the workload is to run in: that of an earlier one with the same
 * number, of which it is then a thread (*first), or a new one. */
static enum status find_space(struct simulation *sim, const struct process_params *process,
                              struct space **space, const struct thread **first,
                              struct error *err)
{
    *first = NULL;
    for (const struct thread *thread = sim->oldest; thread && process->space;
         thread = thread->newer)
        if (thread->process->space == process->space) {
            *space = thread->space;
            *first = thread;
            return OK;
        }
    const enum status status = pager_add_space(&sim->pager, space, err);
    return status == OK ? regions_begin(sim, *space, process, err) : status;
}

static enum status add_process(struct simulation *sim, const struct process_params *process,
                               struct error *err)
{
    for (uint64_t copy = 0; copy < process->copies; copy++) {
        char name[THREAD_NAME];
        if (process->copies == 1)
            snprintf(name, sizeof name, "%s", process->name);
        else
            snprintf(name, sizeof name, "%.40s#%" PRIu64, process->name, copy + 1);
        struct space *space;
        struct thread *thread;
        const struct thread *first;
        enum status status = find_space(sim, process, &space, &first, err);
        if (status == OK)
            status = thread_create(sim, &thread, process, 0, name, space, process->start,
                                   copy * process->offset, err);
        if (status != OK)
            return status;
        if (first)
            thread->leader = first->number;
    }
    return OK;
}

static enum status build(struct simulation *sim, struct error *err)
{
    const struct simulation_params *params = sim->params;
    enum status status = check_granules(sim, err);
    if (status == OK)
        status = engine_create(&sim->engine, err);
    if (status == OK)
        status = make_pager(sim, err);
    if (status != OK)
        return status;
    sim->ncpus = params->pager.mmu.ncpus;
    sim->cpus = calloc(sim->ncpus, sizeof *sim->cpus);
    sim->beginnings = calloc(params->nprocesses, sizeof *sim->beginnings);
    if (!sim->cpus || !sim->beginnings)
        return error_nomem(err);
    for (unsigned i = 0; i < sim->ncpus; i++)
        cpu_init(&sim->cpus[i], sim, i);
    for (size_t i = 0; i < params->nprocesses && status == OK; i++)
        status = add_process(sim, &params->processes[i], err);
    return status;
}

enum status simulation_create(struct simulation **out,
                              const struct simulation_params *params, struct error *err)
{
    struct simulation *sim = calloc(1, sizeof *sim);
    if (!sim)
        return error_nomem(err);
    sim->params = params;
    page_index_init(&sim->index);
    const enum status status = build(sim, err);
    if (status == OK)
        *out = sim;
    else
        simulation_free(sim);
    return status;
}

void simulation_free(struct simulation *sim)
{
    if (!sim)
        return;
    while (sim->oldest)
        thread_free(sim->oldest);
    /* Requests that are still under way lie in the pager's memory. */
    devices_release(sim);
    if (sim->pager.params)
        pager_release(&sim->pager);
    regions_release(sim);
    for (uint32_t i = 0; i < sim->file_names.n; i++)
        free(sim->file_names.names[i]);
    free(sim->file_names.names);
    for (int i = 0; i < TABLES; i++)
        rows_release(&sim->tables[i]);
    free(sim->ended);
    free(sim->cpus);
    slots_free(sim->slots);
    engine_free(sim->engine);
    page_index_release(&sim->index);
    free(sim);
}

/* --- running ---------------------------------------------------------------------------- */

void simulation_fail(struct simulation *sim, const struct error *err)
{
    if (sim->status != OK)
        return;
    sim->status = err->code;
    error_copy(&sim->error, err);
}

static void fail(struct simulation *sim, enum status code, const char *why)
{
    struct error err;
    error_set(&err, code, at_nowhere(), "%s", why);
    simulation_fail(sim, &err);
}

static void check_invariants(struct simulation *sim)
{
    const uint64_t every =
        sim->params->check_every ? sim->params->check_every : CHECK_EVERY;
    if (every == 0 || sim->turns % every > 0)
        return;
    const char *wrong = simulation_check(sim);
    if (!wrong && sim->turns % CHECK_SLOTS_TURNS == 0)
        wrong = slots_check(sim->slots);
    if (wrong)
        fail(sim, ERR_CELL, wrong);
}

bool simulation_between(struct simulation *sim)
{
    struct error err;
    if (sim->status == OK && !kernel_work_first(sim) &&
        pager_run_granted(&sim->pager, &err) != OK)
        simulation_fail(sim, &err);
    if (sim->status == OK) {
        progress_check(sim);
        check_invariants(sim);
    }
    if (sim->news >= NEWS_REFERENCES || ++sim->turns % NEWS_TURNS == 0) {
        const uint64_t news = sim->news;
        sim->news = 0;
        if (!sim->host->advance(sim->host->context, news))
            fail(sim, ERR_INTERRUPTED, "interrupted");
    }
    return sim->status == OK;
}

/* At the end the same must hold as between events, and times must add up. */
static void conclude(struct simulation *sim)
{
    schedule_account_idle(sim);
    for (unsigned i = 0; i < sim->ncpus; i++)
        if (sim->cpus[i].phase == CPU_KERNEL)
            sim->cpus[i].kernel += sim->end - sim->cpus[i].working_since;
    const char *wrong = simulation_check(sim);
    if (!wrong)
        wrong = slots_check(sim->slots);
    if (!wrong)
        wrong = devices_check(sim);
    psec_t spent = sim->idle + sim->idle_paging;
    for (unsigned i = 0; i < sim->ncpus; i++)
        spent += sim->cpus[i].user + sim->cpus[i].system + sim->cpus[i].switching +
                 sim->cpus[i].kernel;
    if (!wrong && spent != sim->end * sim->ncpus)
        wrong = "the times of the CPUs do not add up to the time elapsed";
    for (size_t i = 0; i < sim->nended && !wrong; i++) {
        const struct ended *e = &sim->ended[i];
        if (e->user + e->system + e->waiting + e->ready + e->sleeping + e->suspended !=
            e->elapsed)
            wrong = "the times of a process do not add up to the time elapsed";
    }
    if (wrong)
        fail(sim, ERR_CELL, wrong);
}

enum status simulation_run(struct simulation *sim, const struct simulation_host *host,
                           struct error *err)
{
    const struct kernel_ops *kernel = sim->pager.kernel;
    sim->host = host;
    if (kernel->start)
        kernel->start(sim->pager.kernel_state, &sim->pager);
    sample_start(sim);
    while (sim->nthreads > 0 && sim->status == OK && engine_step(sim->engine))
        simulation_between(sim);
    if (sim->status == OK && sim->nthreads > 0)
        progress_fail(sim); /* no event is left, not even one of the kernel's own */
    sample_stop(sim);
    if (kernel->stop)
        kernel->stop(sim->pager.kernel_state, &sim->pager);
    if (sim->status == OK)
        conclude(sim);
    if (sim->status == OK) {
        sample_devices(sim);
        sim->host->advance(sim->host->context, sim->news);
    } else if (err) {
        error_copy(err, &sim->error);
    }
    return sim->status;
}

/* --- results ---------------------------------------------------------------------------- */

const struct pager *simulation_pager(const struct simulation *sim)
{
    return &sim->pager;
}

const struct swap_space *simulation_swap(const struct simulation *sim)
{
    return &sim->swap;
}

void simulation_totals(const struct simulation *sim, struct simulation_totals *totals)
{
    *totals = (struct simulation_totals){
        .references = sim->counts,
        .elapsed = sim->end,
        .idle_paging = sim->idle_paging,
        .idle = sim->idle,
        .context_switches = sim->context_switches,
        .bytes_touched = sim->blocks << sim->params->processes[0].streams[0].granule_shift,
    };
    for (unsigned i = 0; i < sim->ncpus; i++) {
        totals->user += sim->cpus[i].user;
        totals->fault += sim->cpus[i].system;
        totals->switching += sim->cpus[i].switching;
        totals->kernel += sim->cpus[i].kernel;
    }
    for (size_t i = 0; i < sim->nended; i++) {
        totals->paging_wait += sim->ended[i].waiting;
        totals->ready_wait += sim->ended[i].ready;
    }
}

void simulation_take_tables(struct simulation *sim, struct rows tables[TABLES])
{
    for (int i = 0; i < TABLES; i++) {
        tables[i] = sim->tables[i];
        sim->tables[i] = (struct rows){0};
    }
}

const char *simulation_check(const struct simulation *sim)
{
    uint64_t waiting = 0, ready = 0, threads = 0, queued = 0, on_cpu = 0, idle = 0;
    const char *wrong = sleep_check(sim);
    if (wrong)
        return wrong;
    for (const struct thread *thread = sim->oldest; thread; thread = thread->newer) {
        threads++;
        waiting += thread->state == THREAD_WAITING;
        ready += thread->state == THREAD_READY || thread->state == THREAD_RUNNING;
        if (thread->state == THREAD_NEW && !event_pending(&thread->start))
            return "a process that has not begun has no time to begin";
        if (thread->state == THREAD_WAITING &&
            (!thread->fault.active || thread->fault.ready))
            return "a process waits for nothing";
    }
    for (const struct thread *thread = sim->queue.first; thread; thread = thread->next) {
        queued++;
        if (thread->space->suspended)
            return "a process that is suspended waits for a CPU";
    }
    for (unsigned i = 0; i < sim->ncpus; i++) {
        const struct cpu *cpu = &sim->cpus[i];
        on_cpu += cpu->thread != NULL;
        idle += cpu->phase == CPU_IDLE;
        if (cpu->phase == CPU_IDLE && cpu->thread)
            return "an idle CPU has a process";
    }
    if (threads != sim->nthreads || waiting != sim->nwaiting || queued != sim->queue.n ||
        idle != sim->nidle)
        return "processes or CPUs in a state are not as many as were counted";
    if (ready != queued + on_cpu)
        return "a process that can run is neither queued nor on a CPU";
    if (sim->pager.granted.first && !kernel_work_first(sim))
        return "a fault that was given a frame does not go on";
    const struct engine_counts events = engine_counts(sim->engine);
    if (events.scheduled != events.fired + events.cancelled + events.pending)
        return "an event was lost";
    return pager_check(&sim->pager);
}
