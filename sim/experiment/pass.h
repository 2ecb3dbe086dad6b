/* pass.h -- replay one trace once through a few cells, or simulate one cell in time, or
 * compute the curves of a trace. */
#ifndef FAULTLINE_EXPERIMENT_PASS_H
#define FAULTLINE_EXPERIMENT_PASS_H

#include "experiment/cell.h"
#include "experiment/source.h"

enum {
    PASS_CELLS = 32,
    PASS_CELLS_LEAST = 8
}; /* most cells of a pass                    */

/* Cells of a pass on a trace of so many references: fewer where it is long, since a pass that
 * is interrupted is lost. */
size_t pass_cells(uint64_t references);

struct folding;
struct fold_table;

struct curves_config;

struct pass {
    bool lru; /* the cells are answered from LRU's curve: lru_cells.h                    */
    const struct curves_config *curves; /* NULL: there are cells                          */
    const struct source *source; /* NULL: the one cell has `timing: events`         */
    struct folding *folding;     /* of that trace, or NULL                               */
    const struct source_table *sources; /* of all traces                                 */
    struct fold_table *folds;           /* of all traces that are folded                 */
    const struct cell_config *configs[PASS_CELLS]; /* with curves none                   */
    struct cell_result *results[PASS_CELLS];
    size_t ncells; /* results                                                            */
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
