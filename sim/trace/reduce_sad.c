/* reduce_sad.c -- Safely Allowed Drop: Kaplan, Smaragdakis, Wilson, SIGMETRICS 1999.
 *
 * Of three accesses to a page the middle one may go if fewer than `frames` distinct other
 * pages come between the first and the last: then neither LRU nor OPT can have evicted the
 * page in between, with or without it.  The trace is read from left to right, and the first
 * of the three is always one that is kept.
 *
 * Whether other pages are too many is told by the `frames` + 1 pages used last (the
 * window): they are too many if the page used longest ago of these was used after the first
 * of the three.  So an access costs constant time.
 *
 * What is held back is at most two accesses for each page of the window: while the oldest
 * of them waits, its page has not left the window, so only pages of the window have come
 * since, and of each all but its first and its last access in that time have gone. */
#include "trace/reduce_inside.h"

#include <stdlib.h>

/* An entry of the window. */
struct recent {
    page_t page;
    uint32_t waiting;    /* the held access that may still be dropped: its last; 0: none  */
    uint64_t last, kept; /* times of its last access and of the last one kept             */
};

/* An access that is kept, or may be: then `waits`. */
struct held {
    page_t page;
    enum reference_kind kind;
    bool waits;
};

struct sad {
    struct reducer *reducer;
    uint64_t frames;
    uint64_t now; /* accesses so far */
    struct order recency;
    struct recent *recent;
    size_t recent_capacity;
    uint32_t nrecent;
    struct order sequence;
    struct held *held;
    size_t held_capacity;
    uint32_t nheld,
        free;           /* free: list of the unused of them, through page; 0 ends it     */
    uint32_t *entry_of; /* [page]: in the window, or 0                                  */
    size_t npages;
};

static enum status sad_init(void *state, struct reducer *reducer, uint64_t frames,
                            struct error *err)
{
    struct sad *s = state;
    s->reducer = reducer;
    s->frames = frames;
    const enum status status = order_make_room(&s->recency, 0, err);
    return status == OK ? order_make_room(&s->sequence, 0, err) : status;
}

static void sad_release(void *state)
{
    struct sad *s = state;
    free(s->recency.links);
    free(s->recent);
    free(s->sequence.links);
    free(s->held);
    free(s->entry_of);
}

static enum status sad_make_room(void *state, page_t npages, struct error *err)
{
    struct sad *s = state;
    while (s->npages < npages) {
        uint32_t *entry_of = reduce_grow(s->entry_of, sizeof *entry_of, &s->npages);
        if (!entry_of)
            return error_nomem(err);
        s->entry_of = entry_of;
    }
    return OK;
}

/* Hand out what is in front of the first access that waits. */
static enum status flush(struct sad *s, struct error *err)
{
    uint32_t h;
    while ((h = order_oldest(&s->sequence)) != 0 && !s->held[h].waits) {
        const enum status status =
            reduce_emit(s->reducer, s->held[h].page, s->held[h].kind, err);
        order_remove(&s->sequence, h);
        s->held[h].page = s->free;
        s->free = h;
        if (status != OK)
            return status;
    }
    return OK;
}

/* The access that waits is kept. */
static enum status keep(struct sad *s, struct recent *recent, struct error *err)
{
    s->held[recent->waiting].waits = false;
    recent->waiting = 0;
    recent->kept = recent->last;
    return flush(s, err);
}

static enum status make_room_to_hold(struct sad *s, uint32_t h, struct error *err)
{
    while (h >= s->held_capacity) {
        struct held *held = reduce_grow(s->held, sizeof *held, &s->held_capacity);
        if (!held)
            return error_nomem(err);
        s->held = held;
    }
    return order_make_room(&s->sequence, h, err);
}

/* Hold an access back, the newest of all; *h: where. */
static enum status hold(struct sad *s, const struct held *access, uint32_t *h,
                        struct error *err)
{
    if (s->free) {
        *h = s->free;
        s->free = s->held[*h].page;
    } else {
        const enum status status = make_room_to_hold(s, s->nheld + 1, err);
        if (status != OK)
            return status;
        *h = ++s->nheld;
    }
    s->held[*h] = *access;
    order_append(&s->sequence, *h);
    return OK;
}

static enum status make_room_in_window(struct sad *s, uint32_t entry, struct error *err)
{
    while (entry >= s->recent_capacity) {
        struct recent *recent = reduce_grow(s->recent, sizeof *recent, &s->recent_capacity);
        if (!recent)
            return error_nomem(err);
        s->recent = recent;
    }
    return order_make_room(&s->recency, entry, err);
}

/* Let the page into the window, in the place of the one used longest ago if it is full. */
static enum status enter(struct sad *s, page_t page, uint32_t *entry, struct error *err)
{
    enum status status = OK;
    if (s->nrecent > s->frames) {
        *entry = order_oldest(&s->recency);
        order_remove(&s->recency, *entry);
        s->entry_of[s->recent[*entry].page] = 0;
        if (s->recent[*entry].waiting)
            status = keep(s, &s->recent[*entry], err);
    } else {
        status = make_room_in_window(s, s->nrecent + 1, err);
        if (status == OK)
            *entry = ++s->nrecent;
    }
    if (status != OK)
        return status;
    s->recent[*entry] = (struct recent){.page = page, .last = s->now, .kept = s->now};
    s->entry_of[page] = *entry;
    order_append(&s->recency, *entry);
    return OK;
}

/* An access to a page that is not in the window is kept in any case. */
static enum status access_new(struct sad *s, page_t page, enum reference_kind kind,
                              struct error *err)
{
    uint32_t entry, h;
    const struct held access = {.page = page, .kind = kind};
    enum status status = enter(s, page, &entry, err);
    if (status == OK)
        status = hold(s, &access, &h, err);
    return status == OK ? flush(s, err) : status;
}

/* Have fewer than `frames` other pages come since the last access to it that was kept? */
static bool is_safe(const struct sad *s, uint32_t entry)
{
    const uint32_t oldest = order_oldest(&s->recency);
    return s->nrecent <= s->frames || s->recent[oldest].last < s->recent[entry].kept;
}

static enum status sad_access(void *state, page_t page, enum reference_kind kind,
                              struct error *err)
{
    struct sad *s = state;
    s->now++;
    const uint32_t entry = s->entry_of[page];
    if (!entry)
        return access_new(s, page, kind, err);
    struct recent *recent = &s->recent[entry];
    enum status status = OK;
    if (recent->waiting && is_safe(s, entry)) {
        struct held *held = &s->held[recent->waiting];
        held->kind = reduce_merge(held->kind, kind);
        order_renew(&s->sequence, recent->waiting);
    } else {
        const struct held access = {.page = page, .kind = kind, .waits = true};
        if (recent->waiting)
            status = keep(s, recent, err);
        if (status == OK)
            status = hold(s, &access, &recent->waiting, err);
    }
    recent->last = s->now;
    order_renew(&s->recency, entry);
    return status;
}

/* The last access to each page is kept: no third one follows it. */
static enum status sad_finish(void *state, struct error *err)
{
    struct sad *s = state;
    for (uint32_t h = order_oldest(&s->sequence); h; h = order_next(&s->sequence, h))
        s->held[h].waits = false;
    return flush(s, err);
}

const struct reduce_method reduce_sad = {
    .state_size = sizeof(struct sad),
    .init = sad_init,
    .release = sad_release,
    .make_room = sad_make_room,
    .access = sad_access,
    .finish = sad_finish,
};
