/* session.c -- see session.h. */
#include "session.h"

#include "fail.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* More pages than Linux on x86 takes one by one out of the TLB (33). */
enum { FENCE_PAGES = 34 };

/* Of waiting before the first reference. */
enum { SETTLE_NS = 300000000 };

struct faults {
    uint64_t major, minor;
};

/* What processes share; all of it is touched before any enters the group. */
struct board {
    uint64_t references; /* by all */
    uint64_t changes;    /* faults that have been seen, whoever's: the kernel was at work */
    uint64_t changes_read;                       /* ... when memory.stat was read last */
    struct faults before[SESSION_PROCESSES_MAX]; /* each entered the group */
    struct faults faults[SESSION_PROCESSES_MAX]; /* since then             */
    bool done[SESSION_PROCESSES_MAX];
    size_t nseries;
    struct sample end;
    struct sample series[];
};

struct process {
    const struct session_params *params;
    const struct group *group;
    struct board *board;
    const int *turns; /* an eventfd for each process */
    unsigned self;
    struct memory memory;
    char *scratch;  /* a page */
    char *fence;    /* FENCE_PAGES, see forget_translations() */
    uint64_t *used; /* what to_touch() knows of each page */
    uint64_t seen;  /* own faults, as of the last look */
};

static void *share(size_t size)
{
    char *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (at == MAP_FAILED)
        fail("no memory for %zu bytes of results:", size);
    return at;
}

/* --- turns ----------------------------------------------------------------------------- */

static void wait_turn(const struct process *process)
{
    uint64_t count;
    if (read(process->turns[process->self], &count, sizeof count) != sizeof count)
        fail("cannot wait for a turn:");
}

static void wake(const struct process *process, unsigned other)
{
    const uint64_t one = 1;
    if (write(process->turns[other], &one, sizeof one) != sizeof one)
        fail("cannot hand the turn on:");
}

/* Hand on to the next that is not done, or to nobody.  True if the turn is given away. */
static bool hand_on(const struct process *process)
{
    const unsigned n = process->params->processes;
    for (unsigned i = 1; i < n; i++) {
        const unsigned other = (process->self + i) % n;
        if (!process->board->done[other]) {
            wake(process, other);
            return true;
        }
    }
    return false;
}

/* --- counts ---------------------------------------------------------------------------- */

static struct faults own_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (struct faults){(uint64_t)usage.ru_majflt, (uint64_t)usage.ru_minflt};
}

static void note_faults(const struct process *process)
{
    const struct faults now = own_faults();
    const struct faults *before = &process->board->before[process->self];
    process->board->faults[process->self] =
        (struct faults){now.major - before->major, now.minor - before->minor};
}

static void sum_up(const struct process *process, struct sample *sample)
{
    const struct board *board = process->board;
    note_faults(process);
    sample->references = board->references;
    sample->major_faults = sample->minor_faults = 0;
    for (unsigned i = 0; i < process->params->processes; i++) {
        sample->major_faults += board->faults[i].major;
        sample->minor_faults += board->faults[i].minor;
    }
}

/* What is due before the next reference.  memory.stat is not read where nothing has changed
 * since it was: that would take a hundred times as long as all references between. */
static void look(const struct process *process)
{
    const struct session_params *params = process->params;
    struct board *board = process->board;
    const uint64_t number = board->references;
    const bool flush = params->flush_every && number % params->flush_every == 0;
    uint64_t *values = NULL;
    if (params->series_every && number % params->series_every == 0) {
        struct sample *sample = &board->series[board->nseries++];
        sum_up(process, sample);
        sample->has_values = flush;
        values = sample->values;
    }
    if (flush && (values || board->changes != board->changes_read)) {
        group_read(process->group, values);
        board->changes_read = board->changes;
    }
}

/* The kernel's counts in memory.stat lag behind by up to 64 for each CPU, and reading it
 * brings them up only when more have come together.  So pages come and go until they have:
 * fresh ones, of which none is a refault. */
static void settle_counts(const struct process *process)
{
    const long rounds = 64 * sysconf(_SC_NPROCESSORS_CONF);
    memory_drop(&process->memory, process->params->memory.file_pages);
    for (long i = 0; i < rounds; i++) {
        *(volatile char *)process->scratch = 1;
        madvise(process->scratch, process->memory.page_size, MADV_DONTNEED);
    }
    group_read(process->group, process->board->end.values);
    process->board->end.has_values = true;
}

