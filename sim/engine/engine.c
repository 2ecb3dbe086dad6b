/* engine.c -- see engine.h.
 *
 * The pending events lie in two parts, divided by the horizon:
 *
 *     front     when <= horizon: a list sorted by (when, seq); the next event is its head
 *     buckets   when >  horizon: a radix heap
 *
 * Radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the shortest path
 * problem", JACM 37(2), 1990), with digits of 8 bits: an event lies on the level of the
 * highest digit in which its time differs from the horizon, in the bucket of that digit.
 * All events of a bucket come before all of the next bucket, so a bit map finds the first.
 * An empty front is refilled from it: with the whole bucket if it holds few events, else the
 * bucket is spread over the levels below, which are empty.  An event thus goes down at most
 * seven times, whatever the times are, and usually once or twice.
 *
 * That happens only when the clock reaches the bucket: until then events may be scheduled
 * before it.  They go to the front as long as their place there is found within a few
 * steps, else the front is spilled into the buckets.  While the buckets are empty all goes
 * to the front, so that a few events, or any number that come in order, never see a bucket.
 *
 * A bucket is a pairing heap (Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap",
 * Algorithmica 1, 1986), so that the first event of a bucket is known without spreading it,
 * even if it is always the first one that is cancelled.  Amortised costs: schedule and next
 * O(1), step and cancel O(log n).  Nothing is allocated but the engine. */
#include "engine/engine.h"

#include <assert.h>
#include <stdlib.h>

enum {
    DIGIT_BITS = 8,
    DIGITS = 1 << DIGIT_BITS,
    LEVELS = 64 / DIGIT_BITS,
    BUCKETS = LEVELS * DIGITS, /* those of level 0, the lowest digit, come first         */
    MAP_WORDS = BUCKETS / 64,
    /* The best of several tried with bench/events.c. */
    FRONT_TAKE = 8,  /* events of a bucket that is taken whole                          */
    FRONT_WALK = 16, /* steps to find a place in the front before it is spilled         */
};

#define IN_FRONT UINT32_MAX

/* In a bucket: child is the first child; next the next sibling; prev the previous sibling,
 * of a first child the parent, and NULL for the root.  In the front child is not used. */
struct engine {
    psec_t now;
    psec_t horizon; /* UINT64_MAX while the buckets are empty                            */
    struct event front; /* its first event is next, its last prev; `when` is 0, so that it
                         * ends every walk toward earlier times                          */
    uint64_t scheduled, fired, cancelled;
    uint32_t words;          /* bit w: map[w] is not 0                                   */
    uint64_t map[MAP_WORDS]; /* bit b % 64 of word b / 64: bucket b is not empty         */
    struct event *buckets[BUCKETS];
};

_Static_assert(MAP_WORDS == 32, "words has a bit for each word of map");

static inline bool before(const struct event *a, const struct event *b)
{
    return a->when != b->when ? a->when < b->when : a->seq < b->seq;
}

/* Pairing heap. */

static inline void heap_add_child(struct event *parent, struct event *event)
{
    event->prev = parent;
    event->next = parent->child;
    if (parent->child)
        parent->child->prev = event;
    parent->child = event;
}

/* One heap of two; the root's next and prev are the caller's. */
static inline struct event *heap_meld(struct event *a, struct event *b)
{
    if (before(b, a)) {
        heap_add_child(b, a);
        return b;
    }
    heap_add_child(a, b);
    return a;
}

/* One heap of the siblings, in two passes: pairs from the first to the last, then the pairs
 * from the last to the first; NULL if there are none. */
