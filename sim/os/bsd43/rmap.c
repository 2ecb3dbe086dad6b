/* rmap.c -- see rmap.h. */
#include "os/bsd43/rmap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum status bsd43_rmap_init(struct bsd43_rmap *map, uint32_t limit, struct error *err)
{
    assert(limit > 1);
    /* One more, since a piece is put in before another one is lost. */
    struct bsd43_piece *pieces = calloc((size_t)limit + 1, sizeof *pieces);
    if (!pieces)
        return error_nomem(err);
    *map = (struct bsd43_rmap){.pieces = pieces, .limit = limit};
    return OK;
}

void bsd43_rmap_release(struct bsd43_rmap *map)
{
    free(map->pieces);
    *map = (struct bsd43_rmap){0};
}

static uint32_t end_of(const struct bsd43_piece *piece)
{
    return piece->addr + piece->size;
}

static void drop(struct bsd43_rmap *map, uint32_t i)
{
    map->npieces--;
    memmove(&map->pieces[i], &map->pieces[i + 1], (map->npieces - i) * sizeof *map->pieces);
}

static void insert(struct bsd43_rmap *map, uint32_t i, uint32_t addr, uint32_t size)
{
    memmove(&map->pieces[i + 1], &map->pieces[i], (map->npieces - i) * sizeof *map->pieces);
    map->pieces[i] = (struct bsd43_piece){addr, size};
    if (++map->npieces <= map->limit)
        return;
    map->lost += map->pieces[map->npieces - 2].size;
    drop(map, map->npieces - 2);
}

void bsd43_rmfree(struct bsd43_rmap *map, uint32_t size, uint32_t addr)
{
    assert(addr > 0 && size > 0 && size <= UINT32_MAX - addr);
    uint32_t i = 0;
    while (i < map->npieces && map->pieces[i].addr <= addr)
        i++;
    struct bsd43_piece *next = &map->pieces[i];
    const bool joins_next = i < map->npieces && addr + size == next->addr;
    assert(i == 0 || end_of(next - 1) <= addr);
    assert(i == map->npieces || addr + size <= next->addr);
    if (i > 0 && end_of(next - 1) == addr) {
        next[-1].size += size;
        if (joins_next) {
            next[-1].size += next->size;
            drop(map, i);
        }
    } else if (joins_next) {
        next->addr = addr;
        next->size += size;
    } else {
        insert(map, i, addr, size);
    }
}

uint32_t bsd43_rmalloc(struct bsd43_rmap *map, uint32_t size)
{
    assert(size > 0 && (!map->interleave || size <= map->interleave));
    for (uint32_t i = 0; i < map->npieces; i++) {
        struct bsd43_piece *piece = &map->pieces[i];
        if (piece->size < size)
            continue;
        const uint32_t first =
            map->interleave ? map->interleave - piece->addr % map->interleave : UINT32_MAX;
        if (first < piece->size) {
            if (piece->size - first < size)
                continue;
            const uint32_t addr = piece->addr + first, rest = piece->size - first - size;
            piece->size = first;
            if (rest)
                bsd43_rmfree(map, rest, addr + size);
            return addr;
        }
        const uint32_t addr = piece->addr;
        piece->addr += size;
        piece->size -= size;
        if (piece->size == 0)
            drop(map, i);
        return addr;
    }
    return 0;
}

uint64_t bsd43_rmap_free_blocks(const struct bsd43_rmap *map)
{
    uint64_t blocks = 0;
    for (uint32_t i = 0; i < map->npieces; i++)
        blocks += map->pieces[i].size;
    return blocks;
}

const char *bsd43_rmap_check(const struct bsd43_rmap *map)
{
    if (map->npieces > map->limit)
        return "a resource map has more pieces than fit";
    for (uint32_t i = 0; i < map->npieces; i++) {
        if (map->pieces[i].addr == 0 || map->pieces[i].size == 0)
            return "a piece of a resource map is empty or begins at 0";
        if (i > 0 && end_of(&map->pieces[i - 1]) >= map->pieces[i].addr)
            return "two pieces of a resource map touch or are out of order";
    }
    return NULL;
}

void bsd43_swap_on(struct bsd43_rmap *swapmap, struct bsd43_rmap *argmap,
                   const struct bsd43_defaults *d, uint32_t device, uint32_t blocks)
{
    const uint32_t clsize = (uint32_t)d->clsize, dmmax = d->dmmax;
    assert(device < d->nswdev && (device > 0 || swapmap->npieces == 0));
    swapmap->interleave = d->nswdev > 1 ? dmmax : 0;
    for (uint32_t at = 0; at < blocks; at += dmmax) {
        const uint32_t base = device * dmmax + at * d->nswdev;
        uint32_t chunk = blocks - at < dmmax ? blocks - at : dmmax, skipped = 0;
        if (base == 0) {
            skipped = chunk / 2 / clsize * clsize;
            bsd43_rmfree(argmap, skipped - clsize, clsize);
        } else if (at == 0 && d->rules->skips_label) {
            skipped = clsize;
        }
        if (chunk > skipped)
            bsd43_rmfree(swapmap, chunk - skipped, base + skipped);
        if (blocks - at <= dmmax)
            break;
    }
}
