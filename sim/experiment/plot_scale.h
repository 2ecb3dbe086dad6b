/* plot_scale.h -- the scales of a picture's axes, as an experiment says them. */
#ifndef FAULTLINE_EXPERIMENT_PLOT_SCALE_H
#define FAULTLINE_EXPERIMENT_PLOT_SCALE_H

#include "experiment/config.h"
#include "experiment/yaml.h"

/* Set xscale and yscale by what is said of them, if anything.  ERR_CONFIG. */
MUST_CHECK enum status plot_scales_take(struct plot_config *plot, const struct yaml_node *x,
                                        const struct yaml_node *y, struct error *err);

/* "auto", "linear", "log". */
const char *plot_scale_name(enum plot_scale scale);

#endif
