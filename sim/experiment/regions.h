/* regions.h -- the regions that an experiment declares for a process. */
#ifndef FAULTLINE_EXPERIMENT_REGIONS_H
#define FAULTLINE_EXPERIMENT_REGIONS_H

#include "base/arena.h"
#include "experiment/config.h"
#include "experiment/yaml.h"

/* Read a list of maps (region_keys); the regions lie in the arena, sorted by their starts.
 * ERR_CONFIG also for no regions at all, and for those that are empty, end beyond
 * 2^64 or overlap. */
MUST_CHECK enum status regions_read(const struct region_config **out, size_t *n,
                                    const struct yaml_node *list, struct arena *arena,
                                    struct error *err);

/* True if both lists say the same. */
bool regions_equal(const struct region_config *a, size_t na, const struct region_config *b,
                   size_t nb);

/* All that the regions say, in one line; NULL if out of memory. */
const char *regions_text(const struct region_config *regions, size_t n,
                         struct arena *arena);

#endif
