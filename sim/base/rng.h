/* rng.h -- the simulator's random numbers: xoshiro256** (Blackman & Vigna 2018), seeded
 * through splitmix64.  The same seed gives the same numbers on every machine. */
#ifndef FAULTLINE_BASE_RNG_H
#define FAULTLINE_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

void rng_seed(struct rng *rng, uint64_t seed);

static inline uint64_t rng_next(struct rng *rng)
{
    uint64_t *s = rng->s;
    const uint64_t m = s[1] * 5;
    const uint64_t result = ((m << 7) | (m >> 57)) * 9;
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

/* Uniform in 0 .. n-1 without bias (Lemire 2019); n must not be 0. */
uint64_t rng_below(struct rng *rng, uint64_t n);

/* Uniform in [0, 1) with 53 bits. */
double rng_real(struct rng *rng);

#endif
