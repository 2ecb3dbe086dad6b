/* text.c -- shared text: the table of texts with their swap space (sys/vm_text.c), and what
 * becomes of their frames when nobody executes them (sys/vm_swap.c, xccdec()). */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"

#include <stdlib.h>

static struct content *content_at(const struct bsd43 *kernel,
                                  const struct bsd43_xtext *text, uint32_t page)
{
    const struct contents *contents = &kernel->pager->contents;
    const content_t content =
        contents_find_file(contents, text->file, text->file_page + page);
    return content == CONTENT_NONE ? NULL : &contents->all[content];
}

/* --- the table ----------------------------------------------------------------------- */

static struct bsd43_xtext *find(const struct bsd43 *kernel, const struct region *region)
{
    for (uint32_t i = 0; i < kernel->texts_top; i++) {
        struct bsd43_xtext *text = &kernel->texts[i];
        if (text->used && text->file == region->file &&
            text->file_page == region->file_page &&
            text->npages == region->last - region->first + 1)
            return text;
    }
    return NULL;
}

/* The content of a page whose home is with this text, and not with another one that has the
 * same page of the file; else NULL. */
static struct content *own_content(const struct bsd43 *kernel,
                                   const struct bsd43_xtext *text, uint32_t page)
{
    struct content *content = content_at(kernel, text, page);
    const uint32_t clsize = (uint32_t)kernel->d.clsize;
    if (!content || content->slot == SLOT_NONE ||
        content->slot != bsd43_text_block(&text->map, &kernel->d, page * clsize) / clsize)
        return NULL;
    return content;
}

/* Nobody executes it, and nothing of it is on its way or used as a part of another text. */
static bool is_unused(const struct bsd43 *kernel, const struct bsd43_xtext *text)
{
    if (text->count > 0 || text->x.poip > 0 || text->x.rssize > 0)
        return false;
    for (uint32_t page = 0; page < text->npages; page++) {
        const struct content *content = own_content(kernel, text, page);
        if (content && content->frame != PFN_NONE &&
            kernel->pager->frames[content->frame].state != FRAME_CACHED)
            return false;
    }
    return true;
}

/* xuntext(): its pages have no home on swap any more.  What memory still holds of them can
 * be found by its block of the file only. */
static void forget_text(struct bsd43 *kernel, struct bsd43_xtext *text)
{
    struct pager *pager = kernel->pager;
    for (uint32_t page = 0; page < text->npages; page++) {
        struct content *content = own_content(kernel, text, page);
        if (!content)
            continue;
        content->slot = SLOT_NONE;
        const pfn_t pfn = content->frame;
        if (pfn != PFN_NONE && bsd43_cmap(kernel, pfn)->hash != BSD43_BY_FILE) {
            bsd43_cmap(kernel, pfn)->hash = BSD43_UNHASHED;
            frame_uncache(pager, pfn);
        }
    }
    bsd43_vsxfree(&text->map, &kernel->swapmap, &kernel->d);
    bsd43_xdmap_release(&text->map);
    text->used = false;
}

/* An entry of a part of the table: a free one, or that of the text that has been unused
 * longest. */
static struct bsd43_xtext *entry_in(struct bsd43 *kernel, uint32_t from, uint32_t to)
{
    struct bsd43_xtext *oldest = NULL;
    for (uint32_t i = from; i < to; i++) {
        struct bsd43_xtext *text = &kernel->texts[i];
        if (!text->used)
            return text;
        if ((!oldest || text->freed_at < oldest->freed_at) && is_unused(kernel, text))
            oldest = text;
    }
    if (oldest)
        forget_text(kernel, oldest);
    return oldest;
}

static struct bsd43_xtext *new_entry(struct bsd43 *kernel)
{
    struct bsd43_xtext *text = entry_in(kernel, 0, kernel->ntext);
    if (!text)
        text = entry_in(kernel, kernel->ntext, kernel->ntexts);
    if (text && text >= kernel->texts + kernel->texts_top)
        kernel->texts_top = (uint32_t)(text - kernel->texts) + 1;
    return text;
}

