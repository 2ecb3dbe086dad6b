/* tlb.h -- one set-associative array of a translation lookaside buffer.
 * Entries are tagged with the number of a page, which stands for its address-space
 * identifier and VPN.  Units: entries, ways and sets are counts. */
#ifndef FAULTLINE_MACHINE_TLB_H
#define FAULTLINE_MACHINE_TLB_H

#include "base/error.h"
#include "base/rng.h"
#include "base/types.h"

#include <stdbool.h>

/* Which entry of a full set goes.  A set that is not full takes its first empty way, whatever
 * the replacement. */
enum tlb_replacement {
    TLB_LRU,                /* used longest ago                                          */
    TLB_FIFO,               /* entered longest ago                                       */
    TLB_RANDOM,             /* any                                                       */
    TLB_NMRU,               /* any but the most recently used                            */
    TLB_TREE_PLRU,          /* where the bits of a binary tree over the ways point to     */
    TLB_BIT_PLRU,           /* the first way whose bit is clear; a use sets a way's bit, and
                             * when all are set clears those of the others               */
    TLB_BIT_PLRU_DYNAMORIO, /* bit-PLRU as DynamoRIO's drcachesim has it: any of the ways
                             * whose bits are clear                                      */
};

struct tlb_params {
    uint32_t entries; /* total, a multiple of ways                       */
    uint32_t ways;    /* entries per set; == entries: fully associative  */
    enum tlb_replacement replacement;
    uint32_t wired; /* of each set, so many ways are kept for the system and never hold
                     * anything here (MIPS); below ways */
};

/* Tags with this bit are of pages that are the same in every address space. */
#define TLB_TAG_GLOBAL UINT32_C(0x80000000)

/* What the use of a way does to the word of its set: the bits of `keep` stay, `add` come. */
struct tlb_mark {
    uint64_t keep, add;
};

/* An entry stays in its way until it goes.  An invalidation empties the way and leaves all
 * else of its set as it is: the order of the others, and the bits of a PLRU, as in hardware
 * where a way's valid bit and the replacement's bits have nothing to do with each other. */
struct tlb {
    uint32_t ways, nsets; /* ways: without the wired ones; nsets 0: no such array        */
    enum tlb_replacement replacement;
    page_t *tags;     /* [set + way], PAGE_NONE: empty                                  */
    uint32_t *set_of; /* [page]: place of its set, a multiple of ways                   */
    uint16_t *hints;  /* [tag & hint_mask]: the way in which such a tag was seen last   */
    uint32_t hint_mask;
    uint32_t nempty;        /* ways of all sets that are empty                           */
    uint64_t *times;        /* LRU, FIFO: [set + way], time of the last use, of entering */
    uint64_t now;           /* time of the last one of these                             */
    uint64_t *words;        /* NMRU: [set], the way; PLRU: [set], bits of the tree, ways */
    struct tlb_mark *marks; /* NMRU, PLRU: [way]                                         */
    uint64_t all_set;       /* bit-PLRU: the word that must not be; else UINT64_MAX      */
    struct rng rng;
};

/* params->entries must be a multiple of params->ways, or both 0 for no such array; tree PLRU:
 * ways a power of two; all PLRUs: at most 64 ways.  The tree leaves wired ways out. */
MUST_CHECK enum status tlb_init(struct tlb *tlb, const struct tlb_params *params,
                                uint64_t seed, struct error *err);
void tlb_release(struct tlb *tlb);

/* Learn the pages old .. npages-1 before they are used. */
MUST_CHECK enum status tlb_add_pages(struct tlb *tlb, const vpn_t *vpns, page_t old,
                                     page_t npages, size_t capacity, struct error *err);

/* The functions with _at name the place of the set, see tlb_set(); those without know it
 * from the page. */

/* Enter a tag that is not there.  Returns the one that it displaces, or PAGE_NONE. */
page_t tlb_fill(struct tlb *tlb, page_t page);
page_t tlb_fill_at(struct tlb *tlb, uint32_t set, page_t tag);

/* Drop a tag's entry if there is one, wherever it is in its set. */
void tlb_invalidate(struct tlb *tlb, page_t page);
void tlb_invalidate_at(struct tlb *tlb, uint32_t set, page_t tag);
/* Drop all entries, or all but the global ones. */
void tlb_flush(struct tlb *tlb, bool keep_global);
/* Drop the entries that `drop` says. */
void tlb_drop(struct tlb *tlb, bool (*drop)(const void *context, page_t tag),
              const void *context);
/* Is the tag there?  Changes nothing. */
bool tlb_holds(const struct tlb *tlb, page_t page);
bool tlb_holds_at(const struct tlb *tlb, uint32_t set, page_t tag);

/* For tlb_lookup(): the way of a tag whose hint is wrong, or tlb->ways; mends the hint. */
uint32_t tlb_search(struct tlb *tlb, uint32_t set, page_t tag);

/* The place of the set of a VPN. */
static inline uint32_t tlb_set(const struct tlb *tlb, uint64_t vpn)
{
    return (uint32_t)(vpn % tlb->nsets) * tlb->ways;
}

/* For tlb_lookup() and tlb_fill(): the replacement takes note of the use of a way. */
static inline void tlb_use(struct tlb *tlb, uint32_t set, uint32_t way)
{
    if (tlb->replacement == TLB_LRU) {
        tlb->times[set + way] = ++tlb->now;
    } else if (tlb->words) {
        const struct tlb_mark mark = tlb->marks[way];
        const uint64_t word = (tlb->words[set] & mark.keep) | mark.add;
        tlb->words[set] = word == tlb->all_set ? mark.add : word;
    }
}

/* True on a hit, which is a use. */
static inline bool tlb_lookup_at(struct tlb *tlb, uint32_t set, page_t tag)
{
    uint32_t way = tlb->hints[tag & tlb->hint_mask];
    if (UNLIKELY(tlb->tags[set + way] != tag)) {
        way = tlb_search(tlb, set, tag);
        if (way == tlb->ways)
            return false;
    }
    tlb_use(tlb, set, way);
    return true;
}

static inline bool tlb_lookup(struct tlb *tlb, page_t page)
{
    return tlb_lookup_at(tlb, tlb->set_of[page], page);
}

#endif
