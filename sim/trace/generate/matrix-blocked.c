/* matrix-blocked.c -- the matrix product tile by tile, after McKellar & Coffman,
 * "Organizing matrices and matrix operations for paged memory systems", CACM 12(3), 1969. */
#include "trace/matrix.h"

static uint64_t tile_end(uint64_t start, uint64_t block, uint64_t n)
{
    return n - start < block ? n : start + block;
}

static enum status matrix_blocked_run(const void *params, struct rng *rng,
                                      const struct generator_sink *sink, struct error *err)
{
    struct matrix matrix;
    const uint64_t block = ((const struct matrix_params *)params)->block;
    (void)rng;
    (void)err;
    matrix_init(&matrix, params, sink);
    const uint64_t n = matrix.n;
    for (uint64_t i = 0; i < n; i += block)
        for (uint64_t k = 0; k < n; k += block)
            for (uint64_t j = 0; j < n; j += block) {
                const struct matrix_tile tile = {i, tile_end(i, block, n),
                                                 k, tile_end(k, block, n),
                                                 j, tile_end(j, block, n)};
                if (!matrix_multiply(&matrix, tile))
                    return OK;
            }
    return OK;
}

static const struct param matrix_blocked_params[] = {
    MATRIX_PARAMS,
    {.name = "block",
     .kind = PARAM_UINT,
     .offset = offsetof(struct matrix_params, block),
     .fallback = "32",
     .min = 1,
     .max = 65536,
     .unit = "elements",
     .help = "rows and columns of a tile; those at the edges may be smaller"},
    {0},
};

const struct generator_ops generator_matrix_blocked = {
    .name = "matrix-blocked",
    .summary = "matrix product tile by tile",
    .shows =
        "The product is taken apart into tiles of block x block elements, small enough "
        "that the pages of three tiles fit in memory or in the reach of the TLB, so each "
        "page that is brought in is used block times. Compare the faults with those of "
        "matrix-row and matrix-column at few frames, and vary block: too small brings "
        "pages in again and again, too large no longer fits.",
    .params = matrix_blocked_params,
    .params_size = sizeof(struct matrix_params),
    .run = matrix_blocked_run,
};
