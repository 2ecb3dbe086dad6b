/* plot_file.h -- what the pictures of an experiment are called. */
#ifndef FAULTLINE_EXPERIMENT_PLOT_FILE_H
#define FAULTLINE_EXPERIMENT_PLOT_FILE_H

#include "base/arena.h"
#include "experiment/config.h"

/* Give a plot a file if it was given none: a stem such as "fault_rate-by-page_size", with a
 * number where two would be the same.  ERR_CONFIG: it has that of a plot before it. */
MUST_CHECK enum status plot_file_make(struct plot_config *plot,
                                      const struct experiment *experiment,
                                      struct arena *arena, struct error *err);

#endif
