/* eventsconfig.h -- what `timing: events` adds to the configuration of a cell. */
#ifndef FAULTLINE_EXPERIMENT_EVENTSCONFIG_H
#define FAULTLINE_EXPERIMENT_EVENTSCONFIG_H

#include "experiment/cellwork.h"

/* Set events of the cell, its trace and its label; record the settings.  The cell's page
 * size and policy are set already. */
MUST_CHECK enum status eventsconfig_build(struct cellwork *work);

/* ERR_CONFIG if the layer of a cell with `timing: none` has keys that need events. */
MUST_CHECK enum status eventsconfig_check_none(const struct cellwork *work);

#endif
