/* stress_machine.h -- random machines, kernels, policies, devices and workloads of random
 * programs.  A seed says everything. */
#ifndef FAULTLINE_TESTS_WORKLOAD_STRESS_MACHINE_H
#define FAULTLINE_TESTS_WORKLOAD_STRESS_MACHINE_H

#include "pager/future.h"
#include "workload/stress_program.h"
#include "workload/thread.h"

enum { PROCESSES_MAX = 12, REGIONS_MAX = 4, SHARED_SPACE = 7, MORE_SWAP = 3 };

struct stress_values {
    _Alignas(max_align_t) unsigned char bytes[PARAM_VALUES_MAX];
};

struct stress {
    uint64_t seed;
    struct rng rng;
    const char *folder; /* for the traces                                                */
    unsigned length;    /* bursts of references of a stream, on average                  */
    struct program_params program_params[PROCESSES_MAX];
    struct program programs[PROCESSES_MAX];
    char names[PROCESSES_MAX][24];
    struct process_params processes[PROCESSES_MAX];
    struct region_params regions[PROCESSES_MAX][REGIONS_MAX];
    size_t nprocesses;
    struct simulation_params params;
    struct stress_values kernel, policy, swap, more[MORE_SWAP], files, format;
    struct device_params more_swap[MORE_SWAP];
    struct tlb_array_params arrays[6];
    struct future future;
    bool large; /* slab 0 is in large pages, where they can be had                       */
    bool zram, has_files, infer;
    bool alone; /* one process with one trace                                            */
    bool checked; /* now and then, where the build does not do so after each event       */
    struct event check;
    uint64_t checks;
    struct simulation *simulation;
};

static inline unsigned stress_below(struct stress *stress, unsigned n)
{
    return (unsigned)rng_below(&stress->rng, n);
}

static inline bool stress_chance(struct stress *stress, unsigned percent)
{
    return stress_below(stress, 100) < percent;
}

static inline psec_t stress_time(struct stress *stress, psec_t most)
{
    return stress_chance(stress, 20) ? 0 : rng_below(&stress->rng, most);
}

#define STRESS_PICK(stress, array) ((array)[stress_below((stress), ARRAY_LEN(array))])

static inline void stress_set(const struct param *table, struct stress_values *values,
                              const char *name, const char *text)
{
    struct error err = {0};
    program_must(param_set(table, values->bytes, name, text, "stress", at_nowhere(), &err),
                 &err);
}

/* Any choice for each parameter that is one. */
static inline void stress_choose(struct stress *stress, const struct param *table,
                                 struct stress_values *values)
{
    for (const struct param *param = table; param->name; param++) {
        unsigned n = 0;
        if (param->kind == PARAM_BOOL)
            stress_set(table, values, param->name,
                       stress_chance(stress, 50) ? "yes" : "no");
        while (param->kind == PARAM_CHOICE && param->choices[n])
            n++;
        if (n)
            stress_set(table, values, param->name, param->choices[stress_below(stress, n)]);
    }
}

/* --- devices ---------------------------------------------------------------------------- */

static inline void stress_fixed(struct stress *stress, struct stress_values *values)
{
    static const char *const latencies[] = {"0 s", "1 us", "100 us", "8 ms"};
    static const char *const servers[] = {"1", "1", "2", "16"};
    static const char *const sizes[] = {"0 B", "0 B", "64 MiB", "320 KiB"};
    const struct param *table = device_find("fixed")->params;
    stress_set(table, values, "latency", STRESS_PICK(stress, latencies));
    stress_set(table, values, "servers", STRESS_PICK(stress, servers));
    stress_set(table, values, "size", STRESS_PICK(stress, sizes));
}

static inline void stress_ssd(struct stress *stress, struct stress_values *values)
{
    static const char *const depths[] = {"1", "4", "32"};
    const struct param *table = device_find("ssd")->params;
    stress_set(table, values, "size", "64 MiB");
    stress_set(table, values, "queue_depth", STRESS_PICK(stress, depths));
}

