/* recency.h -- pages in the order in which they were last pushed, and how many were pushed
 * after one of them: the deep part of an LRU stack, in O(log n) a page.
 *
 * A push takes the next of a row of slots; a bit says that a slot's page is still there.
 * How many pages are newer is the number of bits set behind a slot: of its word, and of
 * counts by word, by 8 words, by 64 words and so on.  When the slots are used up, those
 * that are live are moved together.  (Bennett and Kruskal, "LRU stack processing", IBM
 * Journal of Research and Development 19(4), 1975, count in such a tree.) */
#ifndef FAULTLINE_CURVE_RECENCY_H
#define FAULTLINE_CURVE_RECENCY_H

#include "base/error.h"
#include "base/types.h"

#include <stdbool.h>
#include <string.h>

enum {
    RECENCY_WORD_SHIFT = 6, /* slots of a word                      */
    RECENCY_FAN_SHIFT = 3,  /* words of a group, groups of the next */
    RECENCY_GROUP_SHIFT = RECENCY_WORD_SHIFT + RECENCY_FAN_SHIFT,
    RECENCY_LEVELS = 8, /* 2^9 to 2^30 slots a group            */
};

/* A page without a slot. */
#define RECENCY_NEVER UINT32_MAX      /* it was never there                              */
#define RECENCY_OUT (UINT32_MAX - 1u) /* it was taken out                                */

struct recency {
    uint32_t *slot_of; /* [page]: its slot, RECENCY_NEVER or RECENCY_OUT                 */
    size_t npages;     /* capacity of slot_of                                            */
    uint64_t *live;    /* [slot / 64], bits: a page is there                             */
    uint8_t *in_word;  /* [slot / 64]: bits set in it                                    */
    uint32_t
        *in_group[RECENCY_LEVELS]; /* [k][slot >> (9 + 3 * k)]: bits set in these slots */
    unsigned nlevels;              /* of in_group                                   */
    uint32_t *before; /* [slot / 64], while slots are moved                              */
    uint32_t nslots;  /* a power of two, at least twice npages                           */
    uint32_t next;    /* slot of the next push                                           */
};

/* Make room for pages 0 .. npages - 1, from a zeroed struct.  ERR_NOMEM; ERR_CELL: more
 * than 2^29 pages. */
MUST_CHECK enum status recency_reserve(struct recency *recency, size_t npages,
                                       struct error *err);
void recency_release(struct recency *recency);

/* Memory that it takes, bytes. */
uint64_t recency_bytes(const struct recency *recency);

/* Move the live slots together, to the front. */
void recency_compact(struct recency *recency);

/* Bits set in a word.  Where the processor may lack the instruction, as x86-64 may, the
 * compiler's built-in is a call. */
static inline uint32_t recency_bits(uint64_t x)
{
#ifdef __POPCNT__
    return (uint32_t)__builtin_popcountll(x);
#endif
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)(x * 0x0101010101010101u >> 56);
}

static inline void recency_count(struct recency *r, uint32_t slot, int change)
{
    r->live[slot >> RECENCY_WORD_SHIFT] ^= (uint64_t)1 << (slot & 63);
    r->in_word[slot >> RECENCY_WORD_SHIFT] += (uint8_t)change;
    for (unsigned k = 0; k < r->nlevels; k++)
        r->in_group[k][slot >> (RECENCY_GROUP_SHIFT + RECENCY_FAN_SHIFT * k)] +=
            (uint32_t)change;
}

/* Put a page that has no slot in as the newest. */
static inline void recency_push(struct recency *r, page_t page)
{
    if (UNLIKELY(r->next == r->nslots))
        recency_compact(r);
    recency_count(r, r->next, 1);
    r->slot_of[page] = r->next++;
}

/* Pages newer than that of a slot. */
static inline uint32_t recency_newer(const struct recency *r, uint32_t slot)
{
    const uint32_t word = slot >> RECENCY_WORD_SHIFT;
    uint32_t newer = recency_bits(r->live[word] & ~(uint64_t)1 << (slot & 63));
    uint64_t words; /* counts of the eight words of the group, a byte each              */
    memcpy(&words, &r->in_word[word & ~7u], sizeof words);
    words &= ~(uint64_t)0xff << 8 * (word & 7);
    const uint64_t pairs =
        (words & 0x00ff00ff00ff00ffu) + (words >> 8 & 0x00ff00ff00ff00ffu);
    newer += (uint32_t)(pairs * 0x0001000100010001u >> 48);
    for (unsigned k = 0; k < r->nlevels; k++) {
        const unsigned shift = RECENCY_GROUP_SHIFT + RECENCY_FAN_SHIFT * k;
        const uint32_t group = slot >> shift;
        if (group == r->next >> shift)
            break;
        const uint32_t *siblings = &r->in_group[k][group & ~7u];
        for (uint32_t j = 0; j < 8; j++)
            newer += j > (group & 7) ? siblings[j] : 0;
    }
    return newer;
}

/* Take a page out that has a slot; how many are newer. */
static inline uint32_t recency_take(struct recency *r, page_t page)
{
    const uint32_t slot = r->slot_of[page];
    const uint32_t newer = recency_newer(r, slot);
    recency_count(r, slot, -1);
    r->slot_of[page] = RECENCY_OUT;
    return newer;
}

#endif
