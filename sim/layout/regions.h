/* regions.h -- makes regions out of what was mapped and what was used; see layout.h. */
#ifndef FAULTLINE_LAYOUT_REGIONS_H
#define FAULTLINE_LAYOUT_REGIONS_H

#include "layout/areas.h"
#include "layout/layout.h"

struct region_source {
    const struct areas *areas;
    const struct uses *uses;
    const struct map *stacks; /* blocks of first data references that no mapping had      */
    unsigned page_shift;      /* log2 of the blocks in a page                             */
};

/* Fill *map but for `blocks`; names point into the areas; the caller frees the regions, also
 * after an error.  ERR_NOMEM. */
MUST_CHECK enum status regions_infer(struct layout_map *map,
                                     const struct region_source *source, struct error *err);

/* A use and the region that it belongs to. */
struct placed_use {
    size_t region;
    uint64_t block;
    const struct use *use;
};

/* Parts of regions_infer.
 * Add the regions that operations tell; place[i] is the number in map of the region that
 * uses->use[i] belongs to, and left as it is if it was outside all mappings. */
MUST_CHECK enum status regions_from_areas(struct layout_map *map, size_t *place,
                                          const struct region_source *source,
                                          struct error *err);

/* Add those that only the pages touched tell: of the n uses, sorted by block, which get
 * their regions. */
MUST_CHECK enum status regions_from_pages(struct layout_map *map, struct placed_use *uses,
                                          size_t n, const struct region_source *source,
                                          struct error *err);

/* Add a region without counts; ERR_NOMEM. */
MUST_CHECK enum status regions_add(struct layout_map *map,
                                   const struct layout_region *region, struct error *err);

#endif
