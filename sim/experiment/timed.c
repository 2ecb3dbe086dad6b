/* timed.c -- see timed.h. */
#include "experiment/timed.h"

#include "base/arena.h"
#include "experiment/fold_table.h"
#include "workload/simulation.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cell's configuration as the simulation wants it, and what belongs to that. */
struct timed {
    const struct cell_config *config;
    const struct source_table *sources;
    struct fold_table *folds;
    const struct pass_host *host;
    struct arena *arena; /* of the processes                                             */
    struct process_params *processes; /* [events->nprocesses]                            */
    struct simulation_params params;
    struct future future;
};

/* --- traces ----------------------------------------------------------------------------- */

/* A trace, and how it is folded. */
struct folded {
    const struct source *source;
    const struct fold *fold; /* or NULL */
};

static enum status open_stream(const void *context, struct trace **out, struct error *err)
{
    const struct folded *folded = context;
    const struct source_use use = {.fold = folded->fold, .operations = true};
    return source_read(folded->source, &use, out, err);
}

static enum status add_streams(const struct timed *timed, struct process_params *to,
                               const struct process_config *from, const struct fold *fold,
                               struct error *err)
{
    const size_t n = from->nstreams + 1;
    struct stream *streams = arena_array(timed->arena, n, sizeof *streams);
    struct folded *contexts = arena_array(timed->arena, n, sizeof *contexts);
    if (!streams || !contexts)
        return error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const struct source *source =
            source_table_find(timed->sources, i == 0 ? from->trace : from->streams[i - 1]);
        contexts[i] = (struct folded){source, fold};
        streams[i] = (struct stream){
            .path = source->path,
            .references = source->references,
            .granule_shift = source->granule_shift,
            .open = open_stream,
            .context = &contexts[i],
        };
    }
    to->streams = streams;
    to->nstreams = from->nstreams + 1;
    return OK;
}

static enum status add_regions(const struct timed *timed, struct process_params *to,
                               const struct process_config *from, const struct fold *fold,
                               struct error *err)
{
    struct region_params *regions =
        arena_array(timed->arena, from->nregions + 1, sizeof *regions);
    if (!regions)
        return error_nomem(err);
    to->operations = from->regions_from == REGIONS_OPERATIONS;
    to->infer = from->regions_from == REGIONS_INFER;
    to->regions = regions;
    to->nregions = from->regions_from == REGIONS_LIST ? from->nregions : 0;
    for (size_t i = 0; i < to->nregions; i++) {
        const struct region_config *region = &from->regions[i];
        regions[i] = (struct region_params){
            .start = fold ? fold_address(fold, region->start) : region->start,
            .length = region->length,
            .backing = region->backing,
            .file = region->file,
            .offset = region->offset,
            .shared = region->shared,
            .protection = region->protection,
            .page_shift = region->page_shift,
            .global = region->global,
        };
    }
    return OK;
}

/* Its traces and regions. */
static enum status add_memory(const struct timed *timed, struct process_params *to,
                              size_t process, struct error *err)
{
    const struct process_config *from = &timed->config->events->processes[process];
    struct folding *folding;
    const struct fold *fold;
    enum status status =
        fold_table_get(&folding, timed->folds, timed->config, process, err);
    if (status == OK)
        status = folding_fold(&fold, folding, timed->host, err);
    if (status == OK)
        status = add_streams(timed, to, from, fold, err);
    return status == OK ? add_regions(timed, to, from, fold, err) : status;
}

static enum status add_processes(struct timed *timed, struct error *err)
{
    const struct events_config *events = timed->config->events;
    timed->arena = arena_create();
    timed->processes = timed->arena ? arena_array(timed->arena, events->nprocesses,
                                                  sizeof *timed->processes)
                                    : NULL;
    if (!timed->processes)
        return error_nomem(err);
    enum status status = OK;
    for (size_t i = 0; i < events->nprocesses && status == OK; i++) {
        const struct process_config *from = &events->processes[i];
        struct process_params *to = &timed->processes[i];
        *to = (struct process_params){
            .name = from->name,
            .named = from->named,
            .copies = from->copies,
            .offset = from->offset,
            .repeat = from->repeat,
            .priority = from->priority,
            .space = from->space,
            .start = from->start,
        };
        status = add_memory(timed, to, i, err);
    }
    return status;
}

/* --- the future ------------------------------------------------------------------------- */