static inline void stress_zram(struct stress *stress, struct stress_values *values)
{
    static const char *const incompressible[] = {"0", "0", "0.3", "1"};
    static const char *const chains[] = {"1", "1", "2", "8"};
    const struct param *table = device_find("zram")->params;
    stress_set(table, values, "size", "16 MiB");
    stress_set(table, values, "metadata", "0");
    stress_set(table, values, "same_filled", "0");
    stress_set(table, values, "incompressible", STRESS_PICK(stress, incompressible));
    stress_set(table, values, "chain_size", STRESS_PICK(stress, chains));
}

static inline void stress_device(struct stress *stress, struct device_params *device,
                                 struct stress_values *values, bool zram)
{
    static const char *const models[] = {"fixed", "fixed", "disk", "ssd"};
    const char *model = zram ? "zram" : STRESS_PICK(stress, models);
    device->ops = device_find(model);
    device->params = values->bytes;
    param_defaults(device->ops->params, values->bytes);
    if (strcmp(model, "disk") == 0)
        stress_choose(stress, device->ops->params, values);
    else if (zram)
        stress_zram(stress, values);
    else if (strcmp(model, "ssd") == 0)
        stress_ssd(stress, values);
    else
        stress_fixed(stress, values);
}

/* Further swap devices, drawn apart, so that a seed is otherwise the same without them. */
static inline void stress_more_swap(struct stress *stress)
{
    struct simulation_params *params = &stress->params;
    const struct rng rng = stress->rng;
    rng_seed(&stress->rng, ~stress->seed);
    params->more_swap = stress->more_swap;
    params->nmore_swap =
        stress_chance(stress, 40) ? 1 + stress_below(stress, MORE_SWAP) : 0;
    for (size_t i = 0; i < params->nmore_swap; i++)
        stress_device(stress, &stress->more_swap[i], &stress->more[i], stress->zram);
    stress->rng = rng;
}

static inline void stress_storage(struct stress *stress)
{
    static const enum slot_allocation allocations[] = {SLOTS_PAGE, SLOTS_CLUSTER,
                                                       SLOTS_ADDRESS};
    struct simulation_params *params = &stress->params;
    stress->zram = stress_chance(stress, 20);
    const bool own_files = stress_chance(stress, 40);
    stress->has_files = own_files || !stress->zram;
    stress_device(stress, &params->swap, &stress->swap, stress->zram);
    if (own_files)
        stress_device(stress, &params->files, &stress->files, false);
    stress_more_swap(stress);
    params->slots = (struct slots_params){
        .nslots = stress_chance(stress, 15) ? 8 + stress_below(stress, 100) : UINT64_MAX,
        .allocation = STRESS_PICK(stress, allocations),
        .cluster = (uint32_t)1 << stress_below(stress, 5),
    };
    params->read_ahead = (uint32_t)1 << stress_below(stress, 6);
}

/* --- the machine, its kernel and policy ------------------------------------------------- */

/* Level 1 split or unified, up to two further levels, at times the halves of a VAX. */
static inline void stress_tlbs(struct stress *stress, struct mmu_params *mmu)
{
    static const unsigned codes[] = {1, 1, 2, 2, 3};
    struct tlb_array_params *arrays = stress->arrays;
    const bool split = stress_chance(stress, 60);
    const unsigned levels = STRESS_PICK(stress, codes);
    size_t n = 0;
    for (unsigned level = 1; level <= levels; level++)
        for (int stream = 0; stream < (level == 1 && split ? 2 : 1); stream++)
            arrays[n++] = (struct tlb_array_params){
                .level = level,
                .streams = {level > 1 || !split || stream == 0,
                            level > 1 || !split || stream == 1},
                .page_sizes = UINT64_MAX,
                .inclusive = level > 1 && stress_chance(stress, 30),
                .hit = stress_below(stress, 5000),
            };
    if (strcmp(mmu->format->name, "vax") == 0 && stress_chance(stress, 70)) {
        arrays[0].half = TLB_PROCESS;
        arrays[n++] = (struct tlb_array_params){.level = 1, .half = TLB_SYSTEM};
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t ways = (uint32_t)1 << stress_below(stress, 3);
        arrays[i].tlb = (struct tlb_params){
            .entries = ways * (1 + stress_below(stress, 4)),
            .ways = ways,
            .replacement =
                (enum tlb_replacement)stress_below(stress, TLB_BIT_PLRU_DYNAMORIO + 1),
        };
    }
    mmu->arrays = arrays;
    mmu->narrays = n;
}

