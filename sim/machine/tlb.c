/* tlb.c -- see tlb.h. */
#include "machine/tlb.h"

#include "base/bits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    HINTS_PER_ENTRY = 8, /* so that few tags that are in the array share a hint          */
    SEARCH_CHUNK = 32,   /* ways compared before a branch: compilers make vectors of them */
    PLRU_WAYS_MAX = 64,  /* a bit each                                                   */
};

static bool has_bit_for_each_way(const struct tlb *tlb)
{
    return tlb->replacement == TLB_BIT_PLRU || tlb->replacement == TLB_BIT_PLRU_DYNAMORIO;
}

/* A tree's inner nodes are bits 1 .. ways-1 of the word, the children of node n are 2n and
 * 2n + 1, and way w is the leaf ways + w.  A bit is the side on which to look for a victim:
 * a use turns those on its path away from itself. */
static struct tlb_mark tree_mark(uint32_t ways, uint32_t way)
{
    struct tlb_mark mark = {.keep = UINT64_MAX};
    for (uint32_t node = ways + way; node > 1; node /= 2) {
        const uint64_t parent = UINT64_C(1) << (node / 2);
        mark.keep &= ~parent;
        mark.add |= node % 2 == 0 ? parent : 0;
    }
    return mark;
}

static struct tlb_mark mark_of(const struct tlb *tlb, uint32_t way)
{
    if (tlb->replacement == TLB_TREE_PLRU)
        return tree_mark(tlb->ways, way);
    if (tlb->replacement == TLB_NMRU)
        return (struct tlb_mark){.add = way};
    return (struct tlb_mark){.keep = UINT64_MAX, .add = UINT64_C(1) << way};
}

/* What the replacement keeps.  A set's word is at the place of its first way, which spares a
 * division. */
static enum status init_replacement(struct tlb *tlb, size_t entries, struct error *err)
{
    if (tlb->replacement == TLB_RANDOM)
        return OK;
    if (tlb->replacement == TLB_LRU || tlb->replacement == TLB_FIFO) {
        tlb->times = calloc(entries, sizeof *tlb->times);
        return tlb->times ? OK : error_nomem(err);
    }
    tlb->words = calloc(entries, sizeof *tlb->words);
    tlb->marks = calloc(tlb->ways, sizeof *tlb->marks);
    if (!tlb->words || !tlb->marks)
        return error_nomem(err);
    for (uint32_t way = 0; way < tlb->ways; way++)
        tlb->marks[way] = mark_of(tlb, way);
    tlb->all_set = has_bit_for_each_way(tlb) ? low_bits(tlb->ways) : UINT64_MAX;
    return OK;
}

static enum status init_entries(struct tlb *tlb, size_t entries, struct error *err)
{
    size_t hints = 1;
    while (hints < HINTS_PER_ENTRY * entries)
        hints *= 2;
    tlb->hint_mask = (uint32_t)(hints - 1);
    tlb->hints = calloc(hints, sizeof *tlb->hints);
    tlb->tags = malloc(entries * sizeof *tlb->tags);
    if (!tlb->hints || !tlb->tags)
        return error_nomem(err);
    for (size_t i = 0; i < entries; i++)
        tlb->tags[i] = PAGE_NONE;
    tlb->nempty = (uint32_t)entries;
    return init_replacement(tlb, entries, err);
}

static void check_params(const struct tlb_params *params)
{
    assert(params->ways > 0 && params->entries % params->ways == 0);
    assert(params->wired < params->ways);
    assert(params->replacement < TLB_TREE_PLRU || params->ways <= PLRU_WAYS_MAX);
    assert(params->replacement != TLB_TREE_PLRU || is_power_of_two(params->ways));
    (void)params;
}

enum status tlb_init(struct tlb *tlb, const struct tlb_params *params, uint64_t seed,
                     struct error *err)
{
    *tlb = (struct tlb){.replacement = params->replacement};
    if (params->entries == 0)
        return OK;
    check_params(params);
    tlb->nsets = params->entries / params->ways;
    tlb->ways = params->ways - params->wired;
    rng_seed(&tlb->rng, seed);
    const enum status status = init_entries(tlb, (size_t)tlb->nsets * tlb->ways, err);
    if (status != OK)
        tlb_release(tlb);
    return status;
}

void tlb_release(struct tlb *tlb)
{
    free(tlb->tags);
    free(tlb->set_of);
    free(tlb->hints);
    free(tlb->times);
    free(tlb->words);
    free(tlb->marks);
    *tlb = (struct tlb){0};
}

enum status tlb_add_pages(struct tlb *tlb, const vpn_t *vpns, page_t old, page_t npages,
                          size_t capacity, struct error *err)
{
    if (tlb->nsets == 0)
        return OK;
    uint32_t *set_of = realloc(tlb->set_of, capacity * sizeof *set_of);
    if (!set_of)
        return error_nomem(err);
    tlb->set_of = set_of;
    for (page_t page = old; page < npages; page++)
        set_of[page] = tlb_set(tlb, vpns[page]);
    return OK;
}

/* The first way that has the tag, or `ways`. */
static uint32_t find(const page_t *set, uint32_t ways, page_t tag)
{
    uint32_t way = 0;
    for (; ways - way >= SEARCH_CHUNK; way += SEARCH_CHUNK) {
        uint32_t found = 0;
        for (uint32_t i = 0; i < SEARCH_CHUNK; i++)
            found |= set[way + i] == tag ? UINT32_MAX : 0;
        if (found)
            break;
    }
    while (way < ways && set[way] != tag)
        way++;
    return way;
}

static void empty(struct tlb *tlb, size_t place)
{
    tlb->tags[place] = PAGE_NONE;
    tlb->nempty++;
}

