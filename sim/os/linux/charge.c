/* charge.c -- see charge.h. */
#include "os/linux/charge.h"

#include <assert.h>

enum { COSTLY_PAGES = 8 }; /* 1 << PAGE_ALLOC_COSTLY_ORDER */

void charge_init(struct charge_group *group, uint32_t ncpus, uint64_t limit)
{
    assert(ncpus > 0 && ncpus <= CHARGE_CPUS_MAX);
    *group = (struct charge_group){.ncpus = ncpus, .limit = limit};
}

static bool take(struct charge_group *group, uint32_t pages)
{
    if (group->usage + pages > group->limit)
        return false;
    group->usage += pages;
    return true;
}

static enum charge_next attempt(struct charge *charge, struct charge_group *group)
{
    uint32_t *stock = &group->stocks[charge->cpu];
    if (charge->pages <= *stock) {
        *stock -= charge->pages;
        return CHARGE_DONE;
    }
    if (!take(group, charge->batch)) {
        charge->batch = charge->pages;
        if (!take(group, charge->batch))
            return CHARGE_RECLAIM;
    }
    *stock += charge->batch - charge->pages;
    return CHARGE_DONE;
}

enum charge_next charge_begin(struct charge *charge, struct charge_group *group,
                              uint32_t cpu, uint32_t pages)
{
    assert(cpu < group->ncpus && pages > 0);
    *charge = (struct charge){
        .cpu = cpu,
        .pages = pages,
        .batch = pages > CHARGE_BATCH ? pages : CHARGE_BATCH,
        .retries = CHARGE_RETRIES,
        .reclaim = pages > CHARGE_RECLAIM_MIN ? pages : CHARGE_RECLAIM_MIN,
    };
    return attempt(charge, group);
}

enum charge_next charge_reclaimed(struct charge *charge, struct charge_group *group,
                                  uint64_t reclaimed)
{
    if (group->usage + charge->pages <= group->limit)
        return attempt(charge, group);
    if (!charge->drained) {
        charge_drain(group);
        charge->drained = true;
        return attempt(charge, group);
    }
    /* Somebody else may have taken what was freed, which is no failure of reclaim. */
    if (reclaimed > 0 && charge->pages <= COSTLY_PAGES)
        return attempt(charge, group);
    if (charge->retries == 0)
        return CHARGE_OOM;
    charge->retries--;
    return attempt(charge, group);
}

enum charge_next charge_killed(struct charge *charge, struct charge_group *group)
{
    charge->retries = CHARGE_RETRIES;
    return attempt(charge, group);
}

void charge_give(struct charge_group *group, uint64_t pages)
{
    assert(pages <= group->usage);
    group->usage -= pages;
}

void charge_drain(struct charge_group *group)
{
    for (uint32_t cpu = 0; cpu < group->ncpus; cpu++) {
        group->usage -= group->stocks[cpu];
        group->stocks[cpu] = 0;
    }
}