static inline void stress_caches(struct stress *stress, struct mmu_params *mmu)
{
    for (unsigned level = 2; level <= 5; level++)
        if (stress_chance(stress, 40))
            mmu->walk_cache.level[level] = (struct walk_cache_level_params){4, 2};
    mmu->walk_cache.hit = stress_below(stress, 1000);
    mmu->table_cache = (struct table_cache_params){
        .size = stress_chance(stress, 40) ? 2048 : 0,
        .line = 64,
        .ways = 2,
        .hit = stress_below(stress, 2000),
        .miss = stress_below(stress, 9000),
    };
}

static inline void stress_shootdown(struct stress *stress, struct mmu_params *mmu)
{
    static const uint64_t batches[] = {1, 2, 32, UINT64_MAX}, ceilings[] = {1, 3, 33};
    static const uint64_t asids[] = {0, 1, 3, 64, UINT64_MAX, UINT64_MAX};
    mmu->asids = STRESS_PICK(stress, asids);
    mmu->shootdown = (struct shootdown_params){
        .batch = STRESS_PICK(stress, batches),
        .flush_ceiling = STRESS_PICK(stress, ceilings),
        .lazy = stress_chance(stress, 50),
        .send = stress_time(stress, 500000),
        .receive = stress_time(stress, 1000000),
        .invalidate = stress_time(stress, 100000),
        .flush = stress_time(stress, 500000),
    };
}

/* Large pages of 64 base pages, or at times of 512, and memory for a few of them. */
static inline void stress_large(struct stress *stress, struct mmu_params *mmu)
{
    static const char *const formats[] = {"srmmu", "srmmu", "srmmu", "x86-64"};
    mmu->format = pagetable_find(STRESS_PICK(stress, formats));
    mmu->adapted = false;
    const unsigned shift = mmu->format->page_shifts[1] - mmu->page_shift;
    stress->params.pager.frames += ((1 + stress_below(stress, 4)) << shift) - 20;
    mmu->frames = stress->params.pager.frames;
}

static inline void stress_mmu(struct stress *stress, struct mmu_params *mmu)
{
    static const unsigned cpus[] = {1, 1, 2, 3, 4};
    unsigned n = 0;
    while (pagetable_table[n])
        n++;
    *mmu = (struct mmu_params){
        .format = stress_chance(stress, 20) ? pagetable_find("ideal")
                                            : pagetable_table[stress_below(stress, n)],
        .format_params = stress->format.bytes,
        .page_shift = stress->params.page_shift,
        .adapted = true,
        .frames = stress->params.pager.frames,
        .tables_apart = true,
        .ncpus = STRESS_PICK(stress, cpus),
        .cost_walk = stress_below(stress, 5000),
        .cost_instruction = stress_below(stress, 500),
        .cost_fault = stress->params.pager.cost_fault,
        .seed = stress->seed,
    };
    if (stress->large)
        stress_large(stress, mmu);
    if (mmu->format->params) {
        param_defaults(mmu->format->params, stress->format.bytes);
        stress_choose(stress, mmu->format->params, &stress->format);
    }
    if (strcmp(mmu->format->name, "vax") == 0) /* for the tables of all processes */
        stress_set(mmu->format->params, &stress->format, "system_pages", "262144");
    stress_tlbs(stress, mmu);
    stress_caches(stress, mmu);
    stress_shootdown(stress, mmu);
    /* Where the tables take frames there should be enough for them. */
    if (stress_chance(stress, 40) && mmu->format->create && !stress->zram &&
        strcmp(mmu->format->name, "vax") != 0) {
        mmu->tables_apart = false;
        mmu->frames = stress->params.pager.frames += stress_below(stress, 2500);
    }
}

