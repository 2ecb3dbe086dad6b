/* thread.h -- the inside of a simulation, for the files of this folder. */
#ifndef FAULTLINE_WORKLOAD_THREAD_H
#define FAULTLINE_WORKLOAD_THREAD_H

#include "stats/counters.h"
#include "workload/cursor.h"
#include "workload/simulation.h"

enum thread_state {
    THREAD_NEW,     /* its time has not come                                             */
    THREAD_READY,   /* in the run queue, or being switched to                             */
    THREAD_RUNNING, /* on a CPU                                                          */
    THREAD_WAITING, /* for a frame or a transfer                                         */
    THREAD_SLEEPING,  /* as enum sleep_for says                                          */
    THREAD_SUSPENDED, /* it could run, but the kernel does not let it: swapped out        */
    THREAD_DONE,
    THREAD_STATES
};

enum { THREAD_NAME = 64 }; /* bytes of its name, NUL counted                             */

/* What a thread sleeps for. */
enum sleep_for {
    SLEEP_NOT,
    SLEEP_FOR_CHILDREN, /* until those that it has started have ended                     */
    SLEEP_FOR_VFORK,    /* until no child is in its space any more                        */
    SLEEP_FOR_TIME,
    SLEEP_FOR_EVER,
};

#define THREAD_NONE UINT64_MAX

/* The regions that a process begins with. */
struct beginning {
    struct region *regions;
    size_t n;
    bool known;
};

/* What the scheduler runs: a process, or one of several threads of it. */
struct thread {
    struct simulation *simulation;
    char name[THREAD_NAME]; /* by its process and who started it: the same in every run   */
    char shown[THREAD_NAME]; /* in tables; as its trace calls it, if that may             */
    bool named;              /* the workload says its name                                */
    uint64_t number;  /* in the order of creation                                        */
    uint64_t leader;  /* number of the first thread of its process                       */
    uint64_t starter; /* number of the thread that started it, or THREAD_NONE            */
    uint32_t stream;  /* of process->streams, that it was started with                   */
    bool borrows;     /* it is in the space of its parent, which sleeps for it: vfork     */
    bool killed;      /* it ends when it next is on a CPU                                 */
    struct space *forking; /* that of a child, while the fork is under way, or NULL       */
    bool no_room;          /* ... for which there is not enough swap space                */
    const struct process_params *process;
    struct space *space;
    struct cursor cursor;
    struct fault fault;
    enum thread_state state;
    psec_t since; /* when it came into its state                                        */
    psec_t begun; /* when it was first ready                                            */
    psec_t user, system, ready, waiting; /* times so far, the present state's not         */
    psec_t sleeping, suspended;
    enum sleep_for sleep; /* it sleeps for that, or is about to                           */
    uint32_t awaited;  /* FOR_CHILDREN: those with this stream; 0: all                  */
    psec_t sleep_time; /* FOR_TIME                                                      */
    struct event start, alarm;
    struct thread *next;          /* in the run queue                                     */
    struct thread *older, *newer; /* of all threads                                      */
    unsigned last_cpu;
    uint32_t children; /* started by it, for their names                                 */
    struct reference_counts counted;
    uint64_t references, faults, faults_major, faults_minor;
};

enum cpu_phase {
    CPU_IDLE,
    CPU_SWITCHING,
    CPU_RUNNING,
    CPU_KERNEL, /* it works for the kernel; its thread, if it has one, is ready            */
};

struct cpu {
    struct simulation *simulation;
    unsigned number;
    enum cpu_phase phase;
    struct event event; /* when it goes on                                               */
    struct thread *thread, *last;
    psec_t quantum_end;
    psec_t user, system, switching, kernel; /* times                                     */
    struct kernel_work *work, *last_work;   /* to be done, in order                      */
    struct kernel_work *working;            /* CPU_KERNEL: that; NULL: interrupts        */
    struct kernel_work interrupts;          /* of those to be done, all together          */
    psec_t working_since;                   /* CPU_KERNEL                                */
    bool blocked,
        ending; /* the thread waits, ends, as soon as the clock is there         */
};

struct run_queue {
    struct thread *first, *last; /* by falling priority, then by arrival                  */
    uint64_t n;
};

/* Names of files, by number. */
struct file_names {
    char **names;
    uint32_t n, capacity;
};

/* What a thread has come to. */
struct ended {
    char name[THREAD_NAME], shown[THREAD_NAME];
    uint64_t number, priority;
    uint32_t space;
    const char *how; /* as the table's column `end`                                       */
    psec_t begun, elapsed, user, system, waiting, ready, sleeping, suspended;
    uint64_t references, faults, faults_major, faults_minor, page_ins, resident_max;
};

/* Processes that the kernel has ended. */
struct kills {
    uint64_t n;
    char first[480]; /* what is told of the first                                        */
};

