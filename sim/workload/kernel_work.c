/* kernel_work.c -- CPU time of the kernel's own processes, and of interrupts: the first CPU
 * spends it before it goes on with a thread, which is ready meanwhile. */
#include "workload/thread.h"

#include <assert.h>

static void add(struct cpu *cpu, struct kernel_work *work)
{
    struct simulation *sim = cpu->simulation;
    work->next = NULL;
    *(cpu->work ? &cpu->last_work->next : &cpu->work) = work;
    cpu->last_work = work;
    if (schedule_is_idle(cpu))
        engine_schedule(sim->engine, &cpu->event, engine_now(sim->engine));
}

void kernel_work(void *context, struct kernel_work *work)
{
    add(&((struct simulation *)context)->cpus[0], work);
}

void kernel_interrupt(void *context, psec_t time)
{
    struct cpu *cpu = &((struct simulation *)context)->cpus[0];
    const bool queued = cpu->interrupts.time > 0;
    cpu->interrupts.time += time;
    if (!queued && time > 0)
        add(cpu, &cpu->interrupts);
}

psec_t kernel_work_begin(struct cpu *cpu)
{
    const psec_t now = engine_now(cpu->simulation->engine), time = cpu->work->time;
    if (cpu->thread)
        thread_set_state(cpu->thread, THREAD_READY);
    schedule_set_phase(cpu, CPU_KERNEL);
    cpu->working_since = now;
    if (cpu->work == &cpu->interrupts) { /* those that come now are others */
        cpu->work = cpu->interrupts.next;
        cpu->interrupts = (struct kernel_work){0};
        cpu->working = NULL;
    } else {
        cpu->working = cpu->work;
        cpu->work = cpu->work->next;
    }
    return now + time;
}

void kernel_work_end(struct cpu *cpu)
{
    struct kernel_work *work = cpu->working;
    assert(cpu->phase == CPU_KERNEL);
    cpu->kernel += engine_now(cpu->simulation->engine) - cpu->working_since;
    cpu->working_since = engine_now(cpu->simulation->engine);
    cpu->working = NULL;
    if (work)
        work->done(work);
    /* Without more to do the CPU is idle, or goes on with its thread. */
    schedule_set_phase(cpu, CPU_RUNNING);
    if (cpu->thread) {
        thread_set_state(cpu->thread, THREAD_RUNNING);
        cpu->thread->space->switched_to |= work != NULL;
    }
}

bool kernel_work_first(const struct simulation *sim)
{
    const struct cpu *cpu = &sim->cpus[0];
    return sim->ncpus == 1 && (cpu->work || cpu->phase == CPU_KERNEL);
}
