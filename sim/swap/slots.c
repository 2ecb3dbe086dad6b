/* slots.c -- see slots.h.  Slots are kept in chunks, which exist while one of their slots is
 * taken: a device without bound costs memory for what is stored, not for how far the
 * allocation has come.
 *
 * A run is free if none of its slots is taken.  A space is bound to a run from its first
 * page there until the run is filled (SLOTS_CLUSTER) or all its slots are free again, or
 * the space ends.  What is taken page by page, for want of a free run or because a page's
 * place in its run is taken, may lie in a run that is bound. */
#include "swap/slots.h"

#include "base/bits.h"
#include "swap/bitset.h"
#include "swap/runs.h"

#include <assert.h>
#include <stdlib.h>

enum { CHUNK = BITSET_BITS }; /* slots; runs never cross its boundaries */

#define NOWHERE UINT64_MAX

struct chunk_run {
    uint32_t used;    /* slots                                                            */
    uint32_t binding; /* plus 1; 0: none                                                  */
};

struct chunk {
    uint32_t used;          /* slots                                                      */
    struct bitset taken;    /* slots                                                      */
    struct bitset begun;    /* runs that are not free                                     */
    uint32_t owners[CHUNK]; /* of those that are taken                                    */
    struct chunk_run runs[]; /* none if allocation is page by page                        */
};

struct slots {
    struct slots_params params;
    uint64_t total, used, used_max;
    struct chunk **chunks; /* NULL: all free                                              */
    size_t nchunks;        /* those beyond are free too                                   */
    struct chunk *spare;   /* the last one that became free                               */
    uint32_t runs_per_chunk;
    uint64_t next_slot, next_run; /* after the one taken last, after the one begun last   */
    struct runs runs;
};

enum status slots_create(struct slots **out, const struct slots_params *params,
                         struct error *err)
{
    assert(is_power_of_two(params->cluster) && params->cluster <= CHUNK);
    struct slots *slots = calloc(1, sizeof *slots);
    if (!slots)
        return error_nomem(err);
    slots->params = *params;
    slots->total = params->nslots < SLOT_NONE ? params->nslots : SLOT_NONE;
    slots->runs_per_chunk =
        params->allocation == SLOTS_PAGE ? 0 : (uint32_t)CHUNK / params->cluster;
    *out = slots;
    return OK;
}

void slots_free(struct slots *slots)
{
    if (!slots)
        return;
    for (size_t i = 0; i < slots->nchunks; i++)
        free(slots->chunks[i]);
    free(slots->chunks);
    free(slots->spare);
    runs_release(&slots->runs);
    free(slots);
}

static struct chunk *chunk_of(const struct slots *slots, uint64_t slot)
{
    const uint64_t i = slot / CHUNK;
    return i < slots->nchunks ? slots->chunks[i] : NULL;
}

static struct chunk_run *run_of(const struct slots *slots, uint64_t slot)
{
    return &chunk_of(slots, slot)->runs[slot % CHUNK / slots->params.cluster];
}

static bool is_taken(const struct slots *slots, uint64_t slot)
{
    const struct chunk *chunk = chunk_of(slots, slot);
    return chunk && bitset_test(&chunk->taken, (uint32_t)(slot % CHUNK));
}

static enum status make_chunk(struct slots *slots, uint64_t slot, struct error *err)
{
    const size_t i = (size_t)(slot / CHUNK);
    if (i >= slots->nchunks) {
        const size_t nchunks = i < 8 ? 16 : i * 2;
        struct chunk **chunks =
            realloc((void *)slots->chunks, nchunks * sizeof *slots->chunks);
        if (!chunks)
            return error_nomem(err);
        for (size_t k = slots->nchunks; k < nchunks; k++)
            chunks[k] = NULL;
        slots->chunks = chunks;
        slots->nchunks = nchunks;
    }
    if (slots->chunks[i])
        return OK;
    /* A spare one is as empty as a zeroed one: owners count only where a slot is taken. */
    struct chunk *chunk = slots->spare;
    slots->spare = NULL;
    if (!chunk)
        chunk = calloc(1, sizeof *chunk + slots->runs_per_chunk * sizeof *chunk->runs);
    if (!chunk)
        return error_nomem(err);
    slots->chunks[i] = chunk;
    return OK;
}

