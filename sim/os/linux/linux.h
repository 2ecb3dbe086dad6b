/* linux.h -- what the files of the kernel share.  Units: frames of the machine's page size,
 * references where a parameter says so. */
#ifndef FAULTLINE_OS_LINUX_LINUX_H
#define FAULTLINE_OS_LINUX_LINUX_H

#include "faultline/reclaim.h"
#include "os/linux/rstat.h"
#include "os/linux/version.h"
#include "pager/instance.h"
#include "pager/pager.h"
#include "stats/vmstat.h"

enum { LINUX_TABLES_NONE, LINUX_TABLES_FILES, LINUX_TABLES_ALL };

struct linux_params {
    uint32_t version;           /* of linux_versions                                     */
    uint32_t cgroup_tables;     /* whose page tables are charged to the cgroup           */
    uint64_t swappiness;        /* 0 to 200                                              */
    uint64_t cgroup_frames;     /* limit of the memory cgroup; 0: there is none          */
    uint64_t stats_flush_every; /* references; 0: a timer                                */
    uint64_t fault_around;      /* bytes                                                 */
};

/* The memory cgroup in which all processes are. */
struct linux_group {
    uint64_t limit; /* frames; UINT64_MAX: none                                          */
    struct rstat rstat;
    unsigned cpu; /* that does what is counted                                           */
    bool lags; /* statistics are read as they were flushed last, and not as they are     */
    uint64_t kernel_pages; /* charged for the kernel's own objects                       */
    uint64_t object_stock; /* bytes of these that no object has yet                      */
    struct map tables;     /* page tables that exist                                     */
    struct map nodes;      /* of trees of the page cache, that exist                     */
    uint8_t *heights;      /* [nfiles] levels of each file's tree                        */
    uint32_t nfiles;
};

struct linux_kernel {
    struct pager *pager;
    const struct linux_params *params;
    uint32_t version; /* LINUX_VERSION                                                   */
    struct linux_group group;
    struct vmstat counts; /* but those of the lists, which the policy counts              */
    content_t zero; /* of the zero page, or CONTENT_NONE: nobody has read it yet          */
    struct event timer;
    uint64_t seconds; /* since it was booted                                              */
};

/* One run of reclaim, and what it stands for the policy. */
struct linux_reclaim {
    struct reclaim r;
    struct linux_kernel *kernel;
};

/* The policy's side of reclaim, or NULL: it has none, and is asked for victims. */
static inline const struct reclaim_ops *linux_lists(const struct linux_kernel *kernel)
{
    return kernel->pager->policy->reclaim;
}

static inline void *linux_lists_state(const struct linux_kernel *kernel)
{
    return pager_instance(kernel->pager, 0)->state;
}

/* --- fault.c ---------------------------------------------------------------------------- */

enum status linux_fault(void *state, struct pager *pager, struct fault *fault,
                        struct error *err);
enum status linux_mapped(void *state, struct pager *pager, page_t page, pfn_t pfn,
                         struct error *err);

/* --- around.c ----------------------------------------------------------------------------- */

/* Map the neighbours of a page of a file that are in memory: do_fault_around(). */
MUST_CHECK enum status linux_fault_around(struct linux_kernel *kernel,
                                          const struct region *region, page_t page,
                                          struct error *err);

/* --- group.c ------------------------------------------------------------------------------ */

/* Frames that are charged to the group. */
uint64_t linux_usage(const struct linux_kernel *kernel);
/* kernel_ops: a statistic of the group changes by n in one call. */
void linux_updated(void *state, uint64_t n);
/* So many change by one each. */
void linux_stats(struct linux_kernel *kernel, unsigned n);
/* memory.stat is read; and the timer flushes. */
void linux_read_stat(struct linux_kernel *kernel);
void linux_flush(struct linux_kernel *kernel);
uint64_t linux_tick(void *state, struct pager *pager, uint64_t references);
/* try_charge(): room for n frames more, reclaiming if need be.  On OK with *charged false
 * the fault cannot go on for now. */
MUST_CHECK enum status linux_charge(struct linux_kernel *kernel, struct fault *fault,
                                    uint64_t n, bool *charged, struct error *err);

/* --- timer.c ------------------------------------------------------------------------------ */

void linux_start(void *state, struct pager *pager);
void linux_stop(void *state, struct pager *pager);

/* --- kmem.c ------------------------------------------------------------------------------- */

/* Charge the group with what the page cache needs to hold a page of a file. */
MUST_CHECK enum status linux_charge_nodes(struct linux_kernel *kernel, struct fault *fault,
                                          uint32_t file, uint64_t page, struct error *err);
/* Charge it with the page table that the fault needs, if there is none yet. */
MUST_CHECK enum status linux_charge_table(struct linux_kernel *kernel, struct fault *fault,
                                          const struct region *region, struct error *err);

/* --- reclaim.c ---------------------------------------------------------------------------- */

/* do_try_to_free_pages(): reclaim for a process that needs memory; returns pages freed. */
uint64_t linux_direct_reclaim(struct linux_kernel *kernel, bool in_group);

/* --- count.c ------------------------------------------------------------------------------ */

/* A run of the driver, by kswapd or not, has ended: count what it has done. */
void linux_count_reclaim(struct linux_kernel *kernel, const struct reclaim *reclaim);

void linux_count(const void *state, struct counters *counters);
void linux_sample(const void *state, const struct pager *pager, const struct space *space,
                  struct gauges *gauges);

#endif
