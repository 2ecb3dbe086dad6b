/* kcompactd.c -- the process of the kernel that compacts memory for others: compaction.h. */
#include "os/linux/linux.h"

/* kcompactd_do_work() */
static void compact(struct event *event)
{
    struct linux_kernel *kernel = CONTAINER_OF(event, struct linux_kernel, kcompactd.event);
    struct linux_kcompactd *k = &kernel->kcompactd;
    struct pager *pager = kernel->pager;
    const psec_t owed = pager->owed; /* by others */
    kernel->counts.compact_daemon_wake++;
    (void)linux_compact(kernel, k->order, true);
    k->work.time = pager->owed - owed + mmu_finish_shootdown(&pager->mmu);
    pager->owed = owed;
    k->wakes = k->work.time > 0;
    if (k->wakes)
        pager->host->work(pager->host->context, &k->work);
}

static void spent(struct kernel_work *work)
{
    CONTAINER_OF(work, struct linux_kcompactd, work)->wakes = false;
}

void linux_kcompactd_init(struct linux_kernel *kernel)
{
    kernel->kcompactd.work.done = spent;
    event_init(&kernel->kcompactd.event, compact);
}

void linux_kcompactd_stop(struct linux_kernel *kernel)
{
    engine_cancel(kernel->pager->storage.engine, &kernel->kcompactd.event);
}

void linux_wake_kcompactd(struct linux_kernel *kernel, uint32_t order)
{
    struct linux_kcompactd *k = &kernel->kcompactd;
    struct engine *engine = kernel->pager->storage.engine;
    if (k->wakes)
        return;
    k->wakes = true;
    k->order = order;
    engine_schedule(engine, &k->event, engine_now(engine));
}
