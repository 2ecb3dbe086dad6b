/* watermark.h -- zones of memory, their watermarks, and what each keeps from allocations that
 * could use a higher zone, as the kernel computes them at boot.
 *
 * Sources: 2.4.0, 2.4.16, 2.4.32 mm/page_alloc.c free_area_init_core(); 5.15
 * mm/page_alloc.c init_per_zone_wmark_min(), __setup_per_zone_wmarks(),
 * setup_per_zone_lowmem_reserve(); 6.1 mm/khugepaged.c set_recommended_min_free_kbytes().
 * Units: frames, unless the name says kB. */
#ifndef FAULTLINE_OS_LINUX_WATERMARK_H
#define FAULTLINE_OS_LINUX_WATERMARK_H

#include "os/linux/version.h"

#include <stdbool.h>

/* Allocations fall back from a zone to the ones before it. */
enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_HIGHMEM, ZONES };

struct zone {
    uint64_t managed;        /* set by the caller; 0: there is no such zone              */
    uint64_t min, low, high; /* watermarks                                               */
    uint64_t reserve[ZONES]; /* [zone]: kept from an allocation that may use that zone   */
};

struct watermark_params {
    uint32_t version;
    uint32_t page_size;       /* bytes, a power of two, at least 1024                     */
    uint32_t scale_factor;    /* in 1/10000 of a zone: watermark_scale_factor, usually 10 */
    uint32_t pageblock_pages; /* in a huge page, where they are on; else 0                */
};

/* From the sizes of the zones, of which one but HIGHMEM at least is there, set all the rest.
 * Returns min_free_kbytes; 0 in 2.4, which has none. */
uint64_t watermark_init(struct zone zones[ZONES], const struct watermark_params *params);

#endif
