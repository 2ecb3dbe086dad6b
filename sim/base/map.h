/* map.h -- from 64-bit keys to 32-bit values: open addressing, grows, never forgets.
 * For what is looked up once a batch (a block, a page), never on the hit path. */
#ifndef FAULTLINE_BASE_MAP_H
#define FAULTLINE_BASE_MAP_H

#include "base/error.h"

struct map_slot {
    uint64_t key;
    uint32_t value; /* MAP_ABSENT: the slot is free */
};

struct map {
    struct map_slot *slots;
    size_t nslots, used; /* nslots: a power of two, or 0 before the first key */
};

#define MAP_ABSENT UINT32_MAX

/* A zeroed struct map is an empty map. */
void map_release(struct map *map);

/* The value of key, or MAP_ABSENT. */
uint32_t map_get(const struct map *map, uint64_t key);

/* The value of key; if it has none it gets `fresh` (not MAP_ABSENT), which is returned.
 * ERR_NOMEM through *err: then MAP_ABSENT is returned. */
uint32_t map_get_or_add(struct map *map, uint64_t key, uint32_t fresh, struct error *err);

#endif
