/* bits.h -- arithmetic on the bits of a number. */
#ifndef FAULTLINE_BASE_BITS_H
#define FAULTLINE_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool is_power_of_two(uint64_t n)
{
    return n && !(n & (n - 1));
}

/* log2 of a power of two. */
static inline unsigned log2_of(uint64_t power_of_two)
{
    return (unsigned)__builtin_ctzll(power_of_two);
}

/* Number of the lowest bit that is set in x, which is not 0. */
static inline unsigned lowest_bit(uint64_t x)
{
    return (unsigned)__builtin_ctzll(x);
}

/* The lowest n bits set, n from 1 to 64. */
static inline uint64_t low_bits(unsigned n)
{
    return UINT64_MAX >> (64 - n);
}

/* Every bit of the result depends on every bit of x: the finaliser of splitmix64 (Steele,
 * Lea, Flood, OOPSLA 2014, variant 13 of Stafford). */
static inline uint64_t mix64(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

#endif
