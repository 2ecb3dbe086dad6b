/* next_uses.c -- see next_uses.h. */
#include "curve/next_uses.h"

#include <stdlib.h>
#include <string.h>

static enum status reserve_notes(struct next_uses *u, size_t more, struct error *err)
{
    if (u->nnotes + more <= u->capacity)
        return OK;
    const size_t capacity = u->nnotes + more + u->capacity / 2;
    page_t *pages = realloc(u->pages, capacity * sizeof *pages);
    if (pages)
        u->pages = pages;
    uint64_t *places = realloc(u->places, capacity * sizeof *places);
    if (places)
        u->places = places;
    if (!pages || !places)
        return error_nomem(err);
    u->capacity = capacity;
    return OK;
}

static enum status reserve_batch(struct next_uses *u, struct error *err)
{
    if (u->nbatches < u->batch_capacity)
        return OK;
    const size_t capacity = u->batch_capacity ? 2 * u->batch_capacity : 64;
    size_t *ends = realloc(u->ends, capacity * sizeof *ends);
    if (!ends)
        return error_nomem(err);
    u->ends = ends;
    u->batch_capacity = capacity;
    return OK;
}

static enum status reserve_pages(struct next_uses *u, page_t npages, struct error *err)
{
    if (npages <= u->npages)
        return OK;
    const size_t capacity = npages < 1024 ? 1024 : npages + (size_t)npages / 2;
    uint32_t *noted = realloc(u->noted, capacity * sizeof *noted);
    if (!noted)
        return error_nomem(err);
    memset(noted + u->npages, 0, (capacity - u->npages) * sizeof *noted);
    u->noted = noted;
    u->npages = capacity;
    return OK;
}

enum status next_uses_note(struct next_uses *u, const page_t *string, uint32_t n,
                           page_t npages, struct error *err)
{
    const uint32_t most = n < npages ? n : npages;
    if (reserve_notes(u, most, err) != OK || reserve_batch(u, err) != OK ||
        reserve_pages(u, npages, err) != OK)
        return ERR_NOMEM;
    const uint32_t number = (uint32_t)u->nbatches + 1;
    for (uint32_t i = 0; i < n; i++) {
        if (u->noted[string[i]] == number)
            continue;
        u->noted[string[i]] = number;
        u->pages[u->nnotes] = string[i];
        u->places[u->nnotes++] = u->length + i;
    }
    u->length += n;
    u->ends[u->nbatches++] = u->nnotes;
    return OK;
}

enum status next_uses_turn(struct next_uses *u, struct error *err)
{
    u->next = malloc((u->npages ? u->npages : 1) * sizeof *u->next);
    if (!u->next)
        return error_nomem(err);
    free(u->noted);
    u->noted = NULL;
    for (size_t page = 0; page < u->npages; page++)
        u->next[page] = NEXT_USE_NEVER;
    for (size_t i = u->nnotes; i-- > 0;) {
        const uint64_t place = u->places[i];
        u->places[i] = u->next[u->pages[i]];
        u->next[u->pages[i]] = place;
    }
    u->length = 0;
    return OK;
}

enum status next_uses_find(struct next_uses *u, const page_t *string, uint32_t n,
                           uint64_t *next, struct error *err)
{
    bool same = u->at < u->nbatches;
    if (same)
        for (size_t i = u->at ? u->ends[u->at - 1] : 0; i < u->ends[u->at]; i++)
            u->next[u->pages[i]] = u->places[i];
    for (uint32_t i = n; same && i-- > 0;) {
        same = string[i] < u->npages;
        if (!same)
            break;
        next[i] = u->next[string[i]];
        u->next[string[i]] = u->length + i;
    }
    if (!same)
        return error_set(err, ERR_IO, at_nowhere(), "the trace changed while it was read");
    u->length += n;
    u->at++;
    return OK;
}

void next_uses_release(struct next_uses *u)
{
    free(u->pages);
    free(u->places);
    free(u->ends);
    free(u->next);
    free(u->noted);
    *u = (struct next_uses){0};
}

uint64_t next_uses_bytes(const struct next_uses *u)
{
    return u->capacity * (sizeof *u->pages + sizeof *u->places) +
           u->batch_capacity * sizeof *u->ends +
           u->npages * (u->next ? sizeof *u->next : sizeof *u->noted);
}
