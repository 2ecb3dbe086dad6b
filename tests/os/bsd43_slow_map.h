/* bsd43_slow_map.h -- a resource map that knows of each block whether it is free, and looks
 * for space by looking at all of them. */
#ifndef FAULTLINE_TESTS_OS_BSD43_SLOW_MAP_H
#define FAULTLINE_TESTS_OS_BSD43_SLOW_MAP_H

#include "os/bsd43/rmap.h"

#include <check.h>

enum { SLOW_BLOCKS = 1 << 14 };

struct slow_map {
    bool free[SLOW_BLOCKS]; /* block 0 never is                     */
    uint32_t interleave;    /* as in struct bsd43_rmap              */
};

static inline void slow_set(struct slow_map *map, uint32_t addr, uint32_t size, bool free)
{
    for (uint32_t i = addr; i < addr + size; i++) {
        /* Check's assertions write to a file, which is too slow for each of many. */
        if (i == 0 || i >= SLOW_BLOCKS || map->free[i] == free)
            ck_abort_msg("block %u", i);
        map->free[i] = free;
    }
}

/* Where in the run of free blocks addr .. end - 1 a request goes; 0: nowhere. */
static inline uint32_t slow_fit(const struct slow_map *map, uint32_t addr, uint32_t end,
                                uint32_t size)
{
    if (map->interleave && addr / map->interleave != (end - 1) / map->interleave)
        addr = (addr / map->interleave + 1) * map->interleave;
    return end - addr >= size ? addr : 0;
}

static inline uint32_t slow_take(struct slow_map *map, uint32_t size)
{
    for (uint32_t i = 1; i < SLOW_BLOCKS; i++) {
        uint32_t end = i;
        while (end < SLOW_BLOCKS && map->free[end])
            end++;
        const uint32_t addr = end > i ? slow_fit(map, i, end, size) : 0;
        if (addr) {
            slow_set(map, addr, size, false);
            return addr;
        }
        i = end;
    }
    return 0;
}

/* The map's pieces are the slow map's runs. */
static inline void compare_with_slow(const struct bsd43_rmap *map,
                                     const struct slow_map *slow)
{
    ck_assert_ptr_null(bsd43_rmap_check(map));
    uint32_t piece = 0, blocks = 0;
    for (uint32_t i = 1; i < SLOW_BLOCKS; i++) {
        if (!slow->free[i])
            continue;
        uint32_t end = i;
        while (end < SLOW_BLOCKS && slow->free[end])
            end++;
        if (piece == map->npieces || map->pieces[piece].addr != i ||
            map->pieces[piece].size != end - i)
            ck_abort_msg("free run %u .. %u is not piece %u", i, end - 1, piece);
        piece++;
        blocks += end - i;
        i = end;
    }
    ck_assert_uint_eq(piece, map->npieces);
    ck_assert_uint_eq(blocks, bsd43_rmap_free_blocks(map));
}

#endif
