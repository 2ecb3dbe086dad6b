/* transfer.c -- pages on their way between memory and devices. */
#include "pager/frame.h"

#include <assert.h>

/* One request of a device: the frames from `first` on, chained by frame.link.  What is in
 * several pieces on its device is read by as many requests, as parts of a whole that has the
 * frames. */
struct transfer {
    struct request request;
    struct pager *pager;
    pfn_t first;
    struct transfer *whole; /* of which this is a part, or NULL                          */
    pfn_t parts;           /* of a whole: under way, and 1 while they are being started   */
    struct transfer *next; /* spare ones                                                */
};

_Static_assert(SLOT_FREE == CONTENT_NONE, "the owner of a slot is a content or none");

static struct transfer *transfer_get(struct pager *pager)
{
    struct transfer *transfer = pager->spare;
    if (transfer)
        pager->spare = transfer->next;
    else
        transfer = arena_alloc(pager->arena, sizeof *transfer);
    if (transfer)
        *transfer = (struct transfer){.pager = pager, .first = PFN_NONE};
    return transfer;
}

/* --- completion ------------------------------------------------------------------------- */

void content_give_slot(struct pager *pager, content_t content)
{
    struct content *c = &pager->contents.all[content];
    if (c->slot != SLOT_NONE && pager->storage.slots) {
        const uint64_t page_size = (uint64_t)1 << pager->mmu.page_shift;
        uint64_t offset = c->slot * page_size;
        if (!pager->kernel->place)
            slots_give(pager->storage.slots, c->slot);
        else if (pager->kernel->place_given)
            pager->kernel->place_given(pager->kernel_state, pager, c->slot);
        struct device *device = swap_device_at(pager, &offset, page_size);
        device_discard(device, offset, page_size);
        frame_balance_pool(pager);
    }
    c->slot = SLOT_NONE;
}

/* The content is gone: nobody refers to it and no transfer needs it. */
static void content_end(struct pager *pager, content_t content)
{
    struct content *c = &pager->contents.all[content];
    if (c->file != FILE_NONE)
        return;
    content_give_slot(pager, content);
    instance_forget(pager, content);
    contents_remove(&pager->contents, content);
}

void frame_drop(struct pager *pager, pfn_t pfn)
{
    const content_t content = pager->frames[pfn].content;
    frame_free(pager, pfn);
    if (pager->contents.all[content].refs == 0)
        content_end(pager, content);
}

void content_unref(struct pager *pager, content_t content)
{
    struct content *c = &pager->contents.all[content];
    if (--c->refs > 0 || c->file != FILE_NONE)
        return;
    if (c->frame == PFN_NONE) {
        content_end(pager, content);
        return;
    }
    const pfn_t pfn = c->frame;
    const struct frame *frame = &pager->frames[pfn];
    if (frame->state == FRAME_FILLING) /* its transfer ends first */
        return;
    if (frame->state == FRAME_CACHED) {
        frame_uncache(pager, pfn);
        content_end(pager, content);
        return;
    }
    frame_withdraw(pager, pfn, FRAME_LEAVING, false);
    if (!frame->writing)
        frame_drop(pager, pfn);
}

bool content_is_dead(const struct content *content)
{
    return content->refs == 0 && content->file == FILE_NONE;
}

static void written(struct pager *pager, pfn_t pfn)
{
    struct frame *frame = &pager->frames[pfn];
    struct content *content = &pager->contents.all[frame->content];
    frame->writing = false;
    pager->writes--;
    content->saved = content->paged_out = true;
    if (frame->state != FRAME_LEAVING)
        return;
    const bool again = frame->dirty && !content_is_dead(content);
    if (!(again && frame_write(pager, pfn, NULL) == OK)) /* it has a slot already */
        frame_drop(pager, pfn);
}

/* hold: even if no fault waits for this very frame. */
static void filled(struct pager *pager, pfn_t pfn, bool hold)
{
    const bool dead = content_is_dead(&pager->contents.all[pager->frames[pfn].content]);
    const bool wanted = fault_wake_waiters(pager, pfn);
    if (dead)
        frame_drop(pager, pfn);
    else if (wanted || hold)
        frame_hold(pager, pfn);
    else
        frame_activate(pager, pfn);
}

static void spare(struct pager *pager, struct transfer *transfer)
{
    transfer->next = pager->spare;
    pager->spare = transfer;
}

/* A part of the whole is done.  With the last one all frames are filled, and held: the fault
 * that reads them waits for one of them. */
