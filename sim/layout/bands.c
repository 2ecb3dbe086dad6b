/* bands.c -- see bands.h. */
#include "layout/bands.h"

#include <stdlib.h>

enum {
    BANDS_MAX = 200,
    GAP_SHARE = 100, /* a gap wider than this part of what is touched is cut ... */
    GAP_LEAST = 8,   /* ... if it is wider than so many units                    */
};

static int compare_units(const void *a, const void *b)
{
    const struct band_unit *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

/* Of the regions that hold a byte of the unit, the one with the most pages touched. */
static size_t region_of(const struct layout_map *map, vaddr_t start, vaddr_t last)
{
    size_t best = 0;
    uint64_t pages = 0;
    for (size_t i = 0; i < map->n && map->regions[i].start <= last; i++)
        if (map->regions[i].last >= start && map->regions[i].pages > pages) {
            best = i;
            pages = map->regions[i].pages;
        }
    return best;
}

static enum status gather(struct bands *bands, const struct density *density,
                          const struct layout_map *map, struct error *err)
{
    const unsigned shift = density->unit_shift;
    bands->nunits = density->index.used;
    bands->units = calloc(bands->nunits + 1, sizeof *bands->units);
    bands->bands = calloc(bands->nunits + 1, sizeof *bands->bands);
    if (!bands->units || !bands->bands)
        return error_nomem(err);
    for (uint32_t i = 0; i < bands->nunits; i++) {
        const vaddr_t start = density->units[i] << shift;
        const vaddr_t last = start + ((UINT64_C(1) << shift) - 1);
        bands->units[i] = (struct band_unit){
            .number = i, .start = density->units[i], .region = region_of(map, start, last)};
    }
    qsort(bands->units, bands->nunits, sizeof *bands->units, compare_units);
    return OK;
}

/* Give every unit its place, and find where bands begin. */
static void cut(struct bands *bands, unsigned shift)
{
    const uint64_t share = bands->nunits / GAP_SHARE;
    const uint64_t widest = share > GAP_LEAST ? share : GAP_LEAST;
    for (size_t i = 0; i < bands->nunits; i++) {
        struct band_unit *unit = &bands->units[i];
        const struct band_unit *before = i > 0 ? unit - 1 : NULL;
        const uint64_t distance = before ? unit->start - before->start : 1;
        const bool begins =
            !before || unit->region != before->region || distance - 1 > widest;
        if (before)
            unit->place = before->place + (begins ? 1 : distance);
        const vaddr_t start = unit->start << shift;
        if (begins)
            bands->bands[bands->n++] =
                (struct band){.region = unit->region, .start = start};
        bands->bands[bands->n - 1].last = start + ((UINT64_C(1) << shift) - 1);
    }
}

/* Where there are too many, neighbours become one. */
static void join(struct bands *bands)
{
    while (bands->n > BANDS_MAX) {
        size_t n = 0;
        for (size_t i = 0; i < bands->n; i += 2) {
            bands->bands[n] = bands->bands[i];
            if (i + 1 < bands->n)
                bands->bands[n].last = bands->bands[i + 1].last;
            n++;
        }
        bands->n = n;
    }
}

/* Places of a band: units with the gaps between them. */
static uint64_t size_of(const struct bands *bands, size_t first, size_t last)
{
    return bands->units[last].place - bands->units[first].place + 1;
}

/* The rows that all bands take if each has so many a place, and no fewer than the least. */
static uint64_t rows_at(const uint64_t *sizes, size_t n, double scale)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        const double wanted = scale * (double)sizes[i];
        rows += wanted > BAND_ROWS_MIN ? (uint64_t)wanted : BAND_ROWS_MIN;
    }
    return rows;
}

/* The largest scale at which they fit. */
static double fit(const uint64_t *sizes, size_t n, uint32_t rows)
{
    double low = 0, high = rows;
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2;
        if (rows_at(sizes, n, middle) <= rows)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void place_units(struct bands *bands, const struct band *band, uint64_t size,
                        size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++) {
        struct band_unit *unit = &bands->units[i];
        const uint64_t at = unit->place - bands->units[first].place;
        const uint64_t row = at * band->rows / size, end = (at + 1) * band->rows / size;
        unit->row = band->row + (uint32_t)row;
        unit->rows = end > row ? (uint32_t)(end - row) : 1;
    }
}

static enum status give_rows(struct bands *bands, unsigned shift, uint32_t rows,
                             struct error *err)
{
    uint64_t *sizes = calloc(bands->n + 1, sizeof *sizes);
    size_t *ends = calloc(bands->n + 1, sizeof *ends);
    if (!sizes || !ends) {
        free(sizes);
        free(ends);
        return error_nomem(err);
    }
    for (size_t i = 0, unit = 0; i < bands->n; i++) {
        const size_t first = unit;
        while (unit < bands->nunits &&
               bands->units[unit].start << shift <= bands->bands[i].last)
            unit++;
        ends[i] = unit;
        sizes[i] = size_of(bands, first, unit - 1);
    }
    const uint32_t space = BAND_SPACE * (uint32_t)(bands->n > 0 ? bands->n - 1 : 0);
    const uint32_t least = 2 * BAND_ROWS_MIN * (uint32_t)bands->n;
    const double scale = fit(sizes, bands->n, rows > space + least ? rows - space : least);
    for (size_t i = 0; i < bands->n; i++) {
        struct band *band = &bands->bands[i];
        const double wanted = scale * (double)sizes[i];
        band->row = bands->rows + (i > 0 ? BAND_SPACE : 0);
        band->rows = wanted > BAND_ROWS_MIN ? (uint32_t)wanted : BAND_ROWS_MIN;
        bands->rows = band->row + band->rows;
        place_units(bands, band, sizes[i], i > 0 ? ends[i - 1] : 0, ends[i] - 1);
    }
    free(sizes);
    free(ends);
    return OK;
}

enum status bands_init(struct bands *bands, const struct density *density,
                       const struct layout_map *map, uint32_t rows, struct error *err)
{
    *bands = (struct bands){0};
    const enum status status = gather(bands, density, map, err);
    if (status != OK)
        return status;
    cut(bands, density->unit_shift);
    join(bands);
    return give_rows(bands, density->unit_shift, rows, err);
}

void bands_release(struct bands *bands)
{
    free(bands->bands);
    free(bands->units);
    *bands = (struct bands){0};
}
