/* thread.c -- see thread.h: the life of a thread. */
#include "workload/thread.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start(struct event *event)
{
    struct thread *thread = CONTAINER_OF(event, struct thread, start);
    struct error err;
    thread->begun = engine_now(thread->simulation->engine);
    if (process_begin(thread, &err) != OK)
        simulation_fail(thread->simulation, &err);
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
    thread->number = thread->leader = sim->created++;
    thread->starter = THREAD_NONE;
    thread->stream = (uint32_t)stream;
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
    event_init(&thread->alarm, NULL);
    engine_schedule(sim->engine, &thread->start, when);
    *out = thread;
    return OK;
}

void thread_free(struct thread *thread)
{
    struct simulation *sim = thread->simulation;
    engine_cancel(sim->engine, &thread->start);
    engine_cancel(sim->engine, &thread->alarm);
    *(thread->older ? &thread->older->newer : &sim->oldest) = thread->newer;
    *(thread->newer ? &thread->newer->older : &sim->newest) = thread->older;
    cursor_release(&thread->cursor);
    free(thread);
}

/* An idle CPU may be idle for want of memory. */
static bool for_paging(enum thread_state state)
{
    return state == THREAD_WAITING || state == THREAD_SUSPENDED;
}

/* change: 1, or UINT64_MAX to count one less. */
static void count_state(struct simulation *sim, enum thread_state state, uint64_t change)
{
    sim->nwaiting += state == THREAD_WAITING ? change : 0;
    sim->nsleeping += state == THREAD_SLEEPING ? change : 0;
    sim->nsuspended += state == THREAD_SUSPENDED ? change : 0;
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
    else if (thread->state == THREAD_SLEEPING)
        thread->sleeping += spent;
    else if (thread->state == THREAD_SUSPENDED)
        thread->suspended += spent;
    if (for_paging(thread->state) != for_paging(state))
        schedule_account_idle(sim);
    count_state(sim, thread->state, UINT64_MAX);
    count_state(sim, state, 1);
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

enum status thread_end(struct thread *thread, const char *how, struct error *err)
{
    struct simulation *sim = thread->simulation;
    const bool asleep = thread->state == THREAD_SLEEPING;
    schedule_forget(sim, thread);
    if (thread->fault.active)
        pager_abandon(&sim->pager, &thread->fault);
    if (thread->forking) { /* the child never starts */
        thread->forking->users = 1;
        process_leave(sim, thread->forking, false);
    }
    thread_set_state(thread, THREAD_DONE);
    sim->end = engine_now(sim->engine);
    sim->nthreads--;
    count(&sim->counts, &thread->counted);
    const enum status status = sample_process(thread, how, err);
    process_return(thread, thread->space);
    process_leave(sim, thread->space, asleep);
    sleep_tell_starter(thread);
    return status;
}
