/* reduce.c -- see reduce.h: takes batches apart into accesses for a method, and makes
 * batches of what it keeps. */
#include "trace/reduce.h"

#include "trace/paged_batch.h"
#include "trace/reduce_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct reducer {
    unsigned page_shift;
    struct reduce_output output;
    const struct reduce_method *method;
    void *state;
    struct page_index index;
    struct page_space space;
    uint32_t *pages; /* [block] of the batch under way */
    page_t at[2];    /* where the instruction [0] and the data [1] stream are */
    struct builder *builder;
    struct batch batch;             /* what comes out */
    struct reference_counts counts; /* of the references that the next batch stands for */
    uint64_t accesses, kept;
};

enum { FIRST_CAPACITY = 64 };

void *reduce_grow(void *array, size_t size, size_t *capacity)
{
    const size_t more = *capacity ? *capacity : FIRST_CAPACITY;
    char *longer = realloc(array, (*capacity + more) * size);
    if (!longer)
        return NULL;
    memset(longer + *capacity * size, 0, more * size);
    *capacity += more;
    return longer;
}

enum status order_make_room(struct order *order, uint32_t entry, struct error *err)
{
    while (entry >= order->capacity) {
        struct order_link *links =
            reduce_grow(order->links, sizeof *links, &order->capacity);
        if (!links)
            return error_nomem(err);
        order->links = links;
    }
    return OK;
}

static enum status put_batch(struct reducer *r, struct error *err)
{
    builder_take(r->builder, &r->batch);
    r->batch.counts = r->counts;
    r->counts = (struct reference_counts){0};
    return r->output.put(r->output.context, &r->batch, err);
}

/* A batch goes out when there is more to come, so that the last one is never empty and
 * stands for all references up to the end. */
enum status reduce_emit(struct reducer *reducer, page_t page, enum reference_kind kind,
                        struct error *err)
{
    if (builder_full(reducer->builder)) {
        const enum status status = put_batch(reducer, err);
        if (status != OK)
            return status;
    }
    builder_add(reducer->builder, kind, reducer->index.vpns[page] << reducer->page_shift,
                1);
    reducer->kept++;
    return OK;
}

static enum status start(struct reducer *r, const struct reduce_params *params,
                         struct error *err)
{
    enum status status = batch_init(&r->batch, err);
    if (status == OK)
        status = builder_create(&r->builder, params->page_shift, err);
    if (status != OK)
        return status;
    r->pages = malloc(BATCH_BLOCKS * sizeof *r->pages);
    r->state = calloc(1, r->method->state_size);
    if (!r->pages || !r->state)
        return error_nomem(err);
    return r->method->init(r->state, r, params->reduction.frames, err);
}

enum status reducer_create(struct reducer **out, const struct reduce_params *params,
                           const struct reduce_output *output, struct error *err)
{
    const enum reduction_method method = params->reduction.method;
    assert(method == REDUCTION_SAD || method == REDUCTION_OLR);
    assert(params->reduction.frames >= 1);
    struct reducer *r = calloc(1, sizeof *r);
    if (!r)
        return error_nomem(err);
    r->page_shift = params->page_shift;
    r->output = *output;
    r->method = method == REDUCTION_SAD ? &reduce_sad : &reduce_olr;
    r->at[0] = r->at[1] = PAGE_NONE;
    page_index_init(&r->index);
    page_space_init(&r->space, &r->index, 0, params->page_shift, params->granule_shift);
    const enum status status = start(r, params, err);
    if (status != OK) {
        reducer_free(r);
        return status;
    }
    *out = r;
    return OK;
}

void reducer_free(struct reducer *reducer)
{
    if (!reducer)
        return;
    if (reducer->state)
        reducer->method->release(reducer->state);
    free(reducer->state);
    free(reducer->pages);
    page_space_release(&reducer->space);
    page_index_release(&reducer->index);
    builder_free(reducer->builder);
    batch_release(&reducer->batch);
    free(reducer);
}

static enum reference_kind kind_of(bool data, bool store)
{
    return store ? STORE : data ? LOAD : IFETCH;
}

/* `length` accesses in a row to the page where a stream is; store: which of them. */
static enum status take_run(struct reducer *r, bool data, uint64_t store, unsigned length,
                            struct error *err)
{
    const page_t page = r->at[data];
    r->accesses += length;
    enum status status = r->method->access(r->state, page, kind_of(data, store & 1), err);
    if (status == OK && length > 1)
        status = r->method->access(r->state, page, kind_of(data, store > 1), err);
    return status;
}

static enum status take_step(struct reducer *r, const struct shape *shape, uint32_t entry,
                             struct error *err)
{
    const bool moved = shape->data & 1;
    /* The rest of a reference that crosses blocks is an access only on another page. */
    unsigned bit = shape->continued && r->at[moved] == entry >> 1;
    r->at[moved] = entry >> 1;
    enum status status = OK;
    while (bit < shape->length && status == OK) {
        const bool data = shape->data >> bit & 1;
        const uint64_t others = (data ? ~shape->data : shape->data) >> bit;
        const unsigned left = shape->length - bit;
        const unsigned most = others ? lowest_bit(others) : left;
        const unsigned length = most < left ? most : left;
        status = take_run(r, data, shape->store >> bit & low_bits(length), length, err);
        bit += length;
    }
    return status;
}

enum status reducer_add(struct reducer *reducer, const struct batch *batch,
                        struct error *err)
{
    assert(batch->nops == 0);
    enum status status = page_space_translate(&reducer->space, batch, reducer->pages, err);
    if (status == OK)
        status = reducer->method->make_room(reducer->state, reducer->index.npages, err);
    if (status != OK)
        return status;
    for (int s = 0; s < 2; s++)
        reducer->at[s] = batch->start[s] == BLOCK_NONE
                             ? PAGE_NONE
                             : reducer->pages[batch->start[s]] >> 1;
    reducer->counts.ifetches += batch->counts.ifetches;
    reducer->counts.loads += batch->counts.loads;
    reducer->counts.stores += batch->counts.stores;
    reducer->counts.modifies += batch->counts.modifies;
    for (uint32_t i = 0; i < batch->nsteps && status == OK; i++) {
        const uint32_t step = batch->steps[i];
        status = take_step(reducer, step_shape(batch, step),
                           reducer->pages[step >> STEP_SHAPE_BITS], err);
    }
    return status;
}

enum status reducer_finish(struct reducer *reducer, struct error *err)
{
    const enum status status = reducer->method->finish(reducer->state, err);
    return status == OK ? put_batch(reducer, err) : status;
}

uint64_t reducer_accesses(const struct reducer *reducer)
{
    return reducer->accesses;
}

uint64_t reducer_kept(const struct reducer *reducer)
{
    return reducer->kept;
}
