/* curves.h -- the curves that an experiment asks for with `curve`, trace by trace. */
#ifndef FAULTLINE_EXPERIMENT_CURVES_H
#define FAULTLINE_EXPERIMENT_CURVES_H

#include "experiment/curve_request.h"
#include "experiment/layer.h"
#include "experiment/pass.h"

/* Read a name of a curve, or a list of them.  what: the key, for messages. */
MUST_CHECK enum status curves_read(curve_set *set, const struct yaml_node *node,
                                   const char *what, struct error *err);

/* Set curves and ncurves of an experiment whose sweep is expanded. */
MUST_CHECK enum status curves_build(struct experiment *experiment,
                                    const struct layer *layer, struct arena *arena,
                                    struct error *err);

/* Can the trace be asked for these curves?  ERR_CONFIG. */
MUST_CHECK enum status curves_check(const struct curves_config *config,
                                    const struct source *source, struct error *err);

/* The identity of their result, as cell_identity. */
void curves_identity(char id[33], const struct curves_config *config,
                     const struct source *source);

/* Compute the curves of a pass that has some; the result gets the table `curves`.  Errors
 * as pass_run's. */
MUST_CHECK enum status curves_run(struct pass *pass, const struct pass_host *host,
                                  struct error *err);

#endif
