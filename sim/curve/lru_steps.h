/* lru_steps.h -- the loop over the steps of a batch, of lru.h.
 *
 * It is compiled once for vectors of 16 bytes, and once for vectors of 32 bytes, which not
 * every processor has: who includes this defines LRU_VECTOR.  Every function that has
 * `width` is inlined where it is a constant, so that there is a loop for one page size and
 * one for eight. */
#ifndef FAULTLINE_CURVE_LRU_STEPS_H
#define FAULTLINE_CURVE_LRU_STEPS_H

#include "curve/lru.h"

#ifndef LRU_VECTOR
#define LRU_VECTOR 16
#endif

typedef int8_t vector __attribute__((vector_size(LRU_VECTOR)));
typedef uint64_t vector_of_words __attribute__((vector_size(LRU_VECTOR)));

ALWAYS_INLINE vector vector_at(const int8_t *bytes)
{
    vector v;
    memcpy(&v, bytes, sizeof v);
    return v;
}

/* A slot's ranks, as often as they fit in a vector. */
ALWAYS_INLINE vector ranks_at(const struct lru_stacks *lru, unsigned slot, size_t width)
{
    if (width == 1 && LRU_VECTOR == 16) /* it takes four instructions there, or a table */
        return vector_at(lru->same[lru->ranks[slot]]);
    if (width == 1)
        return (vector){0} + lru->ranks[slot];
    uint64_t word;
    memcpy(&word, &lru->ranks[slot * width], sizeof word);
    return (vector)((vector_of_words){0} + word);
}

/* Ranks after a page of rank `rank` has been touched; a rank of -1 touches nothing. */
ALWAYS_INLINE vector touched(vector ranks, vector rank)
{
    return (ranks - (ranks < rank)) & ~(ranks == rank);
}

ALWAYS_INLINE void count_near(uint64_t near[LRU_SLOTS][LEVELS_MAX], const int8_t *distances,
                              size_t width)
{
    for (unsigned l = 0; l < width; l++)
        near[distances[l]][l]++;
}

/* The slot whose smallest page was used longest ago. */
ALWAYS_INLINE unsigned oldest_slot(const struct lru_stacks *lru, size_t width)
{
    const vector oldest = vector_at(lru->same[LRU_SLOTS - 1]);
    vector found = {0};
    for (size_t i = 0; i < LRU_SLOTS * width; i += LRU_VECTOR)
        found |= (vector_at(&lru->ranks[i]) == oldest) & vector_at(&lru->slots[i]);
    int slot = 0;
    for (unsigned i = 0; i < LRU_VECTOR; i++)
        slot |= found[i];
    return (unsigned)slot;
}

/* The sum of a level's bytes. */
ALWAYS_INLINE int sum_at(vector v, unsigned level, size_t width)
{
    int sum = 0;
    for (size_t i = level; i < LRU_VECTOR; i += width)
        sum += v[i];
    return sum;
}

/* Levels, from the lowest, at which no other slot holds the same page. */
ALWAYS_INLINE unsigned levels_alone(const struct lru_stacks *lru, unsigned slot,
                                    size_t width)
{
    if (width == 1)
        return 1;
    const vector ranks = ranks_at(lru, slot, width);
    vector equal = {0};
    for (size_t i = 0; i < LRU_SLOTS * width; i += LRU_VECTOR)
        equal -= vector_at(&lru->ranks[i]) == ranks;
    unsigned level = 0;
    while (level < lru->levels->n && sum_at(equal, level, width) == 1)
        level++;
    return level;
}

/* Take the oldest page out of the set; its slot. */
ALWAYS_INLINE unsigned evict(struct lru_stacks *lru, size_t width)
{
    const unsigned slot = oldest_slot(lru, width);
    const unsigned alone = levels_alone(lru, slot, width);
    const page_t page = lru->page_at[slot];
    for (unsigned l = 0; l < alone; l++)
        lru->distinct[l]--;
    if (page == PAGE_NONE)
        return slot;
    lru->slot_of[page] = LRU_NO_SLOT;
    const page_t *row = levels_row(lru->levels, page);
    for (unsigned l = 0; l < alone; l++)
        recency_push(&lru->order[l], row[l]);
    return slot;
}

