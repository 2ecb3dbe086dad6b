/* timer.c -- what the kernel does by the clock: the statistics of memory cgroups are flushed
 * every two seconds (6.12 mm/memcontrol.c flush_memcg_stats_dwork(), FLUSH_TIME), unless it is
 * said after how many references, and lists are told that a second has passed. */
#include "os/linux/linux.h"

static const psec_t second = UINT64_C(1000000000000);

static void each_second(struct event *event)
{
    struct linux_kernel *kernel = CONTAINER_OF(event, struct linux_kernel, timer);
    struct engine *engine = kernel->pager->storage.engine;
    const struct reclaim_ops *lists = linux_lists(kernel);
    if (lists && lists->second)
        lists->second(linux_lists_state(kernel));
    kernel->seconds++;
    const bool timer = kernel->params->cgroup_frames && !kernel->params->stats_flush_every;
    if (timer && kernel->seconds % 2 == 0)
        linux_flush_stats(kernel);
    engine_schedule(engine, event, engine_now(engine) + second);
}

void linux_start(void *state, struct pager *pager)
{
    struct linux_kernel *kernel = state;
    struct engine *engine = pager->storage.engine;
    event_init(&kernel->timer, each_second);
    engine_schedule(engine, &kernel->timer, engine_now(engine) + second);
}

void linux_stop(void *state, struct pager *pager)
{
    struct linux_kernel *kernel = state;
    engine_cancel(pager->storage.engine, &kernel->timer);
    linux_kswapd_stop(kernel);
    linux_khugepaged_stop(kernel);
    linux_kcompactd_stop(kernel);
    linux_lost_stop(kernel);
    linux_writeback_stop(kernel);
    linux_flusher_stop(kernel);
}
