/* reduce_olr.c -- Optimal LRU Reduction: the shortest trace that makes LRU fetch and evict
 * as the full one does; Kaplan, Smaragdakis, Wilson, SIGMETRICS 1999.  How it is found here
 * follows from two observations.
 *
 * Only the faults of LRU with `frames` frames matter: beyond that place the LRU stack is the
 * order in which pages were evicted, so that larger memories, too, see no difference.
 *
 * When a page e is evicted every other page in memory must have been accessed after the last
 * access to e, and that is all there is to satisfy.  So the last access to a page can be, and
 * for the good of all others should be, as early as its predecessors in eviction allow: in
 * the *front*, after the fetch F that is the latest of all pages evicted so far, in the order
 * of eviction.  A page fetched after F needs nothing but its fetch.  When such a page is
 * evicted its fetch becomes F, and whoever was accessed last before it needs an access more;
 * where exactly between F and this eviction (its deadline) is open until the page is evicted
 * or F passes the deadline.  So an access is only made when one more is unavoidable.
 *
 * Held back are the fetches after F, all of pages in memory, and an access owed by each page:
 * at most two for each frame. */
#include "trace/reduce_inside.h"

#include <assert.h>
#include <stdlib.h>

/* An entry of the memory that is simulated. */
struct resident {
    page_t page;
    bool owed;                /* an access that has not been made yet                    */
    bool stored;              /* since its fetch                                         */
    enum reference_kind kind; /* of its last access                                      */
    uint64_t fetched;         /* number of its fetch                                     */
    uint64_t deadline;        /* if owed: the fetch before the one that must find it made */
};

struct fetch {
    page_t page;
    enum reference_kind kind;
};

struct olr {
    struct reducer *reducer;
    uint64_t frames;
    struct order
        recency;       /* by last access in the full trace                              */
    struct order debt; /* by deadline, or fetch if nothing is owed                      */
    struct resident *resident;
    size_t resident_capacity;
    uint32_t nresident;
    uint32_t *entry_of; /* [page]: in memory, or 0                                       */
    size_t npages;
    struct fetch
        *fetches; /* those not handed out, number f at f % capacity               */
    size_t fetches_capacity;
    uint64_t first,
        end; /* they are first .. end - 1; F is first - 1                      */
};

static enum status make_room_in_memory(struct olr *o, uint32_t entry, struct error *err)
{
    while (entry >= o->resident_capacity) {
        struct resident *resident =
            reduce_grow(o->resident, sizeof *resident, &o->resident_capacity);
        if (!resident)
            return error_nomem(err);
        o->resident = resident;
    }
    const enum status status = order_make_room(&o->recency, entry, err);
    return status == OK ? order_make_room(&o->debt, entry, err) : status;
}

static enum status olr_init(void *state, struct reducer *reducer, uint64_t frames,
                            struct error *err)
{
    struct olr *o = state;
    o->reducer = reducer;
    o->frames = frames;
    return make_room_in_memory(o, 0, err);
}

static void olr_release(void *state)
{
    struct olr *o = state;
    free(o->recency.links);
    free(o->debt.links);
    free(o->resident);
    free(o->entry_of);
    free(o->fetches);
}

static enum status olr_make_room(void *state, page_t npages, struct error *err)
{
    struct olr *o = state;
    while (o->npages < npages) {
        uint32_t *entry_of = reduce_grow(o->entry_of, sizeof *entry_of, &o->npages);
        if (!entry_of)
            return error_nomem(err);
        o->entry_of = entry_of;
    }
    return OK;
}

static struct fetch *fetch_at(const struct olr *o, uint64_t number)
{
    return &o->fetches[number & (o->fetches_capacity - 1)];
}

/* Twice as many places.  That is only needed until memory is full the first time; nothing
 * has been handed out by then, so that all fetches stay where they are. */
static enum status grow_fetches(struct olr *o, struct error *err)
{
    assert(o->first == 0);
    struct fetch *fetches = reduce_grow(o->fetches, sizeof *fetches, &o->fetches_capacity);
    if (!fetches)
        return error_nomem(err);
    o->fetches = fetches;
    return OK;
}