struct simulation {
    const struct simulation_params *params;
    const struct simulation_host *host;
    struct engine *engine;
    struct swap_space swap;
    struct device *files; /* may be the first one of swap                                 */
    struct slots *slots;
    struct page_index index;
    struct pager_params pager_params;
    struct pager_host pager_host;
    struct pager pager;
    struct cpu *cpus;
    unsigned ncpus;
    struct run_queue queue;
    struct thread *oldest, *newest; /* all that are not done                             */
    uint64_t nthreads, nwaiting, nidle; /* threads not done, waiting ones, idle CPUs      */
    uint64_t nsleeping, nalarms;        /* sleeping threads, those of them for a time     */
    uint64_t nsuspended;
    bool stuck; /* nothing is under way but the kernel's own events, and all wait         */
    psec_t stuck_since;
    uint64_t created; /* threads in all                                */
    struct file_names file_names;
    struct beginning *beginnings; /* [process]                                            */
    uint64_t blocks; /* distinct ones touched in spaces that have ended                   */
    psec_t idle_since; /* up to when idle time has been accounted                         */
    psec_t idle, idle_paging;
    psec_t end; /* when the last thread ended                                            */
    struct ended *ended; /* [nended] in the order in which they ended                    */
    size_t nended, ended_capacity;
    struct kills kills;
    uint64_t context_switches;
    struct reference_counts counts;
    uint64_t news;  /* references not told to the host yet                                */
    uint64_t turns; /* of simulation_between                                             */
    struct rows tables[TABLES];
    struct event sample;
    struct sampled {
        psec_t at, user;
        struct pager_counts counts;
        struct counters own; /* the kernel's                                             */
    } sampled; /* at the last sample                                                     */
    enum status status; /* of what failed inside an event                                */
    struct error error;
};

/* --- thread.c --------------------------------------------------------------------------- */

/* A thread in the space that starts at `start`, and is the first one of a process that
 * nobody has started.  path of the trace: process->streams[i]. */
MUST_CHECK enum status thread_create(struct simulation *sim, struct thread **out,
                                     const struct process_params *process, size_t stream,
                                     const char *name, struct space *space, psec_t start,
                                     uint64_t offset, struct error *err);
/* The thread, which is DONE, goes away. */
void thread_free(struct thread *thread);
/* Change the state at the clock's time and account the time spent in the one before. */
void thread_set_state(struct thread *thread, enum thread_state state);
/* The thread has nothing more to do, as the table's column `end` says: its space may end
 * with it.  It is on no CPU and in no list of the pager. */
MUST_CHECK enum status thread_end(struct thread *thread, const char *how,
                                  struct error *err);
/* Account the references of the batch, which the thread leaves. */
MUST_CHECK enum status thread_leave_batch(struct thread *thread, struct error *err);

/* --- run_queue.c ------------------------------------------------------------------------ */

void run_queue_add(struct run_queue *queue, struct thread *thread);
/* The first thread, or NULL. */
struct thread *run_queue_take(struct run_queue *queue);
/* The thread, which is in the queue, leaves it. */
void run_queue_drop(struct run_queue *queue, struct thread *thread);

/* --- schedule.c ------------------------------------------------------------------------- */

void cpu_init(struct cpu *cpu, struct simulation *sim, unsigned number);
/* The thread can run: it is put into the queue, and a CPU that is idle goes on; or it is
 * suspended. */
void schedule_ready(struct thread *thread);
/* Of struct pager_host; context: the simulation. */
void schedule_suspend(void *context, struct space *space);
void schedule_resume(void *context, struct space *space);
/* Threads on CPUs, being switched to, or in the queue. */
uint64_t schedule_running(const struct simulation *sim);
/* The thread ends: its memory may soon be another one's, which no CPU has run. */
void schedule_forget(struct simulation *sim, const struct thread *thread);
/* Account what CPUs were idle for since the last call. */
void schedule_account_idle(struct simulation *sim);
void schedule_set_phase(struct cpu *cpu, enum cpu_phase phase);
/* It has nothing to do, nor will it soon. */
bool schedule_is_idle(const struct cpu *cpu);

/* --- kernel_work.c ---------------------------------------------------------------------- */

/* Of struct pager_host. */
void kernel_work(void *context, struct kernel_work *work);
void kernel_interrupt(void *context, psec_t time);
/* The CPU, at the clock's time, begins with the first of what it is to do; returns when that
 * is done. */
psec_t kernel_work_begin(struct cpu *cpu);
/* That time has come. */
void kernel_work_end(struct cpu *cpu);
/* The only CPU has to work for the kernel: no fault can go on. */
bool kernel_work_first(const struct simulation *sim);

/* --- simulation.c ----------------------------------------------------------------------- */

/* Between two events: faults that were given frames go on, the host is told of progress,
 * and in a build that checks all invariants must hold.  False: the run stops. */
bool simulation_between(struct simulation *sim);
/* Note an error inside an event; the run stops with it. */
void simulation_fail(struct simulation *sim, const struct error *err);