/* A page that is not in the set at this level comes in: count its use. */
ALWAYS_INLINE void count_far(struct lru_stacks *lru, unsigned level, page_t page,
                             uint64_t reference)
{
    struct recency *order = &lru->order[level];
    if (order->slot_of[page] != RECENCY_NEVER) {
        lru->far[level][lru->distinct[level] + recency_take(order, page)]++;
        return;
    }
    order->slot_of[page] = RECENCY_OUT;
    lru->npages[level]++;
    if (lru->footprints)
        footprint_add(&lru->footprints[level], reference);
}

/* A slot that holds this page. */
ALWAYS_INLINE unsigned slot_with(const page_t pages[LRU_SLOTS], page_t page)
{
    unsigned slot = 0;
    for (unsigned i = 0; i < LRU_SLOTS; i++)
        slot = pages[i] == page ? i : slot;
    return slot;
}

/* Bring a page into the set and count its use at all levels; its slot. */
ALWAYS_INLINE unsigned bring_in(struct lru_stacks *lru, page_t page, uint64_t reference,
                                size_t width)
{
    const unsigned n = width == 1 ? 1 : lru->levels->n;
    const unsigned slot = evict(lru, width);
    const page_t *row = levels_row(lru->levels, page);
    int8_t *ranks = &lru->ranks[slot * width];
    unsigned level = 0;
    for (; level < n && lru->order[level].slot_of[row[level]] != RECENCY_OUT; level++) {
        count_far(lru, level, row[level], reference);
        ranks[level] = (int8_t)lru->distinct[level]++;
    }
    if (level < n) {
        const unsigned sharer = slot_with(lru->pages_at[level], row[level]);
        for (unsigned l = level; l < n; l++) {
            ranks[l] = lru->ranks[sharer * width + l];
            lru->near[0][ranks[l]][l]++;
        }
    }
    for (unsigned l = 0; l < n; l++)
        lru->pages_at[l][slot] = row[l];
    lru->page_at[slot] = page;
    lru->slot_of[page] = (uint8_t)slot;
    return slot;
}

/* Put a slot's pages on top. */
ALWAYS_INLINE void renew(struct lru_stacks *lru, unsigned slot, size_t width)
{
    const vector rank = ranks_at(lru, slot, width);
    for (size_t i = 0; i < LRU_SLOTS * width; i += LRU_VECTOR) {
        const vector ranks = touched(vector_at(&lru->ranks[i]), rank);
        memcpy(&lru->ranks[i], &ranks, sizeof ranks);
    }
}

ALWAYS_INLINE void touch(struct lru_stacks *lru, page_t page, uint64_t reference,
                         size_t width)
{
    unsigned slot = lru->slot_of[page];
    if (slot == LRU_NO_SLOT)
        slot = bring_in(lru, page, reference, width);
    else
        count_near(lru->near[0], &lru->ranks[slot * width], width);
    renew(lru, slot, width);
}

/* What a step touches. */
struct touches {
    page_t first, other;         /* one page if the other stream is not active           */
    uint64_t at_first, at_other; /* numbers of the references that touch them first       */
    uint32_t kind;
};

/* Further changes between two pages, of which the second one is at these distances: at
 * distance 0 they are one page. */
ALWAYS_INLINE void count_alternations(struct lru_stacks *lru, const int8_t *distances,
                                      uint32_t kind, size_t width)
{
    const uint32_t n = kind_alternations(kind);
    if (width > 1 && n == 0)
        return;
    for (unsigned l = 0; l < width; l++)
        lru->alternations[l] += distances[l] ? n : 0;
}

/* A step with a page that is not in the set. */
ALWAYS_INLINE void touch_in_turn(struct lru_stacks *lru, const struct touches *t,
                                 size_t width)
{
    touch(lru, t->first, t->at_first, width);
    if (t->first == t->other)
        return;
    touch(lru, t->other, t->at_other, width);
    const unsigned first = lru->slot_of[t->first];
    count_alternations(lru, &lru->ranks[first * width], t->kind, width);
    if (!(t->kind & STEP_LAST_OTHER))
        renew(lru, first, width);
}

