/* thread.c -- see thread.h: the life of a thread. */
#include "workload/thread.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start(struct event *event)
{
    struct thread *thread = CONTAINER_OF(event, struct thread, start);
    thread->begun = engine_now(thread->simulation->engine);
    schedule_ready(thread);
}

static void wake(struct fault *fault)
{
    struct thread *thread = CONTAINER_OF(fault, struct thread, fault);
    if (thread->state == THREAD_WAITING)
        schedule_ready(thread);
    /* Else its CPU is still in the kernel and finds the fault ready by itself. */
}

enum status thread_create(struct simulation *sim, struct thread **out,
                          const struct process_params *process, size_t stream,
                          const char *name, struct space *space, psec_t when,
                          uint64_t offset, struct error *err)
{
    struct thread *thread = calloc(1, sizeof *thread);
    if (!thread)
        return error_nomem(err);
    const uint64_t repeat = stream == 0 ? process->repeat : 1;
    const enum status status =
        cursor_init(&thread->cursor, &process->streams[stream], offset, repeat, err);
    if (status != OK) {
        cursor_release(&thread->cursor);
        free(thread);
        return status;
    }
    snprintf(thread->name, sizeof thread->name, "%s", name);
    memcpy(thread->shown, thread->name, sizeof thread->shown);
    thread->named = stream == 0 && process->named;
    thread->simulation = sim;
    thread->number = sim->created++;
    thread->process = process;
    thread->space = space;
    thread->since = thread->begun = when;
    thread->fault = (struct fault){.frame = PFN_NONE, .waited = PFN_NONE, .wake = wake};
    space->users++;
    thread->older = sim->newest;
    *(sim->newest ? &sim->newest->newer : &sim->oldest) = thread;
    sim->newest = thread;
    sim->nthreads++;
    event_init(&thread->start, start);
    engine_schedule(sim->engine, &thread->start, when);
    *out = thread;
    return OK;
}

void thread_free(struct thread *thread)
{
    struct simulation *sim = thread->simulation;
    engine_cancel(sim->engine, &thread->start);
    *(thread->older ? &thread->older->newer : &sim->oldest) = thread->newer;
    *(thread->newer ? &thread->newer->older : &sim->newest) = thread->older;
    cursor_release(&thread->cursor);
    free(thread);
}

void thread_set_state(struct thread *thread, enum thread_state state)
{
    struct simulation *sim = thread->simulation;
    const psec_t now = engine_now(sim->engine);
    const psec_t spent = now - thread->since;
    if (thread->state == THREAD_READY)
        thread->ready += spent;
    else if (thread->state == THREAD_WAITING)
        thread->waiting += spent;
    if ((thread->state == THREAD_WAITING) != (state == THREAD_WAITING)) {
        schedule_account_idle(sim);
        sim->nwaiting += state == THREAD_WAITING ? 1 : UINT64_MAX;
    }
    thread->state = state;
    thread->since = now;
}

static void count(struct reference_counts *to, const struct reference_counts *from)
{
    to->ifetches += from->ifetches;
    to->loads += from->loads;
    to->stores += from->stores;
}

enum status thread_leave_batch(struct thread *thread, struct error *err)
{
    cursor_count(&thread->cursor, &thread->counted);
    return cursor_touched(&thread->cursor, &thread->space->blocks, err);
}

enum status thread_end(struct thread *thread, struct error *err)
{
    struct simulation *sim = thread->simulation;
    thread_set_state(thread, THREAD_DONE);
    sim->end = engine_now(sim->engine);
    sim->nthreads--;
    count(&sim->counts, &thread->counted);
    const enum status status = sample_process(thread, err);
    if (--thread->space->users == 0) {
        sim->blocks += thread->space->blocks.used;
        pager_end_space(&sim->pager, thread->space);
    }
    return status;
}
