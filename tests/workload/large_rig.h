/* large_rig.h -- machines for tests of large and global pages: one CPU or more with one TLB
 * array, round costs (those of timed.h), and access to what experiments do not count.
 *
 * Most tests run on the SPARC reference MMU, whose 256 KiB are 64 pages of 4 KiB: pages 64 to
 * 127 are one large page, 128 to 191 the next one. */
#ifndef FAULTLINE_TESTS_WORKLOAD_LARGE_RIG_H
#define FAULTLINE_TESTS_WORKLOAD_LARGE_RIG_H

#include "workload/thread.h"
#include "workload/timed.h"

enum { RIG_PROCESSES = 4, RIG_REGIONS = 4, RIG_STREAMS = 6, LARGE = 18, N = 64 };
enum { ALL = VM_READ | VM_WRITE | VM_EXECUTE };

struct rig_values {
    _Alignas(max_align_t) unsigned char bytes[PARAM_VALUES_MAX];
};

struct rig_process {
    char paths[RIG_STREAMS][64];
    struct stream streams[RIG_STREAMS];
    struct region_params regions[RIG_REGIONS];
};

static struct rig {
    struct tlb_array_params tlb;
    struct rig_values format, kernel, policy, device;
    struct process_params processes[RIG_PROCESSES];
    struct rig_process parts[RIG_PROCESSES];
    struct simulation_params params;
    struct simulation *sim;
    /* Of the last run: */
    struct pager_counts counts;
    struct mmu_counts mmu;
    struct simulation_totals totals;
    struct device_stats swap; /* of all swap devices                                      */
} rig;

static inline void rig_set(const struct param *table, struct rig_values *values,
                           const char *name, const char *text)
{
    struct error err = {0};
    ASSERT_OK(param_set(table, values->bytes, name, text, "rig", at_nowhere(), &err), &err);
}

static inline void rig_kernel(const char *name, const char *text)
{
    rig_set(kernel_find("textbook")->params, &rig.kernel, name, text);
}

static inline void rig_device(const char *name, const char *text)
{
    rig_set(device_find("fixed")->params, &rig.device, name, text);
}

static inline void rig_policy(const char *name)
{
    rig.params.pager.policy = policy_find(name);
    if (rig.params.pager.policy->params)
        param_defaults(rig.params.pager.policy->params, rig.policy.bytes);
}

static inline void rig_frames(uint64_t frames)
{
    rig.params.pager.frames = rig.params.pager.mmu.frames = frames;
}

static inline void rig_mmu(const char *name, unsigned page_shift)
{
    struct mmu_params *mmu = &rig.params.pager.mmu;
    mmu->format = pagetable_find(name);
    if (mmu->format->params)
        param_defaults(mmu->format->params, rig.format.bytes);
    rig.params.page_shift = mmu->page_shift = page_shift;
}

/* The machine unless a test says otherwise: tables take no frames. */
static inline void rig_machine(void)
{
    rig = (struct rig){
        .tlb = {.name = "l1",
                .tlb = {.entries = 64, .ways = 64},
                .level = 1,
                .streams = {true, true},
                .page_sizes = UINT64_MAX},
        .params = {.processes = rig.processes,
                   .cpu_lag = 1000 * US,
                   .quantum = 1000 * MS,
                   .cost_switch = SWITCH,
                   .swap = {device_find("fixed"), rig.device.bytes},
                   .slots = {.nslots = UINT64_MAX, .cluster = 1},
                   .read_ahead = 1,
                   .pager = {.kernel = kernel_find("textbook"),
                             .kernel_params = rig.kernel.bytes,
                             .policy_params = rig.policy.bytes,
                             .seed = 1,
                             .cost_reference = REFERENCE,
                             .cost_fault = FAULT,
                             .cost_page_copy = COPY,
                             .cost_page_zero = ZERO,
                             .mmu = {.format_params = rig.format.bytes,
                                     .tables_apart = true,
                                     .arrays = &rig.tlb,
                                     .narrays = 1,
                                     .shootdown = {.batch = UINT64_MAX,
                                                   .flush_ceiling = UINT64_MAX},
                                     .asids = UINT64_MAX,
                                     .ncpus = 1,
                                     .seed = 1}}},
    };
    param_defaults(kernel_find("textbook")->params, rig.kernel.bytes);
    param_defaults(device_find("fixed")->params, rig.device.bytes);
    rig_device("latency", "1 ms");
    rig_policy("fifo");
    rig_mmu("srmmu", 12);
    rig_frames(1024);
}

