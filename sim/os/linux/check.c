/* check.c -- what must hold of the kernel's own between any two events. */
#include "os/linux/linux.h"

/* Who waits for kswapd can be woken by it. */
static const char *check_kswapd(const struct linux_kernel *kernel)
{
    const struct linux_kswapd *kswapd = &kernel->memory.kswapd;
    if (kernel->memory.throttled.first && kswapd->state == KSWAPD_ASLEEP)
        return "a fault waits for kswapd, which sleeps";
    if (kswapd->state == KSWAPD_ASLEEP && event_pending(&kswapd->event))
        return "kswapd sleeps and has something to do";
    return NULL;
}

/* Usage passes the limit only where nobody can wait, for what the kernel keeps itself. */
static const char *check_group(const struct linux_kernel *kernel)
{
    const struct linux_group *group = &kernel->group;
    if (group->stock > group->limit)
        return "the cgroup has more in stock than its limit";
    if (kernel->params->cgroup_frames &&
        linux_usage(kernel) > group->limit + group->kernel_pages)
        return "the cgroup has more pages than its limit";
    return linux_kmem_check(kernel);
}

const char *linux_check(const void *state, const struct pager *pager)
{
    const struct linux_kernel *kernel = state;
    const char *wrong = zones_check(&kernel->memory.zones, pager);
    if (!wrong && kernel->pinned != PFN_NONE)
        wrong = "a folio is held by a fault that is over";
    if (!wrong)
        wrong = check_kswapd(kernel);
    if (!wrong)
        wrong = linux_writeback_check(kernel);
    if (!wrong)
        wrong = linux_flusher_check(kernel);
    if (!wrong)
        wrong = linux_swap_check(kernel);
    if (!wrong)
        wrong = check_group(kernel);
    return wrong;
}
