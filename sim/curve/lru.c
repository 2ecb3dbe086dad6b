/* lru.c -- see lru.h. */
#include "curve/lru_steps.h"

#include <stdlib.h>

void lru_steps_narrow(struct lru_stacks *lru, const struct level_batch *batch)
{
    lru_steps(lru, batch);
}

/* The loop that this processor is fastest with. */
static lru_steps_fn *choose_loop(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
        return lru_steps_wide;
#endif
    return lru_steps_narrow;
}

static enum status reserve(struct lru_stacks *lru, struct error *err)
{
    const struct levels *levels = lru->levels;
    if (levels->npages[0] > lru->nslot_of) {
        const size_t n = levels->npages[0] + (size_t)levels->npages[0] / 2;
        uint8_t *slot_of = realloc(lru->slot_of, n);
        if (!slot_of)
            return error_nomem(err);
        memset(slot_of + lru->nslot_of, LRU_NO_SLOT, n - lru->nslot_of);
        lru->slot_of = slot_of;
        lru->nslot_of = n;
    }
    for (unsigned l = 0; l < levels->n; l++) {
        enum status status = recency_reserve(&lru->order[l], levels->npages[l], err);
        if (status == OK && lru->footprints)
            status = footprint_reserve(&lru->footprints[l], levels->npages[l], err);
        if (status != OK)
            return status;
        if (lru->order[l].npages == lru->nfar[l])
            continue;
        const size_t n = lru->order[l].npages;
        uint64_t *far = realloc(lru->far[l], n * sizeof *far);
        if (!far)
            return error_nomem(err);
        memset(far + lru->nfar[l], 0, (n - lru->nfar[l]) * sizeof *far);
        lru->far[l] = far;
        lru->nfar[l] = n;
    }
    return OK;
}

enum status lru_add(struct lru_stacks *lru, const struct level_batch *batch,
                    struct error *err)
{
    const enum status status = reserve(lru, err);
    if (status != OK)
        return status;
    lru->steps(lru, batch);
    return OK;
}

void lru_init(struct lru_stacks *lru, const struct levels *levels,
              struct footprint *footprints)
{
    *lru = (struct lru_stacks){.levels = levels,
                               .width = levels->n == 1 ? 1 : LEVELS_MAX,
                               .footprints = footprints,
                               .steps = choose_loop()};
    for (unsigned slot = 0; slot < LRU_SLOTS; slot++) {
        lru->page_at[slot] = PAGE_NONE;
        memset(lru->same[slot], (int)slot, LRU_ROW);
        lru->slots[slot * lru->width] = (int8_t)slot;
        for (unsigned l = 0; l < levels->n; l++) {
            lru->ranks[slot * lru->width + l] = (int8_t)slot;
            lru->pages_at[l][slot] = PAGE_NONE;
        }
    }
    memset(lru->distinct, LRU_SLOTS, sizeof lru->distinct);
}

void lru_release(struct lru_stacks *lru)
{
    for (unsigned l = 0; l < LEVELS_MAX; l++) {
        recency_release(&lru->order[l]);
        free(lru->far[l]);
    }
    free(lru->slot_of);
    *lru = (struct lru_stacks){0};
}

uint64_t lru_accesses(const struct lru_stacks *lru, unsigned level)
{
    const struct levels *levels = lru->levels;
    uint64_t accesses = lru->references;
    for (unsigned zeros = levels->page_shifts[level] - levels->granule_shift;
         zeros < LRU_ALIGNMENTS; zeros++)
        accesses += lru->crossings[zeros];
    return accesses;
}

void lru_faults(const struct lru_stacks *lru, unsigned level, uint64_t *faults)
{
    const page_t npages = lru->npages[level];
    faults[npages] = npages;
    for (page_t d = npages; d-- > 1;) {
        faults[d] = faults[d + 1] + lru->far[level][d];
        if (d < LRU_SLOTS)
            faults[d] += lru->near[0][d][level] + lru->near[1][d][level];
        if (d == 1)
            faults[d] += lru->alternations[level];
    }
    faults[0] = lru_accesses(lru, level);
}

uint64_t lru_bytes(const struct lru_stacks *lru)
{
    uint64_t bytes = sizeof *lru + lru->nslot_of;
    for (unsigned l = 0; l < lru->levels->n; l++)
        bytes += recency_bytes(&lru->order[l]) + lru->nfar[l] * sizeof *lru->far[l];
    return bytes;
}
