/* buddy.c -- see buddy.h. */
#include "os/linux/buddy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NO_ORDER = UINT8_MAX };

static pfn_t size_of(uint32_t order)
{
    return (pfn_t)1 << order;
}

static void add(struct buddy *buddy, pfn_t pfn, uint32_t order)
{
    const pfn_t head = buddy->heads[order];
    buddy->next[pfn] = head;
    buddy->prev[pfn] = PFN_NONE;
    if (head != PFN_NONE)
        buddy->prev[head] = pfn;
    buddy->heads[order] = pfn;
    buddy->order[pfn] = (uint8_t)order;
    buddy->nblocks[order]++;
}

static void del(struct buddy *buddy, pfn_t pfn, uint32_t order)
{
    const pfn_t next = buddy->next[pfn], prev = buddy->prev[pfn];
    if (next != PFN_NONE)
        buddy->prev[next] = prev;
    if (prev != PFN_NONE)
        buddy->next[prev] = next;
    else
        buddy->heads[order] = next;
    buddy->order[pfn] = NO_ORDER;
    buddy->nblocks[order]--;
}

/* The largest block that ends at `end` and is aligned, within `first` .. end - 1. */
static uint32_t largest_before(const struct buddy *buddy, pfn_t first, pfn_t end)
{
    uint32_t order = buddy->orders - 1;
    while (end % size_of(order) || end - first < size_of(order))
        order--;
    return order;
}

enum status buddy_init(struct buddy *buddy, pfn_t nframes, pfn_t reserved, uint32_t version,
                       struct error *err)
{
    assert(nframes < PFN_NONE && reserved <= nframes);
    const bool old = version < LINUX_VERSION(2, 6, 0);
    *buddy =
        (struct buddy){.nframes = nframes, .orders = old ? 10 : 11, .upper_first = old};
    buddy->next = calloc((size_t)nframes + 1, sizeof *buddy->next);
    buddy->prev = calloc((size_t)nframes + 1, sizeof *buddy->prev);
    buddy->order = malloc((size_t)nframes + 1);
    if (!buddy->next || !buddy->prev || !buddy->order) {
        buddy_release(buddy);
        return error_nomem(err);
    }
    for (uint32_t order = 0; order < BUDDY_ORDERS_MAX; order++)
        buddy->heads[order] = PFN_NONE;
    memset(buddy->order, NO_ORDER, (size_t)nframes + 1);
    /* From above, so that the lowest block is the last one in. */
    for (pfn_t end = nframes; end > reserved;) {
        const uint32_t order = largest_before(buddy, reserved, end);
        end -= size_of(order);
        add(buddy, end, order);
    }
    buddy->nfree = nframes - reserved;
    return OK;
}

void buddy_release(struct buddy *buddy)
{
    free(buddy->next);
    free(buddy->prev);
    free(buddy->order);
    *buddy = (struct buddy){0};
}

pfn_t buddy_alloc(struct buddy *buddy, uint32_t order)
{
    uint32_t from = order;
    while (from < buddy->orders && buddy->heads[from] == PFN_NONE)
        from++;
    if (from >= buddy->orders)
        return PFN_NONE;
    pfn_t pfn = buddy->heads[from];
    del(buddy, pfn, from);
    while (from > order) {
        from--;
        const pfn_t upper = pfn + size_of(from);
        add(buddy, buddy->upper_first ? pfn : upper, from);
        if (buddy->upper_first)
            pfn = upper;
    }
    buddy->nfree -= size_of(order);
    return pfn;
}

pfn_t buddy_take_within(struct buddy *buddy, pfn_t from, pfn_t end, uint32_t order)
{
    pfn_t pfn = from;
    while (pfn < end && buddy->order[pfn] == NO_ORDER)
        pfn++;
    if (pfn >= end || buddy->order[pfn] >= order)
        return PFN_NONE;
    uint32_t rest = buddy->order[pfn];
    del(buddy, pfn, rest);
    while (rest-- > 0)
        add(buddy, pfn + size_of(rest), rest);
    buddy->nfree--;
    return pfn;
}

void buddy_give(struct buddy *buddy, pfn_t pfn, uint32_t order)
{
    assert(pfn % size_of(order) == 0 && pfn < buddy->nframes &&
           size_of(order) <= buddy->nframes - pfn);
    buddy->nfree += size_of(order);
    for (; order + 1 < buddy->orders; order++) {
        const pfn_t other = pfn ^ size_of(order);
        if (buddy->order[other] != order)
            break;
        del(buddy, other, order);
        pfn &= ~size_of(order);
    }
    add(buddy, pfn, order);
}

static const char *check_block(const struct buddy *buddy, pfn_t pfn, uint32_t order,
                               pfn_t prev)
{
    const pfn_t other = pfn ^ size_of(order);
    if (pfn >= buddy->nframes || size_of(order) > buddy->nframes - pfn)
        return "a free block is outside its zone";
    if (pfn % size_of(order))
        return "a free block is not aligned to its size";
    if (buddy->order[pfn] != order || buddy->prev[pfn] != prev)
        return "a free block is in a list of another order or out of place in it";
    if (order + 1 < buddy->orders && buddy->order[other] == order)
        return "two free blocks that are one larger block were not joined";
    for (pfn_t i = 1; i < size_of(order); i++)
        if (buddy->order[pfn + i] != NO_ORDER)
            return "a free block lies in another one";
    return NULL;
}

const char *buddy_check(const struct buddy *buddy)
{
    uint64_t nfree = 0, nblocks = 0;
    for (uint32_t order = 0; order < buddy->orders; order++) {
        pfn_t n = 0, prev = PFN_NONE;
        for (pfn_t pfn = buddy->heads[order]; pfn != PFN_NONE; pfn = buddy->next[pfn]) {
            const char *problem = check_block(buddy, pfn, order, prev);
            if (problem)
                return problem;
            if (++n > buddy->nblocks[order])
                return "a list of free blocks is longer than it is counted";
            prev = pfn;
        }
        if (n != buddy->nblocks[order])
            return "a list of free blocks is shorter than it is counted";
        nfree += (uint64_t)n << order;
        nblocks += n;
    }
    for (pfn_t pfn = 0; pfn < buddy->nframes; pfn++)
        nblocks -= buddy->order[pfn] != NO_ORDER;
    if (nblocks != 0)
        return "a free block is in no list";
    return nfree == buddy->nfree ? NULL : "the free frames are not those of the lists";
}
