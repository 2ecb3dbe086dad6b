/* workload.h -- the processes of a cell with `timing: events`: those of
 * `workload.processes`, or the one of `trace` or `generate`. */
#ifndef FAULTLINE_EXPERIMENT_WORKLOAD_H
#define FAULTLINE_EXPERIMENT_WORKLOAD_H

#include "experiment/cellwork.h"

/* The most processes, copies counted; those that operations in a trace start are not. */
#define PROCESSES_MAX 4096

/* Set the processes of *events and the cell's trace and, of a list, its trace_label; record
 * the workload's settings. */
MUST_CHECK enum status workload_build(struct cellwork *work, struct events_config *events);

/* The value of `trace`, which the cell must have. */
MUST_CHECK enum status workload_trace(const struct cellwork *work,
                                      const struct yaml_node **node);

#endif
