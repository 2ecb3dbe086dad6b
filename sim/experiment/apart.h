/* apart.h -- a pass whose one cell's policy is a shared object, in a process of its own. */
#ifndef FAULTLINE_EXPERIMENT_APART_H
#define FAULTLINE_EXPERIMENT_APART_H

#include "experiment/pass.h"
#include "experiment/watchdog.h"

struct apart {
    struct watchdog watchdog;
    struct pass *pass;
    uint64_t references; /* of the record, told to the host                              */
};

/* Whether the pass is to be run so. */
bool apart_wanted(const struct pass *pass);

/* Start it; to be called while there is one thread only.  ERR_NOMEM, ERR_CELL. */
MUST_CHECK enum status apart_start(struct apart *apart, struct pass *pass,
                                   struct error *err);

/* As watchdog_look. */
MUST_CHECK enum status apart_look(struct apart *apart, bool readable, uint64_t elapsed_ms,
                                  uint64_t limit_ms, const struct pass_host *host,
                                  struct error *err);

/* Take the result after its end, as pass_run does.  A crash or a hang is the cell's failure.
 * It is released. */
MUST_CHECK enum status apart_finish(struct apart *apart, struct error *err);

/* End it, whatever it does. */
void apart_stop(struct apart *apart);

#endif