static enum status look_ahead(struct timed *timed, struct error *err)
{
    const struct process_params *process = &timed->processes[0];
    if (timed->config->events->nprocesses != 1 || process->copies != 1 ||
        process->nstreams != 1 || process->offset || process->repeat != 1)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "policy '%s' sees the future, which is known of one process that "
                         "replays one trace once only",
                         timed->config->policy.name);
    const struct stream *stream = &process->streams[0];
    struct page_index index;
    struct page_space space;
    struct batch batch = {0};
    uint32_t *pages = malloc(BATCH_BLOCKS * sizeof *pages);
    uint8_t *classes = malloc(2 * (size_t)BATCH_SHAPES);
    struct trace *trace = NULL;
    page_index_init(&index);
    page_space_init(&space, &index, 0, log2_of(timed->config->page_size),
                    stream->granule_shift);
    timed->future.in_references = timed->config->policy_ops->uses_time;
    enum status status = pages && classes ? batch_init(&batch, err) : error_nomem(err);
    if (status == OK)
        status = stream_open(stream, &trace, err);
    while (status == OK && (status = trace_next(trace, &batch, err)) == OK) {
        batch_classify(&batch, classes);
        status = page_space_translate(&space, &batch, pages, err);
        const struct paged_batch paged = {.batch = &batch,
                                          .classes = classes,
                                          .pages = pages,
                                          .index = &index,
                                          .npages = index.npages};
        if (status == OK)
            status = future_add(&timed->future, &paged, err);
    }
    if (status == END) {
        future_finish(&timed->future);
        status = OK;
    }
    if (trace)
        trace_close(trace);
    batch_release(&batch);
    page_space_release(&space);
    page_index_release(&index);
    free(pages);
    free(classes);
    return status;
}

/* --- the rest --------------------------------------------------------------------------- */

static enum slot_allocation allocation_of(const char *name)
{
    return strcmp(name, "cluster") == 0   ? SLOTS_CLUSTER
           : strcmp(name, "address") == 0 ? SLOTS_ADDRESS
                                          : SLOTS_PAGE;
}

static struct device_params device_of(const struct plugin_config *config)
{
    return (struct device_params){config->name ? device_find(config->name) : NULL,
                                  config->params};
}

static enum status set_params(struct timed *timed, struct error *err)
{
    const struct cell_config *config = timed->config;
    const struct events_config *events = config->events;
    struct device_params *more =
        arena_array(timed->arena, events->nmore_swap + 1, sizeof *more);
    if (!more)
        return error_nomem(err);
    for (size_t i = 0; i < events->nmore_swap; i++)
        more[i] = device_of(&events->more_swap[i]);
    struct simulation_params *params = &timed->params;
    *params = (struct simulation_params){
        .processes = timed->processes,
        .nprocesses = events->nprocesses,
        .page_shift = log2_of(config->page_size),
        .cpu_lag = events->cpu_lag,
        .quantum = events->quantum,
        .cost_switch = events->cost_switch,
        .swap = device_of(&events->swap_device),
        .files = device_of(&events->files_device),
        .more_swap = more,
        .nmore_swap = events->nmore_swap,
        .slots = {.nslots = events->swap_slots,
                  .allocation = allocation_of(events->swap_allocation),
                  .cluster = (uint32_t)events->swap_cluster},
        .read_ahead = (uint32_t)events->swap_read_ahead,
        .series = events->series,
    };
    cell_pager_params(&params->pager, config, timed->future.next ? &timed->future : NULL);
    struct pager_params *pager = &params->pager;
    pager->by_process = events->by_process;
    pager->mmu.ncpus = (unsigned)events->cpus;
    pager->cost_reference = events->cost_reference;
    pager->cost_fault = pager->mmu.cost_fault = events->cost_fault;
    pager->cost_page_copy = events->cost_page_copy;
    pager->cost_page_zero = events->cost_page_zero;
    return OK;
}

static enum status prepare(struct timed *timed, struct error *err)
{
    enum status status = add_processes(timed, err);
    if (status == OK && timed->config->policy_ops->sees == POLICY_FUTURE)
        status = look_ahead(timed, err);
    return status == OK ? set_params(timed, err) : status;
}

static void release(struct timed *timed)
{
    arena_free(timed->arena);
    future_release(&timed->future);
}

/* --- results ---------------------------------------------------------------------------- */

static void count_devices(struct counters *counters, const struct swap_space *swap)
{
    struct device_stats stats;
    swap_space_stats(swap, &stats);
    counters->swap_reads = stats.reads;
    counters->swap_writes = stats.writes;
    counters->swap_utilisation = stats.utilisation;
    counters->swap_queue_mean = stats.queue_mean;
    counters->swap_wait_mean = (psec_t)llround(stats.wait_mean);
    counters->swap_wait_p99 = stats.wait_p99;
    counters->swap_service_mean = (psec_t)llround(stats.service_mean);
    counters->swap_service_p99 = stats.service_p99;
}

