/* cursor.h -- where a thread is in its trace: the batch under way and the place in it. */
#ifndef FAULTLINE_WORKLOAD_CURSOR_H
#define FAULTLINE_WORKLOAD_CURSOR_H

#include "pager/stretch.h"
#include "workload/instruction.h"
#include "workload/stream.h"

struct cursor {
    const struct stream *stream;
    struct trace *trace;
    struct batch batch;
    struct paged_batch paged;
    uint8_t *classes, *lengths; /* lengths[shape]: references                            */
    uint32_t *pages;
    uint64_t left;    /* references still to replay; UINT64_MAX: to the trace's end    */
    uint64_t repeats; /* times that the trace is still to be begun again              */
    uint64_t batch_first; /* references of the trace before the batch                     */
    uint32_t first;       /* step of the batch at which the thread began                  */
    uint32_t step, stop;  /* next step; steps to be replayed end there                    */
    bool sought;          /* the batch has been read and not been begun                   */
    uint32_t op;          /* next operation of the batch                                  */
    unsigned reference;   /* of the step, those before it are done                        */
    page_t current[2];    /* where the two streams are                                   */
    struct instruction
        instruction; /* with few frames: what the one under way touches     */
};

/* Begin `offset` references into the stream, which is taken as a ring, and replay it
 * `repeat` times.  Only once can a stream be read that has operations in it, from 0. */
MUST_CHECK enum status cursor_init(struct cursor *cursor, const struct stream *stream,
                                   uint64_t offset, uint64_t repeat, struct error *err);
void cursor_release(struct cursor *cursor);

/* True if the batch under way has nothing more to replay or to do. */
bool cursor_at_end(const struct cursor *cursor);

/* Get the next batch in the space; END when the stream has been replayed.  An instruction
 * that touches more than `frames` pages ends it with ERR_CELL. */
MUST_CHECK enum status cursor_next(struct cursor *cursor, struct pager *pager,
                                   struct space *space, struct error *err);

/* The operation that comes before the next step, or NULL. */
const struct vm_op *cursor_operation(const struct cursor *cursor);

/* Up to where steps can be replayed without an operation in between. */
uint32_t cursor_limit(const struct cursor *cursor);

/* The thread is in another space from now on. */
MUST_CHECK enum status cursor_move(struct cursor *cursor, struct pager *pager,
                                   struct space *space, struct error *err);

/* Add the references of the batch that have been replayed, by kind. */
void cursor_count(const struct cursor *cursor, struct reference_counts *counts);

/* Add the blocks that they touched. */
MUST_CHECK enum status cursor_touched(const struct cursor *cursor, struct map *to,
                                      struct error *err);

#endif
