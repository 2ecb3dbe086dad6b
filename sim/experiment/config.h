/* config.h -- an experiment file as typed configuration: one struct cell_config for each
 * cell of the sweep, defaults and presets applied, every value checked. */
#ifndef FAULTLINE_EXPERIMENT_CONFIG_H
#define FAULTLINE_EXPERIMENT_CONFIG_H

#include "base/error.h"
#include "base/param.h"
#include "base/types.h"
#include "machine/mmu.h"
#include "pager/region.h"

#include <stdbool.h>
#include <stddef.h>

struct guard;
struct policy_file;
struct policy_files;
struct policy_ops;

/* One key of the effective configuration, canonical: "machine.page_size", "4096". */
struct setting {
    const char *key;
    const char *value;
    struct location at; /* where the user wrote it; file NULL: a default or --set       */
};

struct plugin_config { /* a policy, a kernel, a device or an MMU with its parameters */
    const char *name;
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX]; /* as its table lays them out */
};

/* How addresses are translated.  With a format without tables there is nothing of what
 * follows it. */
struct machine_config {
    const char *model;        /* name of the preset that it comes from, or NULL           */
    uint64_t clock;           /* Hz                                                      */
    struct plugin_config mmu; /* the page-table format                                   */
    bool
        tables_apart; /* page tables take no frames of the machine                        */
    bool adapted; /* the hardware lacks the page size, and its tables are adapted to it   */
    const struct tlb_array_params *arrays; /* of the TLB: by level, then instructions,
                                            * data, both                                 */
    size_t narrays;
    uint64_t asids; /* see struct mmu_params                                             */
    struct walk_cache_params walk_cache;
    struct table_cache_params table_cache;
    struct shootdown_params shootdown; /* without `timing: events` no limits and no times */
    psec_t cost_walk, cost_instruction;
};

/* What the trace of `generate` is made from. */
struct generate_config {
    struct plugin_config generator;
    uint64_t seed;
};

enum regions_from {
    REGIONS_ALL,   /* one region over all addresses, BACKING_STORE                       */
    REGIONS_INFER, /* from the trace: what is executed or only read is file, what is
                    * written is zero-filled                                             */
    REGIONS_OPERATIONS, /* what operations of the trace map and nothing else; what is in
                         * none, or against its protection, is a violation               */
    REGIONS_LIST, /* as declared; what is in none of them is an error at its first use   */
};

struct region_config {
    const char *name;       /* "text", "heap": for reports                               */
    uint64_t start, length; /* bytes; multiples of nothing: rounded outwards to pages     */
    enum region_backing backing;
    const char *file; /* BACKING_FILE: its name; regions with one name share its pages    */
    uint64_t offset;  /* BACKING_FILE: where in the file it starts, bytes                 */
    bool shared;      /* stores are seen by all that map the file                         */
    uint8_t protection;  /* bits of enum vm_protection; default all                      */
    unsigned page_shift; /* of its pages, at least that of base pages; 0: base pages      */
    bool global;         /* it is the same in every address space that has it            */
    struct location at;
};

/* What the name of a trace stands for. */
struct trace_file {
    const char *path; /* resolved; of a generated trace generator_origin()                */
    const struct generate_config *generate; /* NULL: it is a file                        */
    bool one_thread; /* of the trace the references of this thread alone                 */
    uint32_t thread;
    struct location at; /* where it is named                                              */
};

/* An item of `workload.processes`, or the one process that `trace` makes. */
struct process_config {
    const char *name;  /* from `name`, else the label of its trace                        */
    bool named;        /* from `name`                                                     */
    const char *trace; /* path, resolved; of one thread "PATH, thread N"; or as struct
                        * cell_config's.  Streams too                                     */
    const char *const *streams; /* stream k of operations in the trace is streams[k - 1]  */
    const struct trace_file *files; /* [nstreams + 1] of trace and streams                */
    size_t nstreams;
    uint64_t copies; /* >= 1                                                             */
    uint64_t offset; /* references: copy k starts k * offset references into its trace,
                      * which is taken as a ring                                         */
    uint64_t
        repeat;     /* >= 1: the trace is replayed so often, in the same address space    */
    uint64_t space; /* address-space number; 0: one of its own for each copy. Processes
                      * with the same number are threads of one process                  */
    uint64_t priority; /* larger runs first                                              */
    psec_t start;
    enum regions_from regions_from;
    const struct region_config *regions; /* REGIONS_LIST: sorted by start, no overlap     */
    size_t nregions;
    struct location at; /* where its trace is named                                      */
};