static NOINLINE void touch_slowly(struct lru_stacks *lru, const struct level_batch *batch,
                                  uint32_t step, struct touches *t)
{
    const struct shape *shape = step_shape(batch->batch, step);
    const bool boundary = batch->entries[step >> STEP_SHAPE_BITS] & 1;
    const uint64_t base = lru->references + 1 - shape->continued;
    t->at_first = base + shape_first_touch(shape, boundary);
    if (t->first != t->other)
        t->at_other = base + shape_other_touch(shape, boundary);
    if (lru->width == 1)
        touch_in_turn(lru, t, 1);
    else
        touch_in_turn(lru, t, LEVELS_MAX);
}

/* A step whose pages are both in the set: the ranks change once for both, in the order of
 * their last touches. */
ALWAYS_INLINE void touch_both(struct lru_stacks *lru, unsigned first, unsigned other,
                              uint32_t kind, size_t width)
{
    const unsigned earlier = kind & STEP_LAST_OTHER ? first : other;
    const unsigned later = kind & STEP_LAST_OTHER ? other : first;
    const vector rank = first == other ? ~(vector){0} : ranks_at(lru, earlier, width);
    const vector next = touched(ranks_at(lru, later, width), rank);
    int8_t distances[LRU_VECTOR]; /* of the other page, once the first has been touched */
    const vector v = touched(ranks_at(lru, other, width), ranks_at(lru, first, width));
    memcpy(distances, &v, sizeof distances);
    count_near(lru->near[0], &lru->ranks[first * width], width);
    if (width == 1 || first != other) /* a distance of 0 does not matter */
        count_near(lru->near[1], distances, width);
    count_alternations(lru, distances, kind, width);
    for (size_t i = 0; i < LRU_SLOTS * width; i += LRU_VECTOR) {
        const vector ranks = touched(touched(vector_at(&lru->ranks[i]), rank), next);
        memcpy(&lru->ranks[i], &ranks, sizeof ranks);
    }
}

/* A part of a reference in a further page: at which page sizes it is one, the alignment of
 * its block says. */
static NOINLINE void count_crossing(struct lru_stacks *lru, const struct batch *batch,
                                    uint32_t step)
{
    const uint64_t block = batch->blocks[step >> STEP_SHAPE_BITS];
    lru->crossings[block ? lowest_bit(block) : LRU_ALIGNMENTS - 1]++;
}

ALWAYS_INLINE void add_steps(struct lru_stacks *lru, const struct level_batch *batch,
                             size_t width)
{
    const uint32_t *steps = batch->batch->steps, *entries = batch->entries;
    page_t ipage = level_batch_start(batch, 0), dpage = level_batch_start(batch, 1);
    for (uint32_t i = 0; i < batch->batch->nsteps; i++) {
        const uint32_t step = steps[i], entry = entries[step >> STEP_SHAPE_BITS];
        const uint32_t kind = level_batch_kind(batch, step, entry);
        if (kind & STEP_MOVER_DATA)
            dpage = entry >> 1;
        else
            ipage = entry >> 1;
        if (UNLIKELY((kind & (STEP_TOUCHES | STEP_CROSSES)) != STEP_TOUCHES)) {
            if (!(kind & STEP_TOUCHES))
                continue;
            count_crossing(lru, batch->batch, step);
        }
        const page_t first = kind & STEP_FIRST_DATA ? dpage : ipage;
        const page_t second = kind & STEP_FIRST_DATA ? ipage : dpage;
        const page_t other = kind & STEP_OTHER ? second : first;
        const unsigned at = lru->slot_of[first], other_at = lru->slot_of[other];
        if (UNLIKELY((at | other_at) & LRU_NO_SLOT)) {
            struct touches touches = {.first = first, .other = other, .kind = kind};
            touch_slowly(lru, batch, step, &touches);
        } else {
            touch_both(lru, at, other_at, kind, width);
        }
        lru->references += kind_references(kind);
    }
}

ALWAYS_INLINE void lru_steps(struct lru_stacks *lru, const struct level_batch *batch)
{
    if (lru->width == 1)
        add_steps(lru, batch, 1);
    else
        add_steps(lru, batch, LEVELS_MAX);
}

#endif
