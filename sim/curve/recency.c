/* recency.c -- see recency.h. */
#include "curve/recency.h"

#include <stdlib.h>

enum { SLOTS_MIN = 1 << 12, PAGES_MAX = 1 << 29 };

static size_t words_of(uint32_t nslots)
{
    return nslots >> RECENCY_WORD_SHIFT;
}

/* Rounded up, since siblings are read eight at a time. */
static size_t groups_of(uint32_t nslots, unsigned k)
{
    const size_t n = nslots >> (RECENCY_GROUP_SHIFT + RECENCY_FAN_SHIFT * k);
    return (n + 7) & ~(size_t)7;
}

/* Levels of groups until one has no siblings. */
static unsigned levels_of(uint32_t nslots)
{
    unsigned n = 0;
    while (nslots >> (RECENCY_GROUP_SHIFT + RECENCY_FAN_SHIFT * n) > 1)
        n++;
    return n;
}

static void free_slots(struct recency *r)
{
    free(r->live);
    free(r->in_word);
    free(r->before);
    for (unsigned k = 0; k < r->nlevels; k++)
        free(r->in_group[k]);
}

/* Give *r so many empty slots. */
static bool take_slots(struct recency *r, uint32_t nslots)
{
    const size_t words = words_of(nslots);
    r->nslots = nslots;
    r->next = 0;
    r->nlevels = levels_of(nslots);
    r->live = calloc(words, sizeof *r->live);
    r->in_word = calloc(words, sizeof *r->in_word);
    r->before = malloc(words * sizeof *r->before);
    bool enough = r->live && r->in_word && r->before;
    for (unsigned k = 0; k < r->nlevels; k++) {
        r->in_group[k] = calloc(groups_of(nslots, k), sizeof *r->in_group[k]);
        enough = enough && r->in_group[k];
    }
    if (!enough)
        free_slots(r);
    return enough;
}

/* Number the live slots, in order: slot_of then holds these numbers.  Returns how many. */
static uint32_t number_live(struct recency *r)
{
    uint32_t nlive = 0;
    for (size_t word = 0; word < words_of(r->nslots); word++) {
        r->before[word] = nlive;
        nlive += r->in_word[word];
    }
    for (size_t page = 0; page < r->npages; page++) {
        const uint32_t slot = r->slot_of[page];
        if (slot >= RECENCY_OUT)
            continue;
        const uint32_t word = slot >> RECENCY_WORD_SHIFT;
        const uint64_t earlier = ((uint64_t)1 << (slot & 63)) - 1;
        r->slot_of[page] = r->before[word] + recency_bits(r->live[word] & earlier);
    }
    return nlive;
}

/* Set the first so many of slots that are all clear. */
static void fill(struct recency *r, uint32_t nlive)
{
    for (uint32_t slot = 0; slot < nlive; slot++)
        recency_count(r, slot, 1);
    r->next = nlive;
}

void recency_compact(struct recency *r)
{
    const uint32_t nlive = number_live(r);
    memset(r->live, 0, words_of(r->nslots) * sizeof *r->live);
    memset(r->in_word, 0, words_of(r->nslots));
    for (unsigned k = 0; k < r->nlevels; k++)
        memset(r->in_group[k], 0, groups_of(r->nslots, k) * sizeof *r->in_group[k]);
    fill(r, nlive);
}

/* More slots, and the live ones moved into them. */
static bool grow_slots(struct recency *r, uint32_t nslots)
{
    struct recency larger = *r;
    if (!take_slots(&larger, nslots))
        return false;
    const uint32_t nlive = r->nslots ? number_live(r) : 0;
    free_slots(r);
    *r = larger;
    fill(r, nlive);
    return true;
}

enum status recency_reserve(struct recency *r, size_t npages, struct error *err)
{
    if (npages <= r->npages)
        return OK;
    if (npages > PAGES_MAX)
        return error_set(err, ERR_CELL, at_nowhere(), "more than 2^29 pages");
    uint32_t nslots = SLOTS_MIN; /* four times the pages: slots are seldom moved */
    while (nslots / 4 < npages)
        nslots *= 2;
    const size_t capacity = nslots / 4;
    uint32_t *slot_of = realloc(r->slot_of, capacity * sizeof *slot_of);
    if (!slot_of)
        return error_nomem(err);
    r->slot_of = slot_of;
    if (!grow_slots(r, nslots))
        return error_nomem(err);
    for (size_t page = r->npages; page < capacity; page++)
        slot_of[page] = RECENCY_NEVER;
    r->npages = capacity;
    return OK;
}

void recency_release(struct recency *r)
{
    free(r->slot_of);
    free_slots(r);
    *r = (struct recency){0};
}

uint64_t recency_bytes(const struct recency *r)
{
    uint64_t bytes =
        r->npages * sizeof *r->slot_of +
        words_of(r->nslots) * (sizeof *r->live + sizeof *r->in_word + sizeof *r->before);
    for (unsigned k = 0; k < r->nlevels; k++)
        bytes += groups_of(r->nslots, k) * sizeof *r->in_group[k];
    return bytes;
}
