/* one_thread.h -- one thread's steps and operations out of a trace that holds several. */
#ifndef FAULTLINE_TRACE_ONE_THREAD_H
#define FAULTLINE_TRACE_ONE_THREAD_H

#include "trace/batch.h"

struct one_thread {
    uint32_t wanted, running; /* as SWITCH names them                                    */
    uint32_t *scratch;
};

MUST_CHECK enum status one_thread_init(struct one_thread *filter, uint32_t thread,
                                       struct error *err);
void one_thread_release(struct one_thread *filter);

/* The trace starts again from its beginning. */
void one_thread_rewind(struct one_thread *filter);

/* Reduce the next batch of the trace to what is the thread's; SWITCHes go.
 * batch_is_empty() if nothing is. */
void one_thread_keep(struct one_thread *filter, struct batch *batch);

#endif
