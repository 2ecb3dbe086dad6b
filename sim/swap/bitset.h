/* bitset.h -- 64 Ki bits in which the next clear one is found in a few steps: a summary says
 * which words are full. */
#ifndef FAULTLINE_SWAP_BITSET_H
#define FAULTLINE_SWAP_BITSET_H

#include <stdbool.h>
#include <stdint.h>

#define BITSET_BITS 65536u

/* Zeroed: all bits are clear. */
struct bitset {
    uint64_t words[BITSET_BITS / 64];
    uint64_t full[BITSET_BITS / 64 / 64]; /* bit w: words[w] is all ones */
};

static inline bool bitset_test(const struct bitset *set, uint32_t bit)
{
    return set->words[bit / 64] >> (bit % 64) & 1;
}

static inline void bitset_set(struct bitset *set, uint32_t bit)
{
    uint64_t *word = &set->words[bit / 64];
    *word |= UINT64_C(1) << (bit % 64);
    if (*word == UINT64_MAX)
        set->full[bit / 64 / 64] |= UINT64_C(1) << (bit / 64 % 64);
}

static inline void bitset_clear(struct bitset *set, uint32_t bit)
{
    set->words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
    set->full[bit / 64 / 64] &= ~(UINT64_C(1) << (bit / 64 % 64));
}

/* The first clear bit from `from` on, or BITSET_BITS; from is at most BITSET_BITS. */
uint32_t bitset_next_clear(const struct bitset *set, uint32_t from);

/* True if the summary says what the words are. */
bool bitset_consistent(const struct bitset *set);

#endif