/* NULL on OK: there is no room, as has been noted in the space. */
static enum status make(struct bsd43 *kernel, struct space *space,
                        const struct region *region, struct bsd43_xtext **out,
                        struct error *err)
{
    struct bsd43_xtext *text = new_entry(kernel);
    *out = NULL;
    if (!text) {
        space_killed(space,
                     "the table of texts, the parts of files that are not stored into, is "
                     "full with %u of them; %sraise kernel.maxusers",
                     kernel->ntexts,
                     kernel->ntexts == kernel->ntext ? "set 'kernel.limits: none' or "
                                                     : "");
        return OK;
    }
    uint32_t *users = text->users;
    const uint32_t capacity = text->capacity;
    *text = (struct bsd43_xtext){.users = users,
                                 .capacity = capacity,
                                 .file = region->file,
                                 .file_page = region->file_page};
    const uint64_t npages = region->last - region->first + 1;
    const uint64_t blocks = npages * (uint64_t)kernel->d.clsize;
    bool room = blocks <= INT32_MAX;
    const enum status status =
        room ? bsd43_xdmap_hold(&text->map, &kernel->d, (uint32_t)blocks, err) : OK;
    room = room && status == OK &&
           bsd43_vsxalloc(&text->map, &kernel->swapmap, &kernel->d, (uint32_t)blocks, true);
    if (!room) {
        bsd43_xdmap_release(&text->map);
        bsd43_refuse_room(kernel, space, region, blocks);
        return status;
    }
    text->npages = (uint32_t)npages;
    text->used = true;
    bsd43_count(kernel, BSD43_NEXFOD, (int32_t)blocks);
    *out = text;
    return OK;
}

static enum status add_user(struct bsd43_xtext *text, uint32_t space, struct error *err)
{
    if (text->nusers == text->capacity) {
        const uint32_t capacity = text->capacity ? 2 * text->capacity : 4;
        uint32_t *users = realloc(text->users, capacity * sizeof *users);
        if (!users)
            return error_nomem(err);
        text->users = users;
        text->capacity = capacity;
    }
    text->users[text->nusers++] = space;
    text->x.ccount++;
    return OK;
}

enum status bsd43_xalloc(struct bsd43 *kernel, struct bsd43_process *process,
                         const struct region *region, uint32_t *number, bool *killed,
                         struct error *err)
{
    struct bsd43_xtext *text = find(kernel, region);
    const enum status status = text ? OK : make(kernel, process->space, region, &text, err);
    *killed = status == OK && !text;
    if (!text)
        return status;
    *number = (uint32_t)(text - kernel->texts);
    process->p.text = &text->x;
    text->count++;
    return add_user(text, process->space->number, err);
}

/* --- the last process leaves --------------------------------------------------------- */

/* The frame of a page that is resident with its text, and dirty or not; or PFN_NONE. */
static pfn_t resident(const struct bsd43 *kernel, const struct bsd43_xtext *text,
                      uint32_t page)
{
    const struct content *content = content_at(kernel, text, page);
    const pfn_t pfn = content ? content->frame : PFN_NONE;
    if (pfn == PFN_NONE || kernel->pager->frames[pfn].state != FRAME_ACTIVE ||
        bsd43_cmap(kernel, pfn)->ndx != (uint32_t)(text - kernel->texts) ||
        bsd43_cmap(kernel, pfn)->push || kernel->pager->frames[pfn].writing)
        return PFN_NONE;
    return pfn;
}

/* No page table points to the frame any more. */
static void detach(struct bsd43 *kernel, pfn_t pfn)
{
    bsd43_cmap(kernel, pfn)->gone = true;
    frame_cache(kernel->pager, pfn);
}

static void written(struct pager_io *io, pfn_t pfn, bool wanted)
{
    struct bsd43_header *header = CONTAINER_OF(io, struct bsd43_header, io);
    (void)wanted;
    bsd43_cmap(header->kernel, pfn)->push = 0;
    if (io->pager->frames[pfn].state == FRAME_LEAVING)
        detach(header->kernel, pfn);
}

