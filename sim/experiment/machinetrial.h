/* machinetrial.h -- whether a format can make page tables for a cell's machine. */
#ifndef FAULTLINE_EXPERIMENT_MACHINETRIAL_H
#define FAULTLINE_EXPERIMENT_MACHINETRIAL_H

#include "experiment/cellwork.h"
#include "machine/pagetable.h"

/* Make them and throw them away.  ERR_CONFIG points at the parameter of machine.mmu that is
 * at fault, or at machine.mmu. */
MUST_CHECK enum status machinetrial(const struct cellwork *work,
                                    const struct pagetable_ops *format);

#endif
