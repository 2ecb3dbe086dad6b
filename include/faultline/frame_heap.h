/* frame_heap.h -- a heap of frames: the one with the smallest key is first.
 *
 * Made for keys that only grow while a frame is in the heap.  A policy then need not tell
 * the heap of every change: where it looks for the first frame it brings that one's key up
 * to date, with frame_heap_raise(), until it finds one whose key was so already; the
 * others cannot be smaller than what the heap knows of them. */
#ifndef FAULTLINE_FRAME_HEAP_H
#define FAULTLINE_FRAME_HEAP_H

#include "base/types.h"

#include <stdbool.h>

struct frame_key {
    uint64_t key, tie; /* of equal keys the smaller tie is first */
};

/* Arrays of as many elements as there are frames, borrowed. */
struct frame_heap {
    struct frame_key *keys; /* [frame]                                                */
    pfn_t *slots;           /* [0 .. n-1]: the frames, no child before its parent     */
    pfn_t *at;              /* [frame]: its slot                                      */
    pfn_t n;
};

static inline bool frame_key_less(struct frame_key a, struct frame_key b)
{
    return a.key != b.key ? a.key < b.key : a.tie < b.tie;
}

static inline pfn_t frame_heap_first(const struct frame_heap *heap)
{
    return heap->n ? heap->slots[0] : PFN_NONE;
}

static inline void frame_heap_place(struct frame_heap *heap, pfn_t slot, pfn_t pfn)
{
    heap->slots[slot] = pfn;
    heap->at[pfn] = slot;
}

/* Move a frame from its slot towards the first one, as far as its key says. */
static inline void frame_heap_rise(struct frame_heap *heap, pfn_t pfn)
{
    pfn_t slot = heap->at[pfn];
    for (; slot > 0; slot = (slot - 1) / 2) {
        const pfn_t parent = heap->slots[(slot - 1) / 2];
        if (!frame_key_less(heap->keys[pfn], heap->keys[parent]))
            break;
        frame_heap_place(heap, slot, parent);
    }
    frame_heap_place(heap, slot, pfn);
}

/* The same in the other direction. */
static inline void frame_heap_sink(struct frame_heap *heap, pfn_t pfn)
{
    pfn_t slot = heap->at[pfn];
    for (;;) {
        pfn_t child = 2 * slot + 1;
        if (child >= heap->n)
            break;
        if (child + 1 < heap->n && frame_key_less(heap->keys[heap->slots[child + 1]],
                                                  heap->keys[heap->slots[child]]))
            child++;
        if (!frame_key_less(heap->keys[heap->slots[child]], heap->keys[pfn]))
            break;
        frame_heap_place(heap, slot, heap->slots[child]);
        slot = child;
    }
    frame_heap_place(heap, slot, pfn);
}

/* Add a frame that is not in the heap. */
static inline void frame_heap_add(struct frame_heap *heap, pfn_t pfn, struct frame_key key)
{
    heap->keys[pfn] = key;
    frame_heap_place(heap, heap->n++, pfn);
    frame_heap_rise(heap, pfn);
}

static inline void frame_heap_remove(struct frame_heap *heap, pfn_t pfn)
{
    const pfn_t slot = heap->at[pfn], last = heap->slots[--heap->n];
    if (last == pfn)
        return;
    frame_heap_place(heap, slot, last);
    frame_heap_rise(heap, last);
    frame_heap_sink(heap, last);
}

/* Give a frame of the heap a key that is not smaller than the one it had. */
static inline void frame_heap_raise(struct frame_heap *heap, pfn_t pfn,
                                    struct frame_key key)
{
    heap->keys[pfn] = key;
    frame_heap_sink(heap, pfn);
}

#endif
