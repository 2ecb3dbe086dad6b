/* batch.c -- see batch.h. */
#include "trace/batch.h"

#include <stdlib.h>

enum status batch_init(struct batch *batch, struct error *err)
{
    *batch = (struct batch){.start = {BLOCK_NONE, BLOCK_NONE}};
    batch->steps = malloc(BATCH_STEPS * sizeof *batch->steps);
    batch->shapes = malloc(BATCH_SHAPES * sizeof *batch->shapes);
    batch->blocks = malloc(BATCH_BLOCKS * sizeof *batch->blocks);
    batch->ops = malloc(BATCH_OPS * sizeof *batch->ops);
    batch->names = malloc(BATCH_NAMES);
    if (batch->steps && batch->shapes && batch->blocks && batch->ops && batch->names)
        return OK;
    batch_release(batch);
    return error_nomem(err);
}

void batch_release(struct batch *batch)
{
    free(batch->steps);
    free(batch->shapes);
    free(batch->blocks);
    free(batch->ops);
    free(batch->names);
    *batch = (struct batch){0};
}
