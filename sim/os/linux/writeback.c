/* writeback.c -- see writeback.h. */
#include "os/linux/linux.h"

#include "pager/frame.h"

#include <assert.h>

/* HZ / 10 of reclaim_throttle(). */
#define THROTTLE_TIMEOUT UINT64_C(100000000000)

struct linux_write {
    struct pager_io io;
    struct linux_kernel *kernel;
    unsigned device; /* in whose queue it is; DEVICES_MAX: of files                       */
    struct linux_write *next;
};

/* --- those who wait ----------------------------------------------------------------------- */

static void wake_throttled(struct linux_kernel *kernel)
{
    struct linux_writeback *w = &kernel->writeback;
    engine_cancel(kernel->pager->storage.engine, &w->timeout);
    pager_wakeup(kernel->pager, &w->throttled);
}

static void timed_out(struct event *event)
{
    struct linux_kernel *kernel =
        CONTAINER_OF(event, struct linux_kernel, writeback.timeout);
    pager_wakeup(kernel->pager, &kernel->writeback.throttled);
}

/* As many requests are handed on at a time as a sleeper of the queue's is woken for:
 * lib/sbitmap.c sbq_calc_wake_batch(). */
static uint32_t wake_batch(const struct linux_kernel *kernel)
{
    enum { WAIT_QUEUES = 8, WAKE_BATCH = 8 };
    const uint64_t batch = kernel->params->nr_requests / WAIT_QUEUES;
    return (uint32_t)(batch < 1 ? 1 : batch > WAKE_BATCH ? WAKE_BATCH : batch);
}

/* __acct_reclaim_writeback(): enough has been written for those who wait for progress.  A
 * victim of a policy without lists is free when it has been written. */
static bool progressed(const struct linux_kernel *kernel)
{
    const struct linux_writeback *w = &kernel->writeback;
    return w->n + kernel->flusher.writing == 0 ||
           w->written - w->written_then > RECLAIM_BATCH * w->throttled.n ||
           !linux_lists(kernel);
}

void linux_wrote(struct linux_kernel *kernel, uint64_t n)
{
    kernel->writeback.written += n;
    if (kernel->writeback.throttled.first && progressed(kernel))
        wake_throttled(kernel);
}

static void all_written(struct pager_io *io)
{
    struct linux_write *write = CONTAINER_OF(io, struct linux_write, io);
    struct linux_kernel *kernel = write->kernel;
    struct linux_writeback *w = &kernel->writeback;
    w->n--;
    w->ended++;
    if (write->device < DEVICES_MAX)
        w->queued[write->device]--;
    write->next = w->spare;
    w->spare = write;
    if (w->ended >= wake_batch(kernel) || w->n == 0) {
        w->ended = 0;
        pager_wakeup(kernel->pager, &w->room);
        linux_kswapd_written(kernel);
    }
    linux_wrote(kernel, write->io.n);
}

void linux_writeback_init(struct linux_kernel *kernel)
{
    event_init(&kernel->writeback.timeout, timed_out);
}

void linux_writeback_stop(struct linux_kernel *kernel)
{
    engine_cancel(kernel->pager->storage.engine, &kernel->writeback.timeout);
}

/* --- writing ------------------------------------------------------------------------------ */

void linux_unplug(struct linux_kernel *kernel)
{
    struct linux_write *write = kernel->writeback.plugged;
    kernel->writeback.plugged = NULL;
    if (write)
        io_start(&write->io);
}

/* What has been evicted and not been wanted since is free now; it may have been stored into
 * between the beginning of its write and its eviction. */
void linux_leave(struct linux_kernel *kernel, pfn_t pfn)
{
    struct linux_write *again;
    struct error err;
    if (!kernel->pager->frames[pfn].dirty)
        frame_drop(kernel->pager, pfn);
    else if (linux_add_write(kernel, pfn, &again, &err) != OK)
        pager_fail(kernel->pager, &err);
    linux_unplug(kernel);
}

static void page_written(struct pager_io *io, pfn_t pfn, bool wanted)
{
    struct linux_kernel *kernel = CONTAINER_OF(io, struct linux_write, io)->kernel;
    struct frame *frame = &io->pager->frames[pfn];
    const struct reclaim_ops *lists = linux_lists(kernel);
    const bool goes = frame->reclaim;
    (void)wanted;
    frame->reclaim = false;
    if (frame->state == FRAME_LEAVING)
        linux_leave(kernel, pfn);
    else if (goes && frame->state == FRAME_ACTIVE && lists && lists->written)
        lists->written(linux_lists_state(kernel), folio_first(io->pager, pfn));
}

