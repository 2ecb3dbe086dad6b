/* used.c -- the pages that a process has used so far, in the order of their addresses: what
 * a fork copies and what a swapout writes. */
#include "os/bsd43/bsd43.h"

#include <stdlib.h>

enum status bsd43_used_pages(struct space *space, struct bsd43_used *out, struct error *err)
{
    const struct vpn_order *order = &space->order;
    size_t at;
    bsd43_used_release(out);
    const enum status status = space_order(space, 0, &at, err);
    if (status != OK)
        return status;
    out->vpns = malloc((order->n ? order->n : 1) * sizeof *out->vpns);
    if (!out->vpns)
        return error_nomem(err);
    for (; out->n < order->n; out->n++)
        out->vpns[out->n] = order->places[out->n].vpn;
    return OK;
}

void bsd43_used_release(struct bsd43_used *used)
{
    free(used->vpns);
    *used = (struct bsd43_used){0};
}
