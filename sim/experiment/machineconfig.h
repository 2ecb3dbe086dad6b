/* machineconfig.h -- how a cell's machine translates addresses. */
#ifndef FAULTLINE_EXPERIMENT_MACHINECONFIG_H
#define FAULTLINE_EXPERIMENT_MACHINECONFIG_H

#include "experiment/cellwork.h"

/* Set the model and the clock, which is needed to read times that are given in cycles. */
MUST_CHECK enum status machineconfig_clock(struct cellwork *work);

/* Set the rest of the machine but for shootdowns; the page size and the frames are set
 * already.  ERR_CONFIG also if the hardware lacks the page size, cannot address so much
 * memory, or has no page tables but keys that need them. */
MUST_CHECK enum status machineconfig_build(struct cellwork *work);

/* Set what `timing: events` adds. */
MUST_CHECK enum status machineconfig_shootdown(struct cellwork *work);

#endif
