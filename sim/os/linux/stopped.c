/* stopped.c -- where reclaims were that wait, or whose time is being spent; see writeback.h. */
#include "os/linux/linux.h"

/* Where a reclaim was. */
struct linux_stopped {
    const struct fault *fault; /* for which it is                                        */
    struct linux_reclaim reclaim;
    struct linux_stopped *next;
};

static struct linux_stopped **find_stopped(struct linux_kernel *kernel)
{
    struct linux_stopped **at = &kernel->writeback.stopped;
    while (*at && (*at)->fault != kernel->pager->current)
        at = &(*at)->next;
    return at;
}

bool linux_reclaim_stopped(struct linux_kernel *kernel)
{
    return *find_stopped(kernel) != NULL;
}

bool linux_reclaim_paused(struct linux_kernel *kernel)
{
    const struct linux_stopped *stopped = *find_stopped(kernel);
    return stopped && stopped->reclaim.paused;
}

void linux_stop_reclaim(const struct linux_reclaim *reclaim)
{
    struct linux_kernel *kernel = reclaim->kernel;
    struct linux_writeback *w = &kernel->writeback;
    struct linux_stopped *stopped = w->spare_stopped;
    if (stopped)
        w->spare_stopped = stopped->next;
    else
        stopped = arena_alloc(kernel->pager->arena, sizeof *stopped);
    if (!stopped) /* it begins again */
        return;
    *stopped = (struct linux_stopped){kernel->pager->current, *reclaim, w->stopped};
    w->stopped = stopped;
}

void linux_forget_stopped(struct linux_kernel *kernel)
{
    struct linux_writeback *w = &kernel->writeback;
    struct linux_stopped **at = find_stopped(kernel), *stopped = *at;
    if (!stopped)
        return;
    *at = stopped->next;
    stopped->next = w->spare_stopped;
    w->spare_stopped = stopped;
}

bool linux_resume_reclaim(struct linux_reclaim *reclaim)
{
    const struct linux_stopped *stopped = *find_stopped(reclaim->kernel);
    if (!stopped)
        return false;
    *reclaim = stopped->reclaim;
    reclaim->r.stop = reclaim->r.pause = reclaim->paused = false;
    linux_forget_stopped(reclaim->kernel);
    return true;
}