static void all_written(struct pager_io *io)
{
    struct bsd43_header *header = CONTAINER_OF(io, struct bsd43_header, io);
    struct bsd43 *kernel = header->kernel;
    bsd43_spend(kernel, kernel->params->cost_interrupt);
    pager_wakeup(kernel->pager, &kernel->texts[header->ndx].waiters);
    bsd43_header_put(header);
}

/* vsswap(): write dirty pages from `page` on that lie behind one another; returns the first
 * one that does not go with them.  Without a swap header they stay for the pagedaemon. */
static uint32_t write_run(struct bsd43 *kernel, uint32_t number, uint32_t page)
{
    struct bsd43_xtext *text = &kernel->texts[number];
    struct pager *pager = kernel->pager;
    struct bsd43_header *header = bsd43_header_get(kernel);
    if (!header)
        return page + 1;
    header->type = BSD43_CTEXT;
    header->ndx = number;
    header->io.write = true;
    header->io.on_swap = true;
    header->io.offset = (uint64_t)content_at(kernel, text, page)->slot
                        << pager->mmu.page_shift;
    header->io.frame_done = written;
    header->io.done = all_written;
    pfn_t last = PFN_NONE;
    for (; page < text->npages && header->io.n < kernel->d.klmax; page++) {
        const pfn_t pfn = resident(kernel, text, page);
        const uint32_t n = header->io.n;
        const uint64_t next = (header->io.offset >> pager->mmu.page_shift) + n;
        if (pfn == PFN_NONE || !frame_dirty(pager, pfn) ||
            content_at(kernel, text, page)->slot != next ||
            (n > 0 && !swap_space_adjacent(&pager->storage.swap, next - 1)))
            break;
        bsd43_cmap(kernel, pfn)->push = header->number;
        frame_collect_modified(pager, pfn);
        while (pager->frames[pfn].page != PAGE_NONE)
            frame_unmap(pager, pager->frames[pfn].page);
        frame_withdraw(pager, pfn, FRAME_LEAVING, true);
        bsd43_leave(kernel, pfn);
        bsd43_cmap(kernel, pfn)->gone = true; /* who wants it waits */
        header->frames[header->n++] = pfn;
        io_add(&header->io, &last, pfn, false);
    }
    kernel->meter.sum[BSD43_PSWPOUT] += header->io.n * (uint64_t)kernel->d.clsize;
    bsd43_transfer(kernel, header->io.n);
    io_start(&header->io);
    return page;
}

static void release(struct bsd43 *kernel, uint32_t number)
{
    struct bsd43_xtext *text = &kernel->texts[number];
    for (uint32_t page = 0; page < text->npages; page++) {
        const struct content *content = content_at(kernel, text, page);
        if (!content || content->frame == PFN_NONE ||
            bsd43_cmap(kernel, content->frame)->ndx != number)
            continue;
        if (kernel->pager->frames[content->frame].state == FRAME_CACHED)
            bsd43_cmap(kernel, content->frame)->gone = true;
        else if (bsd43_cmap(kernel, content->frame)->push)
            bsd43_mark_gone(kernel, content->frame);
    }
    for (uint32_t page = 0; page < text->npages;) {
        const pfn_t pfn = resident(kernel, text, page);
        if (pfn != PFN_NONE && frame_dirty(kernel->pager, pfn)) {
            page = write_run(kernel, number, page);
            continue;
        }
        if (pfn != PFN_NONE)
            detach(kernel, pfn);
        page++;
    }
    text->freed_at = ++kernel->texts_freed;
}