static inline void stress_kernel(struct stress *stress)
{
    static const char *const keep_free[] = {"0", "0", "1", "4", "12"};
    static const char *const intervals[] = {"0 s", "0 s", "100 us", "3 ms"};
    static const char *const flights[] = {"1", "2", "8"};
    const struct kernel_ops *kernel = kernel_find("textbook");
    param_defaults(kernel->params, stress->kernel.bytes);
    stress_choose(stress, kernel->params, &stress->kernel);
    stress_set(kernel->params, &stress->kernel, "keep_free",
               STRESS_PICK(stress, keep_free));
    stress_set(kernel->params, &stress->kernel, "write_back",
               STRESS_PICK(stress, intervals));
    stress_set(kernel->params, &stress->kernel, "in_flight", STRESS_PICK(stress, flights));
    stress->params.pager.kernel = kernel;
    stress->params.pager.kernel_params = stress->kernel.bytes;
}

static inline void stress_policy(struct stress *stress)
{
    unsigned n = 0;
    while (policy_table[n])
        n++;
    const struct policy_ops *policy = policy_table[stress_below(stress, n)];
    if (policy->params) {
        param_defaults(policy->params, stress->policy.bytes);
        stress_choose(stress, policy->params, &stress->policy);
    }
    stress->alone = policy->sees == POLICY_FUTURE;
    stress->params.pager.policy = policy;
    stress->params.pager.by_process = stress_chance(stress, 30);
    stress->params.pager.policy_params = stress->policy.bytes;
}

static inline void stress_machine(struct stress *stress)
{
    static const unsigned shifts[] = {9, 12, 12, 12, 14};
    struct simulation_params *params = &stress->params;
    struct pager_params *pager = &params->pager;
    stress->large = stress_chance(stress, 25);
    params->page_shift = stress->large ? 12 : STRESS_PICK(stress, shifts);
    params->cpu_lag = 1000 + rng_below(&stress->rng, 10000000);
    params->quantum = UINT64_C(1000000) << stress_below(stress, 12);
    params->cost_switch = stress_time(stress, 5000000);
    params->series = stress_chance(stress, 20) ? UINT64_C(20000000000) : 0;
    stress_storage(stress);
    pager->frames = 2 + stress_below(stress, stress_chance(stress, 50) ? 12 : 39);
    if (stress->zram) /* which needs several for a start */
        pager->frames += stress_below(stress, 60);
    pager->seed = stress->seed;
    pager->cost_reference = 1 + rng_below(&stress->rng, 2000);
    pager->cost_fault = stress_time(stress, 1000000);
    pager->cost_page_copy = stress_time(stress, 500000);
    pager->cost_page_zero = stress_time(stress, 250000);
    stress_mmu(stress, &pager->mmu);
    stress_kernel(stress);
    stress_policy(stress);
}

/* --- processes -------------------------------------------------------------------------- */

/* Slab 0, in up to REGIONS_MAX parts; or in a single one, as long as a large page. */
static inline size_t stress_regions(struct stress *stress, struct region_params *regions)
{
    static const char *const files[] = {"a", "b", "lib"};
    const unsigned shift = stress->params.page_shift;
    const bool large = stress->large && stress_chance(stress, 80);
    const unsigned large_shift =
        large ? stress->params.pager.mmu.format->page_shifts[1] : 0;
    size_t n = 0;
    for (unsigned first = 0, last; first < SLAB; first = last) {
        last = large || n == REGIONS_MAX - 1
                   ? SLAB
                   : first + 1 + stress_below(stress, SLAB - first);
        const unsigned kind = stress_below(stress, 3);
        const bool file = kind == 0 && stress->has_files;
        regions[n++] = (struct region_params){
            .start = vpn_of_spot(first) << shift,
            .length =
                large ? (uint64_t)1 << large_shift : (uint64_t)(last - first) << shift,
            .page_shift = large_shift,
            .global = stress_chance(stress, 10),
            .backing = file                         ? BACKING_FILE
                       : kind == 1 && !stress->zram ? BACKING_STORE
                                                    : BACKING_ZERO,
            .file = file ? STRESS_PICK(stress, files) : NULL,
            .offset = (uint64_t)stress_below(stress, 100) << shift,
            .shared = file && stress_chance(stress, 40),
            .protection =
                stress_chance(stress, 70) ? VM_READ | VM_WRITE | VM_EXECUTE : VM_READ,
        };
    }
    return n;
}

