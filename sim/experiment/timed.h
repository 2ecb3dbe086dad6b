/* timed.h -- a cell with `timing: events`: from its configuration to a simulation, and from
 * that to its result. */
#ifndef FAULTLINE_EXPERIMENT_TIMED_H
#define FAULTLINE_EXPERIMENT_TIMED_H

#include "experiment/pass.h"

/* Run the one cell of the pass; as pass_run. */
MUST_CHECK enum status timed_run(struct pass *pass, const struct pass_host *host,
                                 struct error *err);

#endif
