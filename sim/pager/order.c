/* order.c -- the pages of an address space in the order of their addresses. */
#include "pager/space.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const vpn_t x = ((const struct vpn_place *)a)->vpn;
    const vpn_t y = ((const struct vpn_place *)b)->vpn;
    return (x > y) - (x < y);
}

static enum status sort(struct space *space, struct error *err)
{
    const struct map *map = &space->pages.map;
    struct vpn_order *order = &space->order;
    struct vpn_place *places = realloc(order->places, map->used * sizeof *places);
    if (!places)
        return error_nomem(err);
    order->places = places;
    order->n = 0;
    for (size_t i = 0; i < map->nslots; i++)
        if (map->slots[i].value != MAP_ABSENT)
            places[order->n++] = (struct vpn_place){map->slots[i].key, map->slots[i].value};
    qsort(places, order->n, sizeof *places, ascending);
    order->of = map->used;
    return OK;
}

enum status space_order(struct space *space, vpn_t vpn, size_t *at, struct error *err)
{
    struct vpn_order *order = &space->order;
    const enum status status = order->of == space->pages.map.used ? OK : sort(space, err);
    if (status != OK)
        return status;
    size_t low = 0, high = order->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (order->places[middle].vpn < vpn)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return OK;
}