/* --- operation.c ------------------------------------------------------------------------ */

/* Do one operation of the thread's trace at the clock's time.  *ended: it was its last. */
MUST_CHECK enum status operation_run(struct thread *thread, const struct vm_op *op,
                                     bool *ended, struct error *err);
/* The number of a file's name. */
MUST_CHECK enum status file_number(struct simulation *sim, const char *name, uint32_t *out,
                                   struct error *err);

/* --- naming.c --------------------------------------------------------------------------- */

/* The thread's trace says what it is called: a command line, or a name.  The tables show the
 * last part of the first word's path, with a number where another thread is called so,
 * unless the workload says its name. */
void thread_call(struct thread *thread, const char *command);

/* --- process.c -------------------------------------------------------------------------- */

/* Fill in sim->pager_host. */
void process_host(struct simulation *sim);
/* A thread starts: if it is the first in its space, a process begins. */
MUST_CHECK enum status process_begin(struct thread *thread, struct error *err);
/* A new space for a child, of which the parent's regions have been reserved.  *killed:
 * there is not enough swap space for it. */
MUST_CHECK enum status process_add_child(struct simulation *sim, struct space **child,
                                         struct space *parent, bool *killed,
                                         struct error *err);
/* The regions of a new space for the thread's exec have been added: reserve them. */
MUST_CHECK enum status process_exec(struct thread *thread, struct space *fresh,
                                    bool *killed, struct error *err);
/* The thread's process is about to have a region; it may be killed for it. */
MUST_CHECK enum status process_add_region(struct thread *thread,
                                          const struct region *region, struct error *err);
/* The pages first..last hold nothing any more, and will be in no region. */
void process_remove_regions(struct thread *thread, vpn_t first, vpn_t last);
/* Its operation on the pages first..last is an advice. */
MUST_CHECK enum status operation_advise(struct thread *thread, const struct vm_op *op,
                                        vpn_t first, vpn_t last, struct error *err);
/* The thread has said how its process will use some of its regions.  False: the kernel has
 * no say in that. */
bool process_advise(struct thread *thread, uint8_t advice);
/* A thread is not in the space any more, where it was asleep or not: the space may end. */
void process_leave(struct simulation *sim, struct space *space, bool asleep);
/* The thread was in the space of its parent and is not any more. */
void process_return(struct thread *thread, struct space *space);
/* All threads of the thread's process end when they next are on a CPU, for what the kernel
 * has noted in the space. */
void process_kill(struct thread *thread, const struct space *space);

/* --- sleep.c ---------------------------------------------------------------------------- */

/* Is there (still) what the thread is to sleep for? */
bool sleep_is_due(const struct thread *thread);
/* The thread, which has left its CPU, goes to sleep. */
void sleep_begin(struct thread *thread);
/* The thread, which sleeps, goes on. */
void sleep_wake(struct thread *thread);
/* The thread has ended, or left the space of its parent: that may have slept for it. */
void sleep_tell_starter(const struct thread *thread);
/* All threads sleep: those that do for ever end. */
MUST_CHECK enum status sleep_end(struct simulation *sim, struct error *err);
/* Threads that sleep or are suspended have a reason to, and are counted: NULL, or a sentence
 * that says what does not hold. */
const char *sleep_check(const struct simulation *sim);

/* --- progress.c ------------------------------------------------------------------------- */

/* If all processes wait for memory, are suspended, or sleep until another one ends, see
 * whether what is under way can change that.  Else the run fails; or it is over, if they all
 * sleep. */
void progress_check(struct simulation *sim);
/* No process can go on: the run fails. */
void progress_fail(struct simulation *sim);

/* --- regions.c -------------------------------------------------------------------------- */

/* Give a space the regions that the process is to begin with. */
MUST_CHECK enum status regions_begin(struct simulation *sim, struct space *space,
                                     const struct process_params *process,
                                     struct error *err);
void regions_release(struct simulation *sim);

/* --- mark.c ----------------------------------------------------------------------------- */

/* The thread, which is on a CPU, has come to the mark. */
void mark_note(const struct thread *thread, const char *name);

/* --- devices.c --------------------------------------------------------------------------- */

/* Make the devices and the slots, and say in pager_params where what lies. */
MUST_CHECK enum status devices_make(struct simulation *sim, struct error *err);
void devices_release(struct simulation *sim);
/* Files lie on the first swap device. */
bool devices_share(const struct simulation *sim);
/* device_check() of each. */
const char *devices_check(const struct simulation *sim);

/* --- sample.c --------------------------------------------------------------------------- */

void sample_start(struct simulation *sim);
void sample_stop(struct simulation *sim);
/* Keep what the thread, which is DONE, has come to. */
MUST_CHECK enum status sample_process(const struct thread *thread, const char *how,
                                      struct error *err);
void sample_devices(struct simulation *sim);

#endif
