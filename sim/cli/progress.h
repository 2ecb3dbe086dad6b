/* progress.h -- a bar with rate and time left, on a terminal; a plain line now and then
 * elsewhere; nothing at all for work shorter than a second. */
#ifndef FAULTLINE_CLI_PROGRESS_H
#define FAULTLINE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "page-size", "convert"                                           */
    const char *unit; /* "references"                                                     */
    double started, printed; /* seconds, monotonic; printed 0: nothing yet                */
    bool terminal, quiet;
    uint64_t
        first;     /* units that were done before the start (resumed): not in the rate    */
    char note[48]; /* what else is to be said, "" for nothing                             */
};

void progress_start(struct progress *progress, const char *what, const char *unit,
                    bool quiet);

/* done and total in the same measure (total 0: not known); units: the count for the rate. */
void progress_update(struct progress *progress, uint64_t done, uint64_t total,
                     uint64_t units);

/* Erase the bar. */
void progress_end(struct progress *progress);

#endif
