/* instance.h -- a policy at work: one for all of memory, or one for each process.
 *
 * With replacement by process every process has its own instance of the policy, which knows
 * of the frames that its process has filled and of no others; its time is the process's
 * own. */
#ifndef FAULTLINE_PAGER_INSTANCE_H
#define FAULTLINE_PAGER_INSTANCE_H

#include "faultline/policy.h"
#include "pager/content.h"

struct fault;

struct instance {
    struct policy_env env; /* what the policy asks through                               */
    struct pager *pager;
    uint32_t number; /* of its process; 0 where there is one for all                      */
    void *state;
    size_t bytes;             /* reserved for env.frames                                  */
    content_t *remembered;    /* [ghost - nframes]: its content, or CONTENT_NONE: free    */
    pfn_t ghosts, ghosts_max; /* in use now, and at most so far                           */
    pfn_t ghosts_used;        /* entries that have been used ever                        */
    pfn_t free_ghost;         /* list of those that are free again, through remembered   */
    uint64_t clock; /* references replayed for it; in mid-stretch, before the stretch    */
    uint64_t now;   /* number of the present one                                         */
    bool leaving;   /* page_out is being called for a page that goes on          */
    const char *wrong; /* a misuse of ghosts, or NULL                               */
    uint64_t tick_at;  /* when tick() wants to be called, or UINT64_MAX               */
    pfn_t active, active_max; /* frames that may be evicted                              */
    uint64_t resident_since;  /* time from which on there are so many                    */
    double resident_time;     /* frames times references until then                      */
};

/* A new instance for a process, *out even on failure (NULL: no memory).  ERR_CONFIG (the
 * policy refuses its parameters), ERR_NOMEM. */
MUST_CHECK enum status instance_create(struct pager *pager, uint32_t number,
                                       struct instance **out, struct error *err);
void instance_free(struct instance *instance);

/* Mean number of resident pages over the references so far. */
double instance_resident_mean(const struct instance *instance);

/* The instance that replaces for a process. */
struct instance *pager_instance(const struct pager *pager, uint32_t process);

/* The instance that has a frame, which is not empty. */
struct instance *pager_owner(const struct pager *pager, pfn_t pfn);

/* Put a frame that holds something with its instance, and take it from there. */
void instance_page_in(struct pager *pager, pfn_t pfn);
void instance_page_out(struct pager *pager, pfn_t pfn, bool evicted);

/* A fault needs a frame: tell the policy. */
void instance_fault(struct pager *pager, const struct fault *fault);

/* A content is gone for ever. */
void instance_forget(struct pager *pager, content_t content);

/* Evict what the policy, which has `release`, gives up by itself. */
MUST_CHECK enum status instance_release(struct pager *pager, struct instance *instance,
                                        struct error *err);

/* The process is none in particular. */
#define PROCESS_ANY UINT32_MAX

/* Call tick, which is due.  ERR_CELL if it does not ask for a later time, or ghosts were
 * misused meanwhile. */
MUST_CHECK enum status instance_tick(struct instance *instance, struct error *err);

/* The victim for a process, or of the one with most frames if it has none that can be
 * evicted, or less than its share; at least one frame can be.  ERR_CELL if the policy breaks the contract. */
MUST_CHECK enum status instance_victim(struct pager *pager, uint32_t process, pfn_t *victim,
                                       struct error *err);

/* The next page that a policy with `scan` would have go, of the instance with most frames;
 * PFN_NONE: a unit is done.  ERR_CELL if the policy breaks the contract. */
MUST_CHECK enum status instance_scan(struct pager *pager, uint32_t *budget, pfn_t *pfn,
                                     struct error *err);

/* True if the frame holds a page of the instance that may be evicted. */
bool instance_can_evict(const struct instance *instance, pfn_t pfn);

/* The process for which a frame, which is not empty, was filled. */
uint32_t instance_process(const struct pager *pager, pfn_t pfn);

/* Frames that the instance is to fill, which it learns of: all unless replacement is by
 * process. */
pfn_t instance_share(struct instance *instance);

#endif
