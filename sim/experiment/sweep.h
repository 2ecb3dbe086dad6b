/* sweep.h -- the cells of an experiment: the product of its axes.
 * The axes are all zip keys together (if there are any), then each sweep key in the order
 * written; the last axis varies fastest. */
#ifndef FAULTLINE_EXPERIMENT_SWEEP_H
#define FAULTLINE_EXPERIMENT_SWEEP_H

#include "experiment/config.h"
#include "experiment/layer.h"

#define CELLS_MAX 100000

/* Set cells, ncells, swept and nswept of the experiment from its merged layers.  options
 * has the folders of presets of devices. */
MUST_CHECK enum status sweep_expand(struct experiment *experiment,
                                    const struct layer *layer,
                                    const struct experiment_options *options,
                                    struct arena *arena, struct error *err);

#endif
