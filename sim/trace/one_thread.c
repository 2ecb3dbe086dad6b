/* one_thread.c -- see one_thread.h. */
#include "trace/one_thread.h"

#include "trace/compact.h"

#include <stdlib.h>
#include <string.h>

enum status one_thread_init(struct one_thread *filter, uint32_t thread, struct error *err)
{
    *filter = (struct one_thread){.wanted = thread};
    filter->scratch = malloc(COMPACT_SCRATCH * sizeof *filter->scratch);
    return filter->scratch ? OK : error_nomem(err);
}

void one_thread_release(struct one_thread *filter)
{
    free(filter->scratch);
    *filter = (struct one_thread){0};
}

void one_thread_rewind(struct one_thread *filter)
{
    filter->running = 0;
}

/* Keep what the thread does; returns the number of steps that are left. */
static uint32_t keep(struct one_thread *filter, struct batch *batch)
{
    uint32_t first = 0, nsteps = 0, nops = 0;
    for (uint32_t i = 0; i <= batch->nops; i++) {
        const uint32_t end = i < batch->nops ? batch->ops[i].step : batch->nsteps;
        if (filter->running == filter->wanted) {
            memmove(batch->steps + nsteps, batch->steps + first,
                    (end - first) * sizeof *batch->steps);
            nsteps += end - first;
        }
        first = end;
        if (i == batch->nops)
            break;
        struct vm_op op = batch->ops[i];
        op.step = nsteps;
        if (op.kind == VM_SWITCH)
            filter->running = op.stream;
        else if (filter->running == filter->wanted)
            batch->ops[nops++] = op;
    }
    batch->nops = nops;
    return nsteps;
}

void one_thread_keep(struct one_thread *filter, struct batch *batch)
{
    const bool began = filter->running == filter->wanted;
    const uint64_t pairs = compact_pairs(batch);
    const uint32_t nsteps = keep(filter, batch), before = batch->nsteps;
    compact_names(batch);
    batch->nsteps = nsteps;
    if (!began) /* where the streams are is where another thread's were */
        batch->start[0] = batch->start[1] = BLOCK_NONE;
    if (nsteps == 0)
        compact_drop_steps(batch);
    else if (nsteps < before || !began)
        compact_steps(batch, pairs, filter->scratch);
}
