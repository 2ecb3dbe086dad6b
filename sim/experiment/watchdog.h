/* watchdog.h -- a process that works with a guarded policy (guard.h), watched from outside:
 * what it says, and if it crashes or does not return from a call, in which and where. */
#ifndef FAULTLINE_EXPERIMENT_WATCHDOG_H
#define FAULTLINE_EXPERIMENT_WATCHDOG_H

#include "base/child.h"
#include "experiment/guard.h"

#include <signal.h>

enum {
    WATCHDOG_LOOK_MS = 100,    /* how often to look at it                                */
    WATCHDOG_LIMIT_MS = 10000, /* of one call, unless told otherwise                     */
};

struct watchdog {
    struct child child;
    struct guard_record *record; /* shared with it                                       */
    uint64_t calls, references;  /* when last looked at                                  */
    uint64_t still_ms;           /* for so long one call has been under way               */
    uint64_t stuck_ms;           /* ... there have been calls, and all at one reference   */
    uint64_t limit_ms;           /* that the call was given, if it hangs                 */
    bool hangs;
};

/* Milliseconds since *last, which is set to now; a moment where this program was stopped,
 * as the other one then was too. */
uint64_t watchdog_elapsed_ms(uint64_t *last);

/* Start the process, as child_start. */
MUST_CHECK enum status watchdog_start(struct watchdog *watchdog,
                                      void (*work)(void *context, int fd), void *context,
                                      struct error *err);

/* Take what it has sent (`readable`: poll() says that there is something), elapsed_ms after
 * it was last looked at.  END: it has ended, or has been found to hang: a call takes longer
 * than it may, or there are calls for ten times as long and no reference is made.
 * ERR_NOMEM. */
MUST_CHECK enum status watchdog_look(struct watchdog *watchdog, bool readable,
                                     uint64_t elapsed_ms, uint64_t limit_ms,
                                     struct error *err);

/* Wait for its end, looking at it all the time.  ERR_NOMEM; ERR_INTERRUPTED once
 * *interrupted is set. */
MUST_CHECK enum status watchdog_wait(struct watchdog *watchdog, uint64_t limit_ms,
                                     const volatile sig_atomic_t *interrupted,
                                     struct error *err);

/* How it came to an end that was not the one wanted: "victim() crashed at reference 1,234:
 * Segmentation fault".  It is ended and released; its bytes are gone. */
void watchdog_tell(struct watchdog *watchdog, char *text, size_t size);

void watchdog_release(struct watchdog *watchdog);

#endif
