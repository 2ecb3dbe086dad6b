/* pass.h -- replay one trace once through a few cells, or simulate one cell in time. */
#ifndef FAULTLINE_EXPERIMENT_PASS_H
#define FAULTLINE_EXPERIMENT_PASS_H

#include "experiment/cell.h"
#include "experiment/source.h"

enum { PASS_CELLS = 8 }; /* most cells of a pass; their state should stay in the cache */

struct folding;
struct fold_table;

struct pass {
    const struct source *source; /* NULL: the one cell has `timing: events`         */
    struct folding *folding;     /* of that trace, or NULL                               */
    const struct source_table *sources; /* of all traces                                 */
    struct fold_table *folds;           /* of all traces that are folded                 */
    const struct cell_config *configs[PASS_CELLS];
    struct cell_result *results[PASS_CELLS];
    size_t ncells;
};

/* What a pass asks of whoever runs it. */
struct pass_host {
    void *context;
    /* So many references more were replayed; false: stop. */
    bool (*advance)(void *context, uint64_t references);
};

/* Run the cells of the pass.  A cell that fails gets CELL_FAILED and a message, and the
 * others go on.  ERR_IO, ERR_DAMAGED, ERR_NOMEM, ERR_INTERRUPTED: no cell finished. */
MUST_CHECK enum status pass_run(struct pass *pass, const struct pass_host *host,
                                struct error *err);

#endif
