/* stress_run.h -- runs of random workloads, and what must hold at their end. */
#ifndef FAULTLINE_TESTS_WORKLOAD_STRESS_RUN_H
#define FAULTLINE_TESTS_WORKLOAD_STRESS_RUN_H

#include "workload/stress_machine.h"

/* What the runs of a test have come to. */
struct stress_totals {
    uint64_t runs, full,
        exhausted; /* the latter two ended with the errors that may be    */
    uint64_t events, turns, references, operations, faults, threads, checks;
};

static inline void stress_must(const struct stress *stress, bool condition,
                               const char *what)
{
    if (!condition)
        ck_abort_msg("seed %" PRIu64 ": %s", stress->seed, what);
}

static inline void stress_holds(const struct stress *stress, const char *wrong)
{
    stress_must(stress, !wrong, wrong);
}

/* --- running ---------------------------------------------------------------------------- */

static inline bool stress_advance(void *context, uint64_t references)
{
    (void)context;
    (void)references;
    return true;
}

static inline void stress_check(struct event *event)
{
    struct stress *stress = CONTAINER_OF(event, struct stress, check);
    struct engine *engine = stress->simulation->engine;
    const psec_t now = engine_now(engine);
    stress->checks++;
    stress_holds(stress, simulation_check(stress->simulation));
    engine_schedule(engine, event, now + now / 1000 + 1000000);
}

/* Only these errors may end a run, and only if they are true. */
static inline void stress_judge(const struct stress *stress, enum status status,
                                const struct error *err, struct stress_totals *totals)
{
    const struct pager *pager = &stress->simulation->pager;
    if (status == OK)
        return;
    if (status == ERR_CELL && strstr(err->text, "swap space is full")) {
        totals->full++;
        stress_must(stress,
                    slots_used(pager->storage.slots) == slots_total(pager->storage.slots),
                    err->text);
    } else if (status == ERR_CELL && strstr(err->text, "memory is exhausted")) {
        totals->exhausted++;
        stress_must(stress, stress->zram && pager->count[FRAME_POOL] > 0, err->text);
        stress_must(stress, pager->count[FRAME_ACTIVE] == 0, err->text);
    } else if (status == ERR_CELL && strstr(err->text, "page tables take")) {
        totals->exhausted++;
        stress_must(stress, mmu_table_frames(&pager->mmu) >= pager->nframes, err->text);
    } else {
        ck_abort_msg("seed %" PRIu64 ": %s", stress->seed, err->text);
    }
}

/* Run; OK or one of the errors that may be. */
static inline enum status stress_run(struct stress *stress, struct stress_totals *totals)
{
    struct error err = {0};
    const struct simulation_host host = {.advance = stress_advance};
    program_must(simulation_create(&stress->simulation, &stress->params, &err), &err);
    struct simulation *sim = stress->simulation;
    event_init(&stress->check, stress_check);
    if (stress->checked)
        engine_schedule(sim->engine, &stress->check, 0);
    const enum status status = simulation_run(sim, &host, &err);
    engine_cancel(sim->engine, &stress->check);
    stress_judge(stress, status, &err, totals);
    totals->runs++;
    totals->events += engine_counts(sim->engine).fired;
    totals->turns += sim->turns;
    totals->checks += stress->checks;
    totals->faults += sim->pager.counts.faults;
    totals->threads += sim->created;
    for (size_t i = 0; i < sim->nended; i++)
        totals->references += sim->ended[i].references;
    for (size_t i = 0; i < stress->nprocesses && status == OK; i++)
        totals->operations += stress->programs[i].operations * stress->processes[i].copies;
    return status;
}

/* --- what must hold at the end ----------------------------------------------------------- */

/* Every reference that the programs make has been made, once. */
static inline void stress_counted(const struct stress *stress)
{
    const struct simulation *sim = stress->simulation;
    struct reference_counts expected = {0};
    for (size_t i = 0; i < stress->nprocesses; i++) {
        const uint64_t times = stress->processes[i].copies * stress->processes[i].repeat;
        expected.ifetches += times * stress->programs[i].executed.ifetches;
        expected.loads += times * stress->programs[i].executed.loads;
        expected.stores += times * stress->programs[i].executed.stores;
    }
    stress_must(stress, expected.ifetches == sim->counts.ifetches, "instruction fetches");
    stress_must(stress, expected.loads == sim->counts.loads, "loads");
    stress_must(stress, expected.stores == sim->counts.stores, "stores");
    struct ended sum = {0};
    for (size_t i = 0; i < sim->nended; i++) {
        sum.references += sim->ended[i].references;
        sum.faults += sim->ended[i].faults;
        sum.faults_major += sim->ended[i].faults_major;
        sum.faults_minor += sim->ended[i].faults_minor;
        sum.page_ins += sim->ended[i].page_ins;
    }
    const struct pager_counts *counts = &sim->pager.counts;
    stress_must(stress, sim->nended == sim->created, "processes");
    stress_must(stress,
                sum.references == expected.ifetches + expected.loads + expected.stores,
                "references of the processes");
    stress_must(stress,
                sum.faults == counts->faults && sum.faults_major == counts->faults_major &&
                    sum.faults_minor == counts->faults_minor &&
                    counts->faults == counts->faults_major + counts->faults_minor,
                "faults of the processes");
    stress_must(stress, sum.page_ins <= counts->page_ins, "page-ins of the processes");
}

