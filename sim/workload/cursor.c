/* cursor.c -- see cursor.h. */
#include "workload/cursor.h"

#include <assert.h>
#include <stdlib.h>

static uint32_t step_references(const struct batch *batch, uint32_t i)
{
    const struct shape *shape = step_shape(batch, batch->steps[i]);
    return (uint32_t)shape->length - shape->continued;
}

static enum status read_batch(struct cursor *cursor, struct error *err)
{
    cursor->batch_first += batch_references(&cursor->batch);
    cursor->batch.nsteps = cursor->batch.nops = 0;
    cursor->batch.counts = (struct reference_counts){0};
    cursor->first = cursor->step = cursor->op = cursor->stop = 0;
    enum status status = trace_next(cursor->trace, &cursor->batch, err);
    if (status != END || cursor->repeats == 0)
        return status;
    cursor->repeats--;
    cursor->batch_first = 0;
    status = trace_rewind(cursor->trace, err);
    return status == OK ? trace_next(cursor->trace, &cursor->batch, err) : status;
}

/* Where the steps end that hold no more than so many references. */
static uint32_t steps_of(const struct batch *batch, uint64_t references)
{
    uint32_t i = 0;
    if (references >= batch_references(batch))
        return batch->nsteps;
    for (uint64_t n = 0; i < batch->nsteps && n < references; i++)
        n += step_references(batch, i);
    return i;
}

/* Skip batches until the offset lies in the present one. */
static enum status seek(struct cursor *cursor, uint64_t offset, struct error *err)
{
    enum status status = read_batch(cursor, err);
    while (status == OK && cursor->batch_first + batch_references(&cursor->batch) <= offset)
        status = read_batch(cursor, err);
    if (status == OK)
        cursor->first = cursor->step =
            steps_of(&cursor->batch, offset - cursor->batch_first);
    cursor->sought = status == OK;
    return status;
}

enum status cursor_init(struct cursor *cursor, const struct stream *stream, uint64_t offset,
                        uint64_t repeat, struct error *err)
{
    *cursor = (struct cursor){.stream = stream,
                              .left = UINT64_MAX,
                              .repeats = repeat - 1,
                              .current = {PAGE_NONE, PAGE_NONE}};
    cursor->classes = malloc(2 * (size_t)BATCH_SHAPES);
    cursor->lengths = malloc(BATCH_SHAPES);
    cursor->pages = malloc(BATCH_BLOCKS * sizeof *cursor->pages);
    if (!cursor->classes || !cursor->lengths || !cursor->pages)
        return error_nomem(err);
    enum status status = batch_init(&cursor->batch, err);
    if (status == OK)
        status = stream_open(stream, &cursor->trace, err);
    if (status != OK || offset == 0)
        return status;
    /* The end of the ring is where it began. */
    cursor->left = stream->references * repeat;
    cursor->repeats = repeat;
    return stream->references ? seek(cursor, offset % stream->references, err) : OK;
}

void cursor_release(struct cursor *cursor)
{
    if (cursor->trace)
        trace_close(cursor->trace);
    batch_release(&cursor->batch);
    free(cursor->classes);
    free(cursor->lengths);
    free(cursor->pages);
    *cursor = (struct cursor){0};
}

bool cursor_at_end(const struct cursor *cursor)
{
    if (cursor->sought)
        return true;
    return cursor->step == cursor->stop && cursor->reference == 0 &&
           (cursor->op == cursor->batch.nops || cursor->stop < cursor->batch.nsteps);
}

const struct vm_op *cursor_operation(const struct cursor *cursor)
{
    if (cursor->op == cursor->batch.nops || cursor->reference > 0)
        return NULL;
    const struct vm_op *op = &cursor->batch.ops[cursor->op];
    return op->step == cursor->step ? op : NULL;
}

uint32_t cursor_limit(const struct cursor *cursor)
{
    if (cursor->op == cursor->batch.nops)
        return cursor->stop;
    const uint32_t step = cursor->batch.ops[cursor->op].step;
    return step < cursor->stop ? step : cursor->stop;
}

/* The block where a stream is before a step, or BLOCK_NONE. */
static uint16_t block_before(const struct batch *batch, uint32_t step, int stream)
{
    while (step-- > 0)
        if ((int)(step_shape(batch, batch->steps[step])->data & 1) == stream)
            return (uint16_t)(batch->steps[step] >> STEP_SHAPE_BITS);
    return batch->start[stream];
}

/* Where the streams are before the next step. */
static void locate(struct cursor *cursor)
{
    for (int stream = 0; stream < 2; stream++) {
        const uint16_t block = block_before(&cursor->batch, cursor->step, stream);
        cursor->current[stream] =
            block == BLOCK_NONE ? PAGE_NONE : cursor->pages[block] >> 1;
    }
}