static struct linux_write *write_get(struct linux_kernel *kernel)
{
    struct linux_write *write = kernel->writeback.spare;
    if (write)
        kernel->writeback.spare = write->next;
    else
        write = arena_alloc(kernel->pager->arena, sizeof *write);
    if (!write)
        return NULL;
    *write = (struct linux_write){.io = {.pager = kernel->pager,
                                         .first = PFN_NONE,
                                         .write = true,
                                         .frame_done = page_written,
                                         .done = all_written},
                                  .kernel = kernel,
                                  .device = DEVICES_MAX};
    return write;
}

/* The device in whose queue the write is going to be. */
static unsigned queue_of(const struct pager *pager, const struct pager_io *io)
{
    uint64_t offset = io->offset;
    const uint64_t length = (uint64_t)1 << pager->mmu.page_shift;
    const struct device *device =
        io->on_swap ? swap_device_at(pager, &offset, length) : NULL;
    unsigned i = 0;
    while (i < pager->storage.swap.n && pager->storage.swap.devices[i] != device)
        i++;
    return i < pager->storage.swap.n ? i : DEVICES_MAX;
}

static enum status take_slot(struct linux_kernel *kernel, pfn_t pfn, struct error *err)
{
    struct pager *pager = kernel->pager;
    const content_t number = pager->frames[pfn].content;
    const struct content *content = &pager->contents.all[number];
    return content->file == FILE_NONE && content->slot == SLOT_NONE
               ? content_take_slot(pager, number, content->page, err)
               : OK;
}

/* The place is the next one of what is being put together. */
static bool joins(const struct linux_kernel *kernel, bool on_swap, uint64_t offset)
{
    const struct pager *pager = kernel->pager;
    const struct linux_writeback *w = &kernel->writeback;
    const unsigned shift = pager->mmu.page_shift;
    return w->plugged && w->plugged->io.on_swap == on_swap && offset == w->end &&
           (uint64_t)(w->plugged->io.n + 1) << shift <= kernel->params->max_sectors_kb
                                                            << 10 &&
           (!on_swap || swap_space_adjacent(&pager->storage.swap, (offset >> shift) - 1));
}

static enum status start_write(struct linux_kernel *kernel, bool on_swap, uint64_t offset,
                               struct error *err)
{
    struct linux_writeback *w = &kernel->writeback;
    linux_unplug(kernel);
    struct linux_write *write = write_get(kernel);
    if (!write)
        return error_nomem(err);
    write->io.on_swap = on_swap;
    write->io.offset = offset;
    write->device = queue_of(kernel->pager, &write->io);
    w->n++;
    if (write->device < DEVICES_MAX)
        w->queued[write->device]++;
    w->plugged = write;
    return OK;
}

enum status linux_add_write(struct linux_kernel *kernel, pfn_t pfn,
                            struct linux_write **out, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct linux_writeback *w = &kernel->writeback;
    struct content *content = &pager->contents.all[pager->frames[pfn].content];
    enum status status = take_slot(kernel, pfn, err);
    if (status != OK)
        return status;
    const bool on_swap = content_on_swap(content);
    uint64_t offset;
    if (on_swap)
        linux_zswap_invalidate(kernel, content->slot);
    status = content_place(pager, content, &offset, err);
    if (status == OK && !joins(kernel, on_swap, offset))
        status = start_write(kernel, on_swap, offset, err);
    if (status != OK)
        return status;
    *out = w->plugged;
    io_join(&w->plugged->io, &w->last, pfn);
    w->end = offset + (UINT64_C(1) << pager->mmu.page_shift);
    return OK;
}

/* A write has been started: reclaim can start no further one if the queue is full. */
static void look_at_queue(struct linux_reclaim *reclaim, const struct linux_write *write)
{
    const struct linux_kernel *kernel = reclaim->kernel;
    if (write->device < DEVICES_MAX &&
        kernel->writeback.queued[write->device] >= kernel->params->nr_requests)
        reclaim->r.stop = true;
}

bool linux_writes_at_once(const struct pager *pager, pfn_t pfn)
{
    const struct content *content = &pager->contents.all[pager->frames[pfn].content];
    if (!pager->storage.engine)
        return true;
    return content->file == FILE_NONE && pager->storage.swap.in_memory;
}

