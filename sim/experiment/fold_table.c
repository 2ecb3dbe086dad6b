/* fold_table.c -- see fold_table.h. */
#include "experiment/fold_table.h"

#include "base/bits.h"
#include "base/units.h"
#include "machine/pagetable.h"

#include <stdlib.h>
#include <string.h>

/* Segments of 16 MiB, the largest pages of a machine that needs folding (those of SPARC's
 * reference MMU), so that pages of every size hold what they would hold without it.  31 bits
 * are 128 segments; the recordings in traces/ touch 4 to 7. */
enum { SEGMENT_SHIFT = 24 };

/* Recordings are made on machines with 48 bits of address or more; formats with so many take
 * them as they are. */
enum { RECORDED_BITS = 48 };

struct folding {
    struct fold_params params;
    const struct source **sources; /* [nsources] in the order of the processes            */
    const struct region_config **regions; /* [nregions] those that are declared           */
    size_t nsources, nregions;
    bool operations; /* their ranges are moved too                                       */
    struct folding *next;
    pthread_mutex_t lock; /* guards what follows                                         */
    bool known;
    struct fold *fold;
    struct error error; /* code OK: there is none                                        */
};

void fold_table_init(struct fold_table *table, const struct source_table *sources)
{
    *table = (struct fold_table){.sources = sources};
    pthread_mutex_init(&table->lock, NULL);
}

static void folding_free(struct folding *folding)
{
    if (!folding)
        return;
    fold_free(folding->fold);
    pthread_mutex_destroy(&folding->lock);
    free(folding->sources);
    free(folding->regions);
    free(folding);
}

void fold_table_release(struct fold_table *table)
{
    while (table->first) {
        struct folding *folding = table->first;
        table->first = folding->next;
        folding_free(folding);
    }
    pthread_mutex_destroy(&table->lock);
}

/* --- what is folded together ------------------------------------------------------------ */

unsigned fold_table_bits(const struct cell_config *config)
{
    const unsigned bits = pagetable_find(config->machine.mmu.name)->address_bits;
    return config->fold && bits < RECORDED_BITS ? bits : 0;
}

static bool has_global(const struct process_config *process)
{
    for (size_t i = 0; i < process->nregions; i++)
        if (process->regions[i].global)
            return true;
    return false;
}

/* Do the two processes of a workload have one address space, or parts of it that are the
 * same in every one? */
static bool go_together(const struct process_config *a, const struct process_config *b)
{
    return a == b || (a->space && a->space == b->space) || (has_global(a) && has_global(b));
}

static void add_source(struct folding *folding, const struct fold_table *table,
                       const char *path)
{
    const struct source *source = source_table_find(table->sources, path);
    folding->sources[folding->nsources++] = source;
    if (folding->params.segment_shift < source->granule_shift)
        folding->params.segment_shift = source->granule_shift;
}

static void add_process(struct folding *folding, const struct fold_table *table,
                        const struct process_config *process)
{
    add_source(folding, table, process->trace);
    for (size_t i = 0; i < process->nstreams; i++)
        add_source(folding, table, process->streams[i]);
    for (size_t i = 0; i < process->nregions; i++)
        folding->regions[folding->nregions++] = &process->regions[i];
}

static enum status folding_create(struct folding **out, const struct fold_table *table,
                                  const struct cell_config *config, size_t process,
                                  struct error *err)
{
    const struct events_config *events = config->events;
    const unsigned page_shift = log2_of(config->page_size);
    size_t nsources = 1, nregions = 1;
    for (size_t i = 0; events && i < events->nprocesses; i++) {
        nsources += 1 + events->processes[i].nstreams;
        nregions += events->processes[i].nregions;
    }
    struct folding *folding = calloc(1, sizeof *folding);
    if (!folding)
        return error_nomem(err);
    pthread_mutex_init(&folding->lock, NULL);
    folding->params = (struct fold_params){
        .bits = fold_table_bits(config),
        .segment_shift = page_shift > SEGMENT_SHIFT ? page_shift : SEGMENT_SHIFT,
        .machine = config->machine.mmu.name,
    };
    folding->sources = calloc(nsources, sizeof *folding->sources);
    folding->regions = calloc(nregions, sizeof *folding->regions);
    if (!folding->sources || !folding->regions) {
        folding_free(folding);
        return error_nomem(err);
    }
    folding->operations = events != NULL;
    if (!events)
        add_source(folding, table, config->trace);
    for (size_t i = 0; events && i < events->nprocesses; i++)
        if (go_together(&events->processes[process], &events->processes[i]))
            add_process(folding, table, &events->processes[i]);
    *out = folding;
    return OK;
}

