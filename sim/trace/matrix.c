/* matrix.c -- see matrix.h. */
#include "trace/matrix.h"

enum { TEXT = 0x400000, DATA = 0x10000000, ALIGNMENT = 64 << 10, INSTRUCTION = 4 };

void matrix_init(struct matrix *matrix, const struct matrix_params *params,
                 const struct generator_sink *sink)
{
    const uint64_t bytes = params->n * params->n * params->element;
    const uint64_t distance = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    *matrix = (struct matrix){
        .sink = sink,
        .n = params->n,
        .element = params->element,
        .base = {DATA, DATA + distance, DATA + 2 * distance},
        .ifetches = params->ifetches,
    };
}

bool matrix_access(const struct matrix *matrix, enum matrix_array array, uint64_t row,
                   uint64_t column, enum reference_kind kind)
{
    const struct generator_sink *sink = matrix->sink;
    if (matrix->ifetches) {
        /* The loop is: load A, load B, load C, store C. */
        const unsigned slot = kind == STORE ? 3 : (unsigned)array;
        if (!sink->put(sink->context, IFETCH, TEXT + slot * INSTRUCTION, INSTRUCTION))
            return false;
    }
    const vaddr_t vaddr =
        matrix->base[array] + (row * matrix->n + column) * matrix->element;
    return sink->put(sink->context, kind, vaddr, (uint32_t)matrix->element);
}

bool matrix_multiply(const struct matrix *matrix, struct matrix_tile tile)
{
    for (uint64_t i = tile.i; i < tile.i_end; i++) {
        for (uint64_t k = tile.k; k < tile.k_end; k++) {
            if (!matrix_access(matrix, MATRIX_A, i, k, LOAD))
                return false;
            for (uint64_t j = tile.j; j < tile.j_end; j++)
                if (!matrix_access(matrix, MATRIX_B, k, j, LOAD) ||
                    !matrix_access(matrix, MATRIX_C, i, j, LOAD) ||
                    !matrix_access(matrix, MATRIX_C, i, j, STORE))
                    return false;
        }
    }
    return true;
}
