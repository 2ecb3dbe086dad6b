/* runs.c -- see runs.h.  A hash table with chains, and a list for each space; indexes plus 1
 * stand for pointers, so that zeroed memory is empty. */
#include "swap/runs.h"

#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

void runs_release(struct runs *runs)
{
    free(runs->bindings);
    free(runs->buckets);
    free(runs->heads);
    map_release(&runs->spaces);
    *runs = (struct runs){0};
}

static uint32_t *bucket_of(const struct runs *runs, uint32_t number, uint64_t range)
{
    return &runs->buckets[mix64(range + mix64(number)) & (runs->nbuckets - 1)];
}

uint32_t runs_find(const struct runs *runs, uint32_t space, uint64_t range)
{
    const uint32_t number = map_get(&runs->spaces, space);
    if (number == MAP_ABSENT || !runs->nbuckets)
        return RUN_NONE;
    uint32_t i = *bucket_of(runs, number, range);
    for (; i; i = runs->bindings[i - 1].chain) {
        const struct run_binding *b = &runs->bindings[i - 1];
        if (b->space == number && b->range == range)
            break;
    }
    return i - 1;
}

static void enter(struct runs *runs, uint32_t i)
{
    struct run_binding *b = &runs->bindings[i];
    uint32_t *bucket = bucket_of(runs, b->space, b->range);
    b->chain = *bucket;
    *bucket = i + 1;
}

/* Room for one more binding; as many buckets as there may be bindings. */
static bool grow(struct runs *runs)
{
    if (runs->free || runs->top < runs->capacity)
        return true;
    const uint32_t capacity = runs->capacity ? runs->capacity * 2 : 64;
    struct run_binding *bindings =
        realloc(runs->bindings, (size_t)capacity * sizeof *bindings);
    if (!bindings)
        return false;
    runs->bindings = bindings;
    uint32_t *buckets = calloc(capacity, sizeof *buckets);
    if (!buckets)
        return false;
    free(runs->buckets);
    runs->buckets = buckets;
    runs->capacity = runs->nbuckets = capacity;
    for (uint32_t i = 0; i < runs->top; i++) /* none is free */
        enter(runs, i);
    return true;
}

static bool grow_heads(struct runs *runs, uint32_t number)
{
    if (number < runs->nheads)
        return true;
    const uint32_t nheads = number < 32 ? 64 : number * 2;
    uint32_t *heads = realloc(runs->heads, (size_t)nheads * sizeof *heads);
    if (!heads)
        return false;
    memset(heads + runs->nheads, 0, (size_t)(nheads - runs->nheads) * sizeof *heads);
    runs->heads = heads;
    runs->nheads = nheads;
    return true;
}

enum status runs_bind(struct runs *runs, uint32_t *binding, uint32_t space, uint64_t range,
                      uint32_t run, struct error *err)
{
    const uint32_t number =
        map_get_or_add(&runs->spaces, space, (uint32_t)runs->spaces.used, err);
    if (number == MAP_ABSENT || !grow(runs) || !grow_heads(runs, number))
        return error_nomem(err);
    const uint32_t i = runs->free ? runs->free - 1 : runs->top++;
    struct run_binding *b = &runs->bindings[i];
    if (runs->free)
        runs->free = b->chain;
    *b = (struct run_binding){
        .range = range, .space = number, .run = run, .next = runs->heads[number]};
    if (b->next)
        runs->bindings[b->next - 1].prev = i + 1;
    runs->heads[number] = i + 1;
    enter(runs, i);
    *binding = i;
    return OK;
}

void runs_unbind(struct runs *runs, uint32_t binding)
{
    struct run_binding *b = &runs->bindings[binding];
    uint32_t *link = bucket_of(runs, b->space, b->range);
    while (*link != binding + 1)
        link = &runs->bindings[*link - 1].chain;
    *link = b->chain;
    if (b->next)
        runs->bindings[b->next - 1].prev = b->prev;
    *(b->prev ? &runs->bindings[b->prev - 1].next : &runs->heads[b->space]) = b->next;
    b->chain = runs->free;
    runs->free = binding + 1;
}

uint32_t runs_of_space(const struct runs *runs, uint32_t space)
{
    const uint32_t number = map_get(&runs->spaces, space);
    /* A space that is known but never got its binding for want of memory has no head. */
    return number == MAP_ABSENT || number >= runs->nheads ? RUN_NONE
                                                          : runs->heads[number] - 1;
}
