/* generate.h -- the generator of a cell, or of a process, that makes its trace itself. */
#ifndef FAULTLINE_EXPERIMENT_GENERATE_H
#define FAULTLINE_EXPERIMENT_GENERATE_H

#include "experiment/cellwork.h"

/* Set what the cell generates, its trace and its trace_label, record the generator's
 * settings, and set *trace to the trace's name; NULL: it generates nothing.  The cell's seed
 * is known.  ERR_CONFIG. */
MUST_CHECK enum status generate_build(struct cellwork *work,
                                      const struct trace_name **trace);

/* Read the value of `generate` of a process, but for the seed.  ERR_CONFIG. */
MUST_CHECK enum status generate_read(struct generate_config *config,
                                     const struct yaml_node *node, struct arena *arena,
                                     struct error *err);

#endif