/* A way may be too large for a hint; what is cut off is a way all the same. */
static void set_hint(struct tlb *tlb, page_t tag, uint32_t way)
{
    tlb->hints[tag & tlb->hint_mask] = (uint16_t)way;
}

uint32_t tlb_search(struct tlb *tlb, uint32_t set, page_t tag)
{
    const uint32_t way = find(tlb->tags + set, tlb->ways, tag);
    if (way < tlb->ways)
        set_hint(tlb, tag, way);
    return way;
}

static uint32_t oldest(const uint64_t *times, uint32_t ways)
{
    uint32_t way = 0;
    for (uint32_t i = 1; i < ways; i++)
        if (UNLIKELY(times[i] < times[way]))
            way = i;
    return way;
}

static uint32_t random_way(struct tlb *tlb, uint32_t ways)
{
    return (uint32_t)rng_below(&tlb->rng, ways);
}

static uint32_t not_newest(struct tlb *tlb, uint64_t newest)
{
    if (tlb->ways == 1)
        return 0;
    const uint32_t way = random_way(tlb, tlb->ways - 1);
    return way + (way >= newest);
}

static uint32_t tree_victim(const struct tlb *tlb, uint64_t word)
{
    uint32_t node = 1;
    while (node < tlb->ways)
        node = 2 * node + ((uint32_t)(word >> node) & 1);
    return node - tlb->ways;
}

/* Any of the ways whose bits are set.  After DynamoRIO, clients/drcachesim/simulator/
 * policy_bit_plru.cpp, policy_bit_plru_t (2025; tlb.cpp, tlb_bit_plru_t before): there each
 * TLB has a Mersenne Twister that starts from a new seed in every run. */
static uint32_t random_bit(struct tlb *tlb, uint64_t ways)
{
    uint32_t skip = random_way(tlb, (uint32_t)__builtin_popcountll(ways));
    for (; skip > 0; skip--)
        ways &= ways - 1;
    return lowest_bit(ways);
}

static uint32_t bit_victim(struct tlb *tlb, uint64_t word)
{
    const uint64_t clear = ~word & tlb->all_set;
    if (!clear) /* a single way */
        return 0;
    return tlb->replacement == TLB_BIT_PLRU ? lowest_bit(clear) : random_bit(tlb, clear);
}

/* The way of a full set whose entry goes. */
static uint32_t victim(struct tlb *tlb, uint32_t set)
{
    switch (tlb->replacement) {
    case TLB_LRU:
    case TLB_FIFO:
        return oldest(tlb->times + set, tlb->ways);
    case TLB_RANDOM:
        return random_way(tlb, tlb->ways);
    case TLB_NMRU:
        return not_newest(tlb, tlb->words[set]);
    case TLB_TREE_PLRU:
        return tree_victim(tlb, tlb->words[set]);
    case TLB_BIT_PLRU:
    case TLB_BIT_PLRU_DYNAMORIO:
        return bit_victim(tlb, tlb->words[set]);
    }
    assert(false);
    return 0;
}

page_t tlb_fill_at(struct tlb *tlb, uint32_t set, page_t tag)
{
    assert(!tlb_holds_at(tlb, set, tag));
    uint32_t way = tlb->ways;
    if (tlb->nempty > 0)
        way = find(tlb->tags + set, tlb->ways, PAGE_NONE);
    if (way < tlb->ways)
        tlb->nempty--;
    else
        way = victim(tlb, set);
    const page_t displaced = tlb->tags[set + way];
    tlb->tags[set + way] = tag;
    set_hint(tlb, tag, way);
    if (tlb->replacement == TLB_FIFO)
        tlb->times[set + way] = ++tlb->now;
    else
        tlb_use(tlb, set, way);
    return displaced;
}

page_t tlb_fill(struct tlb *tlb, page_t page)
{
    return tlb_fill_at(tlb, tlb->set_of[page], page);
}

void tlb_invalidate_at(struct tlb *tlb, uint32_t set, page_t tag)
{
    if (tlb->nsets == 0)
        return;
    const uint32_t way = find(tlb->tags + set, tlb->ways, tag);
    if (way < tlb->ways)
        empty(tlb, (size_t)set + way);
}

void tlb_invalidate(struct tlb *tlb, page_t page)
{
    if (tlb->nsets)
        tlb_invalidate_at(tlb, tlb->set_of[page], page);
}

void tlb_drop(struct tlb *tlb, bool (*drop)(const void *context, page_t tag),
              const void *context)
{
    const size_t entries = (size_t)tlb->nsets * tlb->ways;
    for (size_t i = 0; i < entries; i++)
        if (tlb->tags[i] != PAGE_NONE && drop(context, tlb->tags[i]))
            empty(tlb, i);
}

static bool is_local(const void *context, page_t tag)
{
    (void)context;
    return !(tag & TLB_TAG_GLOBAL);
}

void tlb_flush(struct tlb *tlb, bool keep_global)
{
    const size_t entries = (size_t)tlb->nsets * tlb->ways;
    if (keep_global) {
        tlb_drop(tlb, is_local, NULL);
        return;
    }
    for (size_t i = 0; i < entries; i++)
        tlb->tags[i] = PAGE_NONE;
    tlb->nempty = (uint32_t)entries;
}

bool tlb_holds_at(const struct tlb *tlb, uint32_t set, page_t tag)
{
    return tlb->nsets && find(tlb->tags + set, tlb->ways, tag) < tlb->ways;
}

bool tlb_holds(const struct tlb *tlb, page_t page)
{
    return tlb->nsets && tlb_holds_at(tlb, tlb->set_of[page], page);
}