/* plain: without operations, so that it may be repeated; shared: in a space with others. */
static inline void stress_program(struct stress *stress, size_t i, bool plain, bool shared)
{
    const uint64_t frames = stress->params.pager.frames;
    stress->program_params[i] = (struct program_params){
        .page_shift = stress->params.page_shift,
        .length = stress->length / 2 + stress_below(stress, stress->length),
        .instruction_pages = frames < INSTRUCTION_PAGES ? (unsigned)frames : UINT32_MAX / 2,
        .percent_operations = plain ? 0 : 1 + stress_below(stress, 50),
        .children = !stress->alone && !plain && !shared,
        .files = stress->has_files,
        .shared_space = shared,
        .slab = shared ? (unsigned)i : 0,
    };
    program_make(&stress->programs[i], &stress->program_params[i], &stress->rng,
                 stress->folder, (unsigned)i);
}

static inline void stress_process(struct stress *stress, size_t i)
{
    const bool shared = !stress->alone && i < STREAMS_MAX && stress_chance(stress, 25);
    const bool plain = stress_chance(stress, 20), again = plain && !stress->alone;
    /* Those in one space have all the same regions. */
    const bool infer =
        stress->has_files && (shared ? stress->infer : stress_chance(stress, 30));
    stress_program(stress, i, plain, shared);
    snprintf(stress->names[i], sizeof stress->names[i], "p%zu", i);
    stress->processes[i] = (struct process_params){
        .name = stress->names[i],
        .streams = stress->programs[i].streams,
        .nstreams = stress->programs[i].nstreams,
        .copies = stress->alone || shared ? 1 : 1 + stress_below(stress, 3),
        .repeat = again ? 1 + stress_below(stress, 3) : 1,
        .offset = again ? stress_below(stress, 1000) : 0,
        .priority = stress_chance(stress, 80) ? 0 : stress_below(stress, 3),
        .space = shared ? SHARED_SPACE : 0,
        .start = stress_time(stress, 1000000000),
        .infer = infer,
        .regions = stress->regions[i],
        .nregions = infer ? 0 : stress_regions(stress, stress->regions[i]),
    };
}

/* The index that a policy needs that sees the future. */
static inline void stress_look_ahead(struct stress *stress)
{
    static uint32_t pages[BATCH_BLOCKS];
    static uint8_t classes[2 * BATCH_SHAPES];
    struct page_index index;
    struct page_space space;
    struct batch batch = {0};
    struct trace *trace;
    struct error err = {0};
    page_index_init(&index);
    page_space_init(&space, &index, 0, stress->params.page_shift, GRANULE_SHIFT);
    program_must(batch_init(&batch, &err), &err);
    program_must(stream_open(&stress->programs[0].streams[0], &trace, &err), &err);
    while (trace_next(trace, &batch, &err) == OK) {
        batch_classify(&batch, classes);
        program_must(page_space_translate(&space, &batch, pages, &err), &err);
        const struct paged_batch paged = {.batch = &batch,
                                          .classes = classes,
                                          .pages = pages,
                                          .index = &index,
                                          .npages = index.npages};
        program_must(future_add(&stress->future, &paged, &err), &err);
    }
    future_finish(&stress->future);
    trace_close(trace);
    batch_release(&batch);
    page_space_release(&space);
    page_index_release(&index);
    stress->params.pager.future = &stress->future;
}

/* Make all from the seed. */
static inline void stress_make(struct stress *stress, uint64_t seed, unsigned length,
                               const char *folder)
{
    *stress = (struct stress){.seed = seed, .length = length, .folder = folder};
    rng_seed(&stress->rng, seed);
    stress_machine(stress);
    stress->infer = stress_chance(stress, 30);
    stress->nprocesses = stress->alone ? 1 : 1 + stress_below(stress, PROCESSES_MAX);
    for (size_t i = 0; i < stress->nprocesses; i++)
        stress_process(stress, i);
    stress->params.processes = stress->processes;
    stress->params.nprocesses = stress->nprocesses;
    if (stress->alone)
        stress_look_ahead(stress);
}

static inline void stress_release(struct stress *stress)
{
    for (size_t i = 0; i < stress->nprocesses; i++)
        program_remove(&stress->programs[i]);
    future_release(&stress->future);
}

#endif
