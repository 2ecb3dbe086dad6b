/* schedule.c -- CPUs: round-robin among threads of equal priority. */
#include "workload/thread.h"

#include <assert.h>

/* --- threads that can run -------------------------------------------------------------- */

void schedule_account_idle(struct simulation *sim)
{
    const psec_t now = engine_now(sim->engine);
    const psec_t spent = (now - sim->idle_since) * sim->nidle;
    *(sim->nwaiting + sim->nsuspended ? &sim->idle_paging : &sim->idle) += spent;
    sim->idle_since = now;
}

void schedule_set_phase(struct cpu *cpu, enum cpu_phase phase)
{
    struct simulation *sim = cpu->simulation;
    if ((cpu->phase == CPU_IDLE) != (phase == CPU_IDLE)) {
        schedule_account_idle(sim);
        sim->nidle += phase == CPU_IDLE ? 1 : UINT64_MAX;
        if (phase == CPU_IDLE)
            mmu_leave(&sim->pager.mmu, cpu->number);
    }
    cpu->phase = phase;
}

bool schedule_is_idle(const struct cpu *cpu)
{
    return cpu->phase == CPU_IDLE && !event_pending(&cpu->event);
}

/* An idle CPU, the one that ran the thread last if it is among them; or NULL. */
static struct cpu *idle_cpu(struct simulation *sim, const struct thread *thread)
{
    if (schedule_is_idle(&sim->cpus[thread->last_cpu]))
        return &sim->cpus[thread->last_cpu];
    for (unsigned i = 0; sim->nidle && i < sim->ncpus; i++)
        if (schedule_is_idle(&sim->cpus[i]))
            return &sim->cpus[i];
    return NULL;
}

void schedule_ready(struct thread *thread)
{
    struct simulation *sim = thread->simulation;
    if (thread->space->suspended) {
        thread_set_state(thread, THREAD_SUSPENDED);
        return;
    }
    thread_set_state(thread, THREAD_READY);
    run_queue_add(&sim->queue, thread);
    struct cpu *cpu = idle_cpu(sim, thread);
    if (cpu)
        engine_schedule(sim->engine, &cpu->event, engine_now(sim->engine));
}

static bool is_on_cpu(const struct simulation *sim, const struct thread *thread)
{
    for (unsigned i = 0; i < sim->ncpus; i++)
        if (sim->cpus[i].thread == thread)
            return true;
    return false;
}

/* Those on a CPU leave it in settle(). */
void schedule_suspend(void *context, struct space *space)
{
    struct simulation *sim = context;
    space->suspended = true;
    for (struct thread *thread = sim->oldest; thread; thread = thread->newer)
        if (thread->space == space && thread->state == THREAD_READY &&
            !is_on_cpu(sim, thread)) {
            run_queue_drop(&sim->queue, thread);
            thread_set_state(thread, THREAD_SUSPENDED);
        }
}

void schedule_resume(void *context, struct space *space)
{
    struct simulation *sim = context;
    space->suspended = false;
    for (struct thread *thread = sim->oldest; thread; thread = thread->newer)
        if (thread->space == space && thread->state == THREAD_SUSPENDED)
            schedule_ready(thread);
}

uint64_t schedule_running(const struct simulation *sim)
{
    uint64_t n = sim->queue.n;
    for (unsigned i = 0; i < sim->ncpus; i++)
        n += sim->cpus[i].thread != NULL;
    return n;
}

/* --- a CPU ------------------------------------------------------------------------------ */

/* True if the clock can be at `when`, where the CPU is already; else other events come
 * first and the CPU goes on after them. */
static bool reach(struct cpu *cpu, psec_t when)
{
    struct engine *engine = cpu->simulation->engine;
    if (engine_now(engine) == when)
        return true;
    if (engine_next(engine) > when) {
        engine_advance(engine, when);
        return true;
    }
    engine_schedule(engine, &cpu->event, when);
    return false;
}

/* The CPU has no thread: take the next one.  False if there is none. */
static bool pick(struct cpu *cpu)
{
    struct simulation *sim = cpu->simulation;
    struct thread *thread = run_queue_take(&sim->queue);
    if (!thread) {
        schedule_set_phase(cpu, CPU_IDLE);
        return false;
    }
    cpu->thread = thread;
    thread->space->switched_to |= cpu->last != thread || cpu->phase == CPU_IDLE;
    if (cpu->last == thread) {
        schedule_set_phase(cpu, CPU_RUNNING);
        return true;
    }
    schedule_set_phase(cpu, CPU_SWITCHING);
    cpu->switching += sim->params->cost_switch;
    sim->context_switches++;
    return reach(cpu, engine_now(sim->engine) + sim->params->cost_switch);
}

