/* regions.c -- the regions that a process begins with: declared, all addresses, inferred
 * from what its traces do, or none where operations of the trace map all there is.
 *
 * Inferred: a page that is never stored into is a page of the program's file (text and
 * constants), any other is zero-filled (data, heap and stack; the initial values of data,
 * which a trace does not tell from the rest, are taken for zero-filled too).  Processes with
 * the same trace have the same file; those in one space are looked at together. */
#include "workload/thread.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ANY = VM_READ | VM_WRITE | VM_EXECUTE };

/* Pages of one class that are not farther apart than this are one region. */
enum { GAP_PAGES = 64 };

struct touched {
    vpn_t vpn;
    bool stored;
};

struct inference {
    struct page_index index;
    struct page_space space;
    bool *stored; /* [page]                                                              */
    size_t capacity;
    struct batch batch;
    uint32_t *pages; /* [block]                                                          */
};

static enum status add(struct beginning *to, const struct region *region, struct error *err)
{
    struct region *regions = realloc(to->regions, (to->n + 1) * sizeof *regions);
    if (!regions)
        return error_nomem(err);
    to->regions = regions;
    regions[to->n++] = *region;
    return OK;
}

/* --- inferring -------------------------------------------------------------------------- */

static enum status grow(struct inference *inference, struct error *err)
{
    if (inference->capacity >= inference->index.capacity)
        return OK;
    const size_t capacity = inference->index.capacity;
    bool *stored = realloc(inference->stored, capacity * sizeof *stored);
    if (!stored)
        return error_nomem(err);
    for (size_t i = inference->capacity; i < capacity; i++)
        stored[i] = false;
    inference->stored = stored;
    inference->capacity = capacity;
    return OK;
}

static enum status look_at_batch(struct inference *inference, struct error *err)
{
    const struct batch *batch = &inference->batch;
    enum status status =
        page_space_translate(&inference->space, batch, inference->pages, err);
    if (status == OK)
        status = grow(inference, err);
    if (status != OK)
        return status;
    uint32_t data = batch->start[1];
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        if (shape->data & 1)
            data = batch->steps[i] >> STEP_SHAPE_BITS;
        if (shape->store)
            inference->stored[inference->pages[data] >> 1] = true;
    }
    return OK;
}

static enum status look_at_stream(struct inference *inference, const struct stream *stream,
                                  struct error *err)
{
    struct trace *trace;
    enum status status = stream_open(stream, &trace, err);
    if (status != OK)
        return status;
    inference->space.granule_shift = stream->granule_shift;
    while ((status = trace_next(trace, &inference->batch, err)) == OK)
        if ((status = look_at_batch(inference, err)) != OK)
            break;
    trace_close(trace);
    return status == END ? OK : status;
}

static int compare(const void *a, const void *b)
{
    const vpn_t x = ((const struct touched *)a)->vpn, y = ((const struct touched *)b)->vpn;
    return (x > y) - (x < y);
}

static enum status make_regions(struct beginning *to, const struct touched *touched,
                                size_t n, uint32_t file, struct error *err)
{
    uint64_t file_page = 0;
    enum status status = OK;
    for (size_t i = 0, j; i < n && status == OK; i = j) {
        for (j = i + 1; j < n && touched[j].stored == touched[i].stored &&
                        touched[j].vpn - touched[j - 1].vpn <= GAP_PAGES;)
            j++;
        struct region region = {
            .first = touched[i].vpn,
            .last = touched[j - 1].vpn,
            .backing = touched[i].stored ? BACKING_ZERO : BACKING_FILE,
            .file = touched[i].stored ? 0 : file,
            .file_page = touched[i].stored ? 0 : file_page,
            .protection = touched[i].stored ? ANY : VM_READ | VM_EXECUTE,
        };
        file_page += touched[i].stored ? 0 : region.last - region.first + 1;
        status = add(to, &region, err);
    }
    return status;
}

