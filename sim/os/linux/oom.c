/* oom.c -- see oom.h. */
#include "os/linux/oom.h"

#include <assert.h>

enum {
    SHIFT_HZ = 7, /* include/linux/timex.h, for 100 ticks a second */
    FAILURES = 10,
};

#define SECOND UINT64_C(1000000000000)

/* The kernel's approximation, coarse and at least 1: of 16 it makes 3, of 64 6. */
static uint32_t rough_sqrt(uint64_t x)
{
    uint64_t root = x;
    while (x > 1) {
        x >>= 2;
        root >>= 1;
    }
    if (x)
        root -= root >> 2;
    return root ? (uint32_t)root : 1;
}

int64_t oom_badness_24(const struct oom_24 *process)
{
    int64_t points = process->total_vm;
    points /= rough_sqrt(process->cpu_ticks >> (SHIFT_HZ + 3));
    points /= rough_sqrt(rough_sqrt(process->run_ticks >> (SHIFT_HZ + 10)));
    if (process->niced)
        points *= 2;
    if (process->root)
        points /= 4;
    if (process->raw_io)
        points /= 4;
    return points > 0 ? points : OOM_EXEMPT;
}

int64_t oom_badness(const struct oom_process *process, uint64_t total)
{
    assert(process->score_adj >= -1000 && process->score_adj <= 1000);
    if (process->score_adj == -1000)
        return OOM_EXEMPT;
    return (int64_t)(process->rss + process->swap_entries + process->page_tables) +
           process->score_adj * (int64_t)(total / 1000);
}

size_t oom_choose(const int64_t *points, size_t n, bool last)
{
    size_t chosen = n;
    for (size_t i = 0; i < n; i++) {
        if (points[i] == OOM_EXEMPT)
            continue;
        if (chosen == n || points[i] > points[chosen] ||
            (last && points[i] == points[chosen]))
            chosen = i;
    }
    return chosen;
}

bool oom_watch_failed(struct oom_watch *watch, psec_t now)
{
    const psec_t gap = now - watch->last;
    watch->last = now;
    if (gap <= 5 * SECOND) {
        if (now - watch->first < SECOND || ++watch->count < FAILURES)
            return false;
    }
    *watch = (struct oom_watch){.first = now, .last = now};
    return gap <= 5 * SECOND;
}
