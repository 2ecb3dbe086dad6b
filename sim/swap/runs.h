/* runs.h -- which run of swap slots an address space fills with which range of its pages.
 * A binding is an index that is valid from runs_bind to runs_unbind. */
#ifndef FAULTLINE_SWAP_RUNS_H
#define FAULTLINE_SWAP_RUNS_H

#include "base/map.h"

#define RUN_NONE UINT32_MAX

struct run_binding {
    uint64_t range; /* VPN / cluster, or 0 where a run serves any page of the space    */
    uint32_t space; /* as runs.c numbers them                                          */
    uint32_t run;   /* slot / cluster                                                  */
    uint32_t place; /* for the owner's use: where the next page goes                   */
    uint32_t chain; /* next binding of the same bucket, or the next free one           */
    uint32_t next,
        prev; /* bindings of the same space                                     */
};

/* A zeroed struct runs holds no bindings. */
struct runs {
    struct run_binding *bindings;
    uint32_t *buckets; /* first binding of each, plus 1                                   */
    uint32_t *heads;   /* [space as numbered here] its first binding, plus 1              */
    struct map spaces; /* from spaces to their numbers here                               */
    uint32_t capacity, nbuckets, nheads;
    uint32_t top;  /* bindings[top ..] were never used                                    */
    uint32_t free; /* first binding that is free again, plus 1                            */
};

void runs_release(struct runs *runs);

/* The binding of a range of a space, or RUN_NONE. */
uint32_t runs_find(const struct runs *runs, uint32_t space, uint64_t range);

/* The range, which has no binding, gets one.  ERR_NOMEM. */
MUST_CHECK enum status runs_bind(struct runs *runs, uint32_t *binding, uint32_t space,
                                 uint64_t range, uint32_t run, struct error *err);
void runs_unbind(struct runs *runs, uint32_t binding);

/* Some binding of the space, or RUN_NONE. */
uint32_t runs_of_space(const struct runs *runs, uint32_t space);

#endif
