/* tlb.c -- see tlb.h. */
#include "machine/tlb.h"

#include <assert.h>
#include <stdlib.h>

enum status tlb_init(struct tlb *tlb, const struct tlb_params *params, uint64_t seed,
                     struct error *err)
{
    *tlb = (struct tlb){.ways = params->ways, .replacement = params->replacement};
    if (params->entries == 0)
        return OK;
    assert(params->ways > 0 && params->entries % params->ways == 0);
    tlb->nsets = params->entries / params->ways;
    tlb->tags = malloc(params->entries * sizeof *tlb->tags);
    if (!tlb->tags)
        return error_nomem(err);
    for (uint32_t i = 0; i < params->entries; i++)
        tlb->tags[i] = PAGE_NONE;
    rng_seed(&tlb->rng, seed);
    return OK;
}

void tlb_release(struct tlb *tlb)
{
    free(tlb->tags);
    free(tlb->set_of);
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
        set_of[page] = (uint32_t)(vpns[page] % tlb->nsets) * tlb->ways;
    return OK;
}

void tlb_invalidate(struct tlb *tlb, page_t page)
{
    if (tlb->nsets == 0)
        return;
    page_t *set = tlb->tags + tlb->set_of[page];
    uint32_t way = 0;
    while (way < tlb->ways && set[way] != page)
        way++;
    if (way == tlb->ways)
        return;
    for (; way + 1 < tlb->ways; way++)
        set[way] = set[way + 1];
    set[way] = PAGE_NONE;
}
