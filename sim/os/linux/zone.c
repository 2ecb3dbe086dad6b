/* zone.c -- see zone.h. */
#include "os/linux/zone.h"

#include "pager/frame.h"

#include <assert.h>

/* --- life ------------------------------------------------------------------------------- */

/* Bytes below which a zone lies; that of the 32-bit bus came with 2.6.15. */
static uint64_t end_of(int zone, uint32_t version)
{
    if (zone == ZONE_DMA)
        return UINT64_C(16) << 20;
    if (zone == ZONE_DMA32)
        return version < LINUX_VERSION(2, 6, 15) ? 0 : UINT64_C(4) << 30;
    return UINT64_MAX;
}

static enum status make_zones(struct zones *zones, const struct pager *pager,
                              struct error *err)
{
    const unsigned page_shift = pager->mmu.page_shift;
    pfn_t first = 0;
    enum status status = OK;
    for (int i = 0; i <= ZONE_NORMAL && status == OK; i++) {
        const uint64_t end = end_of(i, zones->version) >> page_shift;
        const pfn_t last = end < pager->nframes ? (pfn_t)end : pager->nframes;
        if (last <= first)
            continue;
        zones->first[i] = first;
        zones->zones[i].managed = last - first;
        zones->top = i;
        status = buddy_init(&zones->buddies[i], last - first, 0, zones->version, err);
        first = last;
    }
    return status;
}

enum status zones_init(struct zones *zones, const struct pager *pager, uint32_t version,
                       uint32_t huge, struct error *err)
{
    const unsigned page_shift = pager->mmu.page_shift;
    *zones = (struct zones){.version = version, .freed = PFN_NONE};
    zones->endless = pager->params->frames >= PAGER_FRAMES_MAX;
    if (page_shift < 10)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "kernel 'linux' has pages of 1 KiB at least, not of %u bytes; "
                         "change machine.page_size",
                         1u << page_shift);
    if (zones->endless)
        return OK;
    const struct watermark_params params = {.version = version,
                                            .page_size = 1u << page_shift,
                                            .scale_factor = 10,
                                            .pageblock_pages = huge};
    const enum status status = make_zones(zones, pager, err);
    if (status != OK)
        return status;
    zones->min_free_kb = watermark_init(zones->zones, &params);
    for (int i = 0; i < ZONES; i++) {
        zones->min += zones->zones[i].min;
        zones->low += zones->zones[i].low;
        zones->high += zones->zones[i].high;
    }
    return OK;
}

void zones_release(struct zones *zones)
{
    for (int i = 0; i < ZONES; i++)
        buddy_release(&zones->buddies[i]);
}

/* --- marks ------------------------------------------------------------------------------ */

static uint64_t mark_of(const struct zone *zone, enum zone_mark mark)
{
    return mark == ZONE_MIN ? zone->min : mark == ZONE_LOW ? zone->low : zone->high;
}

/* Going down the zones: may 2^order frames be taken of this one, of which so many are free?
 * *above: marks of the zones above it, which in 2.4.10 and later each one keeps as well. */
static bool is_above(const struct zones *zones, int i, enum zone_mark mark, uint64_t nfree,
                     uint32_t order, uint64_t *above)
{
    const struct zone *zone = &zones->zones[i];
    const uint64_t n = UINT64_C(1) << order;
    if (mark == ZONE_LAST)
        return nfree >= n;
    const uint64_t floor = mark_of(zone, mark);
    if (zones->version < LINUX_VERSION(2, 4, 10))
        return nfree >= floor && nfree >= n;
    if (zones->version < LINUX_VERSION(2, 4, 32)) {
        *above += floor;
        return nfree > *above + n;
    }
    return nfree > floor + zone->reserve[zones->top] + (n - 1);
}

bool zones_ok(const struct zones *zones, enum zone_mark mark, uint64_t more)
{
    uint64_t above = 0;
    for (int i = zones->top; i >= 0 && !zones->endless; i--) {
        const uint64_t nfree = zones->buddies[i].nfree;
        const uint64_t used = zones->zones[i].managed - nfree;
        if (zones->zones[i].managed > 0 &&
            is_above(zones, i, mark, nfree + (more < used ? more : used), 0, &above))
            return true;
    }
    return zones->endless;
}

bool zone_ok(const struct zones *zones, int zone, enum zone_mark mark, uint64_t more,
             uint32_t order)
{
    const struct buddy *buddy = &zones->buddies[zone];
    uint64_t above = 0, blocks = 0;
    for (uint32_t i = order; i < buddy->orders; i++)
        blocks += buddy->nblocks[i];
    return blocks > 0 && buddy->nfree >= more &&
           is_above(zones, zone, mark, buddy->nfree - more, order, &above);
}

