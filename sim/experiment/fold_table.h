/* fold_table.h -- how the traces of an experiment's cells are folded (trace/fold.h): one
 * folding for all that replays the same traces in one address space. */
#ifndef FAULTLINE_EXPERIMENT_FOLD_TABLE_H
#define FAULTLINE_EXPERIMENT_FOLD_TABLE_H

#include "experiment/config.h"
#include "experiment/pass.h"
#include "experiment/source.h"
#include "trace/fold.h"

#include <pthread.h>

struct folding;

struct fold_table {
    const struct source_table *sources; /* all traces of the experiment                  */
    pthread_mutex_t lock;
    struct folding *first;
};

/* Bits that the addresses of a cell's traces are folded into; 0: they are not. */
unsigned fold_table_bits(const struct cell_config *config);

void fold_table_init(struct fold_table *table, const struct source_table *sources);
void fold_table_release(struct fold_table *table);

/* The folding for the process of a cell with that number (0 with `timing: none`); NULL if
 * its addresses are not folded.  Any thread may ask.  ERR_NOMEM. */
MUST_CHECK enum status fold_table_get(struct folding **out, struct fold_table *table,
                                      const struct cell_config *config, size_t process,
                                      struct error *err);

/* *fold: where everything goes; NULL for NULL.  The first thread to ask reads the traces,
 * others wait for it.  ERR_CELL if what they touch does not fit; ERR_IO, ERR_DAMAGED,
 * ERR_NOMEM, ERR_INTERRUPTED. */
MUST_CHECK enum status folding_fold(const struct fold **fold, struct folding *folding,
                                    const struct pass_host *host, struct error *err);

#endif