/* --- a process ------------------------------------------------------------------------- */

/* False if the reference changes nothing: the page has been used in the same way since the
 * kernel was at work last, so that its accessed bit is set, and its dirty bit for a write.
 * Programs run on for thousands of such references.  (Pages of a file are cleaned behind
 * their users' backs.) */
static bool to_touch(struct process *process, uint32_t word)
{
    const uint32_t page = word & ~PATTERN_WRITE;
    const bool write = word & PATTERN_WRITE;
    const uint64_t now = 2 * process->board->changes + 2;
    uint64_t *used = &process->used[page];
    if (process->params->keep_tlb || (write && page >= process->memory.anon_pages))
        return true;
    if (*used >= now + write)
        return false;
    *used = now + write;
    return true;
}

static void touch(const struct memory *memory, uint32_t word)
{
    volatile char *at = memory_at(memory, word & ~PATTERN_WRITE);
    if (word & PATTERN_WRITE)
        *at = 1;
    else
        (void)*at;
}

/* Linux clears accessed bits without taking the translations from the TLB, on x86.  While
 * they are there the processor sets the bits no more, and pages in use look idle: how many,
 * and so what is evicted, depends on its TLB and on what else runs.  So, whenever the kernel
 * has been at work, all translations go: pages that lose a permission must leave the TLB,
 * and for so many Linux empties all of it. */
static void forget_translations(struct process *process)
{
    const size_t size = FENCE_PAGES * process->memory.page_size;
    if (process->params->keep_tlb)
        return;
    if (mprotect(process->fence, size, PROT_READ) < 0 ||
        mprotect(process->fence, size, PROT_READ | PROT_WRITE) < 0)
        fail("cannot empty the TLB:");
}

static void refer(struct process *process, uint32_t word)
{
    if (!to_touch(process, word))
        return;
    touch(&process->memory, word);
    const struct faults now = own_faults();
    if (now.major + now.minor == process->seen)
        return;
    process->seen = now.major + now.minor;
    process->board->changes++;
    forget_translations(process);
}

static void replay(struct process *process)
{
    const struct session_params *params = process->params;
    const struct pattern *pattern = &params->patterns[process->self];
    uint64_t left = params->turn;
    for (size_t i = 0; i < pattern->n; i++) {
        if (left == 0 && params->processes > 1) {
            note_faults(process);
            if (hand_on(process))
                wait_turn(process);
            left = params->turn;
        }
        left -= left > 0;
        look(process);
        refer(process, pattern->words[i]);
        process->board->references++;
    }
}

/* Pages between others that cannot be used, so that no neighbour is joined with them. */
static char *map_pages(const struct process *process, size_t n)
{
    const size_t page_size = process->memory.page_size;
    char *at =
        mmap(NULL, (n + 2) * page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED ||
        mprotect(at + page_size, n * page_size, PROT_READ | PROT_WRITE) < 0)
        fail("no memory for %zu pages:", n);
    return at + page_size;
}

/* Map, and have all that will be used in the group in memory, charged to others. */
static void prepare(struct process *process)
{
    const size_t pages =
        (size_t)process->params->memory.anon_pages + process->params->memory.file_pages;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mlockall(MCL_CURRENT) < 0)
        fail("cannot lock memory:");
    memory_map(&process->memory, &process->params->memory);
    process->scratch = map_pages(process, 1);
    (void)*(volatile char *)process->scratch;
    process->used = share(sizeof *process->used * pages);
    process->fence = map_pages(process, FENCE_PAGES);
    for (size_t i = 0; i < FENCE_PAGES; i++)
        process->fence[process->memory.page_size * i] = 1;
}

/* What came before the first reference must not go on beside the replay: objects of other
 * processes that have ended are freed a little later (by RCU), which the statistics of a
 * group may count, and new pages wait in the CPU's batch, which is emptied before one is
 * made cold. */
