/* generate.h -- the generator of a cell that makes its trace itself. */
#ifndef FAULTLINE_EXPERIMENT_GENERATE_H
#define FAULTLINE_EXPERIMENT_GENERATE_H

#include "experiment/cellwork.h"

/* Set what the cell generates, its trace and its trace_label, record the generator's
 * settings, and set *trace to the trace's name; NULL: it generates nothing.  The cell's seed
 * is known.  ERR_CONFIG. */
MUST_CHECK enum status generate_build(struct cellwork *work,
                                      const struct trace_name **trace);

#endif
