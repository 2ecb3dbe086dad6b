/* mark.c -- what has been counted when a program comes to a mark: a row of TABLE_MARKS. */
#include "stats/counters.h"
#include "stats/numbers.h"
#include "workload/thread.h"

/* References, of all processes. */
static uint64_t references(const struct simulation *sim)
{
    uint64_t n = 0;
    for (size_t i = 0; i < sim->nended; i++)
        n += sim->ended[i].references;
    for (const struct thread *thread = sim->oldest; thread; thread = thread->newer)
        n += thread->references;
    return n;
}

static psec_t kernel_time(const struct cpu *cpu)
{
    const psec_t now = engine_now(cpu->simulation->engine);
    return cpu->kernel + (cpu->phase == CPU_KERNEL ? now - cpu->working_since : 0);
}

static void count_times(const struct simulation *sim, struct counters *counters)
{
    counters->cpu_idle = sim->idle;
    counters->cpu_idle_paging = sim->idle_paging;
    for (unsigned i = 0; i < sim->ncpus; i++) {
        counters->cpu_user += sim->cpus[i].user;
        counters->cpu_fault += sim->cpus[i].system;
        counters->cpu_switch += sim->cpus[i].switching;
        counters->cpu_kernel += kernel_time(&sim->cpus[i]);
    }
}

/* Those of the table's columns that are counters of the whole system. */
static void count(const struct simulation *sim, struct counters *counters)
{
    const struct pager *pager = &sim->pager;
    const struct pager_counts *pages = &pager->counts;
    struct device_stats swap;
    swap_space_stats(&sim->swap, &swap);
    *counters = (struct counters){
        .references = references(sim),
        .faults = pages->faults,
        .faults_major = pages->faults_major,
        .faults_minor = pages->faults_minor,
        .faults_zero_fill = pages->faults_zero_fill,
        .faults_copy = pages->faults_copy,
        .faults_reclaim = pages->faults_reclaim,
        .page_ins = pages->page_ins,
        .page_outs = pages->page_outs,
        .page_outs_dirty = pages->page_outs_dirty,
        .write_backs = pages->write_backs,
        .scans = pages->scans,
        .swap_reads = swap.reads,
        .swap_writes = swap.writes,
        .context_switches = sim->context_switches,
    };
    count_times(sim, counters);
    if (pager->kernel->count)
        pager->kernel->count(pager->kernel_state, counters);
}

/* The process's own; returns how many columns they are. */
static size_t put_own(struct rows *rows, const struct thread *thread, const char *name)
{
    rows_text(rows, name);
    rows_text(rows, thread->shown);
    rows_time(rows, engine_now(thread->simulation->engine));
    rows_time(rows, thread->user);
    rows_time(rows, thread->system);
    rows_time(rows, thread->waiting);
    rows_time(rows, thread->ready);
    rows_count(rows, thread->references);
    rows_count(rows, thread->faults_major);
    rows_count(rows, thread->faults_minor);
    rows_count(rows, thread->space->resident);
    return 11;
}

void mark_note(const struct thread *thread, const char *name)
{
    struct simulation *sim = thread->simulation;
    struct rows *rows = &sim->tables[TABLE_MARKS];
    const struct result_table_kind *table = &result_tables[TABLE_MARKS];
    struct counters counters;
    schedule_account_idle(sim);
    count(sim, &counters);
    for (size_t i = put_own(rows, thread, name); i < table->ncolumns; i++) {
        char text[NUMBER_SIZE];
        const struct counter *counter = counter_find(table->columns[i].name);
        counter_format(counter, &counters, text, sizeof text);
        if (text[0])
            rows_text(rows, text);
        else
            rows_blank(rows);
    }
    rows_end(rows);
}
