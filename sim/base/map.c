/* map.c -- see map.h.  Keys are block and page numbers, of which the low bits alone would
 * cluster: hence the mixing. */
#include "base/map.h"

#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct map *map, uint64_t key)
{
    size_t i = (size_t)mix64(key) & (map->nslots - 1);
    while (map->slots[i].value != MAP_ABSENT && map->slots[i].key != key)
        i = (i + 1) & (map->nslots - 1);
    return i;
}

static bool map_grow(struct map *map)
{
    const size_t nslots = map->nslots ? map->nslots * 2 : 1024;
    struct map bigger = {.slots = malloc(nslots * sizeof *bigger.slots), .nslots = nslots};
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < nslots; i++)
        bigger.slots[i].value = MAP_ABSENT;
    for (size_t i = 0; i < map->nslots; i++)
        if (map->slots[i].value != MAP_ABSENT)
            bigger.slots[slot_of(&bigger, map->slots[i].key)] = map->slots[i];
    bigger.used = map->used;
    free(map->slots);
    *map = bigger;
    return true;
}

void map_release(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}

uint32_t map_get(const struct map *map, uint64_t key)
{
    return map->nslots ? map->slots[slot_of(map, key)].value : MAP_ABSENT;
}

uint32_t map_get_or_add(struct map *map, uint64_t key, uint32_t fresh, struct error *err)
{
    if (map->used * 2 >= map->nslots && !map_grow(map)) {
        error_nomem(err);
        return MAP_ABSENT;
    }
    struct map_slot *slot = &map->slots[slot_of(map, key)];
    if (slot->value == MAP_ABSENT) {
        *slot = (struct map_slot){.key = key, .value = fresh};
        map->used++;
    }
    return slot->value;
}
