/* dirty.c -- how many pages of files may be dirty, and how writers are slowed down: 6.12
 * mm/page-writeback.c.  See flusher.h. */
#include "os/linux/linux.h"

#include "pager/frame.h"

#define SECOND UINT64_C(1000000000000)
#define MAX_PAUSE (SECOND / 5)

/* A writer that waits. */
struct linux_paced {
    struct linux_kernel *kernel;
    struct fault_list writer;
    struct event event;
    struct linux_paced *next;
};

/* global_dirtyable_memory(): what is free, and pages of files. */
static uint64_t dirtyable(const struct linux_kernel *kernel)
{
    const struct pager *pager = kernel->pager;
    const struct reclaim_ops *lists = linux_lists(kernel);
    uint64_t pages = pager_free_frames(pager);
    struct reclaim_sizes sizes;
    if (!lists)
        return pages + pager->count[FRAME_ACTIVE];
    lists->sizes(linux_lists_state(kernel), &sizes);
    return pages + sizes.active[RECLAIM_FILE] + sizes.inactive[RECLAIM_FILE];
}

struct linux_dirty_limits linux_dirty_limits(const struct linux_kernel *kernel)
{
    const uint64_t pages = dirtyable(kernel);
    struct linux_dirty_limits limits = {
        .background = pages * kernel->params->dirty_background_ratio / 100,
        .limit = pages * kernel->params->dirty_ratio / 100,
    };
    if (limits.background >= limits.limit)
        limits.background = limits.limit / 2;
    return limits;
}

/* wb_position_ratio(): how much faster or slower than the device writers may be, 0 to 2. */
static double position_ratio(struct linux_dirty_limits limits, uint64_t dirty)
{
    const double freerun = (double)(limits.background + limits.limit) / 2;
    const double limit = (double)limits.limit;
    const double setpoint = (freerun + limit) / 2;
    if ((double)dirty >= limit)
        return 0;
    const double x = (setpoint - (double)dirty) / (limit - setpoint);
    const double ratio = 1 + x * x * x;
    return ratio < 0 ? 0 : ratio > 2 ? 2 : ratio;
}

static void go_on(struct event *event)
{
    struct linux_paced *paced = CONTAINER_OF(event, struct linux_paced, event);
    struct linux_flusher *flusher = &paced->kernel->flusher;
    struct linux_paced **at = &flusher->paced;
    while (*at != paced)
        at = &(*at)->next;
    *at = paced->next;
    pager_wakeup(paced->kernel->pager, &paced->writer);
    paced->next = flusher->spare_paced;
    flusher->spare_paced = paced;
}

static bool sleep_until(struct linux_kernel *kernel, struct fault *fault, psec_t when)
{
    struct linux_flusher *flusher = &kernel->flusher;
    struct linux_paced *paced = flusher->spare_paced;
    if (paced)
        flusher->spare_paced = paced->next;
    else
        paced = arena_alloc(kernel->pager->arena, sizeof *paced);
    if (!paced) /* it is not slowed down */
        return false;
    *paced = (struct linux_paced){.kernel = kernel, .next = flusher->paced};
    flusher->paced = paced;
    event_init(&paced->event, go_on);
    engine_schedule(kernel->pager->storage.engine, &paced->event, when);
    pager_sleep(kernel->pager, fault, &paced->writer);
    return true;
}

bool linux_pace(struct linux_kernel *kernel, struct fault *fault)
{
    struct linux_flusher *flusher = &kernel->flusher;
    const struct linux_dirty_limits limits = linux_dirty_limits(kernel);
    const uint64_t dirty = flusher->dirty + flusher->writing;
    const psec_t now = engine_now(kernel->pager->storage.engine);
    if (flusher->dirty > limits.background)
        linux_flusher_run(kernel);
    if (fault->paced || dirty <= (limits.background + limits.limit) / 2)
        return false;
    const double rate = flusher->bandwidth * position_ratio(limits, dirty);
    if (rate * (double)MAX_PAUSE <= (double)SECOND) /* and then it looks again */
        return sleep_until(kernel, fault, now + MAX_PAUSE);
    flusher->next = flusher->next > now ? flusher->next : now;
    flusher->next += (psec_t)((double)SECOND / rate);
    if (flusher->next > now + MAX_PAUSE)
        flusher->next = now + MAX_PAUSE;
    fault->paced = true;
    return sleep_until(kernel, fault, flusher->next);
}

void linux_flusher_stop(struct linux_kernel *kernel)
{
    struct engine *engine = kernel->pager->storage.engine;
    engine_cancel(engine, &kernel->flusher.wake);
    for (struct linux_paced *paced = kernel->flusher.paced; paced; paced = paced->next)
        engine_cancel(engine, &paced->event);
}