static enum status emit_owed(struct olr *o, const struct resident *resident,
                             struct error *err)
{
    return reduce_emit(o->reducer, resident->page,
                       resident->stored ? STORE : resident->kind, err);
}

static enum status emit_fetches(struct olr *o, uint64_t end, struct error *err)
{
    enum status status = OK;
    for (; o->first < end && status == OK; o->first++) {
        const struct fetch *fetch = fetch_at(o, o->first);
        status = reduce_emit(o->reducer, fetch->page, fetch->kind, err);
    }
    return status;
}

/* The fetch of a page that goes has become F: all that was to come before it does, and who
 * has been accessed last before it owes an access from now on. */
static enum status advance(struct olr *o, uint64_t front, struct error *err)
{
    enum status status = OK;
    uint32_t entry;
    while (status == OK && (entry = order_oldest(&o->debt)) != 0) {
        struct resident *resident = &o->resident[entry];
        if ((resident->owed ? resident->deadline : resident->fetched) >= front)
            break;
        if (resident->owed)
            status = emit_owed(o, resident, err);
        resident->owed = true;
        resident->deadline = o->end - 1;
        order_renew(&o->debt, entry);
    }
    return status == OK ? emit_fetches(o, front + 1, err) : status;
}

/* Evict the page used longest ago; *entry: its place. */
static enum status evict(struct olr *o, uint32_t *entry, struct error *err)
{
    *entry = order_oldest(&o->recency);
    struct resident *victim = &o->resident[*entry];
    order_remove(&o->recency, *entry);
    order_remove(&o->debt, *entry);
    o->entry_of[victim->page] = 0;
    if (victim->owed)
        return emit_owed(o, victim, err);
    if (victim->stored)
        fetch_at(o, victim->fetched)->kind = STORE;
    return advance(o, victim->fetched, err);
}

static enum status fault(struct olr *o, page_t page, enum reference_kind kind,
                         struct error *err)
{
    uint32_t entry = 0;
    enum status status = OK;
    if (o->nresident == o->frames)
        status = evict(o, &entry, err);
    else
        status = make_room_in_memory(o, o->nresident + 1, err);
    if (status == OK && o->end - o->first == o->fetches_capacity)
        status = grow_fetches(o, err);
    if (status != OK)
        return status;
    if (!entry)
        entry = ++o->nresident;
    *fetch_at(o, o->end) = (struct fetch){.page = page, .kind = kind};
    o->resident[entry] = (struct resident){.page = page, .kind = kind, .fetched = o->end++};
    o->entry_of[page] = entry;
    order_append(&o->recency, entry);
    order_append(&o->debt, entry);
    return OK;
}

static enum status olr_access(void *state, page_t page, enum reference_kind kind,
                              struct error *err)
{
    struct olr *o = state;
    const uint32_t entry = o->entry_of[page];
    if (!entry)
        return fault(o, page, kind, err);
    o->resident[entry].kind = kind;
    o->resident[entry].stored = o->resident[entry].stored || kind == STORE;
    order_renew(&o->recency, entry);
    return OK;
}

static enum status olr_finish(void *state, struct error *err)
{
    struct olr *o = state;
    enum status status = OK;
    for (uint32_t entry = order_oldest(&o->debt); entry && status == OK;
         entry = order_next(&o->debt, entry)) {
        struct resident *resident = &o->resident[entry];
        if (resident->owed)
            status = emit_owed(o, resident, err);
        else if (resident->stored)
            fetch_at(o, resident->fetched)->kind = STORE;
    }
    return status == OK ? emit_fetches(o, o->end, err) : status;
}

const struct reduce_method reduce_olr = {
    .state_size = sizeof(struct olr),
    .init = olr_init,
    .release = olr_release,
    .make_room = olr_make_room,
    .access = olr_access,
    .finish = olr_finish,
};