/* swap_writepage(): zswap has it at once. */
static bool compress(struct linux_kernel *kernel, pfn_t pfn)
{
    const struct frame *frame = &kernel->pager->frames[pfn];
    return kernel->pager->contents.all[frame->content].file == FILE_NONE &&
           linux_zswap_store(kernel, pfn);
}

enum page_fate linux_write_out(struct linux_reclaim *reclaim, pfn_t pfn)
{
    struct pager *pager = reclaim->kernel->pager;
    struct linux_write *write;
    struct error err;
    enum status status = take_slot(reclaim->kernel, pfn, &err);
    if (status == OK && compress(reclaim->kernel, pfn)) {
        status = pager_evict_frame(pager, pfn, &err);
        if (status != OK)
            pager_fail(pager, &err);
        return PAGE_GONE;
    }
    if (status == OK)
        status = linux_add_write(reclaim->kernel, pfn, &write, &err);
    if (status == ERR_NOMEM)
        pager_fail(pager, &err);
    if (status != OK)
        return PAGE_ACTIVATE;
    reclaim->kernel->counts.pswpout += write->io.on_swap;
    pager->frames[pfn].reclaim = true;
    look_at_queue(reclaim, write);
    reclaim->r.pause = reclaim->pauses;
    return PAGE_WRITING;
}

enum status linux_evict(struct linux_reclaim *reclaim, pfn_t pfn, struct error *err)
{
    struct pager *pager = reclaim->kernel->pager;
    struct linux_write *write;
    struct frame *frame = &pager->frames[pfn];
    const bool writes = frame_dirty(pager, pfn) && !frame->writing;
    if (!writes || linux_writes_at_once(pager, pfn)) {
        reclaim->kernel->counts.pswpout +=
            writes && pager->contents.all[frame->content].file == FILE_NONE;
        return pager_evict_frame(pager, pfn, err);
    }
    frame_withdraw(pager, pfn, FRAME_LEAVING, true);
    while (frame->page != PAGE_NONE)
        frame_unmap(pager, frame->page);
    pager->counts.page_outs++;
    pager->counts.page_outs_dirty++;
    reclaim->r.written++;
    enum status status = take_slot(reclaim->kernel, pfn, err);
    if (status == OK && compress(reclaim->kernel, pfn)) {
        frame_drop(pager, pfn);
        return OK;
    }
    if (status == OK)
        status = linux_add_write(reclaim->kernel, pfn, &write, err);
    if (status != OK)
        return status;
    reclaim->kernel->counts.pswpout += write->io.on_swap;
    look_at_queue(reclaim, write);
    return OK;
}

/* --- waiting ------------------------------------------------------------------------------ */

static void throttle(struct linux_kernel *kernel, struct fault *fault)
{
    struct linux_writeback *w = &kernel->writeback;
    struct engine *engine = kernel->pager->storage.engine;
    if (!w->throttled.first) {
        w->written_then = w->written;
        engine_schedule(engine, &w->timeout, engine_now(engine) + THROTTLE_TIMEOUT);
    }
    pager_sleep(kernel->pager, fault, &w->throttled);
}

bool linux_writes_under_way(const struct linux_kernel *kernel)
{
    return kernel->writeback.n + kernel->flusher.writing > 0;
}

bool linux_wait_for_writes(struct linux_kernel *kernel, struct fault *fault, uint64_t freed)
{
    struct linux_writeback *w = &kernel->writeback;
    const bool stopped = linux_reclaim_stopped(kernel);
    if (linux_reclaim_paused(kernel)) {
        fault->busy = true;
        return true;
    }
    if (!linux_writes_under_way(kernel))
        return false;
    if (!fault)
        linux_forget_stopped(kernel);
    else if (stopped)
        pager_sleep(kernel->pager, fault, &w->room);
    else if (freed == 0)
        throttle(kernel, fault);
    return stopped || freed == 0;
}

const char *linux_writeback_check(const struct linux_kernel *kernel)
{
    const struct linux_writeback *w = &kernel->writeback;
    uint64_t queued = 0;
    for (unsigned i = 0; i < DEVICES_MAX; i++)
        queued += w->queued[i];
    if (queued > w->n || w->n > kernel->pager->writes)
        return "reclaim has more writes under way than there are";
    if ((w->n == 0 && w->room.first) ||
        (w->n + kernel->flusher.writing == 0 && w->throttled.first))
        return "a fault waits for writes of reclaim, and there are none";
    return NULL;
}
