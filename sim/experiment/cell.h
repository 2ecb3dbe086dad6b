/* cell.h -- one simulation of an experiment: built from its configuration, fed with
 * batches, closed into a result. */
#ifndef FAULTLINE_EXPERIMENT_CELL_H
#define FAULTLINE_EXPERIMENT_CELL_H

#include "experiment/config.h"
#include "experiment/result.h"
#include "pager/future.h"
#include "pager/pager.h"

/* Changes when the same configuration may give other numbers than before. */
#define MODEL_VERSION "3"

struct cell {
    const struct cell_config *config;
    const struct policy_ops *policy;
    unsigned page_shift;
    struct pager_params params;
    struct pager pager;
};

/* The identity of a cell: hash of its settings, its traces' digests in their order, and
 * MODEL_VERSION. */
void cell_identity(char id[33], const struct cell_config *config,
                   const char *const *digests, size_t ndigests);

/* What the configuration says of the machine, the kernel and the policy. */
void cell_pager_params(struct pager_params *params, const struct cell_config *config,
                       const struct future *future);

/* future: NULL unless the policy sees it.  ERR_CONFIG, ERR_NOMEM.  The cell must stay where
 * it is. */
MUST_CHECK enum status cell_init(struct cell *cell, const struct cell_config *config,
                                 const struct future *future, struct error *err);
void cell_release(struct cell *cell);

/* Fill in what the finished pager of a cell counted, the table of its TLBs and the notes.
 * counts: all references; touched: bytes that were touched. */
void cell_result(const struct cell_config *config, const struct pager *pager,
                 const struct reference_counts *counts, uint64_t touched,
                 struct cell_result *result);

#endif
