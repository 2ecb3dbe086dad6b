/* kernel.h -- the plug-in interface of an operating-system kernel: what happens on a fault.
 * One folder X in sim/os/ whose X.c defines `const struct kernel_ops kernel_X`. */
#ifndef FAULTLINE_PAGER_KERNEL_H
#define FAULTLINE_PAGER_KERNEL_H

#include "base/error.h"
#include "base/param.h"
#include "base/types.h"

struct pager;

struct kernel_ops {
    const char *name;    /* as in configs: `kernel: textbook`                            */
    const char *summary; /* one line for `faultline list kernels`                        */
    const char *source;  /* book or kernel version followed                             */
    const struct param *params;
    size_t params_size; /* at most PARAM_VALUES_MAX                                      */
    /* Set what of the pager depends on the kernel; may be NULL. */
    void (*init)(struct pager *pager, const void *params);
    /* Bring the page in, evicting another if need be, with the calls of pager.h.  On OK the
     * page is resident. */
    enum status (*fault)(struct pager *pager, const void *params, page_t page,
                         struct error *err);
};

extern const struct kernel_ops *const kernel_table[]; /* ended by NULL */

const struct kernel_ops *kernel_find(const char *name);

#endif
