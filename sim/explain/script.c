/* script.c -- see script.h. */
#include "explain/script.h"

#include "explain/reference_string.h"

#include <stdlib.h>

static enum status init(struct script *script, unsigned page_shift, unsigned granule_shift,
                        struct error *err)
{
    *script = (struct script){0};
    page_index_init(&script->index);
    page_space_init(&script->space, &script->index, 0, page_shift, granule_shift);
    script->pages = malloc(BATCH_BLOCKS * sizeof *script->pages);
    script->classes = malloc(2 * (size_t)BATCH_SHAPES);
    if (!script->pages || !script->classes)
        return error_nomem(err);
    return batch_init(&script->batch, err);
}

enum status script_of_string(struct script *script, const char *string, unsigned page_shift,
                             struct error *err)
{
    const enum status status = init(script, page_shift, page_shift, err);
    return status == OK ? reference_string_read(&script->batch, string, page_shift, err)
                        : status;
}

enum status script_of_trace(struct script *script, const struct source *source,
                            const struct fold *fold, unsigned page_shift, struct error *err)
{
    if (page_shift < source->granule_shift) {
        *script = (struct script){0};
        return error_set(
            err, ERR_CONFIG, at_file(source->path),
            "pages of %llu bytes: the trace knows addresses to %llu bytes only",
            1ull << page_shift, 1ull << source->granule_shift);
    }
    const struct source_use use = {.fold = fold};
    const enum status status = init(script, page_shift, source->granule_shift, err);
    return status == OK ? source_read(source, &use, &script->trace, err) : status;
}

void script_release(struct script *script)
{
    if (script->trace)
        trace_close(script->trace);
    future_release(&script->futures[0]);
    future_release(&script->futures[1]);
    page_space_release(&script->space);
    page_index_release(&script->index);
    batch_release(&script->batch);
    free(script->pages);
    free(script->classes);
    *script = (struct script){0};
}

/* References that begin in a step. */
static unsigned length_of(const struct shape *shape)
{
    return (unsigned)(shape->length - shape->continued);
}

/* Get the next batch; END. */
static enum status load(struct script *script, struct error *err)
{
    enum status status = script->loaded ? END : OK;
    if (script->trace)
        status = trace_next(script->trace, &script->batch, err);
    if (status != OK)
        return status;
    script->loaded = true;
    script->step = 0;
    script->at[0] = script->batch.start[0];
    script->at[1] = script->batch.start[1];
    batch_classify(&script->batch, script->classes);
    return page_space_translate(&script->space, &script->batch, script->pages, err);
}

/* A piece of nsteps steps with their shapes and classes. */
static void make_piece(struct script *script, struct piece *piece, uint32_t *steps,
                       uint32_t nsteps, uint64_t references)
{
    script->part = script->batch;
    script->part.steps = steps;
    script->part.nsteps = nsteps;
    script->part.start[0] = script->at[0];
    script->part.start[1] = script->at[1];
    script->part.counts = (struct reference_counts){.loads = references};
    *piece = (struct piece){
        .paged = {.batch = &script->part,
                  .classes = script->classes,
                  .pages = script->pages,
                  .index = &script->index,
                  .npages = script->index.npages},
        .number = script->number,
    };
    script->number += references;
}

/* True if references of a step, the first of which has this number, are in the range; those
 * that begin in no step of it may still go on in one. */
static bool is_in_range(const struct script *script, const struct shape *shape,
                        uint64_t number)
{
    const uint64_t first = number - shape->continued, last = number + length_of(shape) - 1;
    return last >= script->from && first < script->end;
}

/* All steps up to one with a reference of the range. */
static void take_many(struct script *script, struct piece *piece)
{
    const struct batch *batch = &script->batch;
    const uint32_t first = script->step;
    uint16_t at[2] = {script->at[0], script->at[1]};
    uint64_t references = 0;
    for (; script->step < batch->nsteps; script->step++) {
        const uint32_t step = batch->steps[script->step];
        const struct shape *shape = step_shape(batch, step);
        if (is_in_range(script, shape, script->number + references))
            break;
        at[shape->data & 1] = (uint16_t)(step >> STEP_SHAPE_BITS);
        references += length_of(shape);
    }
    make_piece(script, piece, batch->steps + first, script->step - first, references);
    script->at[0] = at[0];
    script->at[1] = at[1];
}

