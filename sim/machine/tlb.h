/* tlb.h -- one level of a set-associative translation lookaside buffer.
 * Entries are tagged with the identity of a page, which stands for its address-space
 * identifier and VPN.  Units: entries, ways and sets are counts. */
#ifndef FAULTLINE_MACHINE_TLB_H
#define FAULTLINE_MACHINE_TLB_H

#include "base/error.h"
#include "base/rng.h"
#include "base/types.h"

#include <stdbool.h>

enum tlb_replacement { TLB_LRU, TLB_FIFO, TLB_RANDOM };

struct tlb_params {
    uint32_t entries; /* total, a multiple of ways                       */
    uint32_t ways;    /* entries per set; == entries: fully associative  */
    enum tlb_replacement replacement;
};

/* A set's valid entries are its first ones.  LRU keeps them by last use, FIFO by age, both
 * newest first; random in the order of filling.  Empty ways are filled first. */
struct tlb {
    uint32_t ways, nsets; /* nsets 0: the level does not exist */
    enum tlb_replacement replacement;
    page_t *tags;     /* [set * ways + way], PAGE_NONE: empty */
    uint32_t *set_of; /* [page]: vpn mod nsets, in entries     */
    struct rng rng;
};

/* params->entries must be a multiple of params->ways, or both 0 for no such level. */
MUST_CHECK enum status tlb_init(struct tlb *tlb, const struct tlb_params *params,
                                uint64_t seed, struct error *err);
void tlb_release(struct tlb *tlb);

/* Learn the pages old .. npages-1 before they are used. */
MUST_CHECK enum status tlb_add_pages(struct tlb *tlb, const vpn_t *vpns, page_t old,
                                     page_t npages, size_t capacity, struct error *err);

/* Drop the page's entry if there is one. */
void tlb_invalidate(struct tlb *tlb, page_t page);

/* True on a hit, which makes an LRU entry the most recent of its set. */
static inline bool tlb_lookup(struct tlb *tlb, page_t page)
{
    page_t *set = tlb->tags + tlb->set_of[page];
    if (set[0] == page)
        return true;
    for (uint32_t way = 1; way < tlb->ways; way++) {
        if (set[way] != page)
            continue;
        if (tlb->replacement == TLB_LRU) {
            for (; way > 0; way--)
                set[way] = set[way - 1];
            set[0] = page;
        }
        return true;
    }
    return false;
}

/* Enter a page that is not there. */
static inline void tlb_fill(struct tlb *tlb, page_t page)
{
    page_t *set = tlb->tags + tlb->set_of[page];
    if (tlb->replacement == TLB_RANDOM) {
        uint32_t way = 0;
        while (way < tlb->ways && set[way] != PAGE_NONE)
            way++;
        set[way < tlb->ways ? way : rng_below(&tlb->rng, tlb->ways)] = page;
        return;
    }
    for (uint32_t way = tlb->ways - 1; way > 0; way--)
        set[way] = set[way - 1];
    set[0] = page;
}

#endif