/* The first free one of `total` slots, or of the runs, from `from` on; NOWHERE. */
static uint64_t next_free(const struct slots *slots, bool runs, uint64_t from,
                          uint64_t total)
{
    const uint32_t per_chunk = runs ? slots->runs_per_chunk : CHUNK;
    while (from < total) {
        const uint64_t i = from / per_chunk;
        const struct chunk *chunk = i < slots->nchunks ? slots->chunks[i] : NULL;
        if (!chunk)
            return from;
        const uint32_t bit = bitset_next_clear(runs ? &chunk->begun : &chunk->taken,
                                               (uint32_t)(from % per_chunk));
        if (bit < per_chunk)
            return i * per_chunk + bit < total ? i * per_chunk + bit : NOWHERE;
        from = (i + 1) * per_chunk;
    }
    return NOWHERE;
}

/* The first free one from `from` on, round the device; NOWHERE. */
static uint64_t next_free_round(const struct slots *slots, bool runs, uint64_t from)
{
    const uint64_t total = runs ? slots->total / slots->params.cluster : slots->total;
    const uint64_t found = next_free(slots, runs, from, total);
    return found != NOWHERE ? found : next_free(slots, runs, 0, total);
}

static void unbind(struct slots *slots, uint32_t binding)
{
    const uint64_t run = slots->runs.bindings[binding].run;
    run_of(slots, run * slots->params.cluster)->binding = 0;
    runs_unbind(&slots->runs, binding);
}

/* Begin a run for a range of a space; *binding is RUN_NONE if no run is free. */
static enum status begin_run(struct slots *slots, uint32_t *binding, uint32_t space,
                             uint64_t range, struct error *err)
{
    *binding = RUN_NONE;
    const uint64_t run = next_free_round(slots, true, slots->next_run);
    if (run == NOWHERE)
        return OK;
    const uint64_t slot = run * slots->params.cluster;
    enum status status = make_chunk(slots, slot, err);
    if (status == OK)
        status = runs_bind(&slots->runs, binding, space, range, (uint32_t)run, err);
    if (status != OK)
        return status;
    run_of(slots, slot)->binding = *binding + 1;
    slots->next_run = run + 1;
    return OK;
}

/* The next place of the run that the space fills; NOWHERE if it has none or none is left
 * there. */
static uint64_t fill_run(struct slots *slots, uint32_t binding)
{
    if (binding == RUN_NONE)
        return NOWHERE;
    struct run_binding *b = &slots->runs.bindings[binding];
    const uint32_t cluster = slots->params.cluster;
    const uint64_t first = (uint64_t)b->run * cluster;
    while (b->place < cluster && is_taken(slots, first + b->place))
        b->place++;
    const uint64_t slot = b->place < cluster ? first + b->place++ : NOWHERE;
    if (b->place >= cluster)
        unbind(slots, binding);
    return slot;
}

static enum status find_in_cluster(struct slots *slots, uint64_t *slot, uint32_t space,
                                   struct error *err)
{
    uint32_t binding = runs_find(&slots->runs, space, 0);
    *slot = fill_run(slots, binding);
    if (*slot != NOWHERE)
        return OK;
    const enum status status = begin_run(slots, &binding, space, 0, err);
    if (status == OK)
        *slot = fill_run(slots, binding);
    return status;
}

static enum status find_by_address(struct slots *slots, uint64_t *slot, uint32_t space,
                                   vpn_t vpn, struct error *err)
{
    const uint32_t cluster = slots->params.cluster;
    uint32_t binding = runs_find(&slots->runs, space, vpn / cluster);
    *slot = NOWHERE;
    if (binding == RUN_NONE) {
        const enum status status = begin_run(slots, &binding, space, vpn / cluster, err);
        if (status != OK || binding == RUN_NONE)
            return status;
    }
    const uint64_t place =
        (uint64_t)slots->runs.bindings[binding].run * cluster + vpn % cluster;
    if (!is_taken(slots, place))
        *slot = place;
    return OK;
}

static void enter(struct slots *slots, uint64_t slot, uint32_t owner)
{
    struct chunk *chunk = chunk_of(slots, slot);
    const uint32_t bit = (uint32_t)(slot % CHUNK);
    bitset_set(&chunk->taken, bit);
    chunk->owners[bit] = owner;
    chunk->used++;
    if (slots->runs_per_chunk && run_of(slots, slot)->used++ == 0)
        bitset_set(&chunk->begun, bit / slots->params.cluster);
    slots->next_slot = slot + 1;
    if (++slots->used > slots->used_max)
        slots->used_max = slots->used;
}

