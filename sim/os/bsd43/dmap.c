/* dmap.c -- see dmap.h. */
#include "os/bsd43/dmap.h"

#include <assert.h>
#include <stdlib.h>

static uint32_t next_chunk(const struct bsd43_defaults *d, uint32_t chunk)
{
    return chunk < d->dmmax ? chunk * 2 : chunk;
}

/* --- more chunks than a map of 4.3BSD has ---------------------------------------------- */

/* Have n chunks behind those that every map has. */
static enum status hold(struct bsd43_further *further, uint32_t n, struct error *err)
{
    if (n <= further->n)
        return OK;
    uint32_t *first = realloc(further->first, n * sizeof *first);
    if (!first)
        return error_nomem(err);
    while (further->n < n)
        first[further->n++] = 0;
    further->first = first;
    return OK;
}

static void let_go(struct bsd43_further *further)
{
    free(further->first);
    *further = (struct bsd43_further){0};
}

static uint32_t *chunk_of(struct bsd43_dmap *map, uint32_t i)
{
    assert(i < BSD43_NDMAP + map->further.n);
    return i < BSD43_NDMAP ? &map->chunk[i] : &map->further.first[i - BSD43_NDMAP];
}

enum status bsd43_dmap_hold(struct bsd43_dmap *map, const struct bsd43_defaults *d,
                            uint32_t size, struct error *err)
{
    uint32_t chunk = d->dmmin, n = 0;
    for (uint64_t base = 0; base < size; n++) {
        base += chunk;
        chunk = next_chunk(d, chunk);
    }
    return hold(&map->further, n > BSD43_NDMAP ? n - BSD43_NDMAP : 0, err);
}

void bsd43_dmap_release(struct bsd43_dmap *map)
{
    let_go(&map->further);
}

uint32_t bsd43_dmap_chunk(const struct bsd43_dmap *map, uint32_t i)
{
    return i < BSD43_NDMAP ? map->chunk[i] : map->further.first[i - BSD43_NDMAP];
}

/* --- data and stack ---------------------------------------------------------------------- */

/* Give back all chunks that begin at or behind size. */
static void shrink(struct bsd43_dmap *map, struct bsd43_rmap *swapmap,
                   const struct bsd43_defaults *d, uint32_t size)
{
    const uint32_t old_alloc = map->alloc;
    uint32_t chunk = d->dmmin;
    for (uint32_t i = 0, base = 0; base < old_alloc; i++) {
        if (base >= size) {
            bsd43_rmfree(swapmap, chunk, *chunk_of(map, i));
            *chunk_of(map, i) = 0;
            map->alloc -= chunk;
        }
        base += chunk;
        chunk = next_chunk(d, chunk);
    }
    map->size = size;
}

bool bsd43_vsexpand(struct bsd43_dmap *map, struct bsd43_rmap *swapmap,
                    const struct bsd43_defaults *d, uint32_t size)
{
    uint32_t chunk = d->dmmin;
    for (uint32_t i = 0, base = 0; base < size; i++) {
        if (base >= map->alloc) {
            *chunk_of(map, i) = bsd43_rmalloc(swapmap, chunk);
            if (!*chunk_of(map, i)) {
                shrink(map, swapmap, d, map->size);
                return false;
            }
            map->alloc += chunk;
        }
        base += chunk;
        chunk = next_chunk(d, chunk);
    }
    if (size == 0)
        shrink(map, swapmap, d, 0);
    map->size = size;
    return true;
}

bool bsd43_swpexpand(struct bsd43_dmap *data, struct bsd43_dmap *stack,
                     struct bsd43_rmap *swapmap, const struct bsd43_defaults *d,
                     uint32_t data_size, uint32_t stack_size)
{
    struct bsd43_dmap *first = data, *second = stack;
    uint32_t first_size = data_size, second_size = stack_size;
    /* One that need not grow goes second: if the other fails it has not been shrunk. */
    if (data->alloc > data_size) {
        first = stack;
        second = data;
        first_size = stack_size;
        second_size = data_size;
    }
    const uint32_t old_size = first->size;
    if (!bsd43_vsexpand(first, swapmap, d, first_size))
        return false;
    if (bsd43_vsexpand(second, swapmap, d, second_size))
        return true;
    shrink(first, swapmap, d, old_size);
    return false;
}

struct bsd43_dblock bsd43_vstodb(const struct bsd43_dmap *map,
                                 const struct bsd43_defaults *d, uint32_t page,
                                 uint32_t size, bool reversed)
{
    assert(size > 0 && size <= map->size && page <= map->size - size);
    uint32_t chunk = d->dmmin, i = 0;
    while (page >= chunk) {
        page -= chunk;
        chunk = next_chunk(d, chunk);
        i++;
    }
    struct bsd43_dblock block = {.size = size < chunk - page ? size : chunk - page};
    block.base = bsd43_dmap_chunk(map, i) + (reversed ? chunk - (page + block.size) : page);
    return block;
}

