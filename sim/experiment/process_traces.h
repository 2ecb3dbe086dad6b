/* process_traces.h -- which traces a process replays. */
#ifndef FAULTLINE_EXPERIMENT_PROCESS_TRACES_H
#define FAULTLINE_EXPERIMENT_PROCESS_TRACES_H

#include "experiment/cellconfig.h"
#include "experiment/processes.h"

/* Set the item's trace and streams, and what it is called by its trace.  generated: the
 * trace of `generate`, for the item that has none of its own; seed: of those that generate
 * theirs.  ERR_CONFIG. */
MUST_CHECK enum status process_traces_find(struct process_item *item, const char **label,
                                           const struct trace_name *generated,
                                           uint64_t seed,
                                           struct cellconfig_builder *builder);

/* True if a generator makes one of them. */
bool process_traces_made(const struct process_config *process);

#endif