/* Let what is under way come to its end, for which the last process has not waited. */
static inline void stress_drain(struct stress *stress)
{
    struct simulation *sim = stress->simulation;
    while (engine_step(sim->engine))
        stress_holds(stress, simulation_check(sim));
    const struct engine_counts events = engine_counts(sim->engine);
    stress_must(stress,
                events.pending == 0 && events.scheduled == events.fired + events.cancelled,
                "events");
    stress_must(stress, swap_space_pending(&sim->swap) == 0, "requests for swap devices");
    stress_must(stress, !sim->files || device_pending(sim->files) == 0,
                "requests for the files' device");
    stress_holds(stress, devices_check(sim));
}

/* Memory is free or holds parts of files that nobody maps, or tables of the machine, and
 * nothing has a slot. */
static inline void stress_conserved(const struct stress *stress)
{
    const struct pager *pager = &stress->simulation->pager;
    stress_must(stress,
                pager->count[FRAME_FREE] + pager->count[FRAME_ACTIVE] +
                        pager->count[FRAME_POOL] ==
                    pager->nused,
                "frames that are neither free nor in use");
    stress_must(stress, pager->transfers == 0 && pager->writes == 0, "transfers");
    stress_must(stress, !pager->starved.first && !pager->granted.first, "faults");
    stress_must(stress, slots_used(pager->storage.slots) == 0, "slots");
    stress_holds(stress, slots_check(pager->storage.slots));
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++) {
        const struct frame *frame = &pager->frames[pfn];
        stress_must(stress, frame->page == PAGE_NONE && !frame->waiters, "a frame in use");
        stress_must(stress,
                    frame->content == CONTENT_NONE ||
                        pager->contents.all[frame->content].file != FILE_NONE,
                    "a frame with what nobody has");
    }
    for (content_t i = 0; i < pager->contents.n; i++)
        stress_must(stress, pager->contents.all[i].refs == 0, "a content with references");
    for (uint32_t i = 0; i < pager->nspaces; i++)
        stress_must(stress, !pager->spaces[i], "an address space");
}

/* What the devices have moved is what the pager has moved. */
static inline void stress_moved(const struct stress *stress)
{
    const struct simulation *sim = stress->simulation;
    const struct pager_counts *counts = &sim->pager.counts;
    const unsigned shift = stress->params.page_shift;
    struct device_stats swap, files = {0};
    swap_space_stats(&sim->swap, &swap);
    if (sim->files && !devices_share(sim))
        device_stats(sim->files, &files);
    stress_must(stress, swap.bytes_read + files.bytes_read == counts->page_ins << shift,
                "bytes read");
    /* A page that leaves while it is being written is written again, unless it is needed or
     * gone by then. */
    stress_must(stress,
                swap.bytes_written + files.bytes_written <=
                    (counts->page_outs_dirty + counts->write_backs) << shift,
                "bytes written");
    stress_must(stress, counts->read_ahead_hits <= counts->pages_read_ahead,
                "pages read ahead");
}

/* Check the end of a run and free the simulation. */
static inline void stress_end(struct stress *stress, enum status status)
{
    if (status == OK) {
        stress_counted(stress);
        stress_drain(stress);
        stress_conserved(stress);
        stress_moved(stress);
    }
    simulation_free(stress->simulation);
    stress->simulation = NULL;
}

/* --- repeating -------------------------------------------------------------------------- */

/* All that a run gives. */
struct stress_result {
    enum status status;
    struct simulation_totals totals;
    struct pager_counts counts;
    struct engine_counts events;
    struct rows tables[TABLES];
};

static inline void stress_take(struct stress *stress, struct stress_result *result,
                               struct stress_totals *totals)
{
    result->status = stress_run(stress, totals);
    simulation_totals(stress->simulation, &result->totals);
    result->counts = stress->simulation->pager.counts;
    result->events = engine_counts(stress->simulation->engine);
    if (result->status == OK)
        simulation_list_processes(stress->simulation, NULL);
    simulation_take_tables(stress->simulation, result->tables);
    stress_end(stress, result->status);
}

static inline void stress_compare(const struct stress *stress, struct stress_result *a,
                                  struct stress_result *b)
{
    stress_must(stress, a->status == b->status, "another status");
    stress_must(stress, memcmp(&a->totals, &b->totals, sizeof a->totals) == 0,
                "other totals");
    stress_must(stress, memcmp(&a->counts, &b->counts, sizeof a->counts) == 0,
                "other counts of the pager");
    stress_must(stress, memcmp(&a->events, &b->events, sizeof a->events) == 0,
                "other numbers of events");
    for (int i = 0; i < TABLES; i++) {
        const struct rows *x = &a->tables[i], *y = &b->tables[i];
        stress_must(stress, x->n == y->n && x->length == y->length && !x->failed,
                    "tables of another length");
        stress_must(stress, x->length == 0 || memcmp(x->text, y->text, x->length) == 0,
                    "other tables");
        rows_release(&a->tables[i]);
        rows_release(&b->tables[i]);
    }
}

/* The same seed gives the same bytes; what lies between the two runs in the memory of this
 * program differs. */
static inline void stress_repeat(struct stress *stress, struct stress_totals *totals)
{
    struct stress_result first, second;
    stress_take(stress, &first, totals);
    void *between = malloc(1 + stress->seed % 5000);
    stress_take(stress, &second, totals);
    free(between);
    stress_compare(stress, &first, &second);
}

#endif