/* Large pages of the SPARC reference MMU, which are N pages of 4 KiB, and a TLB, on a machine that
 * has been made otherwise. */
static inline void rig_large_pages(void)
{
    rig_mmu("srmmu", 12);
    rig.params.pager.mmu.narrays = 1;
}

static inline enum status rig_open(const void *context, struct trace **out,
                                   struct error *err)
{
    const struct trace_options options = {.path = context};
    return trace_open(out, &options, err);
}

/* Add a program to a process, which is added too if it is new: its first one is what it
 * runs, the others those that operations name. */
static inline void rig_program(size_t i, const char *text)
{
    struct process_params *process = &rig.processes[i];
    struct rig_process *parts = &rig.parts[i];
    if (i == rig.params.nprocesses) {
        rig.params.nprocesses++;
        static const char *const names[RIG_PROCESSES] = {"a", "b", "c", "d"};
        *process = (struct process_params){.name = names[i],
                                           .streams = parts->streams,
                                           .copies = 1,
                                           .repeat = 1,
                                           .regions = parts->regions,
                                           .nregions = process->nregions};
    }
    char *path = parts->paths[process->nstreams];
    snprintf(path, sizeof parts->paths[0], "%zu-%zu.trace", i, process->nstreams);
    program(path, text);
    parts->streams[process->nstreams++] = (struct stream){.path = path,
                                                          .references = 1,
                                                          .granule_shift = 9,
                                                          .open = rig_open,
                                                          .context = path};
}

/* Add a region of `pages` pages of 4 KiB, zero-filled, to process i. */
static inline struct region_params *rig_region(size_t i, uint64_t first, uint64_t pages,
                                               unsigned page_shift)
{
    struct region_params *region = &rig.parts[i].regions[rig.processes[i].nregions++];
    *region = (struct region_params){.start = first * PROGRAM_PAGE,
                                     .length = pages * PROGRAM_PAGE,
                                     .backing = BACKING_ZERO,
                                     .protection = ALL,
                                     .page_shift = page_shift};
    return region;
}

/* The same of a file, from one of its pages on. */
static inline struct region_params *rig_file(size_t i, uint64_t first, uint64_t pages,
                                             unsigned page_shift, uint64_t file_page)
{
    struct region_params *region = rig_region(i, first, pages, page_shift);
    region->backing = BACKING_FILE;
    region->file = "f";
    region->offset = file_page * PROGRAM_PAGE;
    return region;
}

static inline bool rig_advance(void *context, uint64_t references)
{
    (void)context;
    (void)references;
    return true;
}

/* Append a store into each of n pages to a program. */
static inline void rig_stores(char *text, unsigned first, unsigned n)
{
    for (char *end = text + strlen(text); n > 0; n--)
        end += sprintf(end, " S%u", first++);
}

/* Run what has been put together; all is as it was before afterwards, but for what the last
 * run came to. */
static inline void rig_run(void)
{
    struct error err = {0};
    const struct simulation_host host = {.advance = rig_advance};
    ASSERT_OK(simulation_create(&rig.sim, &rig.params, &err), &err);
    ASSERT_OK(simulation_run(rig.sim, &host, &err), &err);
    rig.counts = rig.sim->pager.counts;
    mmu_sum(&rig.sim->pager.mmu, &rig.mmu);
    simulation_totals(rig.sim, &rig.totals);
    swap_space_stats(&rig.sim->swap, &rig.swap);
    const char *wrong = pager_check(&rig.sim->pager);
    ck_assert_msg(!wrong, "%s", wrong);
    simulation_free(rig.sim);
    rig.sim = NULL;
}

/* One process with a program and two regions: pages 0 to 255 in large pages, and pages 1000
 * to 1999 in base pages. */
static inline void rig_alone(const char *text)
{
    rig.params.nprocesses = 0;
    rig.processes[0] = (struct process_params){0};
    rig_region(0, 0, 4 * N, LARGE);
    rig_region(0, 1000, 1000, 0);
    rig_program(0, text);
    rig_run();
}

static inline void rig_setup(void)
{
    folder_setup();
    rig_machine();
}

static inline void rig_teardown(void)
{
    simulation_free(rig.sim);
    folder_teardown();
}

#endif
