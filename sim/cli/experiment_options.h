/* experiment_options.h -- what `run` and `check` have in common: an experiment named by a
 * file, by --set, or both. */
#ifndef FAULTLINE_CLI_EXPERIMENT_OPTIONS_H
#define FAULTLINE_CLI_EXPERIMENT_OPTIONS_H

#include "experiment/config.h"

/* Load it; presets are looked for in the configs folder of the source tree or of the
 * installation that the program belongs to. */
MUST_CHECK enum status load_experiment(struct experiment **out, const char *file,
                                       const char *const *set, size_t nset,
                                       struct error *err);

/* What --set and options that stand for one say, in their order. */
struct settings {
    const char **all; /* as many as the command line has words                            */
    size_t n;
    char **made; /* those of them that are owned                                         */
    size_t nmade;
};

MUST_CHECK enum status settings_init(struct settings *settings, int argc,
                                     struct error *err);
void settings_release(struct settings *settings);

/* Add what `--policy VALUE` stands for. */
MUST_CHECK enum status settings_add_policy(struct settings *settings, const char *value,
                                           struct error *err);

/* The value of --call-limit: how long a call of a policy may take, in milliseconds. */
MUST_CHECK enum status read_call_limit(uint64_t *limit_ms, const char *text,
                                       struct error *err);

#endif
