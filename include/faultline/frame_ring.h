/* frame_ring.h -- a ring of frames in an order that a policy keeps: newest at the head,
 * oldest just before it.  A policy puts a struct frame_link first in what it keeps per
 * frame; the ring needs no memory of its own and no special cases at its ends. */
#ifndef FAULTLINE_PAGER_FRAME_RING_H
#define FAULTLINE_PAGER_FRAME_RING_H

#include "base/types.h"

#include <stdbool.h>

struct frame_link {
    pfn_t newer, older;
};

struct frame_ring {
    struct frame_link *links; /* [frame]                   */
    pfn_t head;               /* the newest; PFN_NONE: empty */
};

static inline void frame_ring_init(struct frame_ring *ring, void *frames)
{
    *ring = (struct frame_ring){.links = (struct frame_link *)frames, .head = PFN_NONE};
}

static inline pfn_t frame_ring_newest(const struct frame_ring *ring)
{
    return ring->head;
}

static inline pfn_t frame_ring_oldest(const struct frame_ring *ring)
{
    return ring->head == PFN_NONE ? PFN_NONE : ring->links[ring->head].newer;
}

/* Add a frame that is not in the ring, as the newest. */
static inline void frame_ring_add(struct frame_ring *ring, pfn_t pfn)
{
    struct frame_link *links = ring->links;
    if (ring->head == PFN_NONE) {
        links[pfn] = (struct frame_link){pfn, pfn};
    } else {
        const pfn_t oldest = links[ring->head].newer;
        links[pfn] = (struct frame_link){.newer = oldest, .older = ring->head};
        links[oldest].older = pfn;
        links[ring->head].newer = pfn;
    }
    ring->head = pfn;
}

static inline void frame_ring_remove(struct frame_ring *ring, pfn_t pfn)
{
    const struct frame_link link = ring->links[pfn];
    ring->links[link.newer].older = link.older;
    ring->links[link.older].newer = link.newer;
    if (ring->head == pfn)
        ring->head = link.older == pfn ? PFN_NONE : link.older;
}

/* The ring has n frames, each between those that say so too. */
static inline bool frame_ring_holds(const struct frame_ring *ring, uint64_t n)
{
    pfn_t pfn = ring->head;
    if (n == 0 || pfn == PFN_NONE)
        return n == 0 && pfn == PFN_NONE;
    for (uint64_t i = 1; i <= n; i++) {
        const pfn_t older = ring->links[pfn].older;
        if (ring->links[older].newer != pfn || (older == ring->head) != (i == n))
            return false;
        pfn = older;
    }
    return true;
}

/* Make a frame of the ring the newest. */
static inline void frame_ring_renew(struct frame_ring *ring, pfn_t pfn)
{
    if (ring->head == pfn)
        return;
    struct frame_link *links = ring->links;
    const struct frame_link link = links[pfn];
    const pfn_t head = ring->head, oldest = links[head].newer;
    ring->head = pfn;
    if (pfn == oldest) /* the ring only turns */
        return;
    links[link.newer].older = link.older;
    links[link.older].newer = link.newer;
    links[pfn] = (struct frame_link){.newer = oldest, .older = head};
    links[oldest].older = pfn;
    links[head].newer = pfn;
}

#endif