enum status cursor_move(struct cursor *cursor, struct pager *pager, struct space *space,
                        struct error *err)
{
    const enum status status = pager_translate(
        pager, space, &cursor->batch, cursor->stream->granule_shift, cursor->pages, err);
    if (status != OK)
        return status;
    cursor->paged = (struct paged_batch){
        .batch = &cursor->batch,
        .classes = cursor->classes,
        .pages = cursor->pages,
        .index = space->pages.index,
        .npages = space->pages.index->npages,
    };
    locate(cursor);
    return OK;
}

static enum status check_instructions(struct cursor *cursor, const struct pager *pager,
                                      struct error *err)
{
    unsigned need;
    uint64_t reference;
    if (pager->nframes >= INSTRUCTION_PAGES)
        return OK;
    instruction_look(&cursor->instruction, &cursor->paged, cursor->current, pager->nframes,
                     &need, &reference);
    if (need == 0)
        return OK;
    return error_set(err, ERR_CELL, at_file(cursor->stream->path),
                     "livelock: the instruction at reference %llu touches %u pages, which "
                     "must be in memory at once, and there are %u frames; it needs "
                     "machine.frames of at least %u",
                     (unsigned long long)(cursor->batch_first + reference + 1), need,
                     pager->nframes, need);
}

enum status cursor_next(struct cursor *cursor, struct pager *pager, struct space *space,
                        struct error *err)
{
    if (cursor->left == 0)
        return END;
    enum status status = OK;
    if (!cursor->sought)
        status = read_batch(cursor, err);
    if (status != OK)
        return status;
    cursor->sought = false;
    const struct batch *batch = &cursor->batch;
    uint64_t before = 0;
    for (uint32_t i = 0; i < cursor->step; i++)
        before += step_references(batch, i);
    cursor->stop = batch->nsteps;
    if (cursor->left != UINT64_MAX) {
        const uint64_t here = batch_references(batch) - before;
        if (here > cursor->left)
            cursor->stop = steps_of(batch, before + cursor->left);
        cursor->left -= here < cursor->left ? here : cursor->left;
    }
    batch_classify(batch, cursor->classes);
    batch_measure(batch, cursor->lengths);
    status = cursor_move(cursor, pager, space, err);
    return status == OK ? check_instructions(cursor, pager, err) : status;
}

/* The references of a step that have been replayed, which are all but in the last one. */
static uint64_t replayed(const struct cursor *cursor, uint32_t step)
{
    const uint64_t all =
        shape_references(step_shape(&cursor->batch, cursor->batch.steps[step]));
    return step == cursor->step ? all & (((uint64_t)1 << cursor->reference) - 1) : all;
}

void cursor_count(const struct cursor *cursor, struct reference_counts *counts)
{
    const struct batch *batch = &cursor->batch;
    const uint32_t end = cursor->step + (cursor->reference > 0);
    if (cursor->first == 0 && cursor->step == batch->nsteps) {
        counts->ifetches += batch->counts.ifetches;
        counts->loads += batch->counts.loads;
        counts->stores += batch->counts.stores;
        return;
    }
    for (uint32_t i = cursor->first; i < end; i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        const uint64_t whole = replayed(cursor, i) & ~(uint64_t)shape->continued;
        counts->stores += (uint64_t)__builtin_popcountll(shape->store & whole);
        counts->loads +=
            (uint64_t)__builtin_popcountll(shape->data & ~shape->store & whole);
        counts->ifetches += (uint64_t)__builtin_popcountll(~shape->data & whole);
    }
}

static enum status add_block(struct map *to, const struct batch *batch, uint32_t block,
                             struct error *err)
{
    return map_get_or_add(to, batch->blocks[block], 0, err) == MAP_ABSENT ? ERR_NOMEM : OK;
}

enum status cursor_touched(const struct cursor *cursor, struct map *to, struct error *err)
{
    const struct batch *batch = &cursor->batch;
    enum status status = OK;
    if (cursor->first == 0 && cursor->step == batch->nsteps && cursor->step > 0) {
        for (uint32_t i = 0; i < batch->nblocks && status == OK; i++)
            status = add_block(to, batch, i, err);
        return status;
    }
    uint16_t at[2] = {block_before(batch, cursor->first, 0),
                      block_before(batch, cursor->first, 1)};
    const uint32_t end = cursor->step + (cursor->reference > 0);
    for (uint32_t i = cursor->first; i < end && status == OK; i++) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        const int mover = shape->data & 1;
        const uint64_t others = mover ? ~shape->data : shape->data;
        at[mover] = (uint16_t)(batch->steps[i] >> STEP_SHAPE_BITS);
        status = add_block(to, batch, at[mover], err);
        if (status == OK && others & replayed(cursor, i))
            status = add_block(to, batch, at[!mover], err);
    }
    return status;
}
