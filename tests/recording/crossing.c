/* crossing.c -- accesses of every size across blocks and pages, and instructions that access
 * memory more than once: string moves, locked ones, stack ones, those of saved state. */
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SPAN = 3 * 4096 };

static unsigned char area[SPAN + 64] __attribute__((aligned(4096)));
static unsigned char state[512] __attribute__((aligned(16)));

static uint64_t across(unsigned char *at)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight, sum;
    memcpy(&two, at, sizeof two);
    memcpy(&four, at, sizeof four);
    memcpy(&eight, at, sizeof eight);
    sum = two + four + eight;
    memcpy(at, &sum, sizeof sum);
    const __m128i wide = _mm_loadu_si128((const __m128i *)at);
    _mm_storeu_si128((__m128i *)(at + 1), wide);
    return sum;
}

static void several(unsigned char *at)
{
    uint64_t count = 37, old = 1;
    unsigned char *to = at + 5, *from = at;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    count = 9;
    to = at + 3;
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(old) : "memory");
    __asm__ volatile("lock xaddq %0, %1" : "+r"(old), "+m"(*(uint64_t *)(area + 64)));
    __asm__ volatile("xchgq %0, %1" : "+r"(old), "+m"(*(uint64_t *)(area + 72)));
    __asm__ volatile("addq $3, %0" : "+m"(*(uint64_t *)at));
    __asm__ volatile("sub $128, %%rsp; push %0; pop %1; add $128, %%rsp"
                     : "+m"(*(uint64_t *)(area + 80)), "+m"(*(uint64_t *)at)
                     :
                     : "memory");
    __asm__ volatile("fxsave %0" : "=m"(state));
    __asm__ volatile("fxrstor %0" : : "m"(state));
}

static void pair(uint64_t *at)
{
    uint64_t low = at[0], high = at[1];
    __asm__ volatile("lock cmpxchg16b %0"
                     : "+m"(*(__int128 *)at), "+a"(low), "+d"(high)
                     : "b"(low + 1), "c"(high)
                     : "cc");
}

int main(void)
{
    uint64_t sum = 0;
    memset(area + 80, 7, 8); /* what is pushed and popped */
    for (size_t at = 500; at < SPAN; at++) {
        sum += across(area + at);
        several(area + at);
        pair((uint64_t *)(area + 128));
    }
    printf("%llu\n", (unsigned long long)sum);
    return 0;
}
