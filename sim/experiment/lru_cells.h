/* lru_cells.h -- cells of policy `lru` that need not be replayed: LRU's curve (curve.h) has
 * their faults, and what follows from them, for every number of frames at once.  Only how
 * many pages were dirty when they were evicted it does not tell. */
#ifndef FAULTLINE_EXPERIMENT_LRU_CELLS_H
#define FAULTLINE_EXPERIMENT_LRU_CELLS_H

#include "experiment/pass.h"

/* With fewer cells of one trace and page size it is faster to replay them. */
enum { LRU_CELLS_LEAST = 3 };

/* Is all that the experiment wants of the cell known from the curve?  It has the policy
 * `lru`, the textbook kernel with its default conventions, no TLB, `timing: none`, and
 * `counters` leaves out `page_outs_dirty`. */
bool lru_cell_is_known(const struct experiment *experiment,
                       const struct cell_config *config);

/* Fill in the results of a pass of such cells, equal to those of the replay in every
 * counter but that one, which is not known.  Errors as pass_run's. */
MUST_CHECK enum status lru_cells_run(struct pass *pass, const struct pass_host *host,
                                     struct error *err);

#endif
