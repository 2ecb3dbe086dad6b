/* opt.c -- see opt.h. */
#include "curve/opt.h"

#include <stdlib.h>

static void *grow(void *array, size_t capacity, size_t size, bool *enough)
{
    void *larger = realloc(array, capacity * size);
    *enough = *enough && larger;
    return larger ? larger : array;
}

enum status opt_reserve(struct opt_stack *s, size_t npages, struct error *err)
{
    if (npages <= s->capacity)
        return OK;
    const size_t wanted = npages < 1024 ? 1024 : npages + npages / 2;
    const size_t capacity = (wanted + OPT_BLOCK - 1) / OPT_BLOCK * OPT_BLOCK;
    bool enough = true;
    s->pages = grow(s->pages, capacity, sizeof *s->pages, &enough);
    s->next = grow(s->next, capacity, sizeof *s->next, &enough);
    s->block_max = grow(s->block_max, capacity / OPT_BLOCK, sizeof *s->block_max, &enough);
    s->place_of = grow(s->place_of, capacity, sizeof *s->place_of, &enough);
    s->count = grow(s->count, capacity, sizeof *s->count, &enough);
    if (!enough)
        return error_nomem(err);
    for (size_t i = s->capacity; i < capacity; i++) {
        s->next[i] = 0;
        s->block_max[i / OPT_BLOCK] = 0;
        s->place_of[i] = PAGE_NONE;
        s->count[i] = 0;
    }
    s->capacity = capacity;
    return OK;
}

void opt_release(struct opt_stack *s)
{
    free(s->pages);
    free(s->next);
    free(s->block_max);
    free(s->place_of);
    free(s->count);
    *s = (struct opt_stack){0};
}

struct carried {
    page_t page;
    uint64_t next;
};

ALWAYS_INLINE void put(struct opt_stack *s, page_t place, struct carried what)
{
    s->pages[place] = what.page;
    s->next[place] = what.next;
    s->place_of[what.page] = place;
}

/* Carry a page down past the places from .. end - 1: what is carried on. */
ALWAYS_INLINE struct carried carry(struct opt_stack *s, page_t from, page_t end,
                                   struct carried down)
{
    for (page_t place = from; place < end; place++) {
        if (s->next[place] <= down.next)
            continue;
        const struct carried farther = {s->pages[place], s->next[place]};
        put(s, place, down);
        down = farther;
    }
    return down;
}

static void renew_block_max(struct opt_stack *s, page_t block)
{
    uint64_t max = 0;
    for (page_t i = 0; i < OPT_BLOCK; i++) {
        const uint64_t next = s->next[block * OPT_BLOCK + i];
        max = next > max ? next : max;
    }
    s->block_max[block] = max;
}

/* The same from the second block on.  The first one is always looked through, so that its
 * maximum is not kept. */
static struct carried carry_far(struct opt_stack *s, page_t end, struct carried down)
{
    page_t block = 1;
    for (; (block + 1) * OPT_BLOCK <= end; block++) {
        if (s->block_max[block] <= down.next)
            continue;
        down = carry(s, block * OPT_BLOCK, (block + 1) * OPT_BLOCK, down);
        renew_block_max(s, block);
    }
    return carry(s, block * OPT_BLOCK, end, down);
}

bool opt_touch(struct opt_stack *s, page_t page, uint64_t next)
{
    const bool fresh = s->place_of[page] == PAGE_NONE;
    const page_t place = fresh ? s->npages++ : s->place_of[page];
    if (!fresh)
        s->count[place]++;
    if (place > 0) {
        struct carried down = {s->pages[0], s->next[0]};
        down = carry(s, 1, place < OPT_BLOCK ? place : OPT_BLOCK, down);
        if (place >= OPT_BLOCK)
            down = carry_far(s, place, down);
        put(s, place, down);
        if (place >= OPT_BLOCK)
            renew_block_max(s, place / OPT_BLOCK);
    }
    put(s, 0, (struct carried){page, next});
    return fresh;
}

uint64_t opt_bytes(const struct opt_stack *s)
{
    return s->capacity * (sizeof *s->pages + sizeof *s->next + sizeof *s->place_of +
                          sizeof *s->count) +
           s->capacity / OPT_BLOCK * sizeof *s->block_max;
}
