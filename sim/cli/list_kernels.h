/* list_kernels.h -- `faultline list kernels`: kernels, and the presets that have one. */
#ifndef FAULTLINE_CLI_LIST_KERNELS_H
#define FAULTLINE_CLI_LIST_KERNELS_H

#include <stdbool.h>

/* Print the kernels, and the presets of them by the names that `extends` has, with the first
 * line of each file; or the kernel or preset of one name.  In full: the parameters of a
 * kernel, and where a preset lies.  False if there is none of that name. */
bool list_kernels(const char *name, bool in_full);

#endif
