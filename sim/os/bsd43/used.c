/* used.c -- the pages that a process has used so far, in the order of their addresses: what
 * a fork copies and what a swapout writes. */
#include "os/bsd43/bsd43.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const vpn_t x = *(const vpn_t *)a, y = *(const vpn_t *)b;
    return (x > y) - (x < y);
}

enum status bsd43_used_pages(const struct space *space, struct bsd43_used *out,
                             struct error *err)
{
    const struct map *map = &space->pages.map;
    bsd43_used_release(out);
    out->vpns = malloc((map->used ? map->used : 1) * sizeof *out->vpns);
    if (!out->vpns)
        return error_nomem(err);
    for (size_t i = 0; i < map->nslots; i++)
        if (map->slots[i].value != MAP_ABSENT)
            out->vpns[out->n++] = map->slots[i].key;
    qsort(out->vpns, out->n, sizeof *out->vpns, ascending);
    return OK;
}

void bsd43_used_release(struct bsd43_used *used)
{
    free(used->vpns);
    *used = (struct bsd43_used){0};
}
