/* counters_wanted.h -- `counters`: what results are to tell, so that no more is done. */
#ifndef FAULTLINE_EXPERIMENT_COUNTERS_WANTED_H
#define FAULTLINE_EXPERIMENT_COUNTERS_WANTED_H

#include "experiment/config.h"
#include "experiment/layer.h"

/* ERR_CONFIG if the value is no name of a counter or list of such. */
MUST_CHECK enum status counters_check(const struct yaml_node *node, struct error *err);

/* Set counters of an experiment. */
MUST_CHECK enum status counters_build(struct experiment *experiment,
                                      const struct layer *layer, struct arena *arena,
                                      struct error *err);

#endif