bool zones_balanced(const struct zones *zones)
{
    const bool all =
        zones->version >= LINUX_VERSION(2, 6, 0) && zones->version < LINUX_VERSION(4, 8, 0);
    if (zones->endless)
        return true;
    if (zones->version < LINUX_VERSION(2, 4, 10))
        return zones_free(zones) >= zones->high;
    if (zones->version >= LINUX_VERSION(4, 8, 0))
        return zones_ok(zones, ZONE_HIGH, 0);
    for (int i = 0; i <= zones->top; i++)
        if (zones->zones[i].managed > 0 &&
            (zones->buddies[i].nfree > zones->zones[i].high) != all)
            return !all;
    return all;
}

/* --- allocation ------------------------------------------------------------------------- */

/* 2^order frames that were never used; those before them, as far as the run is not aligned,
 * are free. */
static pfn_t take_endless_run(struct zones *zones, struct pager *pager, uint32_t order)
{
    const pfn_t n = (pfn_t)1 << order;
    while (pager->nused % n != 0)
        zones_give(zones, pager, pager_unused_frame(pager));
    const pfn_t first = pager->nused;
    for (pfn_t i = 0; i < n; i++)
        (void)pager_unused_frame(pager);
    return first;
}

static pfn_t take_endless(struct zones *zones, struct pager *pager, uint32_t order)
{
    const pfn_t pfn = zones->freed;
    if (order > 0)
        return take_endless_run(zones, pager, order);
    if (pfn == PFN_NONE)
        return pager_unused_frame(pager);
    zones->freed = pager->frames[pfn].link;
    return pfn;
}

pfn_t zones_take(struct zones *zones, struct pager *pager, enum zone_mark mark,
                 uint32_t order)
{
    uint64_t above = 0;
    if (zones->endless)
        return take_endless(zones, pager, order);
    for (int i = zones->top; i >= 0; i--) {
        struct buddy *buddy = &zones->buddies[i];
        if (zones->zones[i].managed == 0 ||
            !is_above(zones, i, mark, buddy->nfree, order, &above))
            continue;
        const pfn_t at = buddy_alloc(buddy, order);
        if (at == PFN_NONE)
            continue; /* so many are free, but not in one block */
        const pfn_t pfn = zones->first[i] + at, last = pfn + (((pfn_t)1 << order) - 1);
        while (pager->nused <= last)
            (void)pager_unused_frame(pager);
        return pfn;
    }
    return PFN_NONE;
}

void zones_give(struct zones *zones, struct pager *pager, pfn_t pfn)
{
    int i = zones->top;
    if (zones->endless) {
        pager->frames[pfn].link = zones->freed;
        zones->freed = pfn;
        return;
    }
    while (zones->zones[i].managed == 0 || pfn < zones->first[i])
        i--;
    buddy_give(&zones->buddies[i], pfn - zones->first[i], 0);
}

uint64_t zones_free(const struct zones *zones)
{
    uint64_t n = 0;
    for (int i = 0; i < ZONES; i++)
        n += zones->buddies[i].nfree;
    return n;
}

/* --- checking --------------------------------------------------------------------------- */

/* The block's frames that were used are free; *n: frames of blocks looked at. */
static const char *check_blocks(const struct zones *zones, const struct pager *pager, int i,
                                uint64_t *n)
{
    const struct buddy *buddy = &zones->buddies[i];
    for (uint32_t order = 0; order < buddy->orders; order++)
        for (pfn_t at = buddy->heads[order]; at != PFN_NONE; at = buddy->next[at])
            for (pfn_t k = 0; k < (pfn_t)1 << order; k++) {
                const pfn_t pfn = zones->first[i] + at + k;
                ++*n;
                if (pfn < pager->nused && pager->frames[pfn].state != FRAME_FREE)
                    return "a frame among the buddies is not free";
            }
    return NULL;
}

const char *zones_check(const struct zones *zones, const struct pager *pager)
{
    uint64_t n = 0;
    const char *wrong = NULL;
    for (pfn_t pfn = zones->freed; pfn != PFN_NONE; pfn = pager->frames[pfn].link, n++)
        if (pager->frames[pfn].state != FRAME_FREE)
            return "a frame on the list of free ones is not free";
    if (zones->endless)
        return n == pager->count[FRAME_FREE] ? NULL : "a free frame is on no list";
    for (int i = 0; i <= zones->top && !wrong; i++) {
        if (zones->zones[i].managed > 0)
            wrong = buddy_check(&zones->buddies[i]);
        if (!wrong)
            wrong = check_blocks(zones, pager, i, &n);
    }
    if (wrong)
        return wrong;
    return n == pager_free_frames(pager) ? NULL : "a free frame is not among the buddies";
}