/* The thread is on the CPU from now on. */
static void install(struct cpu *cpu)
{
    struct simulation *sim = cpu->simulation;
    struct thread *thread = cpu->thread;
    schedule_set_phase(cpu, CPU_RUNNING);
    thread_set_state(thread, THREAD_RUNNING);
    cpu->last = thread;
    thread->last_cpu = cpu->number;
    cpu->quantum_end = engine_now(sim->engine) + sim->params->quantum;
    struct mmu *mmu = &sim->pager.mmu;
    mmu->cpus[cpu->number].stolen += mmu_switch(mmu, cpu->number, thread->space->number);
}

static void spend(struct cpu *cpu, psec_t user, psec_t system)
{
    cpu->user += user;
    cpu->system += system;
    cpu->thread->user += user;
    cpu->thread->system += system;
}

/* How far the CPU may go without looking at the clock. */
static psec_t deadline(const struct cpu *cpu, psec_t now)
{
    const struct simulation *sim = cpu->simulation;
    psec_t next = engine_next(sim->engine);
    if (sim->ncpus > 1 && next < now + sim->params->cpu_lag)
        next = now + sim->params->cpu_lag;
    if (cpu->quantum_end < next)
        next = cpu->quantum_end;
    return next > now ? next : now + 1; /* what was due before has been done */
}

static void count_faults(struct thread *thread, const struct pager_counts *before)
{
    const struct pager_counts *counts = &thread->simulation->pager.counts;
    thread->faults += counts->faults - before->faults;
    thread->faults_major += counts->faults_major - before->faults_major;
    thread->faults_minor += counts->faults_minor - before->faults_minor;
}

/* Replay a stretch from the clock's time on; *now: when it ends. */
static enum status replay(struct cpu *cpu, psec_t *now, struct error *err)
{
    struct simulation *sim = cpu->simulation;
    struct thread *thread = cpu->thread;
    struct cursor *cursor = &thread->cursor;
    const struct pager_counts before = sim->pager.counts;
    struct stretch stretch = {
        .batch = &cursor->paged,
        .lengths = cursor->lengths,
        .step = cursor->step,
        .end = cursor_limit(cursor),
        .reference = cursor->reference,
        .current = {cursor->current[0], cursor->current[1]},
        .cpu = &sim->pager.mmu.cpus[cpu->number],
        .fault = &thread->fault,
        .process = thread->space->number,
        .timed = true,
        .now = *now,
        .deadline = deadline(cpu, *now),
        .batch_first = cursor->batch_first,
    };
    const enum status status = replay_stretch(&sim->pager, &stretch, err);
    if (status == ERR_CELL) {
        struct error inner;
        error_copy(&inner, err);
        error_set(err, status, at_file(cursor->stream->path), "%s", inner.text);
    }
    cursor->step = stretch.step;
    cursor->reference = stretch.reference;
    cursor->current[0] = stretch.current[0];
    cursor->current[1] = stretch.current[1];
    spend(cpu, stretch.now - *now - stretch.system, stretch.system);
    thread->references += stretch.references;
    count_faults(thread, &before);
    sim->news += stretch.references;
    cpu->blocked = stretch.why == STRETCH_BLOCKED;
    *now = stretch.now;
    return status;
}

/* Get on with the trace: an operation, the next batch, or a stretch of references. */
static enum status run(struct cpu *cpu, psec_t *now, bool *ended, struct error *err)
{
    struct simulation *sim = cpu->simulation;
    struct thread *thread = cpu->thread;
    struct cursor *cursor = &thread->cursor;
    const struct vm_op *op = cursor_operation(cursor);
    enum status status = OK;
    if (op) {
        const struct pager_counts before = sim->pager.counts;
        const bool trap = !thread->forking && op->kind != VM_MARK;
        status = operation_run(thread, op, ended, err);
        const psec_t cost =
            (trap ? sim->pager_params.cost_fault : 0) + pager_take_owed(&sim->pager);
        count_faults(thread, &before);
        cpu->blocked = thread->fault.active;
        spend(cpu, 0, cost);
        *now += cost;
        return status == OK && *ended ? thread_leave_batch(thread, err) : status;
    }
    if (!cursor_at_end(cursor))
        return replay(cpu, now, err);
    status = thread_leave_batch(thread, err);
    if (status == OK)
        status = cursor_next(cursor, &sim->pager, thread->space, err);
    *ended = status == END;
    return status == END ? OK : status;
}

