/* crew.h -- hands out passes to workers: threads, and for policies in shared objects
 * processes (apart.h). */
#ifndef FAULTLINE_EXPERIMENT_CREW_H
#define FAULTLINE_EXPERIMENT_CREW_H

#include "experiment/pass.h"

struct crew_host {
    void *context;
    /* Both are called by any of the threads.  So many references more; false: stop. */
    bool (*advance)(void *context, uint64_t references);
    /* The pass is done, and its cells have results. */
    enum status (*finished)(void *context, const struct pass *pass, struct error *err);
};

/* Run all passes, at most `workers` at a time; no call of a policy in a shared object may
 * take longer than limit_ms.  The first error that is not a cell's own ends all; ERR_IO,
 * ERR_DAMAGED, ERR_NOMEM, ERR_INTERRUPTED, what host->finished returns.  To be called while
 * there is one thread only. */
MUST_CHECK enum status crew_run(struct pass *passes, size_t npasses, size_t workers,
                                uint64_t limit_ms, const struct crew_host *host,
                                struct error *err);

#endif
