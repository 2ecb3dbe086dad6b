/* reading.c -- see reading.h. */
#include "os/linux/reading.h"

#include "os/linux/linux.h"
#include "pager/frame.h"

struct linux_read {
    struct pager_io io;
    struct linux_kernel *kernel;
    bool drains;             /* struct linux_reading                                      */
    struct linux_read *next; /* spare ones                                                */
};

/* folio_add_lru(): in the order in which they are asked for, whether faults wait for them or not.
 * What those want is not let go before they have it; a policy without lists, whose victims must
 * go, gets it when it is mapped. */
static void came(struct pager_io *io, pfn_t pfn, bool wanted)
{
    const struct linux_read *read = CONTAINER_OF(io, struct linux_read, io);
    if (!wanted || linux_lists(read->kernel))
        frame_activate(io->pager, pfn);
}

static void read_done(struct pager_io *io)
{
    struct linux_read *read = CONTAINER_OF(io, struct linux_read, io);
    const struct reclaim_ops *lists = linux_lists(read->kernel);
    if (read->drains && lists && lists->drain)
        lists->drain(linux_lists_state(read->kernel));
    read->next = read->kernel->spare_reads;
    read->kernel->spare_reads = read;
}

static struct linux_read *read_get(struct linux_kernel *kernel)
{
    struct linux_read *read = kernel->spare_reads;
    if (read)
        kernel->spare_reads = read->next;
    else
        read = arena_alloc(kernel->pager->arena, sizeof *read);
    if (read)
        *read = (struct linux_read){.io = {.pager = kernel->pager,
                                           .first = PFN_NONE,
                                           .frame_done = came,
                                           .done = read_done},
                                    .kernel = kernel};
    return read;
}

void linux_read_start(struct linux_reading *reading)
{
    struct linux_read *read = reading->read;
    reading->read = NULL;
    if (!read)
        return;
    read->drains = reading->drains;
    io_start(&read->io);
}

/* The frame's place lies behind the others of the request, on the same device. */
static bool goes_on(const struct linux_reading *reading, bool on_swap, uint64_t offset)
{
    const struct pager *pager = reading->kernel->pager;
    const struct linux_read *read = reading->read;
    if (!read || read->io.on_swap != on_swap || offset != reading->end)
        return false;
    return !on_swap ||
           swap_space_adjacent(&pager->storage.swap, (offset >> pager->mmu.page_shift) - 1);
}

enum status linux_read_frame(struct linux_reading *reading, pfn_t pfn, struct error *err)
{
    struct pager *pager = reading->kernel->pager;
    const struct content *content = &pager->contents.all[pager->frames[pfn].content];
    const bool on_swap = content_on_swap(content);
    uint64_t offset;
    if (on_swap && linux_zswap_has(reading->kernel, content->slot)) {
        linux_zswap_load(reading->kernel, pfn);
        return OK;
    }
    reading->kernel->counts.pswpin += on_swap;
    const enum status status = content_place(pager, content, &offset, err);
    if (status != OK)
        return status;
    if (!goes_on(reading, on_swap, offset)) {
        linux_read_start(reading);
        reading->read = read_get(reading->kernel);
        if (!reading->read)
            return error_nomem(err);
        reading->read->io.on_swap = on_swap;
        reading->read->io.offset = offset;
    }
    io_add(&reading->read->io, &reading->last, pfn, false);
    reading->end = offset + ((uint64_t)1 << pager->mmu.page_shift);
    return OK;
}

/* try_charge() with __GFP_NORETRY, for what could be done without: it tries twice, and if the
 * first time was of no use without what is in stock. */
static bool charge_spare(struct linux_kernel *kernel, pfn_t n)
{
    enum { TRIES = 2 };
    const bool limited = kernel->params->cgroup_frames > 0;
    for (unsigned i = 0; limited && !linux_charge_now(kernel, n); i++) {
        if (i == TRIES || kernel->pager->failed.code != OK)
            return false;
        linux_direct_reclaim(kernel, true, n, false);
        linux_forget_stopped(kernel);
        linux_charge_drain(kernel, n);
    }
    return true;
}

/* A frame for what could be done without: nobody waits for it. */
static pfn_t spare_frame(struct linux_kernel *kernel)
{
    if (!charge_spare(kernel, 1) || pager_free_frames(kernel->pager) == 0)
        return PFN_NONE;
    return frame_take(kernel->pager);
}

enum status linux_read_ahead(struct linux_reading *reading, content_t content, pfn_t *pfn,
                             struct error *err)
{
    struct pager *pager = reading->kernel->pager;
    *pfn = spare_frame(reading->kernel);
    if (*pfn == PFN_NONE || pager->failed.code != OK)
        return OK;
    frame_put(pager, *pfn, content, FRAME_FILLING);
    pager->frames[*pfn].read_ahead = true;
    pager->counts.pages_read_ahead++;
    if (pager->contents.all[content].file == FILE_NONE)
        linux_count_event(reading->kernel, LINUX_SWAP_AHEAD);
    else
        linux_count_folio(reading->kernel, 1);
    reading->ahead++;
    return linux_read_frame(reading, *pfn, err);
}

/* --- folios ------------------------------------------------------------------------------- */

void linux_read_in_vain(struct linux_kernel *kernel, unsigned order)
{
    if (kernel->params->cgroup_frames && charge_spare(kernel, (pfn_t)1 << order))
        linux_count_in_vain(kernel);
}

enum status linux_read_folio(struct linux_reading *reading, uint32_t file, uint64_t page,
                             unsigned order, bool mark, bool *added, struct error *err)
{
    struct linux_kernel *kernel = reading->kernel;
    struct pager *pager = kernel->pager;
    const pfn_t n = (pfn_t)1 << order;
    const bool charged = charge_spare(kernel, n);
    const pfn_t first = charged ? linux_folio_alloc(kernel, order) : PFN_NONE;
    enum status status = OK;
    *added = first != PFN_NONE;
    for (pfn_t i = 0; i < n && *added && status == OK; i++) {
        content_t content;
        status = contents_of_file(&pager->contents, &content, file, page + i, err);
        if (status != OK)
            return status;
        frame_put(pager, first + i, content, FRAME_FILLING);
        pager->frames[first + i].order = (uint8_t)order;
        pager->frames[first + i].read_ahead = true;
        pager->contents.all[content].marked = mark;
        pager->counts.pages_read_ahead++;
    }
    if (!*added)
        return OK;
    linux_count_folio(kernel, n);
    reading->ahead += n;
    for (pfn_t i = 0; i < n && status == OK; i++)
        status = linux_read_frame(reading, first + i, err);
    return status;
}