static bool is_same(const struct folding *a, const struct folding *b)
{
    if (strcmp(a->params.machine, b->params.machine) != 0 ||
        a->params.segment_shift != b->params.segment_shift || a->nsources != b->nsources ||
        a->nregions != b->nregions || a->operations != b->operations)
        return false;
    for (size_t i = 0; i < a->nsources; i++)
        if (a->sources[i] != b->sources[i])
            return false;
    for (size_t i = 0; i < a->nregions; i++)
        if (a->regions[i]->start != b->regions[i]->start ||
            a->regions[i]->length != b->regions[i]->length)
            return false;
    return true;
}

enum status fold_table_get(struct folding **out, struct fold_table *table,
                           const struct cell_config *config, size_t process,
                           struct error *err)
{
    *out = NULL;
    if (!fold_table_bits(config))
        return OK;
    struct folding *folding = NULL;
    const enum status status = folding_create(&folding, table, config, process, err);
    if (status != OK)
        return status;
    pthread_mutex_lock(&table->lock);
    struct folding *same = table->first;
    while (same && !is_same(same, folding))
        same = same->next;
    if (!same) {
        folding->next = table->first;
        table->first = folding;
    }
    pthread_mutex_unlock(&table->lock);
    *out = same ? same : folding;
    if (same)
        folding_free(folding);
    return OK;
}

/* --- how it is folded ------------------------------------------------------------------- */

static enum status look_at_source(struct fold *fold, const struct source *source,
                                  bool operations, struct batch *batch,
                                  const struct pass_host *host, struct error *err)
{
    struct trace *trace;
    const struct source_use use = {.operations = operations};
    enum status status = source_read(source, &use, &trace, err);
    if (status != OK)
        return status;
    while (status == OK && (status = trace_next(trace, batch, err)) == OK) {
        struct error why;
        status = fold_look(fold, batch, source->granule_shift, &why);
        if (status != OK)
            error_set(err, status, at_file(source->path), "%s", why.text);
        else if (!host->advance(host->context, 0))
            status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
    }
    trace_close(trace);
    return status == END ? OK : status;
}

static enum status look_at_region(struct fold *fold, const struct region_config *region,
                                  struct error *err)
{
    struct error why;
    char size[32];
    const enum status status =
        fold_look_at_range(fold, region->start, region->length, &why);
    if (status == ERR_CELL)
        return error_set(err, status, region->at, "region '%s' of %s: with it, %s",
                         region->name, format_size(region->length, size, sizeof size),
                         why.text);
    if (status != OK)
        error_copy(err, &why);
    return status;
}

static enum status decide(struct folding *folding, const struct pass_host *host,
                          struct error *err)
{
    struct batch batch;
    enum status status = fold_create(&folding->fold, &folding->params, err);
    if (status == OK)
        status = batch_init(&batch, err);
    if (status != OK)
        return status;
    for (size_t i = 0; i < folding->nsources && status == OK; i++)
        status = look_at_source(folding->fold, folding->sources[i], folding->operations,
                                &batch, host, err);
    for (size_t i = 0; i < folding->nregions && status == OK; i++)
        status = look_at_region(folding->fold, folding->regions[i], err);
    batch_release(&batch);
    return status == OK ? fold_place(folding->fold, err) : status;
}

enum status folding_fold(const struct fold **fold, struct folding *folding,
                         const struct pass_host *host, struct error *err)
{
    *fold = NULL;
    if (!folding)
        return OK;
    pthread_mutex_lock(&folding->lock);
    if (!folding->known)
        folding->error.code = decide(folding, host, &folding->error);
    folding->known = true;
    if (folding->error.code == OK)
        *fold = folding->fold;
    else
        error_copy(err, &folding->error);
    const enum status status = folding->error.code;
    pthread_mutex_unlock(&folding->lock);
    return status;
}
