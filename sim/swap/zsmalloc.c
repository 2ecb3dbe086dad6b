/* zsmalloc.c -- see zsmalloc.h. */
#include "swap/zsmalloc.h"

#include <assert.h>

enum {
    SIZE_MIN = 32,   /* ZS_MIN_ALLOC_SIZE                                                */
    HANDLE_SIZE = 8, /* ZS_HANDLE_SIZE: each object is preceded by its handle            */
    DELTA_MIN = 16,  /* ZS_SIZE_CLASS_DELTA of 4 KiB pages, the smallest that Linux has  */
};

/* calculate_zspage_chain_size() */
static uint32_t best_chain(uint64_t page_size, uint64_t size, uint32_t chain)
{
    uint64_t least = UINT64_MAX;
    uint32_t best = 1;
    for (uint32_t pages = 1; pages <= chain; pages++)
        if (pages * page_size % size < least) {
            least = pages * page_size % size;
            best = pages;
        }
    return best;
}

void zsmalloc_init(struct zsmalloc *zs, uint64_t page_size, uint32_t chain)
{
    const uint64_t delta = page_size / 256 < DELTA_MIN ? DELTA_MIN : page_size / 256;
    *zs = (struct zsmalloc){.page_size = page_size, .delta = delta};
    zs->n = (uint32_t)((page_size - SIZE_MIN + delta - 1) / delta) + 1;
    assert(zs->n <= ZS_CLASSES_MAX && chain <= ZS_CHAIN_MAX);
    for (uint32_t i = zs->n; i-- > 0;) {
        struct zs_class *class = &zs->classes[i];
        class->size = SIZE_MIN + i * delta < page_size ? SIZE_MIN + i * delta : page_size;
        class->pages = best_chain(page_size, class->size, chain);
        class->objects = (uint32_t)(class->pages * page_size / class->size);
        const struct zs_class *larger = class + 1;
        class->merged = i + 1 < zs->n && larger->pages == class->pages &&
                                larger->objects == class->objects
                            ? larger->merged
                            : i;
    }
}

uint32_t zsmalloc_class(const struct zsmalloc *zs, uint64_t bytes)
{
    const uint64_t size = bytes + HANDLE_SIZE;
    uint64_t i = size <= SIZE_MIN ? 0 : (size - SIZE_MIN + zs->delta - 1) / zs->delta;
    if (i >= zs->n) /* a whole page has no handle with it */
        i = zs->n - 1;
    return zs->classes[i].merged;
}

bool zsmalloc_is_huge(const struct zsmalloc *zs, uint32_t class)
{
    return zs->classes[class].pages == 1 && zs->classes[class].objects == 1;
}

void zsmalloc_take(struct zsmalloc *zs, uint32_t class)
{
    struct zs_class *c = &zs->classes[class];
    if (c->used++ % c->objects == 0)
        zs->pages += c->pages;
}

void zsmalloc_give(struct zsmalloc *zs, uint32_t class)
{
    struct zs_class *c = &zs->classes[class];
    assert(c->used > 0);
    if (--c->used % c->objects == 0)
        zs->pages -= c->pages;
}
