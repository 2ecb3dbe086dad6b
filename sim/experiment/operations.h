/* operations.h -- cells whose traces have operations on memory (docs/trace-ops.md). */
#ifndef FAULTLINE_EXPERIMENT_OPERATIONS_H
#define FAULTLINE_EXPERIMENT_OPERATIONS_H

#include "experiment/result.h"
#include "experiment/source.h"

/* With `timing: events` each trace of the cell, all of which are open, is of one thread.
 * ERR_CONFIG says how to choose one. */
MUST_CHECK enum status operations_check(const struct cell_config *config,
                                        const struct source_table *sources,
                                        struct error *err);

/* Say in the notes of a cell's result, which has no time, that the operations of its trace
 * are not carried out. */
void operations_mark(struct cell_result *result, const struct source *source);

#endif
