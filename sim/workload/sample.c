/* sample.c -- what is kept of a run besides its totals: samples over time, and a row for
 * each process and device. */
#include "stats/gauges.h"
#include "workload/thread.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double per_second(uint64_t n, psec_t time)
{
    return time ? (double)n / ((double)time * 1e-12) : 0;
}

static psec_t user_time(const struct simulation *sim)
{
    psec_t user = 0;
    for (unsigned i = 0; i < sim->ncpus; i++)
        user += sim->cpus[i].user;
    return user;
}

static uint64_t number_at(const void *object, size_t offset)
{
    return *(const uint64_t *)((const char *)object + offset);
}

static void put_known(struct rows *rows, uint64_t number)
{
    if (number == COUNT_UNKNOWN)
        rows_blank(rows);
    else
        rows_count(rows, number);
}

/* Kernels' own columns are the last ones. */
static size_t first_own(const struct result_table_kind *kind)
{
    size_t i = kind->ncolumns;
    while (kind->columns[i - 1].own != OWN_NONE)
        i--;
    return i;
}

/* The columns of the kernel's own, of all or of the processes in a space; counted: of all,
 * or NULL. */
static void sample_own(struct simulation *sim, const struct space *space,
                       const struct counters *counted)
{
    struct rows *rows = &sim->tables[TABLE_SERIES];
    const struct result_table_kind *kind = &result_tables[TABLE_SERIES];
    const struct kernel_ops *kernel = sim->pager.kernel;
    struct gauges gauges;
    memset(&gauges, 0xff, sizeof gauges); /* COUNT_UNKNOWN                               */
    if (kernel->sample)
        kernel->sample(sim->pager.kernel_state, &sim->pager, space, &gauges);
    for (size_t i = first_own(kind); i < kind->ncolumns; i++) {
        const size_t offset = kind->columns[i].offset;
        if (kind->columns[i].own == OWN_GAUGE)
            put_known(rows, number_at(&gauges, offset));
        else if (!counted || !(counted->kernel_own & kind->columns[i].group) ||
                 number_at(counted, offset) == COUNT_UNKNOWN)
            rows_blank(rows);
        else
            rows_count(rows,
                       number_at(counted, offset) - number_at(&sim->sampled.own, offset));
    }
}

static void sample_all(struct simulation *sim, psec_t now)
{
    struct rows *rows = &sim->tables[TABLE_SERIES];
    const struct pager *pager = &sim->pager;
    const struct pager_counts *counts = &pager->counts, *before = &sim->sampled.counts;
    const psec_t time = now - sim->sampled.at, user = user_time(sim);
    uint64_t resident = 0;
    for (uint32_t i = 0; i < pager->nspaces; i++)
        resident += pager->spaces[i] ? pager->spaces[i]->resident : 0;
    rows_time(rows, now);
    rows_text(rows, SERIES_ALL);
    rows_count(rows, resident);
    if (pager->nframes == PAGER_FRAMES_MAX)
        rows_blank(rows); /* as good as unlimited */
    else
        rows_count(rows, pager_free_frames(pager));
    rows_real(rows, per_second(counts->faults - before->faults, time));
    rows_real(rows, per_second(counts->page_ins - before->page_ins, time));
    rows_real(rows, per_second(counts->page_outs - before->page_outs, time));
    rows_real(rows, per_second(counts->scans - before->scans, time));
    rows_real(rows,
              time ? (double)(user - sim->sampled.user) / (double)time / sim->ncpus : 0);
    rows_count(rows, sim->queue.n);
    rows_count(rows, sim->nwaiting);
    rows_count(rows, swap_space_pending(&sim->swap));
    struct counters own = {0};
    if (pager->kernel->count)
        pager->kernel->count(pager->kernel_state, &own);
    sample_own(sim, NULL, own.kernel_own ? &own : NULL);
    rows_end(rows);
    sim->sampled = (struct sampled){.at = now, .user = user, .counts = *counts, .own = own};
}

static void sample_threads(struct simulation *sim, psec_t now)
{
    struct rows *rows = &sim->tables[TABLE_SERIES];
    const struct result_table_kind *kind = &result_tables[TABLE_SERIES];
    const size_t blanks = first_own(kind) - 3;
    for (const struct thread *thread = sim->oldest; thread; thread = thread->newer) {
        if (thread->state == THREAD_NEW)
            continue;
        rows_time(rows, now);
        rows_text(rows, thread->shown);
        rows_count(rows, thread->space->resident);
        for (size_t i = 0; i < blanks; i++)
            rows_blank(rows);
        sample_own(sim, thread->space, NULL);
        rows_end(rows);
    }
}

static void sample(struct event *event)
{
    struct simulation *sim = CONTAINER_OF(event, struct simulation, sample);
    const psec_t now = engine_now(sim->engine);
    sample_all(sim, now);
    sample_threads(sim, now);
    engine_schedule(sim->engine, event, now + sim->params->series);
}

void sample_start(struct simulation *sim)
{
    event_init(&sim->sample, sample);
    if (sim->params->series)
        engine_schedule(sim->engine, &sim->sample, sim->params->series);
}

