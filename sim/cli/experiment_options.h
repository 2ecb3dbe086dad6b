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

#endif
