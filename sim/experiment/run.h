/* run.h -- run the cells of an experiment, several at a time.
 *
 * Cells of one trace are replayed together, from one decoding, in passes of a few cells;
 * passes run on all cores.  A cell whose policy is a shared object runs in a process of its
 * own, so that whatever that does ends this cell alone.  The result of a cell depends on its
 * configuration and trace alone, never on the others or on the number of threads. */
#ifndef FAULTLINE_EXPERIMENT_RUN_H
#define FAULTLINE_EXPERIMENT_RUN_H

#include "experiment/result.h"

#include <signal.h>

struct run_progress {
    uint64_t references, references_total; /* replayed, over all cells                    */
    size_t done, total;                    /* cells, and traces of which there are curves */
};

struct run_options {
    unsigned jobs;      /* threads and processes; 0: one a core                           */
    const char *folder; /* where finished cells are kept, or NULL                         */
    bool resume;        /* take finished cells from there                                 */
    uint64_t call_limit_ms; /* of a call of a policy in a shared object; 0: 10 s          */
    const volatile sig_atomic_t *interrupted; /* stop when it becomes true                */
    /* Called now and then, from one thread at a time; may be NULL. */
    void (*progress)(void *context, const struct run_progress *progress);
    void *context;
};

/* Run every cell, and compute the curves: results[ncells + ncurves] is zeroed by the caller,
 * those of the experiment's cells first.  On an error that is
 * not a cell's own (a trace that cannot be read, a full disk, an interruption) the results
 * of the cells that had finished are there.  A cell's own failure is in its result, and the
 * status is OK. */
MUST_CHECK enum status experiment_run(const struct experiment *experiment,
                                      const struct run_options *options,
                                      struct cell_result *results, struct error *err);

#endif