static void part_done(struct pager *pager, struct transfer *whole)
{
    if (--whole->parts > 0)
        return;
    pfn_t pfn = whole->first;
    spare(pager, whole);
    while (pfn != PFN_NONE) {
        const pfn_t next = pager->frames[pfn].link;
        pager->frames[pfn].link = PFN_NONE;
        filled(pager, pfn, true);
        pfn = next;
    }
}

static void complete(struct request *request)
{
    struct transfer *transfer = CONTAINER_OF(request, struct transfer, request);
    struct pager *pager = transfer->pager;
    const bool write = request->write;
    struct transfer *whole = transfer->whole;
    pfn_t pfn = transfer->first;
    spare(pager, transfer);
    pager->transfers--;
    if (whole)
        part_done(pager, whole);
    while (pfn != PFN_NONE) {
        const pfn_t next = pager->frames[pfn].link;
        pager->frames[pfn].link = PFN_NONE;
        if (write)
            written(pager, pfn);
        else
            filled(pager, pfn, false);
        pfn = next;
    }
}

/* --- start ------------------------------------------------------------------------------ */

static enum status start(struct pager *pager, struct transfer *transfer,
                         const struct content *content, uint64_t npages, bool write,
                         struct error *err)
{
    struct request *request = &transfer->request;
    request->write = write;
    request->length = npages << pager->mmu.page_shift;
    request->done = complete;
    pager->transfers++;
    const bool on_swap = content_on_swap(content);
    struct device *device = on_swap ? pager->storage.swap.devices[0] : pager->storage.files;
    if (!device) {
        complete(request);
        return OK;
    }
    const enum status status = content_place(pager, content, &request->offset, err);
    if (status != OK)
        return status;
    if (on_swap)
        device = swap_device_at(pager, &request->offset, request->length);
    if (device_model(device)->in_memory) {
        pager->owed += device_transfer(device, request->offset, request->length, write);
        frame_balance_pool(pager);
        complete(request);
    } else {
        device_submit(device, request);
    }
    return OK;
}

/* A page that stands for the content: the one that mapped it last, unless that is gone and
 * the others have not mapped it, which is rare. */
static page_t page_of(const struct pager *pager, content_t content)
{
    page_t page = pager->contents.all[content].page;
    if (pager->content_of[page] != content)
        for (page = 0; pager->content_of[page] != content;)
            page++;
    return page;
}

enum status frame_write(struct pager *pager, pfn_t pfn, struct error *err)
{
    struct frame *frame = &pager->frames[pfn];
    struct content *content = &pager->contents.all[frame->content];
    if (pager->storage.slots && content->file == FILE_NONE && content->slot == SLOT_NONE) {
        const enum status status =
            content_take_slot(pager, frame->content, page_of(pager, frame->content), err);
        if (status != OK)
            return status;
    }
    struct transfer *transfer = transfer_get(pager);
    if (!transfer)
        return error_nomem(err);
    transfer->first = pfn;
    frame->link = PFN_NONE;
    frame->dirty = false;
    frame->writing = true;
    pager->writes++;
    return start(pager, transfer, content, 1, true, err);
}

static void count_page_in(struct pager *pager)
{
    pager->counts.page_ins++;
    if (pager->current)
        pager->current->page_ins++;
}

enum status frame_read(struct pager *pager, pfn_t pfn, content_t from, struct error *err)
{
    struct transfer *transfer = transfer_get(pager);
    if (!transfer)
        return error_nomem(err);
    transfer->first = pfn;
    pager->frames[pfn].link = PFN_NONE;
    count_page_in(pager);
    return start(pager, transfer, &pager->contents.all[from], 1, false, err);
}

/* The content at a place if it can be read ahead, or CONTENT_NONE. */
static enum status neighbour(struct pager *pager, const struct content *own, uint64_t place,
                             content_t *out, struct error *err)
{
    *out = CONTENT_NONE;
    if (pager_free_frames(pager) == 0)
        return OK;
    if (own->file != FILE_NONE) {
        const enum status status =
            contents_of_file(&pager->contents, out, own->file, place, err);
        if (status != OK)
            return status;
    } else {
        *out = slots_owner(pager->storage.slots, (slot_t)place);
    }
    if (*out == CONTENT_NONE)
        return OK;
    const struct content *content = &pager->contents.all[*out];
    const uint32_t *space_of = pager->mmu.index->space_of;
    const bool others =
        own->file == FILE_NONE && space_of[content->page] != space_of[own->page];
    if (content->frame != PFN_NONE || !content->saved || content_is_dead(content) || others)
        *out = CONTENT_NONE;
    return OK;
}

