/* matrix-row.c -- the matrix product in the order i, k, j: all inner accesses run along
 * rows, as the elements lie in memory. */
#include "trace/matrix.h"

static enum status matrix_row_run(const void *params, struct rng *rng,
                                  const struct generator_sink *sink, struct error *err)
{
    struct matrix matrix;
    (void)rng;
    (void)err;
    matrix_init(&matrix, params, sink);
    (void)matrix_multiply(
        &matrix,
        (struct matrix_tile){.i_end = matrix.n, .k_end = matrix.n, .j_end = matrix.n});
    return OK;
}

static const struct param matrix_row_params[] = {MATRIX_PARAMS, {0}};

const struct generator_ops generator_matrix_row = {
    .name = "matrix-row",
    .summary = "matrix product in the order i, k, j: along the rows",
    .shows =
        "The inner loop runs along a row of B and a row of C, so a page is used up before "
        "the next one is touched, and large pages pay. Each pass over B (n of them) is a "
        "loop over all its pages: with less memory than B, LRU faults on each of them "
        "again. Compare with matrix-column (same work, other order) and matrix-blocked.",
    .params = matrix_row_params,
    .params_size = sizeof(struct matrix_params),
    .run = matrix_row_run,
};