void sample_stop(struct simulation *sim)
{
    engine_cancel(sim->engine, &sim->sample);
}

enum status sample_process(const struct thread *thread, const char *how, struct error *err)
{
    struct simulation *sim = thread->simulation;
    if (sim->nended == sim->ended_capacity) {
        const size_t capacity = sim->ended_capacity ? 2 * sim->ended_capacity : 16;
        struct ended *ended = realloc(sim->ended, capacity * sizeof *ended);
        if (!ended)
            return error_nomem(err);
        sim->ended = ended;
        sim->ended_capacity = capacity;
    }
    struct ended *ended = &sim->ended[sim->nended++];
    *ended = (struct ended){
        .number = thread->number,
        .space = thread->space->number,
        .priority = thread->process->priority,
        .how = how,
        .begun = thread->begun,
        .elapsed = thread->since - thread->begun,
        .user = thread->user,
        .system = thread->system,
        .waiting = thread->waiting,
        .ready = thread->ready,
        .sleeping = thread->sleeping,
        .suspended = thread->suspended,
        .references = thread->references,
        .faults = thread->faults,
        .faults_major = thread->faults_major,
        .faults_minor = thread->faults_minor,
        .page_ins = thread->fault.page_ins,
        .resident_max = thread->space->resident_max,
    };
    memcpy(ended->name, thread->name, sizeof ended->name);
    memcpy(ended->shown, thread->shown, sizeof ended->shown);
    return OK;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = ((const struct ended *)a)->number;
    const uint64_t y = ((const struct ended *)b)->number;
    return (x > y) - (x < y);
}

static double slowdown(const struct ended *ended, const struct simulation *baseline)
{
    for (size_t i = 0; baseline && i < baseline->nended; i++)
        if (strcmp(baseline->ended[i].name, ended->name) == 0 &&
            baseline->ended[i].elapsed > 0)
            return (double)ended->elapsed / (double)baseline->ended[i].elapsed;
    return NAN;
}

/* Is there anything to say in the columns that most runs do without? */
static bool has_optional(const struct simulation *sim)
{
    for (size_t i = 0; i < sim->nended; i++) {
        const struct ended *e = &sim->ended[i];
        if (e->sleeping > 0 || e->suspended > 0 || *e->how)
            return true;
    }
    return false;
}

static void list_optional(struct rows *rows, const struct ended *e, bool optional)
{
    if (!optional) {
        for (int i = 0; i < 3; i++)
            rows_blank(rows);
        return;
    }
    rows_time(rows, e->sleeping);
    rows_time(rows, e->suspended);
    rows_text(rows, e->how);
}

void simulation_list_processes(struct simulation *sim, const struct simulation *baseline)
{
    struct rows *rows = &sim->tables[TABLE_PROCESSES];
    qsort(sim->ended, sim->nended, sizeof *sim->ended, by_number);
    const bool optional = has_optional(sim);
    for (size_t i = 0; i < sim->nended; i++) {
        const struct ended *e = &sim->ended[i];
        const psec_t own = e->user + e->system + e->waiting;
        rows_text(rows, e->shown);
        rows_count(rows, e->space);
        rows_count(rows, e->priority);
        rows_time(rows, e->begun);
        rows_time(rows, e->elapsed);
        rows_time(rows, e->user);
        rows_time(rows, e->system);
        rows_time(rows, e->waiting);
        rows_time(rows, e->ready);
        rows_count(rows, e->references);
        rows_count(rows, e->faults);
        rows_count(rows, e->faults_major);
        rows_count(rows, e->faults_minor);
        rows_count(rows, e->page_ins);
        rows_time(rows, e->references ? own / e->references : 0);
        rows_real(rows, slowdown(e, baseline));
        rows_count(rows, e->resident_max);
        list_optional(rows, e, optional);
        rows_end(rows);
    }
}

static void sample_device(struct simulation *sim, const char *role,
                          const struct device *device)
{
    struct rows *rows = &sim->tables[TABLE_DEVICES];
    struct device_stats stats;
    device_stats(device, &stats);
    rows_text(rows, role);
    rows_text(rows, device_model(device)->name);
    rows_count(rows, stats.reads);
    rows_count(rows, stats.writes);
    rows_count(rows, stats.bytes_read);
    rows_count(rows, stats.bytes_written);
    rows_count(rows, stats.merges);
    rows_count(rows, stats.operations);
    rows_real(rows, stats.utilisation);
    rows_time(rows, (psec_t)llround(stats.wait_mean));
    rows_time(rows, stats.wait_p99);
    rows_time(rows, (psec_t)llround(stats.service_mean));
    rows_time(rows, stats.service_p99);
    rows_real(rows, stats.queue_mean);
    rows_count(rows, stats.queue_max);
    rows_end(rows);
}

void sample_devices(struct simulation *sim)
{
    for (unsigned i = 0; i < sim->swap.n; i++) {
        char role[16] = "swap";
        if (sim->swap.n > 1)
            snprintf(role, sizeof role, "swap%u", i + 1);
        sample_device(sim, role, sim->swap.devices[i]);
    }
    if (sim->files && !devices_share(sim))
        sample_device(sim, "files", sim->files);
}
