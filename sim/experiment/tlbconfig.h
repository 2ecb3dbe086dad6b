/* tlbconfig.h -- the TLB of a cell's machine: arrays read, checked each by itself, recorded. */
#ifndef FAULTLINE_EXPERIMENT_TLBCONFIG_H
#define FAULTLINE_EXPERIMENT_TLBCONFIG_H

#include "experiment/cellwork.h"
#include "machine/pagetable.h"

/* Set the arrays of the cell's machine, whose page size and adaption are set already.
 * ERR_CONFIG also if they do not make a TLB: see tlbcheck.h. */
MUST_CHECK enum status tlbconfig_build(struct cellwork *work,
                                       const struct pagetable_ops *format);

/* Set *ways from a value and the entries that they divide; ERR_CONFIG if they do not. */
MUST_CHECK enum status tlbconfig_ways(const struct cellwork *work,
                                      const struct cell_value *entries,
                                      const struct cell_value *ways, uint64_t *number);

#endif
