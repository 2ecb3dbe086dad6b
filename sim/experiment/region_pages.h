/* region_pages.h -- whether regions can have the pages that they ask for. */
#ifndef FAULTLINE_EXPERIMENT_REGION_PAGES_H
#define FAULTLINE_EXPERIMENT_REGION_PAGES_H

#include "experiment/config.h"

/* The machine and the page size of the cell are set already.  ERR_CONFIG for pages that the
 * machine lacks, and for a region that cannot be the same in every address space. */
MUST_CHECK enum status region_pages_check(const struct cell_config *cell,
                                          const struct process_config *processes,
                                          size_t nprocesses, struct error *err);

#endif
