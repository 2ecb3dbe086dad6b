/* cell.h -- one simulation of an experiment: built from its configuration, fed with
 * batches, closed into a result. */
#ifndef FAULTLINE_EXPERIMENT_CELL_H
#define FAULTLINE_EXPERIMENT_CELL_H

#include "experiment/config.h"
#include "experiment/result.h"
#include "pager/future.h"
#include "pager/pager.h"

/* Changes when the same configuration may give other numbers than before. */
#define MODEL_VERSION "1"

struct cell {
    const struct cell_config *config;
    const struct policy_ops *policy;
    unsigned page_shift;
    struct pager pager;
};

/* The identity of a cell: hash of its settings, its trace's digest and MODEL_VERSION. */
void cell_identity(char id[33], const struct cell_config *config, const char *digest);

/* future: NULL unless the policy sees it.  ERR_CONFIG, ERR_NOMEM. */
MUST_CHECK enum status cell_init(struct cell *cell, const struct cell_config *config,
                                 const struct future *future, struct error *err);
void cell_release(struct cell *cell);

/* Fill in what the finished cell counted.  counts: all references of the trace; touched:
 * bytes of it that were touched. */
void cell_result(const struct cell *cell, const struct reference_counts *counts,
                 uint64_t touched, struct cell_result *result);

#endif