/* What `timing: events` needs besides. */
struct events_config {
    const struct process_config *processes;
    size_t nprocesses;
    uint64_t cpus;  /* 1 .. 64                                                           */
    psec_t cpu_lag; /* how far CPUs may be apart while they replay                        */
    psec_t cost_reference, cost_fault, cost_page_copy, cost_page_zero; /* CPU time        */
    psec_t quantum, cost_switch;
    struct plugin_config swap_device, files_device; /* files_device.name NULL: files lie
                                                     * on the swap device                */
    const struct plugin_config *more_swap; /* [nmore_swap] swap devices beside that       */
    size_t nmore_swap;                     /* less than DEVICES_MAX                       */
    const char *swap_device_label;         /* preset or model with set parameters: "ra81",
                                    * "disk(queue=sstf)"                                 */
    uint64_t swap_slots; /* pages of each device; UINT64_MAX: as many as it holds         */
    const char *swap_allocation; /* "page", "cluster", "address"                          */
    uint64_t swap_cluster, swap_read_ahead; /* slots, powers of two                       */
    psec_t series; /* interval of samples; 0: none                                      */
    bool
        by_process; /* replacement is: see instance.h                                     */
    bool baseline;  /* also run with unlimited memory, for the slowdown                   */
};

struct cell_config {
    const char *trace;       /* path, resolved against the experiment file's folder; with
                        * `workload.processes` NULL; with `generate` generator_origin()  */
    const char *trace_label; /* file name without folder and endings: "cc1"; of a
                              * workload the names of its processes, "cc1+perl"; of a
                              * generator "uniform(pages=4096)"                          */
    const struct generate_config *generate; /* NULL: the trace is not generated          */
    const struct events_config *events;     /* NULL with `timing: none`                  */
    bool fold; /* addresses beyond the machine's width are moved into it             */
    uint64_t page_size; /* bytes, a power of two, 512 .. 1 GiB                      */
    uint64_t frames;    /* UINT64_MAX: unlimited                                    */
    struct machine_config machine;
    struct plugin_config kernel, policy;
    const struct policy_ops *policy_ops;
    const struct policy_file *policy_file; /* where it comes from; NULL: it is built in   */
    const struct guard *policy_guard; /* stands for it, to record its calls; or NULL      */
    const char *policy_label; /* "clock", or with parameters set "clock(hand=stays)"     */
    const char *timing;       /* "none", "events"                                        */
    uint64_t seed;
    const struct setting *settings; /* every effective key but `trace`, sorted by key    */
    size_t nsettings;
};

enum plot_scale {
    PLOT_AUTO, /* x: logarithmic if that spreads the values more evenly; y: logarithmic if
                * all are above 0 and the largest is more than 20 times the smallest; but
                * linear over simulated time, and where parts of one are shown           */
    PLOT_LINEAR,
    PLOT_LOG, /* x to base 2, y to base 10; values that are not above 0 are left out, and
               * the caption says how many                                              */
};

struct plot_config {
    const char *x, *y, *series; /* column names or keys; series may be NULL              */
    const char *curves;   /* names joined by commas, drawn over the cells, or             */
    bool alone;           /* ... by themselves; NULL: none                               */
    const char *pictures; /* a picture for each value of this key; NULL: one              */
    const char *only; /* values of the series, a line each, others are not drawn; or NULL */
    const char *title; /* NULL: made from the experiment                        */
    const char *file;  /* stem of the picture's name; made if not given         */
    enum plot_scale xscale, yscale;
    struct location at;
};

/* The curves of one trace. */
struct curves_config {
    const struct cell_config *cell; /* the first one that has the trace                  */
    unsigned set;                   /* a curve_set                                       */
    uint64_t page_sizes;            /* bit i: pages of 1 << i bytes                      */
};

struct experiment {
    const char *name; /* from `experiment:`, else the file's stem, else "run"            */
    const char *file; /* the user's file, NULL if all came from --set                    */
    struct cell_config *cells; /* in sweep order: the last swept key varies fastest      */
    size_t ncells;
    struct curves_config *curves; /* of each trace; none without `curve`                 */
    size_t ncurves;
    const bool *counters;     /* [counter_count]: it is wanted; NULL: all are          */
    const char *const *swept; /* keys that vary (sweep and zip), in the user's order     */
    size_t nswept;
    struct plot_config *plots;
    size_t nplots;
    const char *effective; /* the experiment as YAML with presets, defaults and --set    */
    struct policy_files *policies; /* the shared objects that are loaded for it          */
    void *arena; /* owns all of the above                                      */
};

struct counter;

/* True if `counters` does not leave it out. */
bool experiment_wants(const struct experiment *experiment, const struct counter *counter);

struct experiment_options {
    const char *file;       /* NULL: everything from set                           */
    const char *const *set; /* "key=value" as typed, value read as YAML            */
    size_t nset;
    const char *const *presets; /* folders to look for `extends:` presets in           */
    size_t npresets;
};

/* Load, check and expand.  ERR_CONFIG names file, line and column, what is wrong, what is
 * allowed and the nearest known name.  Free with experiment_free. */
MUST_CHECK enum status experiment_load(struct experiment **out,
                                       const struct experiment_options *options,
                                       struct error *err);
void experiment_free(struct experiment *experiment);

#endif