/* Someone who goes before the thread waits for a CPU, or has as much right to one and the
 * quantum is over. */
static bool must_yield(struct cpu *cpu)
{
    const struct simulation *sim = cpu->simulation;
    const struct thread *other = sim->queue.first;
    const bool over = engine_now(sim->engine) >= cpu->quantum_end;
    if (over)
        cpu->quantum_end = engine_now(sim->engine) + sim->params->quantum;
    if (!other)
        return false;
    const uint64_t own = cpu->thread->process->priority;
    return other->process->priority > own || (over && other->process->priority == own);
}

void schedule_forget(struct simulation *sim, const struct thread *thread)
{
    for (unsigned i = 0; i < sim->ncpus; i++)
        if (sim->cpus[i].last == thread)
            sim->cpus[i].last = NULL;
}

static bool is_killed(const struct thread *thread)
{
    return thread->killed || thread->fault.killed;
}

/* The CPU's thread has come to its end, or is killed. */
static enum status end(struct cpu *cpu, struct error *err)
{
    struct thread *thread = cpu->thread;
    const char *how = "";
    enum status status = OK;
    if (!cpu->ending) {
        process_kill(thread, thread->space);
        status = thread_leave_batch(thread, err);
        how = "killed";
    }
    cpu->ending = false;
    cpu->thread = NULL;
    if (status == OK)
        status = thread_end(thread, how, err);
    thread_free(thread);
    /* What its memory's end takes falls to whoever runs next. */
    struct pager *pager = &cpu->simulation->pager;
    pager->mmu.cpus[cpu->number].stolen += pager_take_owed(pager);
    return status;
}

/* The clock is where the CPU's thread is: it ends, waits, sleeps, yields, or stays. */
static enum status settle(struct cpu *cpu, struct error *err)
{
    struct thread *thread = cpu->thread;
    const struct fault *fault = &thread->fault;
    const bool waits = cpu->blocked && !fault->ready && !fault->killed && !fault->busy;
    cpu->blocked = false;
    if (cpu->ending || (is_killed(thread) && !waits && !fault->busy))
        return end(cpu, err);
    if (waits) {
        cpu->thread = NULL;
        thread_set_state(thread, THREAD_WAITING);
    } else if (sleep_is_due(thread)) {
        cpu->thread = NULL;
        sleep_begin(thread);
    } else if (thread->space->suspended || must_yield(cpu)) {
        cpu->thread = NULL;
        schedule_ready(thread);
    }
    return OK;
}

/* What the TLB's upkeep has taken: switches of its own, interrupts of other CPUs. */
static psec_t take_stolen(struct cpu *cpu)
{
    struct mmu_cpu *hardware = &cpu->simulation->pager.mmu.cpus[cpu->number];
    const psec_t stolen = hardware->stolen;
    hardware->stolen = 0;
    spend(cpu, 0, stolen);
    return stolen;
}

/* One turn of the CPU at the clock's time.  False: it goes on with its next event, or has
 * nothing to do. */
static bool turn(struct cpu *cpu, enum status *status, struct error *err)
{
    struct simulation *sim = cpu->simulation;
    sim->pager.mmu.at_cpu = cpu->number;
    if (cpu->phase == CPU_KERNEL) {
        kernel_work_end(cpu);
        return true;
    }
    if (cpu->thread && (*status = settle(cpu, err)) != OK)
        return false;
    if (cpu->work && sim->nthreads > 0) /* what comes after the end takes no time */
        return reach(cpu, kernel_work_begin(cpu));
    if (!cpu->thread) {
        if (!pick(cpu))
            return false;
        install(cpu);
        if (is_killed(cpu->thread))
            return true;
    }
    const psec_t stolen = take_stolen(cpu);
    if (stolen > 0)
        return reach(cpu, engine_now(sim->engine) + stolen);
    psec_t now = engine_now(sim->engine);
    *status = run(cpu, &now, &cpu->ending, err);
    return *status == OK && reach(cpu, now);
}

static void go_on(struct event *event)
{
    struct cpu *cpu = CONTAINER_OF(event, struct cpu, event);
    struct simulation *sim = cpu->simulation;
    struct error err = {0};
    enum status status = OK;
    if (cpu->phase == CPU_SWITCHING)
        install(cpu);
    while (turn(cpu, &status, &err) && simulation_between(sim))
        ;
    if (status != OK)
        simulation_fail(sim, &err);
}

void cpu_init(struct cpu *cpu, struct simulation *sim, unsigned number)
{
    *cpu = (struct cpu){.simulation = sim, .number = number};
    event_init(&cpu->event, go_on);
    sim->nidle++;
}
