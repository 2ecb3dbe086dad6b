/* page_sizes.h -- sizes of pages: of those that an array of a TLB holds, or of curves. */
#ifndef FAULTLINE_EXPERIMENT_PAGE_SIZES_H
#define FAULTLINE_EXPERIMENT_PAGE_SIZES_H

#include "experiment/yaml.h"

#define PAGE_SIZES_ANY UINT64_MAX

/* Read `any`, a size or a list of sizes: bit i of *sizes is pages of 1 << i bytes.  what:
 * the key, for messages. */
MUST_CHECK enum status page_sizes_read(uint64_t *sizes, const struct yaml_node *node,
                                       const char *what, struct error *err);

/* Read a size or a list of sizes. */
MUST_CHECK enum status page_sizes_read_list(uint64_t *sizes, const struct yaml_node *node,
                                            const char *what, struct error *err);

/* "any", or bytes, rising: "4096+2097152".  NULL if out of memory. */
const char *page_sizes_text(uint64_t sizes, struct arena *arena);

#endif
