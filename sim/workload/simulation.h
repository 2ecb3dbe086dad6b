/* simulation.h -- processes on CPUs in simulated time: `timing: events`.
 *
 *     engine ─► CPU: pick a thread, replay a stretch ─► fault, operation, end of quantum
 *        ▲                                                  │
 *        └──────── wake ◄── pager, devices ◄────────────────┘
 *
 * Hardware (bits, TLBs, what a policy sees of accesses) may run ahead of the clock by a
 * stretch; whatever a kernel does happens at the clock's time. */
#ifndef FAULTLINE_WORKLOAD_SIMULATION_H
#define FAULTLINE_WORKLOAD_SIMULATION_H

#include "pager/pager.h"
#include "stats/rows.h"
#include "stats/tables.h"
#include "workload/stream.h"

struct region_params {
    uint64_t start, length; /* bytes, rounded outwards to pages                          */
    enum region_backing backing;
    const char *file; /* BACKING_FILE: its name                                          */
    uint64_t offset;  /* bytes                                                           */
    bool shared;
    uint8_t protection;
    unsigned page_shift; /* of its pages, where larger than base pages; 0: base pages     */
    bool global;
};

struct process_params {
    const char *name;
    bool named; /* the workload says so; else a trace may say another name               */
    const struct stream *streams; /* [nstreams]: 0 is its trace, the others those that
                                   * operations name                                     */
    size_t nstreams;
    uint64_t copies, offset, repeat, priority;
    uint64_t space; /* 0: one of its own for each copy                                   */
    psec_t start;
    bool operations; /* no regions but those that operations of the trace map            */
    bool infer; /* regions from the trace; else as declared, or without any declared one
                 * over all addresses                                                    */
    const struct region_params *regions;
    size_t nregions;
};

struct device_params {
    const struct device_ops *ops; /* NULL: there is none                                 */
    const void *params;
};

struct simulation_params {
    const struct process_params *processes;
    size_t nprocesses;
    struct pager_params pager; /* index and storage are filled in                        */
    unsigned page_shift;
    psec_t cpu_lag, quantum, cost_switch;
    struct device_params swap, files; /* files without ops: they lie on the swap device   */
    const struct device_params *more_swap; /* [nmore_swap] further swap devices           */
    size_t nmore_swap;                     /* less than DEVICES_MAX                  */
    struct slots_params slots;             /* nslots: of each swap device                 */
    uint32_t read_ahead;
    psec_t series; /* interval of samples; 0: none                                       */
    uint64_t check_every; /* events between two calls of simulation_check; 0: as the program
                           * is built: 1 for debugging, else it is never called          */
};

/* What a simulation asks of whoever runs it. */
struct simulation_host {
    void *context;
    /* So many references more were replayed; false: stop. */
    bool (*advance)(void *context, uint64_t references);
};

/* Whole-run results; times summed over CPUs or processes. */
struct simulation_totals {
    struct reference_counts references;
    psec_t elapsed;
    psec_t user, fault, switching, kernel, idle_paging, idle; /* CPUs: elapsed * ncpus    */
    psec_t paging_wait, ready_wait; /* processes                       */
    uint64_t context_switches;
    uint64_t bytes_touched;
};

struct simulation;

/* params and all that it points to are borrowed.  ERR_CELL (the configuration cannot be
 * simulated), ERR_IO, ERR_DAMAGED, ERR_NOMEM. */
MUST_CHECK enum status simulation_create(struct simulation **out,
                                         const struct simulation_params *params,
                                         struct error *err);
void simulation_free(struct simulation *simulation);

/* Run to the end of the last process.  ERR_CELL if that cannot be reached;
 * ERR_INTERRUPTED. */
MUST_CHECK enum status simulation_run(struct simulation *simulation,
                                      const struct simulation_host *host,
                                      struct error *err);

const struct pager *simulation_pager(const struct simulation *simulation);
const struct swap_space *simulation_swap(const struct simulation *simulation);
void simulation_totals(const struct simulation *simulation,
                       struct simulation_totals *totals);

/* A sentence about processes that the kernel has ended: which one first, when, and for what;
 * "" if it has ended none. */
void simulation_kills(const struct simulation *simulation, char *text, size_t size);

/* Make the rows of TABLE_PROCESSES.  baseline: the same with unlimited memory, for the
 * slowdown, or NULL. */
void simulation_list_processes(struct simulation *simulation,
                               const struct simulation *baseline);

/* Rows of tables[TABLES], made during the run; the caller releases them. */
void simulation_take_tables(struct simulation *simulation, struct rows tables[TABLES]);

/* Everything that must hold between two events, on top of pager_check: every thread is in
 * one place, times add up, laws of queues.  NULL, or a sentence. */
const char *simulation_check(const struct simulation *simulation);

#endif
