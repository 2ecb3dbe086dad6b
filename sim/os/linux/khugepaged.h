/* khugepaged.h -- the process of the kernel that makes huge pages of small ones: where it is,
 * and what it may do.  In the kernel's state (linux.h). */
#ifndef FAULTLINE_OS_LINUX_KHUGEPAGED_H
#define FAULTLINE_OS_LINUX_KHUGEPAGED_H

#include "engine/engine.h"
#include "pager/pager.h"

struct linux_kernel;

/* /sys/kernel/mm/transparent_hugepage/khugepaged/ */
struct linux_khugepaged_params {
    psec_t scan_sleep, alloc_sleep;
    uint64_t pages_to_scan; /* 0: there is no khugepaged                                 */
    uint64_t max_ptes_none, max_ptes_swap, max_ptes_shared;
};

/* What has become of a range of the size of a huge page. */
enum linux_collapse {
    COLLAPSE_NOT_DUE,   /* its entries do not allow it                                    */
    COLLAPSE_DONE,      /* it is a huge page                                              */
    COLLAPSE_NO_FRAMES, /* there is no block of frames                                    */
    COLLAPSE_FAILED,    /* the cgroup has no room, or a page is still to be read          */
};

struct linux_khugepaged {
    struct event event;      /* it goes on                                                */
    struct kernel_work work; /* what it has done and not yet spent the time for           */
    psec_t delay;            /* until it goes on after that                               */
    bool sleeps;             /* since there is no space that it could look at             */
    bool scanning;           /* in the middle of a scan: of which                         */
    uint64_t progress;       /* pages, as it counts them                                  */
    unsigned heads;          /* how often it came to the head of the list                 */
    bool has_waited;         /* for frames                                                */
    uint32_t *spaces; /* [n] numbers of those that may have huge pages, as they came */
    uint32_t n, capacity;
    uint32_t at; /* that it looks at, or n: none, so that it begins with the first     */
    vpn_t next;  /* page of it to go on with                                          */
};

void linux_khugepaged_init(struct linux_kernel *kernel);
void linux_khugepaged_stop(struct linux_kernel *kernel);
void linux_khugepaged_release(struct linux_kernel *kernel);

/* khugepaged_enter_vma(): something is in a region that may have huge pages, or it may have
 * them from now on: its space is looked at. */
MUST_CHECK enum status linux_khugepaged_enter(struct linux_kernel *kernel,
                                              struct space *space,
                                              const struct region *region,
                                              struct error *err);
/* kernel_ops: a child is looked at as its parent is; and nobody is any more when it ends. */
enum status linux_process_begin(void *state, struct pager *pager, struct space *space,
                                struct space *parent, struct error *err);
void linux_process_end(void *state, struct pager *pager, struct space *space);

/* --- collapse.c -------------------------------------------------------------------------- */

/* Make a huge page of the range from `first` on, which lies in a region that may have huge
 * pages, if its entries allow it and there are frames. */
MUST_CHECK enum status linux_collapse(struct linux_kernel *kernel, struct space *space,
                                      vpn_t first, enum linux_collapse *result,
                                      struct error *err);

#endif
