/* matrix-column.c -- the matrix product in the order j, k, i: the inner accesses run down
 * columns of matrices that are stored by rows. */
#include "trace/matrix.h"

static enum status matrix_column_run(const void *params, struct rng *rng,
                                     const struct generator_sink *sink, struct error *err)
{
    struct matrix matrix;
    (void)rng;
    (void)err;
    matrix_init(&matrix, params, sink);
    for (uint64_t j = 0; j < matrix.n; j++) {
        for (uint64_t k = 0; k < matrix.n; k++) {
            /* B[k][j] stays in a register while i runs. */
            if (!matrix_access(&matrix, MATRIX_B, k, j, LOAD))
                return OK;
            for (uint64_t i = 0; i < matrix.n; i++)
                if (!matrix_access(&matrix, MATRIX_A, i, k, LOAD) ||
                    !matrix_access(&matrix, MATRIX_C, i, j, LOAD) ||
                    !matrix_access(&matrix, MATRIX_C, i, j, STORE))
                    return OK;
        }
    }
    return OK;
}

static const struct param matrix_column_params[] = {MATRIX_PARAMS, {0}};

const struct generator_ops generator_matrix_column = {
    .name = "matrix-column",
    .summary = "matrix product in the order j, k, i: down the columns",
    .shows =
        "The inner loop strides down a column of A and a column of C, one row length an "
        "access, and comes back to a page only after it has been through the whole "
        "matrix. With fewer frames, or fewer TLB entries, than A and C have pages, LRU "
        "takes a fault or a TLB miss at each new page, and at each element once a row "
        "is a page long (n=512 with 8-byte elements and 4 KiB pages). The same product "
        "in the order of matrix-row takes a small part of that.",
    .params = matrix_column_params,
    .params_size = sizeof(struct matrix_params),
    .run = matrix_column_run,
};
