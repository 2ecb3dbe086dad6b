/* bitset.c -- see bitset.h. */
#include "swap/bitset.h"

#include "base/types.h"

/* The first clear bit of words[0 .. n-1] from `from` on, or 64 n. */
static uint32_t next_clear(const uint64_t *words, uint32_t n, uint32_t from)
{
    uint64_t below = (UINT64_C(1) << (from % 64)) - 1; /* count as set */
    for (uint32_t i = from / 64; i < n; i++) {
        const uint64_t clear = ~(words[i] | below);
        if (clear)
            return i * 64 + (uint32_t)__builtin_ctzll(clear);
        below = 0;
    }
    return n * 64;
}

uint32_t bitset_next_clear(const struct bitset *set, uint32_t from)
{
    if (from >= BITSET_BITS)
        return BITSET_BITS;
    const uint32_t word = from / 64;
    const uint32_t near = next_clear(set->words, word + 1, from);
    if (near < (word + 1) * 64)
        return near;
    const uint32_t far = next_clear(set->full, ARRAY_LEN(set->full), word + 1);
    if (far >= ARRAY_LEN(set->words))
        return BITSET_BITS;
    return far * 64 + (uint32_t)__builtin_ctzll(~set->words[far]);
}

bool bitset_consistent(const struct bitset *set)
{
    for (uint32_t i = 0; i < ARRAY_LEN(set->words); i++)
        if ((set->full[i / 64] >> (i % 64) & 1) != (set->words[i] == UINT64_MAX))
            return false;
    return true;
}