void bsd43_xdetach(struct bsd43 *kernel, struct bsd43_process *process, uint32_t number)
{
    struct bsd43_xtext *text = &kernel->texts[number];
    uint32_t at = text->nusers;
    while (at > 0 && text->users[at - 1] != process->space->number)
        at--;
    if (at-- == 0)
        return; /* it is out */
    for (uint32_t i = at + 1; i < text->nusers; i++)
        text->users[i - 1] = text->users[i];
    text->nusers--;
    text->x.ccount--;
    if (text->nusers == 0)
        release(kernel, number);
}

void bsd43_xfree(struct bsd43 *kernel, struct bsd43_process *process, uint32_t number)
{
    kernel->texts[number].count--;
    bsd43_xdetach(kernel, process, number);
}

/* --- page tables of all that share it ------------------------------------------------ */

static enum status map_for(struct bsd43 *kernel, uint32_t user, uint32_t number,
                           uint32_t page_in_text, pfn_t pfn, struct error *err)
{
    struct bsd43_process *process = kernel->processes[user];
    struct pager *pager = kernel->pager;
    const struct bsd43_segment *segment = process->segments;
    while (segment->type != BSD43_CTEXT || segment->text != number)
        segment++;
    page_t page;
    enum status status =
        pager_page(pager, process->space, &page, segment->first + page_in_text, err);
    if (status != OK)
        return status;
    uint8_t *bits = &pager->mmu.bits[page];
    if (*bits & PAGE_RESIDENT) {
        if (!(*bits & (PAGE_VALID | PAGE_WATCHED)))
            mmu_set_valid(&pager->mmu, page);
        return OK;
    }
    /* Its region may be about to be added only. */
    if (pager->content_of[page] == CONTENT_NONE) {
        pager->content_of[page] = pager->frames[pfn].content;
        pager->contents.all[pager->frames[pfn].content].refs++;
    }
    *bits |= PAGE_SEEN | PAGE_READ_ONLY;
    return frame_map(pager, pfn, page, err);
}

/* Some process may use the frame without a fault. */
static bool is_valid(const struct pager *pager, pfn_t pfn)
{
    for (page_t page = pager->frames[pfn].page; page != PAGE_NONE;
         page = pager->next_mapping[page])
        if (pager->mmu.bits[page] & (PAGE_VALID | PAGE_WATCHED))
            return true;
    return false;
}

enum status bsd43_xlink(struct bsd43 *kernel, struct bsd43_process *process,
                        uint32_t number, struct error *err)
{
    const struct bsd43_xtext *text = &kernel->texts[number];
    enum status status = OK;
    for (uint32_t page = 0; page < text->npages && status == OK; page++) {
        const struct content *content = content_at(kernel, text, page);
        const pfn_t pfn = content ? content->frame : PFN_NONE;
        if (pfn != PFN_NONE && is_valid(kernel->pager, pfn))
            status = map_for(kernel, process->space->number, number, page, pfn, err);
    }
    return status;
}

enum status bsd43_xattach(struct bsd43 *kernel, struct bsd43_process *process,
                          uint32_t number, struct error *err)
{
    const enum status status =
        add_user(&kernel->texts[number], process->space->number, err);
    return status == OK ? bsd43_xlink(kernel, process, number, err) : status;
}

enum status bsd43_distribute(struct bsd43 *kernel, page_t page, pfn_t pfn,
                             struct error *err)
{
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const struct bsd43_xtext *text = &kernel->texts[c->ndx];
    struct pager *pager = kernel->pager;
    const struct content *content = &pager->contents.all[pager->frames[pfn].content];
    const uint32_t own = pager->mmu.index->space_of[page];
    const uint32_t at = (uint32_t)(content->file_page - text->file_page);
    enum status status = OK;
    for (uint32_t i = 0; i < text->nusers && status == OK; i++)
        if (text->users[i] != own)
            status = map_for(kernel, text->users[i], c->ndx, at, pfn, err);
    return status;
}

void bsd43_texts_release(struct bsd43 *kernel)
{
    for (uint32_t i = 0; i < kernel->texts_top; i++) {
        bsd43_xdmap_release(&kernel->texts[i].map);
        free(kernel->texts[i].users);
    }
    free(kernel->texts);
}
