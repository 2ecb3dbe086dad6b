/* sleep.c -- threads that wait for something that is not memory: for those that they have
 * started, for a time, for ever. */
#include "workload/thread.h"

#include <assert.h>

static struct thread *find(const struct simulation *sim, uint64_t number)
{
    struct thread *thread = sim->oldest;
    while (thread && thread->number != number)
        thread = thread->newer;
    return thread;
}

/* Has it started one, not ended yet, that it is to sleep for? */
static bool has_started(const struct thread *thread)
{
    for (const struct thread *other = thread->simulation->oldest; other;
         other = other->newer)
        if (other->starter == thread->number && other->state != THREAD_DONE &&
            (thread->sleep == SLEEP_FOR_VFORK
                 ? other->borrows
                 : thread->awaited == 0 || thread->awaited == other->stream))
            return true;
    return false;
}

bool sleep_is_due(const struct thread *thread)
{
    switch (thread->sleep) {
    case SLEEP_NOT:
        return false;
    case SLEEP_FOR_CHILDREN:
    case SLEEP_FOR_VFORK:
        return has_started(thread);
    case SLEEP_FOR_TIME:
    case SLEEP_FOR_EVER:
        break;
    }
    return true;
}

static void ring(struct event *event)
{
    sleep_wake(CONTAINER_OF(event, struct thread, alarm));
}

void sleep_begin(struct thread *thread)
{
    struct simulation *sim = thread->simulation;
    struct pager *pager = &sim->pager;
    struct space *space = thread->space;
    thread_set_state(thread, THREAD_SLEEPING);
    if (thread->sleep == SLEEP_FOR_TIME) {
        const psec_t now = engine_now(sim->engine);
        const psec_t longest = PSEC_NEVER - 1 - now;
        event_init(&thread->alarm, ring);
        engine_schedule(sim->engine, &thread->alarm,
                        now +
                            (thread->sleep_time < longest ? thread->sleep_time : longest));
        sim->nalarms++;
    }
    if (++space->asleep == space->users && pager->kernel->process_sleeps)
        pager->kernel->process_sleeps(pager->kernel_state, pager, space);
}

void sleep_wake(struct thread *thread)
{
    struct simulation *sim = thread->simulation;
    struct pager *pager = &sim->pager;
    struct space *space = thread->space;
    assert(thread->state == THREAD_SLEEPING);
    if (thread->sleep == SLEEP_FOR_TIME) {
        engine_cancel(sim->engine, &thread->alarm);
        sim->nalarms--;
    }
    thread->sleep = SLEEP_NOT;
    const bool all = space->asleep-- == space->users;
    schedule_ready(thread);
    if (all && pager->kernel->process_wakes)
        pager->kernel->process_wakes(pager->kernel_state, pager, space);
}

void sleep_tell_starter(const struct thread *thread)
{
    struct thread *starter =
        thread->starter == THREAD_NONE ? NULL : find(thread->simulation, thread->starter);
    if (starter && starter->state == THREAD_SLEEPING && !sleep_is_due(starter))
        sleep_wake(starter);
}

/* Those that sleep for ever have no part in who wakes whom: they all end. */
enum status sleep_end(struct simulation *sim, struct error *err)
{
    const uint64_t before = sim->nended;
    enum status status = OK;
    for (struct thread *thread = sim->oldest, *next; thread && status == OK;
         thread = next) {
        next = thread->newer;
        if (thread->state != THREAD_SLEEPING || thread->sleep != SLEEP_FOR_EVER)
            continue;
        status = thread_leave_batch(thread, err);
        if (status == OK)
            status = thread_end(thread, "asleep", err);
        if (status == OK)
            thread_free(thread);
    }
    assert(sim->nended >
           before); /* whoever sleeps for another's end sleeps for one of them */
    (void)before;
    return status;
}

static uint64_t asleep_in(const struct simulation *sim, const struct space *space)
{
    uint64_t n = 0;
    for (const struct thread *thread = sim->oldest; thread; thread = thread->newer)
        n += thread->space == space && thread->state == THREAD_SLEEPING;
    return n;
}

const char *sleep_check(const struct simulation *sim)
{
    uint64_t sleeping = 0, suspended = 0, alarms = 0;
    for (const struct thread *thread = sim->oldest; thread; thread = thread->newer) {
        const bool sleeps = thread->state == THREAD_SLEEPING;
        const bool alarm = event_pending(&thread->alarm);
        sleeping += sleeps;
        suspended += thread->state == THREAD_SUSPENDED;
        alarms += alarm;
        if (sleeps && (!sleep_is_due(thread) || thread->killed))
            return "a process sleeps for nothing";
        if (alarm != (sleeps && thread->sleep == SLEEP_FOR_TIME))
            return "a process sleeps for a time that does not end";
        if (thread->state == THREAD_SUSPENDED && !thread->space->suspended)
            return "a process is suspended, and its address space is not";
        if ((sleeps || thread->space->asleep > 0) &&
            thread->space->asleep != asleep_in(sim, thread->space))
            return "the threads of a space that sleep are not as many as were counted";
    }
    if (sleeping != sim->nsleeping || suspended != sim->nsuspended ||
        alarms != sim->nalarms)
        return "processes that sleep or are suspended are not as many as were counted";
    return NULL;
}
