/* cut_order.h -- an order of last use that is cut into segments at points: positions in it,
 * from 1 for what was used last.
 *
 * Entries are frames and, from the number of frames on, ghosts.  Segment s holds positions
 * start[s] + 1 .. start[s + 1].  A use of an entry of the first segment changes nothing but
 * the order in it; any other moves one entry of each segment before its own into the next. */
#ifndef FAULTLINE_CUT_ORDER_H
#define FAULTLINE_CUT_ORDER_H

#include "faultline/frame_ring.h"

#include <stddef.h>

enum { CUT_ORDER_SEGMENTS_MAX = 33 };

struct cut_order {
    struct frame_ring uses; /* all entries                                                */
    struct frame_ring old;  /* frames beyond segment 0                                    */
    uint8_t *segment;       /* [entry]                                                    */
    pfn_t nframes, length;
    pfn_t start[CUT_ORDER_SEGMENTS_MAX + 1]; /* [segment], and the last point             */
    pfn_t first[CUT_ORDER_SEGMENTS_MAX]; /* [segment]: its newest entry, or PFN_NONE      */
    unsigned nsegments;
};

/* Bytes that an entry takes of what cut_order_init() is given. */
#define CUT_ORDER_ENTRY_SIZE (2 * sizeof(struct frame_link) + sizeof(uint8_t))

/* An empty order; points are to be set.  memory: for as many entries. */
static inline void cut_order_init(struct cut_order *order, void *memory, pfn_t nframes,
                                  size_t entries)
{
    struct frame_link *links = (struct frame_link *)memory;
    *order = (struct cut_order){.nframes = nframes};
    frame_ring_init(&order->uses, links);
    frame_ring_init(&order->old, links + entries);
    order->segment = (uint8_t *)(links + 2 * entries);
}

/* --- points ------------------------------------------------------------------------------ */

/* Set points anew: cut_order_begin(), the points ascending, cut_order_recut(). */
static inline void cut_order_begin(struct cut_order *order)
{
    order->nsegments = 1;
}

/* The next segment begins at a point, unless one does so already. */
static inline void cut_order_add_point(struct cut_order *order, uint64_t point)
{
    if (point > order->start[order->nsegments - 1])
        order->start[order->nsegments++] = (pfn_t)point;
}

/* --- uses -------------------------------------------------------------------------------- */

static inline bool cut_order_is_resident(const struct cut_order *order, pfn_t entry)
{
    return entry < order->nframes;
}

/* The newest entry of a segment is one that comes from the segment before. */
static inline void cut_order_come_in(struct cut_order *order, unsigned s, pfn_t entry)
{
    order->first[s] = entry;
    order->segment[entry] = (uint8_t)s;
    if (s == 1 && cut_order_is_resident(order, entry))
        frame_ring_add(&order->old, entry);
}

/* An entry of the segment, or a new one (nsegments), is going to the front: each segment up
 * to it gets the oldest entry of the one before. */
static inline void cut_order_shift(struct cut_order *order, unsigned segment)
{
    for (unsigned s = 1; s <= segment && s < order->nsegments; s++) {
        if (order->first[s] != PFN_NONE)
            cut_order_come_in(order, s, order->uses.links[order->first[s]].newer);
        else if (order->length == order->start[s])
            cut_order_come_in(order, s, frame_ring_oldest(&order->uses));
    }
}

/* The entry, known or new to the order, is used.  A frame must be out of `old`. */
static inline void cut_order_use(struct cut_order *order, pfn_t entry, bool known)
{
    cut_order_shift(order, known ? order->segment[entry] : order->nsegments);
    order->segment[entry] = 0;
    order->length += !known;
    if (known)
        frame_ring_renew(&order->uses, entry);
    else
        frame_ring_add(&order->uses, entry);
}

/* Cut the order at the points that have been added; the last one ends the last segment. */
static inline void cut_order_recut(struct cut_order *order)
{
    const pfn_t n = order->length;
    pfn_t at = frame_ring_oldest(&order->uses);
    order->nsegments--;
    order->uses.head = order->old.head = PFN_NONE;
    order->length = 0;
    for (unsigned s = 0; s < CUT_ORDER_SEGMENTS_MAX; s++)
        order->first[s] = PFN_NONE;
    for (pfn_t next; order->length < n; at = next) {
        next = order->uses.links[at].newer;
        cut_order_use(order, at, false);
    }
}

/* --- what is where ----------------------------------------------------------------------- */

/* The entry after this one in the order, or PFN_NONE. */
static inline pfn_t cut_order_next_older(const struct cut_order *order, pfn_t entry)
{
    return entry == frame_ring_oldest(&order->uses) ? PFN_NONE
                                                    : order->uses.links[entry].older;
}

/* The resident page used longest ago; there is one. */
static inline pfn_t cut_order_least_recent(const struct cut_order *order)
{
    pfn_t at = frame_ring_oldest(&order->old);
    if (at == PFN_NONE)
        at =
            order->first[1] != PFN_NONE ? order->first[1] : frame_ring_oldest(&order->uses);
    while (!cut_order_is_resident(order, at))
        at = order->uses.links[at].newer;
    return at;
}

/* Is the page at the position that is the s-th point, or beyond the last point? */
static inline bool cut_order_is_at_point(const struct cut_order *order, pfn_t pfn,
                                         unsigned s)
{
    const pfn_t older = cut_order_next_older(order, pfn);
    return older == PFN_NONE ? order->length >= order->start[s]
                             : s < order->nsegments && older == order->first[s];
}

/* --- out of it --------------------------------------------------------------------------- */

/* Take out an entry: each segment after its own gives its newest to the one before.  A
 * frame must be out of `old`. */
static inline void cut_order_take_out(struct cut_order *order, pfn_t entry)
{
    const unsigned segment = order->segment[entry];
    if (segment > 0 && order->first[segment] == entry)
        order->first[segment] = cut_order_next_older(order, entry);
    for (unsigned s = segment + 1; s < order->nsegments && order->first[s] != PFN_NONE;
         s++) {
        const pfn_t newest = order->first[s];
        order->first[s] = cut_order_next_older(order, newest);
        order->segment[newest] = (uint8_t)(s - 1);
        if (s == 1 && cut_order_is_resident(order, newest))
            frame_ring_remove(&order->old, newest);
    }
    frame_ring_remove(&order->uses, entry);
    order->length--;
}

/* Put an entry in the place of another; frames must be put into `old`, and out of it. */
static inline void cut_order_replace(struct cut_order *order, pfn_t from, pfn_t to)
{
    struct frame_link *links = order->uses.links;
    const struct frame_link link = links[from];
    const unsigned segment = order->segment[from];
    links[to] = order->length == 1 ? (struct frame_link){to, to} : link;
    if (order->length > 1) {
        links[link.newer].older = to;
        links[link.older].newer = to;
    }
    if (order->uses.head == from)
        order->uses.head = to;
    if (segment > 0 && order->first[segment] == from)
        order->first[segment] = to;
    order->segment[to] = (uint8_t)segment;
}

#endif