uint32_t bsd43_data_block(const struct bsd43_dmap *map, const struct bsd43_defaults *d,
                          uint32_t page)
{
    return bsd43_vstodb(map, d, page, (uint32_t)d->clsize, false).base;
}

uint32_t bsd43_stack_block(const struct bsd43_dmap *map, const struct bsd43_defaults *d,
                           uint32_t page)
{
    return bsd43_vstodb(map, d, page, (uint32_t)d->clsize, true).base;
}

static uint32_t round_to_clusters(const struct bsd43_defaults *d, uint32_t pages)
{
    const uint32_t clsize = (uint32_t)d->clsize;
    return (pages + clsize - 1) / clsize * clsize;
}

static uint32_t page_table_pages(uint32_t pages)
{
    return (pages + BSD43_NPTEPG - 1) / BSD43_NPTEPG;
}

static uint32_t text_chunk(const struct bsd43_defaults *d, uint32_t size, uint32_t base)
{
    return size - base < d->dmtext ? size - base : d->dmtext;
}

uint32_t bsd43_text_table(const struct bsd43_defaults *d, uint32_t size)
{
    return round_to_clusters(d, page_table_pages(size));
}

static uint32_t *text_chunk_of(struct bsd43_xdmap *map, uint32_t i)
{
    return i < BSD43_NXDAD ? &map->daddr[i] : &map->further.first[i - BSD43_NXDAD];
}

enum status bsd43_xdmap_hold(struct bsd43_xdmap *map, const struct bsd43_defaults *d,
                             uint32_t size, struct error *err)
{
    const uint32_t n = size / d->dmtext + (size % d->dmtext > 0);
    return hold(&map->further, n > BSD43_NXDAD ? n - BSD43_NXDAD : 0, err);
}

void bsd43_xdmap_release(struct bsd43_xdmap *map)
{
    let_go(&map->further);
}

uint32_t bsd43_xdmap_chunk(const struct bsd43_xdmap *map, uint32_t i)
{
    return i < BSD43_NXDAD ? map->daddr[i] : map->further.first[i - BSD43_NXDAD];
}

bool bsd43_vsxalloc(struct bsd43_xdmap *map, struct bsd43_rmap *swapmap,
                    const struct bsd43_defaults *d, uint32_t size, bool demand_paged)
{
    if (size > (uint64_t)(BSD43_NXDAD + map->further.n) * d->dmtext)
        return false;
    *map = (struct bsd43_xdmap){.size = size, .further = map->further};
    bool found = true;
    for (uint32_t i = 0, base = 0; base < size && found; i++, base += d->dmtext) {
        uint32_t *chunk = text_chunk_of(map, i);
        *chunk = bsd43_rmalloc(swapmap, text_chunk(d, size, base));
        found = *chunk != 0;
    }
    if (found && demand_paged) {
        map->ptdaddr = bsd43_rmalloc(swapmap, bsd43_text_table(d, size));
        found = map->ptdaddr != 0;
    }
    if (!found)
        bsd43_vsxfree(map, swapmap, d);
    return found;
}

void bsd43_vsxfree(struct bsd43_xdmap *map, struct bsd43_rmap *swapmap,
                   const struct bsd43_defaults *d)
{
    for (uint32_t i = 0, base = 0; base < map->size; i++, base += d->dmtext) {
        uint32_t *chunk = text_chunk_of(map, i);
        if (*chunk)
            bsd43_rmfree(swapmap, text_chunk(d, map->size, base), *chunk);
        *chunk = 0;
    }
    if (map->ptdaddr)
        bsd43_rmfree(swapmap, bsd43_text_table(d, map->size), map->ptdaddr);
    *map = (struct bsd43_xdmap){.further = map->further};
}

uint32_t bsd43_text_block(const struct bsd43_xdmap *map, const struct bsd43_defaults *d,
                          uint32_t page)
{
    assert(page < map->size);
    return bsd43_xdmap_chunk(map, page / d->dmtext) + page % d->dmtext;
}

uint32_t bsd43_szpt(const struct bsd43_defaults *d, uint32_t tsize, uint32_t dsize,
                    uint32_t ssize)
{
    return round_to_clusters(d, page_table_pages(tsize + dsize + ssize + BSD43_UPAGES));
}

uint32_t bsd43_vusize(const struct bsd43_defaults *d, uint32_t tsize, uint32_t dsize,
                      uint32_t ssize)
{
    return round_to_clusters(d, BSD43_UPAGES + bsd43_szpt(d, tsize, dsize, ssize) -
                                    tsize / BSD43_NPTEPG);
}