/* Add the neighbours of a frame in one direction to the chain; *chain is its head. */
static enum status extend(struct pager *pager, pfn_t *chain, uint64_t from, uint64_t to,
                          uint64_t *n, struct error *err)
{
    const bool up = to > from;
    for (uint64_t place = from; place != to;) {
        place += up ? 1 : UINT64_MAX;
        const content_t own_content = pager->frames[*chain].content;
        const struct content own = pager->contents.all[own_content];
        content_t content;
        const enum status status = neighbour(pager, &own, place, &content, err);
        if (status != OK || content == CONTENT_NONE)
            return status;
        const pfn_t pfn = frame_take(pager);
        if (pfn == PFN_NONE) /* the kernel keeps those that are free */
            return OK;
        frame_put(pager, pfn, content, FRAME_FILLING);
        pager->frames[pfn].read_ahead = true;
        pager->frames[pfn].link = *chain;
        *chain = pfn;
        pager->counts.pages_read_ahead++;
        count_page_in(pager);
        ++*n;
    }
    return OK;
}

enum status frame_read_run(struct pager *pager, pfn_t pfn, uint64_t first, uint64_t last,
                           struct error *err)
{
    const struct content own = pager->contents.all[pager->frames[pfn].content];
    const uint64_t place = own.file != FILE_NONE ? own.file_page : own.slot;
    struct transfer *transfer = transfer_get(pager);
    if (!transfer)
        return error_nomem(err);
    pfn_t chain = pfn;
    uint64_t above = 0, below = 0;
    pager->frames[pfn].link = PFN_NONE;
    count_page_in(pager);
    if (own.file != FILE_NONE) { /* only an extent is in one piece */
        const uint64_t within = content_extent(pager) - 1;
        first = first < (place & ~within) ? place & ~within : first;
        last = last > (place | within) ? place | within : last;
    }
    enum status status = extend(pager, &chain, place, last, &above, err);
    if (status == OK)
        status = extend(pager, &chain, place, first, &below, err);
    if (status != OK)
        return status;
    transfer->first = chain;
    struct content lowest = own;
    if (own.file != FILE_NONE)
        lowest.file_page -= below;
    else
        lowest.slot -= (slot_t)below;
    return start(pager, transfer, &lowest, 1 + above + below, false, err);
}

/* Pages of the n frames from pfn on that lie on one device in one piece, in their order. */
static enum status piece_length(struct pager *pager, pfn_t pfn, pfn_t n, pfn_t *length,
                                struct error *err)
{
    const struct content *first = &pager->contents.all[pager->frames[pfn].content];
    uint64_t start_at, at;
    enum status status = content_place(pager, first, &start_at, err);
    for (*length = 1; *length < n && status == OK; ++*length) {
        const content_t number = pager->frames[pfn + *length].content;
        const struct content *content = &pager->contents.all[number];
        if (!content->saved || (content->file == FILE_NONE) != (first->file == FILE_NONE))
            break;
        status = content_place(pager, content, &at, err);
        if (status != OK || at - start_at != (uint64_t)*length << pager->mmu.page_shift ||
            (content_on_swap(content) &&
             !swap_space_adjacent(&pager->storage.swap, content->slot - 1)))
            break;
    }
    return status;
}

static enum status read_piece(struct pager *pager, struct transfer *whole, pfn_t pfn,
                              pfn_t length, struct error *err)
{
    struct transfer *transfer = transfer_get(pager);
    if (!transfer)
        return error_nomem(err);
    transfer->whole = whole;
    whole->parts++;
    for (pfn_t i = 0; i < length; i++)
        count_page_in(pager);
    return start(pager, transfer, &pager->contents.all[pager->frames[pfn].content], length,
                 false, err);
}

enum status frame_read_all(struct pager *pager, pfn_t first, pfn_t n, struct error *err)
{
    struct transfer *whole = transfer_get(pager);
    if (!whole)
        return error_nomem(err);
    whole->first = first;
    whole->parts = 1;
    for (pfn_t i = 0; i < n; i++)
        pager->frames[first + i].link = i + 1 < n ? first + i + 1 : PFN_NONE;
    enum status status = OK;
    for (pfn_t i = 0, length; i < n && status == OK; i += length) {
        length = 1;
        if (!pager->contents.all[pager->frames[first + i].content].saved)
            continue;
        status = piece_length(pager, first + i, n - i, &length, err);
        if (status == OK)
            status = read_piece(pager, whole, first + i, length, err);
    }
    if (status == OK)
        part_done(pager, whole);
    return status;
}