static enum status conclude(struct simulation *sim, struct beginning *to,
                            const struct inference *inference, const char *path,
                            struct error *err)
{
    const page_t n = inference->index.npages;
    struct touched *touched = malloc((n + (size_t)1) * sizeof *touched);
    if (!touched)
        return error_nomem(err);
    for (page_t page = 0; page < n; page++)
        touched[page] =
            (struct touched){inference->index.vpns[page], inference->stored[page]};
    qsort(touched, n, sizeof *touched, compare);
    uint32_t file;
    enum status status = file_number(sim, path, &file, err);
    if (status == OK)
        status = make_regions(to, touched, n, file, err);
    free(touched);
    return status;
}

static enum status look_at_process(struct inference *inference,
                                   const struct process_params *process, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < process->nstreams && status == OK; i++)
        status = look_at_stream(inference, &process->streams[i], err);
    return status;
}

static enum status infer(struct simulation *sim, struct beginning *to,
                         const struct process_params *process, struct error *err)
{
    struct inference inference = {.pages = malloc(BATCH_BLOCKS * sizeof(uint32_t))};
    page_index_init(&inference.index);
    page_space_init(&inference.space, &inference.index, 0, sim->params->page_shift,
                    process->streams[0].granule_shift);
    enum status status =
        inference.pages ? batch_init(&inference.batch, err) : error_nomem(err);
    for (size_t i = 0; i < sim->params->nprocesses && status == OK; i++) {
        const struct process_params *other = &sim->params->processes[i];
        if (other == process || (process->space && other->space == process->space))
            status = look_at_process(&inference, other, err);
    }
    if (status == OK)
        status = conclude(sim, to, &inference, process->streams[0].path, err);
    page_space_release(&inference.space);
    page_index_release(&inference.index);
    batch_release(&inference.batch);
    free(inference.stored);
    free(inference.pages);
    return status;
}

/* --- declared --------------------------------------------------------------------------- */

static enum status declared_file(struct simulation *sim, const struct region_params *params,
                                 struct region *region, struct error *err)
{
    if ((region->file_page + (region->last - region->first)) >> 40)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "the region at 0x%" PRIx64
                         " maps file '%s' beyond its 2^40th page",
                         params->start, params->file);
    return file_number(sim, params->file, &region->file, err);
}

static enum status declared(struct simulation *sim, struct beginning *to,
                            const struct process_params *process, struct error *err)
{
    const unsigned shift = sim->params->page_shift;
    const struct region everything = {
        .last = UINT64_MAX, .backing = BACKING_STORE, .protection = ANY};
    enum status status = process->nregions == 0 ? add(to, &everything, err) : OK;
    for (size_t i = 0; i < process->nregions && status == OK; i++) {
        const struct region_params *params = &process->regions[i];
        struct region region = {
            .first = params->start >> shift,
            .last = (params->start + (params->length - 1)) >> shift,
            .backing = params->backing,
            .file_page = params->offset >> shift,
            .shared = params->shared,
            .protection = params->protection,
            .page_shift = params->page_shift > shift ? params->page_shift : 0,
            .global = params->global,
        };
        if (params->backing == BACKING_FILE)
            status = declared_file(sim, params, &region, err);
        if (status == OK)
            status = add(to, &region, err);
    }
    return status;
}

enum status regions_begin(struct simulation *sim, struct space *space,
                          const struct process_params *process, struct error *err)
{
    struct beginning *beginning = &sim->beginnings[process - sim->params->processes];
    enum status status = OK;
    space->violations = process->operations;
    if (process->operations)
        return OK;
    if (!beginning->known)
        status = process->infer ? infer(sim, beginning, process, err)
                                : declared(sim, beginning, process, err);
    beginning->known = true;
    for (size_t i = 0; i < beginning->n && status == OK; i++)
        status = space_add_region(space, &beginning->regions[i], err);
    return status;
}

void regions_release(struct simulation *sim)
{
    for (size_t i = 0; sim->beginnings && i < sim->params->nprocesses; i++)
        free(sim->beginnings[i].regions);
    free(sim->beginnings);
    sim->beginnings = NULL;
}
