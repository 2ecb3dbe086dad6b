/* reduced.h -- cells that are simulated from reduced traces (trace/reduction.h). */
#ifndef FAULTLINE_EXPERIMENT_REDUCED_H
#define FAULTLINE_EXPERIMENT_REDUCED_H

#include "experiment/result.h"
#include "experiment/source.h"

/* Is each trace of the cell, all of which are open, exact for it?  ERR_CONFIG. */
MUST_CHECK enum status reduced_check(const struct cell_config *config,
                                     const struct source_table *sources, struct error *err);

/* If its trace is reduced, say so in the notes of a cell's result, and take back the counts
 * that are not those of the full trace. */
void reduced_mark(struct cell_result *result, const struct source *source);

#endif