static void settle(const struct process *process)
{
    const struct timespec time = {.tv_nsec = SETTLE_NS};
    nanosleep(&time, NULL);
    if (madvise(process->scratch, process->memory.page_size, MADV_COLD) < 0)
        fail("cannot empty the batch of new pages:");
}

__attribute__((noreturn)) static void run_process(struct process *process)
{
    const unsigned n = process->params->processes;
    wait_turn(process);
    prepare(process);
    if (n > 1) { /* all prepare, one after the other, before the first enters */
        wake(process, (process->self + 1) % n);
        wait_turn(process);
    }
    group_enter(process->group);
    settle(process);
    process->board->before[process->self] = own_faults();
    replay(process);
    note_faults(process);
    process->board->done[process->self] = true;
    if (!hand_on(process)) {
        sum_up(process, &process->board->end);
        settle_counts(process);
        for (unsigned i = 0; i < n; i++)
            wake(process, i);
    }
    wait_turn(process);
    _exit(0);
}

/* --- the parent ------------------------------------------------------------------------ */

static struct board *create_board(const struct session_params *params)
{
    uint64_t references = 0;
    for (unsigned i = 0; i < params->processes; i++)
        references += params->patterns[i].n;
    const size_t samples = params->series_every ? references / params->series_every + 1 : 0;
    return share(sizeof(struct board) + samples * sizeof(struct sample));
}

/* All run on the CPU that the caller is on now: what others count for each CPU is then as
 * if there was one.  And they run before all others there, whose new pages would go into
 * the CPU's batch and move those of the group to their lists too soon. */
static void pin(void)
{
    const struct sched_param priority = {.sched_priority =
                                             sched_get_priority_min(SCHED_FIFO)};
    cpu_set_t cpus;
    const int cpu = sched_getcpu();
    CPU_ZERO(&cpus);
    CPU_SET(cpu < 0 ? 0 : (unsigned)cpu, &cpus);
    if (sched_setaffinity(0, sizeof cpus, &cpus) < 0)
        fail("cannot stay on one CPU:");
    /* Where there is no real-time share for the caller's group, it does without. */
    (void)sched_setscheduler(0, SCHED_FIFO, &priority);
}

static void start(struct process *process, pid_t children[])
{
    for (unsigned i = 0; i < process->params->processes; i++) {
        process->self = i;
        children[i] = fork();
        if (children[i] < 0)
            fail("cannot start a process:");
        if (children[i] == 0)
            run_process(process);
    }
    wake(process, 0);
}

static void kill_all(const pid_t children[], unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        kill(children[i], SIGKILL);
}

/* Wait for the children; true if the kernel killed one.  Then the others are killed too,
 * and the faults are what the kernel says of each at its end. */
static bool finish(const struct session_params *params, struct board *board,
                   const pid_t children[])
{
    bool killed = false;
    for (unsigned i = 0; i < params->processes; i++) {
        int status;
        if (waitpid(-1, &status, 0) < 0)
            fail("cannot wait for a process:");
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            killed = true;
        else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail("a process failed");
        if (killed)
            kill_all(children, params->processes);
    }
    if (killed) {
        struct rusage usage;
        getrusage(RUSAGE_CHILDREN, &usage);
        board->end = (struct sample){.references = board->references,
                                     .major_faults = (uint64_t)usage.ru_majflt,
                                     .minor_faults = (uint64_t)usage.ru_minflt};
        for (unsigned i = 0; i < params->processes; i++) {
            board->end.major_faults -= board->before[i].major;
            board->end.minor_faults -= board->before[i].minor;
        }
    }
    return killed;
}

void session_run(struct session *session, const struct group *group,
                 const struct session_params *params)
{
    int turns[SESSION_PROCESSES_MAX];
    pid_t children[SESSION_PROCESSES_MAX];
    struct board *board = create_board(params);
    struct process process = {
        .params = params, .group = group, .board = board, .turns = turns};
    pin();
    for (unsigned i = 0; i < params->processes; i++) {
        turns[i] = eventfd(0, EFD_CLOEXEC);
        if (turns[i] < 0)
            fail("no eventfd:");
    }
    start(&process, children);
    const bool killed = finish(params, board, children);
    *session = (struct session){.end = board->end,
                                .series = board->series,
                                .nseries = board->nseries,
                                .killed = killed};
}