static struct event *heap_meld_siblings(struct event *first)
{
    struct event *pairs = NULL, *root;
    while (first) {
        struct event *a = first, *b = first->next;
        first = b ? b->next : NULL;
        if (b)
            a = heap_meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    if (!pairs)
        return NULL;
    root = pairs;
    pairs = pairs->next;
    while (pairs) {
        struct event *const pair = pairs;
        pairs = pair->next;
        root = heap_meld(root, pair);
    }
    root->next = root->prev = NULL;
    return root;
}

/* Takes a heap apart: every event once, in no order.  An event that has been returned may
 * be linked anew. */
struct heap_walk {
    struct event *next;
    struct event *lists; /* first children, still to come, linked by prev */
};

static inline struct event *heap_walk_next(struct heap_walk *walk)
{
    struct event *event = walk->next;
    if (!event) {
        if (!walk->lists)
            return NULL;
        event = walk->lists;
        walk->lists = event->prev;
    }
    walk->next = event->next;
    if (event->child) {
        event->child->prev = walk->lists;
        walk->lists = event->child;
    }
    return event;
}

/* Buckets. */

static inline void bucket_add(struct engine *engine, struct event *event)
{
    const uint64_t differs = event->when ^ engine->horizon;
    const unsigned bit = 63 - (unsigned)__builtin_clzll(differs | 1);
    const unsigned level = bit / DIGIT_BITS;
    const unsigned digit = event->when >> (level * DIGIT_BITS) & (DIGITS - 1);
    const uint32_t bucket = level * DIGITS + digit;
    struct event *const root = engine->buckets[bucket];
    event->bucket = bucket;
    event->child = NULL;
    if (root && !before(event, root)) {
        heap_add_child(root, event);
        return;
    }
    event->next = event->prev = NULL;
    engine->buckets[bucket] = event;
    if (root) {
        heap_add_child(event, root);
    } else {
        engine->map[bucket / 64] |= (uint64_t)1 << bucket % 64;
        engine->words |= (uint32_t)1 << bucket / 64;
    }
}

/* Forget what the bucket holds. */
static inline void bucket_clear(struct engine *engine, uint32_t bucket)
{
    engine->buckets[bucket] = NULL;
    engine->map[bucket / 64] &= ~((uint64_t)1 << bucket % 64);
    if (!engine->map[bucket / 64])
        engine->words &= ~((uint32_t)1 << bucket / 64);
    if (!engine->words)
        engine->horizon = UINT64_MAX;
}

/* The first bucket that is not empty; there must be one. */
static inline uint32_t bucket_first(const struct engine *engine)
{
    const uint32_t word = (uint32_t)__builtin_ctz(engine->words);
    return word * 64 + (uint32_t)__builtin_ctzll(engine->map[word]);
}

static void bucket_remove(struct engine *engine, struct event *event)
{
    struct event *const rest = heap_meld_siblings(event->child);
    struct event **const root = &engine->buckets[event->bucket];
    if (*root == event) {
        *root = rest;
        if (!rest)
            bucket_clear(engine, event->bucket);
        return;
    }
    if (event->prev->child == event)
        event->prev->child = event->next;
    else
        event->prev->next = event->next;
    if (event->next)
        event->next->prev = event->prev;
    if (rest)
        heap_add_child(*root, rest);
}

/* Front. */

static inline void front_link(struct event *after, struct event *event)
{
    event->bucket = IN_FRONT;
    event->prev = after;
    event->next = after->next;
    after->next->prev = event;
    after->next = event;
}

static inline void front_unlink(struct event *event)
{
    event->prev->next = event->next;
    event->next->prev = event->prev;
}

/* Move all but the events of this moment to the buckets, where the new one belongs too
 * unless it is of this moment.
 *
 * That the horizon falls back to now leaves the other buckets valid.  Either they are
 * empty, or the front was filled from one that ends at the horizon; the clock has reached
 * that bucket, so now and the horizon have all digits in common that tell the others. */
static NOINLINE void front_spill(struct engine *engine, struct event *event)
{
    struct event *const end = &engine->front;
    struct event *last = end->prev;
    engine->horizon = engine->now;
    while (last->when > engine->now) {
        struct event *const prev = last->prev;
        bucket_add(engine, last);
        last = prev;
    }
    last->next = end;
    end->prev = last;
    if (event->when > engine->now)
        bucket_add(engine, event);
    else
        front_link(last, event);
}

/* The event is the last one of its time, since it has just been scheduled. */
static inline void front_insert(struct engine *engine, struct event *event)
{
    struct event *after = engine->front.prev;
    for (int i = 0; i < FRONT_WALK; i++) {
        if (after->when <= event->when) {
            front_link(after, event);
            return;
        }
        after = after->prev;
    }
    front_spill(engine, event);
}

/* A bucket of level 0 holds one time only, so events may never be few there. */
static void front_take_all(struct engine *engine, struct event *root)
{
    while (root) {
        struct event *const rest = heap_meld_siblings(root->child);
        front_link(engine->front.prev, root);
        root = rest;
    }
}

/* Fill the front, which is empty, with the heap if it holds few events, else the buckets
 * from horizon on; true if the front was filled. */
static bool front_take_few(struct engine *engine, struct event *root, psec_t horizon)
{
    struct heap_walk walk = {.next = root};
    struct event *few[FRONT_TAKE], *event;
    size_t n = 0;
    while ((event = heap_walk_next(&walk)) && n < FRONT_TAKE) {
        size_t i = n++;
        for (; i > 0 && before(event, few[i - 1]); i--)
            few[i] = few[i - 1];
        few[i] = event;
    }
    if (!event) {
        for (size_t i = 0; i < n; i++)
            front_link(engine->front.prev, few[i]);
        return true;
    }
    engine->horizon = horizon;
    for (size_t i = 0; i < n; i++)
        bucket_add(engine, few[i]);
    for (; event; event = heap_walk_next(&walk))
        bucket_add(engine, event);
    return false;
}

/* Fill the front, which is empty, unless nothing is pending.  The clock must then be set to
 * the head's time: see front_spill. */
static NOINLINE void front_refill(struct engine *engine)
{
    bool filled = false;
    while (engine->words && !filled) {
        const uint32_t bucket = bucket_first(engine);
        const unsigned level = bucket / DIGITS;
        const psec_t below = ((psec_t)1 << (level * DIGIT_BITS)) - 1;
        struct event *const root = engine->buckets[bucket];
        const psec_t start = root->when & ~below;
        bucket_clear(engine, bucket);
        if (level == 0)
            front_take_all(engine, root);
        filled = level == 0 || front_take_few(engine, root, start);
        if (filled && engine->words)
            engine->horizon = start | below;
    }
}

enum status engine_create(struct engine **out, struct error *err)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return error_nomem(err);
    engine->horizon = UINT64_MAX;
    engine->front.next = engine->front.prev = &engine->front;
    *out = engine;
    return OK;
}