enum status slots_take(struct slots *slots, slot_t *out, uint32_t space, vpn_t vpn,
                       uint32_t owner, struct error *err)
{
    assert(owner != SLOT_FREE);
    *out = SLOT_NONE;
    if (slots->used == slots->total)
        return OK;
    uint64_t slot = NOWHERE;
    enum status status = OK;
    if (slots->params.allocation == SLOTS_CLUSTER)
        status = find_in_cluster(slots, &slot, space, err);
    else if (slots->params.allocation == SLOTS_ADDRESS)
        status = find_by_address(slots, &slot, space, vpn, err);
    if (status == OK && slot == NOWHERE)
        slot = next_free_round(slots, false, slots->next_slot);
    if (status == OK)
        status = make_chunk(slots, slot, err);
    if (status != OK)
        return status;
    enter(slots, slot, owner);
    *out = (slot_t)slot;
    return OK;
}

void slots_give(struct slots *slots, slot_t slot)
{
    assert(is_taken(slots, slot));
    struct chunk *chunk = chunk_of(slots, slot);
    const uint32_t bit = slot % CHUNK;
    bitset_clear(&chunk->taken, bit);
    slots->used--;
    if (slots->runs_per_chunk) {
        struct chunk_run *run = run_of(slots, slot);
        if (--run->used == 0) {
            bitset_clear(&chunk->begun, bit / slots->params.cluster);
            if (run->binding)
                unbind(slots, run->binding - 1);
        }
    }
    if (--chunk->used == 0) {
        slots->chunks[slot / CHUNK] = NULL;
        free(slots->spare);
        slots->spare = chunk;
    }
}

void slots_end_space(struct slots *slots, uint32_t space)
{
    uint32_t binding;
    while ((binding = runs_of_space(&slots->runs, space)) != RUN_NONE)
        unbind(slots, binding);
}

uint32_t slots_owner(const struct slots *slots, slot_t slot)
{
    return is_taken(slots, slot) ? chunk_of(slots, slot)->owners[slot % CHUNK] : SLOT_FREE;
}

uint64_t slots_total(const struct slots *slots)
{
    return slots->total;
}

uint64_t slots_used(const struct slots *slots)
{
    return slots->used;
}

uint64_t slots_used_max(const struct slots *slots)
{
    return slots->used_max;
}

/* `first` is the chunk's first slot. */
static const char *check_runs(const struct slots *slots, const struct chunk *chunk,
                              uint64_t first)
{
    const uint32_t cluster = slots->params.cluster;
    for (uint32_t r = 0; r < slots->runs_per_chunk; r++) {
        const struct chunk_run *run = &chunk->runs[r];
        uint32_t used = 0;
        for (uint32_t bit = r * cluster; bit < (r + 1) * cluster; bit++)
            used += bitset_test(&chunk->taken, bit);
        if (used != run->used)
            return "a run's count of slots is not that of its taken slots";
        if (bitset_test(&chunk->begun, r) != (used > 0))
            return "a run is marked as free but has taken slots, or the reverse";
        if (run->binding && used == 0)
            return "a free run is bound to an address space";
        if (!run->binding)
            continue;
        const struct run_binding *b = &slots->runs.bindings[run->binding - 1];
        if (b->run != first / cluster + r)
            return "a run is bound to an address space that has another run";
        if (b->place >= cluster)
            return "a run that is filled is bound to an address space";
    }
    return NULL;
}

static const char *check_chunk(const struct slots *slots, const struct chunk *chunk,
                               uint64_t first)
{
    uint32_t used = 0;
    for (uint32_t bit = 0; bit < CHUNK; bit++) {
        if (!bitset_test(&chunk->taken, bit))
            continue;
        used++;
        if (first + bit >= slots->total)
            return "a slot beyond the device's end is taken";
        if (chunk->owners[bit] == SLOT_FREE)
            return "a taken slot has no owner";
    }
    if (used != chunk->used)
        return "a chunk's count of slots is not that of its taken slots";
    if (!bitset_consistent(&chunk->taken) || !bitset_consistent(&chunk->begun))
        return "a summary of full words does not fit the words";
    return check_runs(slots, chunk, first);
}

const char *slots_check(const struct slots *slots)
{
    uint64_t used = 0;
    for (size_t i = 0; i < slots->nchunks; i++) {
        const struct chunk *chunk = slots->chunks[i];
        const char *wrong = chunk ? check_chunk(slots, chunk, (uint64_t)i * CHUNK) : NULL;
        if (wrong)
            return wrong;
        used += chunk ? chunk->used : 0;
    }
    if (used != slots->used)
        return "the count of used slots is not that of the taken slots";
    if (slots->used > slots->used_max || slots->used_max > slots->total)
        return "the most slots ever used are fewer than those in use, or more than all";
    return NULL;
}
