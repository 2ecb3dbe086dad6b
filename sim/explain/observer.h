/* observer.h -- a policy under observation: its table and state are wrapped, each call goes
 * through to it, and what it chooses is noted with the reason that it gives. */
#ifndef FAULTLINE_EXPLAIN_OBSERVER_H
#define FAULTLINE_EXPLAIN_OBSERVER_H

#include "base/arena.h"
#include "pager/pager.h"
#include "pager/view.h"

/* A page that the policy has had evicted. */
struct departure {
    vpn_t vpn;
    pfn_t frame;
    bool dirty;
    bool released; /* given up without need                                            */
    const char
        *why; /* a sentence without a full stop; NULL where none is asked for       */
};

struct observer {
    struct policy_ops ops; /* what the pager calls                                       */
    const struct policy_ops *policy;
    void *state; /* of the policy                                                        */
    struct pager *pager;
    struct policy_view view;
    bool noting;         /* else what it chooses is not noted                    */
    struct arena *arena; /* for reasons; NULL: they are not asked for            */
    struct departure
        *departures; /* since the last observer_forget()                       */
    size_t ndepartures, capacity;
    bool failed; /* memory ran out                                                        */
};

/* Get between the pager and the policy's instance for process 0.  The observer must stay
 * where it is until observer_end(), which comes before pager_release(). */
void observer_begin(struct observer *observer, struct pager *pager, bool hex);
void observer_end(struct observer *observer);

/* Forget what has been noted. */
void observer_forget(struct observer *observer);

/* Have the policy show what it keeps, into observer->view. */
void observer_show(struct observer *observer);

#endif
