/* guard.h -- a policy whose calls are recorded as they are made, where another process can
 * see them: which one is under way, and at which reference.  So one that crashes or does not
 * return can be told. */
#ifndef FAULTLINE_EXPERIMENT_GUARD_H
#define FAULTLINE_EXPERIMENT_GUARD_H

#include "faultline/reclaim.h"

#include <stdatomic.h>

/* The calls, by the names of guard_call_names. */
enum guard_call {
    CALL_NONE,
    CALL_GHOSTS,
    CALL_INIT,
    CALL_RESIZE,
    CALL_FAULT,
    CALL_PAGE_IN,
    CALL_PAGE_OUT,
    CALL_FORGET,
    CALL_ACCESS,
    CALL_SETTLED,
    CALL_VICTIM,
    CALL_RELEASE,
    CALL_TICK,
    CALL_WHY,
    CALL_SHOW,
    CALL_SCAN,
    CALL_MAPPED,
    CALL_PRIORITIES, /* from here on in the order of struct reclaim_ops                  */
    CALL_SHRINK,
    CALL_FINISH,
    CALL_AGE,
    CALL_SECOND,
    CALL_USED,
    CALL_DRAIN,
    CALL_WRITTEN,
    CALL_DEACTIVATE,
    CALL_LAZY_FREE,
    CALL_FLUSHED,
    CALL_SIZES,
    CALL_COUNTS,
    CALL_CHECK,
    CALLS
};
extern const char *const guard_call_names[CALLS]; /* "victim()"; of CALL_NONE ""          */

/* What is recorded.  In shared memory one process writes and another one reads. */
struct guard_record {
    atomic_uint call;            /* enum guard_call: under way; of several, one from within
                                  * another, the inner one                             */
    atomic_uint last;            /* the same, or the one before                         */
    _Atomic uint64_t calls;      /* begun                                               */
    _Atomic uint64_t reference;  /* at which the last one was begun, from 1; 0: before   */
    _Atomic uint64_t references; /* replayed so far, in batches; by whoever runs it      */
};

struct instance;

/* Told when a call has returned.  entry: what victim, release and scan return; of page_in,
 * page_out, forget, access, mapped, used, written, deactivate and lazy_free the frame or ghost
 * that they are about; else PFN_NONE. */
typedef void guard_observer(void *context, enum guard_call call, pfn_t entry,
                            const struct instance *instance);

struct guard {
    _Alignas(
        16) unsigned char values[PARAM_VALUES_MAX]; /* first: what env->params is     */
    const struct policy_ops *policy;
    struct policy_ops ops; /* to be used in its place, with `values` as its parameters    */
    struct reclaim_ops reclaim; /* what ops.reclaim is, unless that is NULL              */
    struct guard_record *record;
    guard_observer *observe; /* or NULL                                                  */
    void *context;
};

/* params: those of the policy, which are copied.  The guard stays where it is. */
void guard_init(struct guard *guard, const struct policy_ops *policy, const void *params,
                struct guard_record *record);

/* A record that a process and those that it forks later share, zeroed; NULL: no memory. */
struct guard_record *guard_record_create(void);
void guard_record_free(struct guard_record *record);

#endif
