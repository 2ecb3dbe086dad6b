/* guard_calls.h -- how a call of a guarded policy is recorded, for the files that wrap them. */
#ifndef FAULTLINE_EXPERIMENT_GUARD_CALLS_H
#define FAULTLINE_EXPERIMENT_GUARD_CALLS_H

#include "experiment/guard.h"

#include <stddef.h>

/* What the pager takes for the policy's state. */
struct guarded {
    const struct guard *guard;
    const struct instance *instance;
    _Alignas(16) unsigned char state[]; /* the policy's own                              */
};

/* A call begins; returns the one from within which it does, as page_out from within shrink,
 * or CALL_NONE.  instance: NULL before there is one. */
enum guard_call guard_enter(const struct guard *guard, const struct instance *instance,
                            enum guard_call call);
/* It has returned, and nobody is told. */
void guard_leave(const struct guard *guard, enum guard_call outer);
/* The same, and the observer is. */
void guard_returned(const struct guarded *g, enum guard_call outer, enum guard_call call,
                    pfn_t entry);

/* Set guard->reclaim to wrappers of the policy's, which it has. */
void guard_reclaim(struct guard *guard);

#endif
