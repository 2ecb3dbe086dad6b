/* tally.c -- see tally.h. */
#include "layout/tally.h"

#include <stdlib.h>

/* What a step of this shape adds. */
struct kind {
    uint64_t data;      /* loads in the low half, stores in the high one                  */
    uint16_t fetches;   /* parts of references that begin elsewhere are in all three      */
    uint8_t references; /* without such parts                                             */
    bool mover;         /* the stream that moved: 1: data                                 */
    bool continued;
};

/* Accesses to a block; parts: those that are no references of their own. */
struct counts {
    uint64_t data; /* as in struct kind                                                   */
    uint32_t fetches;
    uint32_t parts[USE_KINDS];
};

struct tally {
    const struct batch *batch;
    struct tally_place place, begun;
    uint16_t at[2],
        begun_at[2]; /* where the streams are, and were when the part began    */
    struct kind kinds[BATCH_SHAPES];
    struct counts counts[BATCH_BLOCKS]; /* the last one stays 0: BLOCK_NONE               */
};

_Static_assert(BLOCK_NONE == BATCH_BLOCKS - 1,
               "a stream that is nowhere has its own counts");

enum status tally_create(struct tally **out, struct error *err)
{
    *out = calloc(1, sizeof **out);
    return *out ? OK : error_nomem(err);
}

void tally_free(struct tally *tally)
{
    free(tally);
}

static struct kind kind_of(const struct shape *shape)
{
    const uint64_t all = shape_references(shape), data = shape->data & all;
    const uint64_t stores = (uint64_t)__builtin_popcountll(shape->store & all);
    const uint64_t loads = (uint64_t)__builtin_popcountll(data) - stores;
    return (struct kind){
        .data = stores << 32 | loads,
        .fetches = (uint16_t)(shape->length - (loads + stores)),
        .references = (uint8_t)(shape->length - shape->continued),
        .mover = shape->data & 1,
        .continued = shape->continued,
    };
}

void tally_begin(struct tally *tally, const struct batch *batch)
{
    tally->batch = batch;
    tally->place = tally->begun = (struct tally_place){0};
    for (int stream = 0; stream < 2; stream++)
        tally->at[stream] = tally->begun_at[stream] = batch->start[stream];
    for (uint32_t i = 0; i < batch->nshapes; i++)
        tally->kinds[i] = kind_of(&batch->shapes[i]);
}

struct tally_place tally_place(const struct tally *tally)
{
    return tally->place;
}

static void add(struct tally *tally, const struct kind *kind, const uint16_t at[2])
{
    tally->counts[at[0]].fetches += kind->fetches;
    tally->counts[at[1]].data += kind->data;
}

/* The first access of a step is no reference of its own. */
static void note_part(struct tally *tally, const struct shape *shape, uint16_t block)
{
    tally->counts[block].parts[!(shape->data & 1) ? USE_FETCH
                               : shape->store & 1 ? USE_STORE
                                                  : USE_LOAD]++;
}

/* Some of the references of the step at the place, from there on, at most so many: their
 * number.  The place moves behind them. */
static uint64_t run_partly(struct tally *tally, uint64_t references)
{
    const uint32_t step = tally->batch->steps[tally->place.step];
    const struct shape *shape = step_shape(tally->batch, step);
    const unsigned from = tally->place.reference;
    const bool continued = shape->continued && from == 0;
    const unsigned left = shape->length - from;
    const bool rest = references >= left - continued;
    const unsigned n = rest ? left : (unsigned)references + continued;
    if (n == 0)
        return 0;
    if (from == 0)
        tally->at[shape->data & 1] = (uint16_t)(step >> STEP_SHAPE_BITS);
    const struct shape part = {
        .data = shape->data >> from,
        .store = shape->store >> from,
        .length = (uint8_t)n,
        .continued = continued,
    };
    const struct kind kind = kind_of(&part);
    add(tally, &kind, tally->at);
    if (continued)
        note_part(tally, &part, tally->at[part.data & 1]);
    tally->place = rest ? (struct tally_place){.step = tally->place.step + 1}
                        : (struct tally_place){tally->place.step, from + n};
    return n - continued;
}

uint64_t tally_run(struct tally *tally, uint32_t end, uint64_t references)
{
    uint64_t left = references;
    tally->begun = tally->place;
    tally->begun_at[0] = tally->at[0];
    tally->begun_at[1] = tally->at[1];
    if (tally->place.reference)
        left -= run_partly(tally, left);
    if (tally->place.reference)
        return references - left;
    const uint32_t *steps = tally->batch->steps;
    uint16_t at[2] = {tally->at[0], tally->at[1]};
    uint32_t i = tally->place.step;
    for (; i < end; i++) {
        const struct kind *kind = &tally->kinds[steps[i] & STEP_SHAPE_MASK];
        if (UNLIKELY(kind->references > left))
            break;
        left -= kind->references;
        at[kind->mover] = (uint16_t)(steps[i] >> STEP_SHAPE_BITS);
        add(tally, kind, at);
        if (UNLIKELY(kind->continued))
            note_part(tally, step_shape(tally->batch, steps[i]), at[kind->mover]);
    }
    tally->at[0] = at[0];
    tally->at[1] = at[1];
    tally->place.step = i;
    if (i < end)
        left -= run_partly(tally, left);
    return references - left;
}

bool tally_first_data(const struct tally *tally, uint32_t end, uint64_t *block)
{
    const struct batch *batch = tally->batch;
    unsigned from = tally->place.reference;
    for (uint32_t i = tally->place.step; i < end; i++, from = 0) {
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        if (!(shape->data >> from))
            continue;
        const bool moved = shape->data & 1 && from == 0;
        const uint32_t at = moved ? batch->steps[i] >> STEP_SHAPE_BITS : tally->at[1];
        *block = batch->blocks[at];
        return at != BLOCK_NONE;
    }
    return false;
}

/* --- taking the counts out -------------------------------------------------------------- */

typedef enum status take_counts(void *context, uint64_t block,
                                const struct use_count *count, struct error *err);

static enum status take_block(struct tally *tally, uint16_t block, take_counts *take,
                              void *context, struct error *err)
{
    struct counts *counts = &tally->counts[block];
    if (block == BLOCK_NONE || (!counts->fetches && !counts->data))
        return OK;
    struct use_count count = {.accesses = {[USE_FETCH] = counts->fetches,
                                           [USE_LOAD] = (uint32_t)counts->data,
                                           [USE_STORE] = counts->data >> 32}};
    for (int kind = 0; kind < USE_KINDS; kind++)
        count.references[kind] = count.accesses[kind] - counts->parts[kind];
    *counts = (struct counts){0};
    return take(context, tally->batch->blocks[block], &count, err);
}

enum status tally_take(struct tally *tally, take_counts *take, void *context,
                       struct error *err)
{
    const struct batch *batch = tally->batch;
    enum status status = OK;
    /* A short part looks at its own steps again, a long one at the whole dictionary. */
    if (tally->place.step - tally->begun.step >= batch->nblocks) {
        for (uint32_t i = 0; i < batch->nblocks && status == OK; i++)
            status = take_block(tally, (uint16_t)i, take, context, err);
        return status;
    }
    for (int stream = 0; stream < 2 && status == OK; stream++)
        status = take_block(tally, tally->begun_at[stream], take, context, err);
    for (uint32_t i = tally->begun.step;
         i < batch->nsteps && i <= tally->place.step && status == OK; i++)
        status = take_block(tally, (uint16_t)(batch->steps[i] >> STEP_SHAPE_BITS), take,
                            context, err);
    return status;
}
