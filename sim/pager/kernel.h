/* kernel.h -- the plug-in interface of an operating-system kernel: what happens on a fault,
 * in the background, and when a process forks.  One folder X in sim/os/ whose X.c defines
 * `const struct kernel_ops kernel_X`.  What a kernel leaves NULL is done as textbooks have
 * it. */
#ifndef FAULTLINE_PAGER_KERNEL_H
#define FAULTLINE_PAGER_KERNEL_H

#include "base/error.h"
#include "base/param.h"
#include "base/types.h"

struct pager;
struct fault;
struct space;

struct kernel_ops {
    const char *name;    /* as in configs: `kernel: textbook`                            */
    const char *summary; /* one line for `faultline list kernels`                        */
    const char *source;  /* book or kernel version followed                             */
    const struct param *params;
    size_t params_size; /* at most PARAM_VALUES_MAX                                      */
    size_t state_size;  /* bytes, zeroed before init                                     */
    /* Set what of the pager depends on the kernel; may be NULL. */
    void (*init)(void *state, struct pager *pager, const void *params);
    /* Work on the fault with the calls of pager.h.  On OK the page is in memory and
     * fault->ready is set, or the fault waits for a frame or a transfer and this is called
     * again.  The page is mapped by the pager afterwards. */
    enum status (*fault)(void *state, struct pager *pager, struct fault *fault,
                         struct error *err);
    /* Give the child what the parent has; NULL: copy-on-write. */
    enum status (*fork)(void *state, struct pager *pager, struct space *child,
                        struct space *parent, struct error *err);
    /* The simulation begins and ends: start and cancel events of the kernel's own.  Called
     * with `timing: events` only; may be NULL. */
    void (*start)(void *state, struct pager *pager);
    void (*stop)(void *state, struct pager *pager);
};

extern const struct kernel_ops *const kernel_table[]; /* ended by NULL */

const struct kernel_ops *kernel_find(const char *name);

#endif