static void count_times(struct counters *counters, const struct simulation_totals *totals,
                        uint64_t cpus, uint64_t references)
{
    counters->elapsed = totals->elapsed;
    counters->cpu_user = totals->user;
    counters->cpu_fault = totals->fault;
    counters->cpu_switch = totals->switching;
    counters->cpu_kernel = totals->kernel;
    counters->cpu_idle_paging = totals->idle_paging;
    counters->cpu_idle = totals->idle;
    counters->cpu_utilisation =
        totals->elapsed ? (double)totals->user / ((double)totals->elapsed * (double)cpus)
                        : 0;
    counters->paging_wait = totals->paging_wait;
    counters->ready_wait = totals->ready_wait;
    counters->effective_access_time =
        references ? (totals->user + totals->fault + totals->paging_wait) / references : 0;
    counters->context_switches = totals->context_switches;
    counters->slowdown = NAN;
}

static void count_pages(struct counters *counters, const struct pager *pager)
{
    const struct pager_counts *pages = &pager->counts;
    counters->faults_zero_fill = pages->faults_zero_fill;
    counters->faults_copy = pages->faults_copy;
    counters->faults_in_transfer = pages->faults_in_transfer;
    counters->faults_reclaim = pages->faults_reclaim;
    counters->faults_protection = pages->faults_protection;
    counters->violations = pages->violations;
    counters->pages_read_ahead = pages->pages_read_ahead;
    counters->read_ahead_hits = pages->read_ahead_hits;
    counters->write_backs = pages->write_backs;
    counters->scans = pages->scans;
    counters->large_pages = pages->large_pages;
    counters->large_page_failures = pages->large_page_failures;
    counters->large_page_splits = pages->large_page_splits;
    if (!pager->kernel->place) /* else it is the kernel's to count */
        counters->swap_used_max = slots_used_max(pager->storage.slots);
}

static void count_shootdowns(struct counters *counters, const struct mmu *mmu)
{
    struct mmu_counts counts;
    mmu_sum(mmu, &counts);
    counters->shootdowns = counts.shootdowns;
    counters->shootdown_ipis = counts.ipis;
    counters->shootdown_ipis_saved = counts.ipis_saved;
    counters->shootdown_pages = counts.pages_shot_down;
    counters->shootdown_time = counts.shootdown;
}

static void count(const struct timed *timed, struct simulation *sim,
                  const struct simulation *baseline, struct cell_result *result)
{
    struct simulation_totals totals, ample;
    const struct pager *pager = simulation_pager(sim);
    simulation_totals(sim, &totals);
    simulation_list_processes(sim, baseline);
    simulation_take_tables(sim, result->tables);
    cell_result(timed->config, pager, &totals.references, totals.bytes_touched, result);
    simulation_kills(sim, result->warning, sizeof result->warning);
    struct counters *counters = &result->counters;
    count_times(counters, &totals, timed->config->events->cpus, counters->references);
    count_pages(counters, pager);
    count_shootdowns(counters, &pager->mmu);
    count_devices(counters, simulation_swap(sim));
    if (baseline) {
        simulation_totals(baseline, &ample);
        counters->slowdown =
            ample.elapsed ? (double)totals.elapsed / (double)ample.elapsed : NAN;
    }
}

static enum status simulate(struct simulation **sim, const struct simulation_params *params,
                            const struct pass_host *host, struct error *err)
{
    const struct simulation_host simulation_host = {.context = host->context,
                                                    .advance = host->advance};
    const enum status status = simulation_create(sim, params, err);
    return status == OK ? simulation_run(*sim, &simulation_host, err) : status;
}

/* The same with memory for everything: what is lost to paging is the difference. */
static enum status simulate_ample(struct simulation **sim, const struct timed *timed,
                                  struct simulation_params *params,
                                  const struct pass_host *host, struct error *err)
{
    if (!timed->config->events->baseline)
        return OK;
    *params = timed->params;
    params->pager.frames = params->pager.mmu.frames = UINT64_MAX;
    params->series = 0;
    return simulate(sim, params, host, err);
}

enum status timed_run(struct pass *pass, const struct pass_host *host, struct error *err)
{
    assert(pass->ncells == 1);
    struct timed timed = {.config = pass->configs[0],
                          .sources = pass->sources,
                          .folds = pass->folds,
                          .host = host};
    struct simulation *sim = NULL, *baseline = NULL;
    struct simulation_params ample;
    struct error why = {0};
    enum status status = prepare(&timed, &why);
    if (status == OK)
        status = simulate(&sim, &timed.params, host, &why);
    if (status == OK)
        status = simulate_ample(&baseline, &timed, &ample, host, &why);
    if (status == OK)
        count(&timed, sim, baseline, pass->results[0]);
    simulation_free(baseline);
    simulation_free(sim);
    release(&timed);
    if (status == ERR_CELL || status == ERR_CONFIG) {
        pass->results[0]->state = CELL_FAILED;
        error_format(&why, pass->results[0]->message, sizeof pass->results[0]->message);
        return OK;
    }
    if (status != OK)
        error_copy(err, &why);
    return status;
}