void engine_free(struct engine *engine)
{
    free(engine);
}

psec_t engine_now(const struct engine *engine)
{
    return engine->now;
}

void engine_schedule(struct engine *engine, struct event *event, psec_t when)
{
    assert(!event->pending);
    assert(when >= engine->now);
    event->when = when;
    event->seq = engine->scheduled++;
    event->pending = true;
    if (when > engine->horizon)
        bucket_add(engine, event);
    else
        front_insert(engine, event);
}

void engine_cancel(struct engine *engine, struct event *event)
{
    if (!event->pending)
        return;
    event->pending = false;
    engine->cancelled++;
    if (event->bucket == IN_FRONT)
        front_unlink(event);
    else
        bucket_remove(engine, event);
}

psec_t engine_next(struct engine *engine)
{
    const struct event *const first = engine->front.next;
    if (first != &engine->front)
        return first->when;
    return engine->words ? engine->buckets[bucket_first(engine)]->when : PSEC_NEVER;
}

bool engine_step(struct engine *engine)
{
    if (engine->front.next == &engine->front)
        front_refill(engine);
    struct event *const event = engine->front.next;
    if (event == &engine->front)
        return false;
    front_unlink(event);
    event->pending = false;
    engine->now = event->when;
    engine->fired++;
    event->fire(event);
    return true;
}

void engine_advance(struct engine *engine, psec_t when)
{
    assert(when >= engine->now);
    assert(when <= engine_next(engine));
    engine->now = when;
}

struct engine_counts engine_counts(const struct engine *engine)
{
    const uint64_t done = engine->fired + engine->cancelled;
    return (struct engine_counts){engine->scheduled, engine->fired, engine->cancelled,
                                  engine->scheduled - done};
}
