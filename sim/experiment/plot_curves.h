/* plot_curves.h -- the curves in the pictures that an experiment asks for. */
#ifndef FAULTLINE_EXPERIMENT_PLOT_CURVES_H
#define FAULTLINE_EXPERIMENT_PLOT_CURVES_H

#include "experiment/config.h"
#include "experiment/yaml.h"

/* Set curves and alone: what a plot says under `curves`, to be drawn over cells, or under
 * `curve`, to be drawn alone.  Either may be NULL.  ERR_CONFIG: unknown, or not among those
 * that the experiment computes. */
MUST_CHECK enum status plot_curves_take(struct plot_config *plot,
                                        const struct experiment *experiment,
                                        const struct yaml_node *curves,
                                        const struct yaml_node *curve, struct arena *arena,
                                        struct error *err);

/* Set x, y and series of a plot of curves alone; what is not given (NULL) is what the first
 * curve is usually drawn by.  ERR_CONFIG: not columns of that curve. */
MUST_CHECK enum status plot_curves_alone(struct plot_config *plot,
                                         const struct yaml_node *x,
                                         const struct yaml_node *y,
                                         const struct yaml_node *series,
                                         struct arena *arena, struct error *err);

/* Can the curves be drawn by x and y of the plot, which are those of cells?  ERR_CONFIG. */
MUST_CHECK enum status plot_curves_over(const struct plot_config *plot,
                                        const struct yaml_node *curves, struct error *err);

#endif
