/* value_check.h -- whether a key may have the value that it has been given. */
#ifndef FAULTLINE_EXPERIMENT_VALUE_CHECK_H
#define FAULTLINE_EXPERIMENT_VALUE_CHECK_H

#include "experiment/layer.h"

/* Check the value of an assignment, with an axis each of its list.  key: NULL for a
 * parameter of a plug-in, of which any value will do here. */
MUST_CHECK enum status value_check(const struct key *key, const struct assignment *a,
                                   struct arena *arena, struct error *err);

#endif
