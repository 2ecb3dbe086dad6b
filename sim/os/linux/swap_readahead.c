/* swap_readahead.c -- see swap_readahead.h. */
#include "os/linux/swap_readahead.h"

enum { FIRST_HITS = 4, VMA_ORDER_MAX = 5 };

void swap_readahead_init(struct swap_readahead *state)
{
    *state = (struct swap_readahead){.hits = FIRST_HITS};
}

/* swap_setup() */
uint32_t swap_readahead_page_cluster(uint64_t memory_bytes)
{
    return memory_bytes >> 20 < 16 ? 2 : 3;
}

static struct readahead_range aligned(uint64_t slot, uint64_t size, uint64_t nslots)
{
    struct readahead_range range = {slot & ~(size - 1), slot | (size - 1)};
    if (range.first == 0)
        range.first = 1;
    if (range.last >= nslots)
        range.last = nslots - 1;
    return range;
}

struct readahead_range swap_readahead_block(uint32_t page_cluster, uint64_t slot,
                                            uint64_t nslots)
{
    return aligned(slot, UINT64_C(1) << page_cluster, nslots);
}

static bool is_next_to(uint64_t a, uint64_t b)
{
    return a == b + 1 || a + 1 == b;
}

/* __swapin_nr_pages(): the next window. */
static uint32_t window_of(const struct swap_readahead *state, uint64_t at, uint32_t most)
{
    uint32_t pages = 4;
    while (pages < state->hits + 2)
        pages <<= 1;
    if (state->hits == 0)
        pages = is_next_to(at, state->prev) ? 2 : 1;
    if (pages > most)
        pages = most;
    return pages < state->window / 2 ? state->window / 2 : pages;
}

struct readahead_range swap_readahead_cluster(struct swap_readahead *state,
                                              uint32_t page_cluster, uint64_t slot,
                                              uint64_t nslots)
{
    if (page_cluster == 0)
        return (struct readahead_range){slot, slot};
    state->window = window_of(state, slot, UINT32_C(1) << page_cluster);
    if (state->hits == 0)
        state->prev = slot;
    state->hits = 0;
    return aligned(slot, state->window, nslots);
}

void swap_readahead_cluster_hit(struct swap_readahead *state)
{
    state->hits++;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

struct readahead_range swap_readahead_vma(struct swap_readahead *state,
                                          uint32_t page_cluster, vpn_t vpn,
                                          struct readahead_range vma, uint64_t pmd_pages)
{
    if (page_cluster == 0)
        return (struct readahead_range){vpn, vpn};
    const vpn_t prev = state->prev;
    const uint32_t order = (uint32_t)least(page_cluster, VMA_ORDER_MAX);
    const uint32_t window = window_of(state, vpn, UINT32_C(1) << order);
    *state = (struct swap_readahead){.prev = vpn, .window = window};
    uint64_t left = (window - 1) / 2;
    if (vpn == prev + 1)
        left = 0;
    else if (vpn + 1 == prev)
        left = window - 1;
    /* No further to the left than the VMA and the page table go, nor to the right. */
    const uint64_t room = least(vpn - vma.first, vpn & (pmd_pages - 1));
    const uint64_t right = window - 1 - left;
    const uint64_t end = least(vma.last, vpn | (pmd_pages - 1));
    return (struct readahead_range){vpn - least(left, room), least(vpn + right, end)};
}

void swap_readahead_vma_hit(struct swap_readahead *state, vpn_t vpn, bool ahead)
{
    state->prev = vpn;
    state->hits += ahead;
}
