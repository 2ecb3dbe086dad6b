/* rng.c -- see rng.h. */
#include "base/rng.h"

#include "base/bits.h"

__extension__ typedef unsigned __int128 wide_t;

void rng_seed(struct rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        seed += 0x9e3779b97f4a7c15u;
        rng->s[i] = mix64(seed);
    }
}

uint64_t rng_below(struct rng *rng, uint64_t n)
{
    const uint64_t reject = -n % n; /* 2^64 mod n: the values that would bias */
    for (;;) {
        const uint64_t x = rng_next(rng);
        const wide_t product = (wide_t)x * n;
        if ((uint64_t)product >= reject)
            return (uint64_t)(product >> 64);
    }
}

double rng_real(struct rng *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}
