/* reduce_inside.h -- what the methods of reduction share; for the reduce*.c only. */
#ifndef FAULTLINE_TRACE_REDUCE_INSIDE_H
#define FAULTLINE_TRACE_REDUCE_INSIDE_H

#include "trace/builder.h"
#include "trace/reduce.h"

/* --- orders ---------------------------------------------------------------------------- */

struct order_link {
    uint32_t next, prev;
};

/* An order of the entries 1, 2, ... of some array, as a doubly linked ring through entry 0:
 * after that comes the oldest entry, before it the newest. */
struct order {
    struct order_link *links;
    size_t
        capacity; /* entries below it can be put in order; at least 1                   */
};

/* Have room for this entry; a zeroed order has none even for entry 0.  Memory is doubled
 * when it does not suffice. */
MUST_CHECK enum status order_make_room(struct order *order, uint32_t entry,
                                       struct error *err);

static inline uint32_t order_oldest(const struct order *order)
{
    return order->links[0].next; /* 0: there is none */
}

/* The entry after this one; 0: it is the newest. */
static inline uint32_t order_next(const struct order *order, uint32_t entry)
{
    return order->links[entry].next;
}

static inline void order_append(struct order *order, uint32_t entry)
{
    struct order_link *links = order->links;
    links[entry] = (struct order_link){.next = 0, .prev = links[0].prev};
    links[links[0].prev].next = entry;
    links[0].prev = entry;
}

static inline void order_remove(struct order *order, uint32_t entry)
{
    struct order_link *links = order->links;
    links[links[entry].prev].next = links[entry].next;
    links[links[entry].next].prev = links[entry].prev;
}

/* Make it the newest. */
static inline void order_renew(struct order *order, uint32_t entry)
{
    if (order->links[0].prev == entry)
        return;
    order_remove(order, entry);
    order_append(order, entry);
}

/* --- methods --------------------------------------------------------------------------- */

/* Put an access into the reduced trace. */
MUST_CHECK enum status reduce_emit(struct reducer *reducer, page_t page,
                                   enum reference_kind kind, struct error *err);

/* The array, of *capacity elements of `size` bytes, made twice as long; new elements are
 * zero.  NULL: there is no memory, and the array is as it was. */
MUST_CHECK void *reduce_grow(void *array, size_t size, size_t *capacity);

/* What a store to the page leaves of an access that comes after it: a page that is kept in
 * memory from the one to the other is dirty as well if the latter stores. */
static inline enum reference_kind reduce_merge(enum reference_kind before,
                                               enum reference_kind after)
{
    return before == STORE ? STORE : after;
}

/* A method sees all accesses, by dense page number; of more than two to one page in a row
 * it sees two. */
struct reduce_method {
    size_t state_size; /* zeroed                                                         */
    enum status (*init)(void *state, struct reducer *reducer, uint64_t frames,
                        struct error *err);
    void (*release)(void *state);
    /* Pages up to this number may come. */
    enum status (*make_room)(void *state, page_t npages, struct error *err);
    enum status (*access)(void *state, page_t page, enum reference_kind kind,
                          struct error *err);
    enum status (*finish)(void *state, struct error *err);
};

extern const struct reduce_method reduce_sad, reduce_olr;

#endif
