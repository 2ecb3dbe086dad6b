/* alone.h -- for tests that look at one run at a time: `o` is the last one, and is freed
 * with the folder that it was made in. */
#ifndef FAULTLINE_TESTS_ALONE_H
#define FAULTLINE_TESTS_ALONE_H

#include "workload/timed.h"

/* One process, and its memory is zero at first. */
#define PROCESS "workload=[{trace: a.trace, " ZEROS "}]"

static struct outcome o;

static inline void drop_outcome(void)
{
    if (o.experiment)
        outcome_free(&o);
    o = (struct outcome){0};
}

static inline void alone_setup(void)
{
    folder_setup();
    o = (struct outcome){0};
}

static inline void alone_teardown(void)
{
    drop_outcome();
    folder_teardown();
}

/* Run what is in a.trace, with settings (NULL: none). */
static inline const struct counters *run_again(const char *workload, const char *first,
                                               const char *second)
{
    drop_outcome();
    o = run_timed(workload, first ? first : second, first ? second : NULL, NULL);
    return &o.results[0].counters;
}

/* Run the program as a.trace. */
static inline const struct counters *run_alone(const char *text, const char *workload,
                                               const char *first, const char *second)
{
    program("a.trace", text);
    return run_again(workload, first, second);
}

#endif
