/* order.c -- the pages of an address space in the order of their addresses. */
#include "pager/space.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const vpn_t x = *(const vpn_t *)a, y = *(const vpn_t *)b;
    return (x > y) - (x < y);
}

static enum status sort(struct space *space, struct error *err)
{
    const struct map *map = &space->pages.map;
    struct vpn_order *order = &space->order;
    vpn_t *vpns = realloc(order->vpns, map->used * sizeof *vpns);
    if (!vpns)
        return error_nomem(err);
    order->vpns = vpns;
    order->n = 0;
    for (size_t i = 0; i < map->nslots; i++)
        if (map->slots[i].value != MAP_ABSENT)
            vpns[order->n++] = map->slots[i].key;
    qsort(vpns, order->n, sizeof *vpns, ascending);
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
        if (order->vpns[middle] < vpn)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return OK;
}
