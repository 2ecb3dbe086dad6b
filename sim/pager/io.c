/* io.c -- see io.h. */
#include "pager/io.h"

#include "pager/frame.h"

#include <assert.h>

void io_add(struct pager_io *io, pfn_t *last, pfn_t pfn, bool front)
{
    struct frame *frames = io->pager->frames;
    frames[pfn].link = front ? io->first : PFN_NONE;
    if (io->n == 0)
        io->first = *last = pfn;
    else if (front)
        io->first = pfn;
    else
        *last = frames[*last].link = pfn;
    io->n++;
}

/* wanted: faults have waited for a frame of the folio before this one. */
static bool frame_read_done(struct pager *pager, struct pager_io *io, pfn_t pfn,
                            bool wanted)
{
    const bool dead = content_is_dead(&pager->contents.all[pager->frames[pfn].content]);
    const pfn_t last = folio_first(pager, pfn) + folio_frames(pager, pfn) - 1;
    wanted |= fault_wake_waiters(pager, pfn);
    if (dead) {
        frame_drop(pager, pfn);
        return false;
    }
    frame_hold(pager, pfn);
    if (pfn != last)
        return wanted;
    if (io && io->frame_done)
        io->frame_done(io, pfn, wanted);
    else if (!wanted)
        frame_activate(pager, pfn);
    return false;
}

static void count_page_in(struct pager *pager)
{
    pager->counts.page_ins++;
    if (pager->current)
        pager->current->page_ins++;
}

void io_filled(struct pager *pager, pfn_t pfn)
{
    count_page_in(pager);
    frame_read_done(pager, NULL, pfn, false);
}

static void frame_write_done(struct pager_io *io, pfn_t pfn)
{
    struct pager *pager = io->pager;
    struct content *content = &pager->contents.all[pager->frames[pfn].content];
    pager->frames[pfn].writing = false;
    pager->writes--;
    content->saved = content->paged_out = true;
    if (content_is_dead(content))
        frame_drop(pager, pfn);
    else if (io->frame_done)
        io->frame_done(io, pfn, false);
}

static void complete(struct request *request)
{
    struct pager_io *io = CONTAINER_OF(request, struct pager_io, request);
    struct pager *pager = io->pager;
    bool wanted = false;
    pager->transfers--;
    for (pfn_t pfn = io->first, next; pfn != PFN_NONE; pfn = next) {
        next = pager->frames[pfn].link;
        pager->frames[pfn].link = PFN_NONE;
        if (io->write)
            frame_write_done(io, pfn);
        else
            wanted = frame_read_done(pager, io, pfn, wanted);
    }
    if (io->done)
        io->done(io);
}

static void begin_frame(struct pager *pager, const struct pager_io *io, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    if (!io->write) {
        assert(frame->state == FRAME_FILLING);
        count_page_in(pager);
        return;
    }
    assert(frame->state == FRAME_ACTIVE || frame->state == FRAME_LEAVING);
    assert(!frame->writing);
    frame_collect_modified(pager, pfn);
    frame->dirty = false;
    frame->writing = true;
    pager->writes++;
    pager->counts.write_backs++;
}

void io_join(struct pager_io *io, pfn_t *last, pfn_t pfn)
{
    io_add(io, last, pfn, false);
    begin_frame(io->pager, io, pfn);
    io->joined = true;
}

void io_start(struct pager_io *io)
{
    struct pager *pager = io->pager;
    struct request *request = &io->request;
    request->write = io->write;
    request->offset = io->offset;
    request->length = (uint64_t)io->n << pager->mmu.page_shift;
    struct device *device = io->on_swap
                                ? swap_device_at(pager, &request->offset, request->length)
                                : pager->storage.files;
    request->done = complete;
    pager->transfers++;
    for (pfn_t pfn = io->first; pfn != PFN_NONE && !io->joined;
         pfn = pager->frames[pfn].link)
        begin_frame(pager, io, pfn);
    if (device && !device_model(device)->in_memory) {
        device_submit(device, request);
        return;
    }
    if (device)
        pager->owed += device_transfer(device, request->offset, request->length, io->write);
    complete(request);
}
