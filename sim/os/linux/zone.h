/* zone.h -- all of memory as the kernel allocates it: its zones, each with the watermarks of
 * watermark.h and the buddies of buddy.h.
 *
 * The machine's frames are numbered by address, and all of them are the zones': the kernel's
 * own memory lies beside them.  The pages of all zones are in one set of lists, as they are
 * in 2.4 and since 4.8; between them each zone had its own.  Endless memory has no zones and
 * no watermarks.
 *
 * Sources: 2.4.0, 2.4.16, 2.4.32 mm/page_alloc.c __alloc_pages(); 5.15 mm/page_alloc.c
 * get_page_from_freelist(), __zone_watermark_ok(); of balanced zones see zones_balanced().
 * Where zones lie: arch/x86/include/asm/dma.h of a 64-bit kernel. */
#ifndef FAULTLINE_OS_LINUX_ZONE_H
#define FAULTLINE_OS_LINUX_ZONE_H

#include "os/linux/buddy.h"
#include "os/linux/watermark.h"

struct pager;

/* Down to where an allocation may take the free frames of a zone. */
enum zone_mark {
    ZONE_LAST, /* all of them: who frees memory may have them (PF_MEMALLOC)               */
    ZONE_MIN,
    ZONE_LOW,
    ZONE_HIGH,
};

struct zones {
    uint32_t version;
    bool endless;
    pfn_t freed; /* endless: frames to be used again, by link, or PFN_NONE               */
    struct zone zones[ZONES];
    struct buddy buddies[ZONES];
    pfn_t first[ZONES];      /* frame of each                                             */
    int top;                 /* the highest that there is, in which allocations begin     */
    uint64_t min_free_kb;    /* 0 in 2.4                                                  */
    uint64_t min, low, high; /* of all zones together                                     */
};

/* The zones of the pager's memory.  huge: frames of a transparent huge page, or 0: there are
 * none.  ERR_CELL (pages too small), ERR_NOMEM. */
MUST_CHECK enum status zones_init(struct zones *zones, const struct pager *pager,
                                  uint32_t version, uint32_t huge, struct error *err);
void zones_release(struct zones *zones);

/* The first of 2^order frames that follow each other, FREE and on no list any more, of the
 * highest zone that has them above the mark; PFN_NONE: none has. */
pfn_t zones_take(struct zones *zones, struct pager *pager, enum zone_mark mark,
                 uint32_t order);
void zones_give(struct zones *zones, struct pager *pager, pfn_t pfn);

/* Would 2^order frames be taken of this zone alone, above the mark and so many more? */
bool zone_ok(const struct zones *zones, int zone, enum zone_mark mark, uint64_t more,
             uint32_t order);

/* Would a frame be taken above the mark, were `more` of those that are not free free? */
bool zones_ok(const struct zones *zones, enum zone_mark mark, uint64_t more);

/* kswapd has nothing to do: in 2.4.0 as many frames are free as the high watermarks come to;
 * from 2.4.10 on a zone is above its own; from 2.6.0 on all are; from 4.8 on one is again,
 * what it keeps from allocations not counted. */
bool zones_balanced(const struct zones *zones);

/* Frames that are free. */
uint64_t zones_free(const struct zones *zones);

/* Conservation: a frame is free if and only if the buddies of its zone have it.  NULL, or a
 * sentence. */
const char *zones_check(const struct zones *zones, const struct pager *pager);

#endif
