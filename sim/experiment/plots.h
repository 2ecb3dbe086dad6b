/* plots.h -- the pictures that an experiment asks for. */
#ifndef FAULTLINE_EXPERIMENT_PLOTS_H
#define FAULTLINE_EXPERIMENT_PLOTS_H

#include "experiment/config.h"
#include "experiment/layer.h"

/* Set plots and nplots of an experiment whose sweep is expanded.  x and series become full
 * key names or counters; what is not given is made. */
MUST_CHECK enum status plots_build(struct experiment *experiment, const struct layer *layer,
                                   struct arena *arena, struct error *err);

#endif