/* The next reference of the present step. */
static void take_one(struct script *script, struct piece *piece)
{
    const struct batch *batch = &script->batch;
    const uint32_t step = batch->steps[script->step];
    const struct shape *shape = step_shape(batch, step);
    const unsigned j = script->reference;
    const bool data = shape->data >> j & 1, store = shape->store >> j & 1;
    const bool moves = data == (shape->data & 1);
    const uint16_t block = moves ? (uint16_t)(step >> STEP_SHAPE_BITS) : script->at[data];
    const bool continued = j == 0 && shape->continued;
    script->one_shape =
        (struct shape){.data = data, .store = store, .length = 1, .continued = continued};
    script->one_step = (uint32_t)block << STEP_SHAPE_BITS;
    script->one_class[0] = shape_class(&script->one_shape, false);
    script->one_class[1] = shape_class(&script->one_shape, true);
    make_piece(script, piece, &script->one_step, 1, !continued);
    script->part.shapes = &script->one_shape;
    script->part.nshapes = 1;
    script->at[data] = block;
    piece->paged.classes = script->one_class;
    piece->number -= continued;
    const bool boundary = script->pages[block] & 1;
    piece->single = script->one_class[boundary] & STEP_TOUCHES &&
                    piece->number >= script->from && piece->number < script->end;
    piece->inside = j > 0;
    piece->vpn = script->index.vpns[script->pages[block] >> 1];
    piece->ifetch = !data;
    piece->store = store;
    if (++script->reference == shape->length) {
        script->reference = 0;
        script->step++;
    }
}

/* The present step is to be taken apart. */
static bool step_in_range(const struct script *script)
{
    const struct batch *batch = &script->batch;
    return script->reference > 0 ||
           is_in_range(script, step_shape(batch, batch->steps[script->step]),
                       script->number);
}

enum status script_next(struct script *script, struct piece *piece, struct error *err)
{
    while (!script->loaded || script->step == script->batch.nsteps) {
        const enum status status = load(script, err);
        if (status != OK)
            return status;
    }
    if (step_in_range(script))
        take_one(script, piece);
    else
        take_many(script, piece);
    return OK;
}

static enum status rewind_script(struct script *script, struct error *err)
{
    script->number = 1;
    script->reference = 0;
    script->step = 0;
    const bool read = script->loaded && script->trace;
    script->loaded = false;
    return read ? trace_rewind(script->trace, err) : OK;
}

static enum status add_to_futures(struct script *script, const struct piece *piece,
                                  const bool wanted[2], struct error *err)
{
    enum status status = OK;
    for (int i = 0; i < 2 && status == OK; i++)
        if (wanted[i])
            status = future_add(&script->futures[i], &piece->paged, err);
    return status;
}

static enum status look_ahead(struct script *script, const bool wanted[2],
                              const volatile sig_atomic_t *interrupted, struct error *err)
{
    struct piece piece;
    enum status status;
    while ((status = script_next(script, &piece, err)) == OK) {
        status = *interrupted ? error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted")
                              : add_to_futures(script, &piece, wanted, err);
        if (status != OK)
            return status;
    }
    for (int i = 0; i < 2; i++)
        if (wanted[i])
            future_finish(&script->futures[i]);
    return status == END ? rewind_script(script, err) : status;
}

enum status script_begin(struct script *script, uint64_t from, uint64_t end,
                         const bool wanted[2], const volatile sig_atomic_t *interrupted,
                         struct error *err)
{
    script->from = from;
    script->end = end;
    for (int i = 0; i < 2; i++) {
        future_release(&script->futures[i]);
        script->futures[i].in_references = i;
    }
    const enum status status = rewind_script(script, err);
    return status == OK && (wanted[0] || wanted[1])
               ? look_ahead(script, wanted, interrupted, err)
               : status;
}
