/* matrix.h -- what the three orders of the matrix product C = C + A*B have in common.
 * A, B and C are n x n, stored by rows, one after the other, each from a boundary of
 * 64 KiB, so that no page of up to that size holds parts of two of them. */
#ifndef FAULTLINE_TRACE_MATRIX_H
#define FAULTLINE_TRACE_MATRIX_H

#include "trace/generator.h"

struct matrix_params {
    uint64_t n;
    uint64_t element; /* bytes                                                          */
    bool ifetches;
    uint64_t block; /* elements; used by matrix-blocked only                            */
};

/* The parameters that every order has: the first entries of its table. */
#define MATRIX_PARAMS                                                                      \
    {.name = "n",                                                                          \
     .kind = PARAM_UINT,                                                                   \
     .offset = offsetof(struct matrix_params, n),                                          \
     .fallback = "128",                                                                    \
     .min = 1,                                                                             \
     .max = 65536,                                                                         \
     .unit = "elements",                                                                   \
     .help = "rows and columns of each matrix; the references grow with its cube"},        \
        {.name = "element",                                                                \
         .kind = PARAM_SIZE,                                                               \
         .offset = offsetof(struct matrix_params, element),                                \
         .fallback = "8 B",                                                                \
         .min = 1,                                                                         \
         .max = 4096,                                                                      \
         .help = "size of an element; 8 B is a C double"},                                 \
    {                                                                                      \
        .name = "ifetches", .kind = PARAM_BOOL,                                            \
        .offset = offsetof(struct matrix_params, ifetches), .fallback = "no",              \
        .help = "one instruction fetch before each access to an element, from a loop "     \
                "of four instructions at 0x400000"                                         \
    }

enum matrix_array { MATRIX_A, MATRIX_B, MATRIX_C };

struct matrix {
    const struct generator_sink *sink;
    uint64_t n, element;
    vaddr_t base[3];
    bool ifetches;
};

void matrix_init(struct matrix *matrix, const struct matrix_params *params,
                 const struct generator_sink *sink);

/* One access to an element; false when the sink says stop. */
bool matrix_access(const struct matrix *matrix, enum matrix_array array, uint64_t row,
                   uint64_t column, enum reference_kind kind);

/* Half-open ranges of the three indices: C[i][j] += A[i][k] * B[k][j]. */
struct matrix_tile {
    uint64_t i, i_end, k, k_end, j, j_end;
};

/* The part of the product in the tile, in the order i, k, j, with A[i][k] kept in a
 * register while j runs; false when the sink says stop. */
bool matrix_multiply(const struct matrix *matrix, struct matrix_tile tile);

#endif
