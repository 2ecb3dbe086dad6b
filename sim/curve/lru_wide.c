/* lru_wide.c -- the loop of lru_steps.h for x86-64 processors with AVX2: the build compiles
 * this file for them, and lru.c asks the processor. */
#ifdef __AVX2__
#define LRU_VECTOR 32
#endif
#include "curve/lru_steps.h"

void lru_steps_wide(struct lru_stacks *lru, const struct level_batch *batch)
{
    lru_steps(lru, batch);
}
