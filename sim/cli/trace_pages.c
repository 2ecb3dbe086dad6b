/* trace_pages.c -- see trace_pages.h. */
#include "cli/trace_pages.h"

#include "base/units.h"
#include "cli/command.h"
#include "cli/trace_output.h"
#include "trace/op_text.h"

#include <stdio.h>

static void print_touch(uint64_t page, bool store)
{
    char line[24]; /* 20 digits, a blank, a letter, the end of the line */
    char *p = line + sizeof line;
    *--p = '\n';
    *--p = store ? 'W' : 'R';
    *--p = ' ';
    do {
        *--p = (char)('0' + page % 10);
        page /= 10;
    } while (page);
    fwrite(p, 1, (size_t)(line + sizeof line - p), stdout);
}

/* Print the operations from number `op` on that come before a step; returns the next. */
static uint32_t print_ops(const struct batch *batch, uint32_t op, uint32_t step)
{
    char line[OP_TEXT_MAX];
    for (; op < batch->nops && batch->ops[op].step == step; op++)
        puts(op_text_format(&batch->ops[op], batch->names, line));
    return op;
}

static void print_batch(const struct batch *batch, unsigned shift)
{
    uint16_t at[2] = {batch->start[0], batch->start[1]};
    uint32_t op = 0;
    for (uint32_t i = 0; i < batch->nsteps; i++) {
        op = print_ops(batch, op, i);
        const struct shape *shape = step_shape(batch, batch->steps[i]);
        const unsigned moved = shape->data & 1;
        const uint16_t from = at[moved];
        at[moved] = (uint16_t)(batch->steps[i] >> STEP_SHAPE_BITS);
        /* The rest of a reference that crosses blocks is news only on another page. */
        unsigned bit = shape->continued && from != BLOCK_NONE &&
                       batch->blocks[from] >> shift == batch->blocks[at[moved]] >> shift;
        for (; bit < shape->length; bit++)
            print_touch(batch->blocks[at[shape->data >> bit & 1]] >> shift,
                        shape->store >> bit & 1);
    }
    print_ops(batch, op, batch->nsteps);
}

static enum status print_all(struct trace *trace, unsigned shift, struct error *err)
{
    struct batch batch;
    enum status status = batch_init(&batch, err);
    while (status == OK && (status = trace_next(trace, &batch, err)) == OK) {
        print_batch(&batch, shift);
        if (command_interrupted)
            status = error_set(err, ERR_INTERRUPTED, at_nowhere(), "interrupted");
        else if (ferror(stdout))
            status = END; /* command_close_output says why */
    }
    batch_release(&batch);
    return status;
}

int trace_print_pages(struct trace *trace, uint64_t page_size)
{
    const struct trace_info *info = trace_info(trace);
    struct error err;
    const unsigned page_shift = log2_of(page_size ? page_size : 4096);
    if (page_shift < info->granule_shift) {
        char granule[32];
        error_set(&err, ERR_CONFIG, at_file(info->path),
                  "--page-size is smaller than the granule of the trace, %s",
                  format_size(UINT64_C(1) << info->granule_shift, granule, sizeof granule));
        return command_fail(&err);
    }
    const enum status status = print_all(trace, page_shift - info->granule_shift, &err);
    warn_lost(info);
    if (status != END) {
        (void)command_close_output(EXIT_DONE);
        return command_fail(&err);
    }
    return command_close_output(EXIT_DONE);
}
