/* result.h -- what a finished cell yields, and the set of them that reports are made of. */
#ifndef FAULTLINE_EXPERIMENT_RESULT_H
#define FAULTLINE_EXPERIMENT_RESULT_H

#include "experiment/config.h"
#include "stats/counters.h"
#include "stats/rows.h"
#include "stats/tables.h"

enum cell_state {
    CELL_MISSING, /* not run yet (interrupted, or another shard's)                        */
    CELL_DONE,
    CELL_FAILED, /* message says why                                                     */
};

struct cell_result {
    enum cell_state state;
    char id[33]; /* identity: 32 hexadecimal digits, hash of configuration, trace, model  */
    struct counters counters;   /* valid if CELL_DONE                                    */
    struct rows tables[TABLES]; /* the same; empty with `timing: none`                   */
    char message[640];          /* "" or why the cell failed                             */
    char warning[640];          /* "" or what of its results is not as was asked for      */
    char notes[640]; /* conventions and adaptations in force, sentences joined by "; "    */
    uint64_t index_bytes; /* memory that an index of the future took (opt); 0: none      */
};

/* Free what a result owns, its tables; they are empty again and the rest stays. */
void cell_result_release(struct cell_result *result);

/* results[i] belongs to experiment->cells[i], and results[ncells + k] to
 * experiment->curves[k]: of that there is the table `curves` only. */
struct result_set {
    const struct experiment *experiment;
    const struct cell_result *results;
};

#endif
