/* effective.h -- the whole effective experiment as YAML, which gives the same cells when
 * it is loaded from the place of the user's file. */
#ifndef FAULTLINE_EXPERIMENT_EFFECTIVE_H
#define FAULTLINE_EXPERIMENT_EFFECTIVE_H

#include "experiment/config.h"
#include "experiment/layer.h"

/* Set experiment->effective.  Presets and --set are merged, defaults are written out,
 * sweeps and paths stay as written.  A parameter of a policy that the user left alone is
 * not written: it would become part of the policy's label. */
MUST_CHECK enum status effective_write(struct experiment *experiment,
                                       const struct layer *layer, struct arena *arena,
                                       struct error *err);

#endif
