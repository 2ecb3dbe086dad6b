/* watermark.c -- see watermark.h. */
#include "os/linux/watermark.h"

#include <assert.h>

static uint64_t clamped(uint64_t n, uint64_t least, uint64_t most)
{
    return n < least ? least : n > most ? most : n;
}

/* The largest number whose square is at most n, bit by bit. */
static uint64_t int_sqrt(uint64_t n)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= n)
            root += bit;
    return root;
}

/* part * n / whole without overflow (mult_frac(), exact for n < 2^32). */
static uint64_t fraction(uint64_t n, uint64_t part, uint64_t whole)
{
    return n / whole * part + n % whole * part / whole;
}

static bool is_low_memory(int zone)
{
    return zone < ZONE_HIGHMEM;
}

/* 2.4: each zone for itself. */
static void set_by_mask(struct zone zones[ZONES], uint32_t version)
{
    const bool first = version < LINUX_VERSION(2, 4, 10);
    for (int i = 0; i < ZONES; i++) {
        struct zone *zone = &zones[i];
        if (zone->managed == 0)
            continue;
        const uint64_t ratio = first && i == ZONE_DMA ? 32 : 128;
        zone->min = clamped(zone->managed / ratio, first ? 10 : 20, 255);
        zone->low = 2 * zone->min;
        zone->high = 3 * zone->min;
    }
}

/* nr_free_buffer_pages(): low memory above the high watermarks as they are now. */
static uint64_t buffer_pages(const struct zone zones[ZONES])
{
    uint64_t pages = 0;
    for (int i = 0; is_low_memory(i); i++)
        if (zones[i].managed > zones[i].high)
            pages += zones[i].managed - zones[i].high;
    return pages;
}

static uint64_t low_memory(const struct zone zones[ZONES])
{
    uint64_t pages = 0;
    for (int i = 0; is_low_memory(i); i++)
        pages += zones[i].managed;
    return pages;
}

/* Share min_free_kbytes out, to zones of high memory as well for their low and high. */
static void set_by_share(struct zone zones[ZONES], const struct watermark_params *params,
                         uint64_t min_free_kb)
{
    const uint64_t lowmem = low_memory(zones);
    const uint64_t min_free = min_free_kb / (params->page_size / 1024);
    for (int i = 0; i < ZONES; i++) {
        struct zone *zone = &zones[i];
        if (zone->managed == 0)
            continue;
        const uint64_t share = min_free * zone->managed / lowmem;
        zone->min = is_low_memory(i) ? share : clamped(zone->managed / 1024, 32, 128);
        if (params->version < LINUX_VERSION(4, 6, 0)) {
            zone->low = zone->min + share / 4;
            zone->high = zone->min + share / 2;
            continue;
        }
        const uint64_t scaled = fraction(zone->managed, params->scale_factor, 10000);
        const uint64_t step = share / 4 > scaled ? share / 4 : scaled;
        zone->low = zone->min + step;
        zone->high = zone->low + step;
    }
}

/* What khugepaged asks for, so that a block of the right type can be found: two blocks free
 * and three to be spoilt by each of three types, in every zone; in kB. */
static uint64_t recommended_kb(const struct zone zones[ZONES],
                               const struct watermark_params *params)
{
    uint64_t pages = 0;
    for (int i = 0; is_low_memory(i); i++)
        if (zones[i].managed > 0)
            pages += (uint64_t)params->pageblock_pages * (2 + 3 * 3);
    const uint64_t most = buffer_pages(zones) / 20;
    return (pages < most ? pages : most) * (params->page_size / 1024);
}

/* A zone keeps a part of all zones between it and the one that the allocation began with. */
static void set_reserves(struct zone zones[ZONES])
{
    static const uint64_t ratios[] = {
        [ZONE_DMA] = 256, [ZONE_DMA32] = 256, [ZONE_NORMAL] = 32};
    for (int i = 0; i < ZONES - 1; i++) {
        uint64_t higher = 0;
        for (int j = i + 1; j < ZONES && zones[i].managed > 0; j++) {
            higher += zones[j].managed;
            zones[i].reserve[j] = higher / ratios[i];
        }
    }
}

uint64_t watermark_init(struct zone zones[ZONES], const struct watermark_params *params)
{
    assert(low_memory(zones) > 0 && params->page_size >= 1024);
    for (int i = 0; i < ZONES; i++)
        zones[i] = (struct zone){.managed = zones[i].managed};
    if (params->version >= LINUX_VERSION(2, 4, 32))
        set_reserves(zones);
    if (params->version < LINUX_VERSION(2, 6, 0)) {
        set_by_mask(zones, params->version);
        return 0;
    }
    const uint64_t most = params->version < LINUX_VERSION(5, 7, 0) ? 65536 : 262144;
    const uint64_t lowmem_kb = buffer_pages(zones) * (params->page_size / 1024);
    uint64_t min_free_kb = clamped(int_sqrt(16 * lowmem_kb), 128, most);
    set_by_share(zones, params, min_free_kb);
    if (params->pageblock_pages > 0 && recommended_kb(zones, params) > min_free_kb) {
        min_free_kb = recommended_kb(zones, params);
        set_by_share(zones, params, min_free_kb);
    }
    return min_free_kb;
}
