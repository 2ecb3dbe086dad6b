/* swapin.c -- a page is read from swap with its neighbours: 6.12 mm/swap_state.c
 * swapin_readahead(). */
#include "os/linux/linux.h"
#include "os/linux/reading.h"

#include "pager/frame.h"

#include <string.h>

struct swapin {
    struct linux_reading reading;
    pfn_t pfn; /* of the page that is wanted                                              */
    bool added;
    struct error *err;
};

/* Neighbours in the address space, and not on the device, since 4.14 (seen: 4.19). */
static bool by_address(const struct linux_kernel *kernel)
{
    return kernel->version >= LINUX_VERSION(4, 19, 0) && !kernel->swap_rotates &&
           kernel->params->vma_ra_enabled;
}

_Static_assert(sizeof(struct swap_readahead) == sizeof((struct region *)0)->kernel,
               "a region remembers its read-ahead");

/* What a region remembers; a new one has nothing but zeros. */
static struct swap_readahead recall(const struct region *region)
{
    struct swap_readahead state;
    memcpy(&state, region->kernel, sizeof state);
    if (state.prev == 0 && state.window == 0 && state.hits == 0)
        swap_readahead_init(&state);
    return state;
}

static void remember(struct region *region, const struct swap_readahead *state)
{
    memcpy(region->kernel, state, sizeof *state);
}

/* The content has a slot and is in no frame. */
static bool is_out(const struct pager *pager, content_t number)
{
    if (number == CONTENT_NONE)
        return false;
    const struct content *content = &pager->contents.all[number];
    return content->file == FILE_NONE && content->slot != SLOT_NONE && content->saved &&
           content->refs > 0 && content->frame == PFN_NONE;
}

/* *added false: there is no frame for it. */
static enum status add(struct swapin *in, content_t content, bool *added)
{
    struct linux_kernel *kernel = in->reading.kernel;
    struct pager *pager = kernel->pager;
    *added = true;
    if (content == pager->frames[in->pfn].content) {
        in->added = true;
        return linux_read_frame(&in->reading, in->pfn, in->err);
    }
    if (!is_out(pager, content))
        return OK;
    pfn_t pfn;
    const enum status status = linux_read_ahead(&in->reading, content, &pfn, in->err);
    *added = pfn != PFN_NONE;
    kernel->counts.swap_ra += *added;
    return status;
}

/* The slots round that of the page, of its area. */
static enum status read_slots(struct swapin *in, slot_t slot)
{
    struct linux_kernel *kernel = in->reading.kernel;
    const struct swap_space *swap = &kernel->pager->storage.swap;
    const uint32_t page_cluster = (uint32_t)kernel->params->page_cluster;
    const unsigned area = swap->n > 1 ? (unsigned)(slot / swap->stripe) : 0;
    const slot_t start = area * (slot_t)swap->stripe;
    const bool block = kernel->version < LINUX_VERSION(3, 14, 0);
    const struct readahead_range range =
        block ? swap_readahead_block(page_cluster, slot - start, swap->sizes[area])
              : swap_readahead_cluster(&kernel->swap_ahead, page_cluster, slot - start,
                                       swap->sizes[area]);
    in->reading.drains |= range.first < range.last;
    enum status status = OK;
    bool added = true;
    for (uint64_t at = range.first; at <= range.last && status == OK && added; at++) {
        const content_t owner = swapslots_owner(kernel->slots, start + (slot_t)at);
        if (owner != SWAPSLOTS_NO_OWNER)
            status = add(in, owner, &added);
        else if (block)
            break;
    }
    return status;
}

/* The pages round it, of its region and its page table. */
static enum status read_pages(struct swapin *in, struct space *space, struct region *region,
                              vpn_t vpn)
{
    struct linux_kernel *kernel = in->reading.kernel;
    struct pager *pager = kernel->pager;
    enum { ENTRY = 8 }; /* bytes                                                        */
    const uint64_t entries = ((uint64_t)1 << pager->mmu.page_shift) / ENTRY;
    struct swap_readahead state = recall(region);
    const struct readahead_range range =
        swap_readahead_vma(&state, (uint32_t)kernel->params->page_cluster, vpn,
                           (struct readahead_range){region->first, region->last}, entries);
    remember(region, &state);
    in->reading.drains |= range.first < range.last;
    enum status status = OK;
    bool added = true;
    for (vpn_t at = range.first; at <= range.last && status == OK && added; at++) {
        const page_t page = page_space_find(&space->pages, at);
        if (page != PAGE_NONE)
            status = add(in, pager->content_of[page], &added);
    }
    return status;
}

enum status linux_swap_read(struct linux_kernel *kernel, page_t page, pfn_t pfn, bool alone,
                            bool store, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct swapin in = {
        .reading = {.kernel = kernel, .drains = store}, .pfn = pfn, .err = err};
    struct space *space = pager_space_of(pager, page);
    const vpn_t vpn = pager->mmu.index->vpns[page];
    struct region *region = space_region_of(space, vpn);
    enum status status = OK;
    if (!alone && by_address(kernel))
        status = read_pages(&in, space, region, vpn);
    else if (!alone)
        status = read_slots(&in, pager->contents.all[pager->frames[pfn].content].slot);
    if (status == OK && !in.added)
        status = linux_read_frame(&in.reading, in.pfn, err);
    if (status == OK)
        linux_read_start(&in.reading);
    return status;
}

enum status linux_swap_in(struct linux_kernel *kernel, struct fault *fault,
                          content_t content, struct error *err)
{
    const pfn_t pfn = fault->frame;
    fault->frame = PFN_NONE;
    frame_put(kernel->pager, pfn, content, FRAME_FILLING);
    pager_wait(kernel->pager, fault, pfn);
    return linux_swap_read(kernel, fault->page, pfn, false, fault->store, err);
}

/* PG_readahead and PG_reclaim are one flag: a page that reclaim is writing counts as one that was
 * read ahead, and does not go to the tail when it has been written. */
void linux_swap_found(struct linux_kernel *kernel, const struct fault *fault, pfn_t pfn)
{
    struct pager *pager = kernel->pager;
    struct frame *frame = &pager->frames[pfn];
    const bool ahead = frame->read_ahead || frame->reclaim;
    const vpn_t vpn = pager->mmu.index->vpns[fault->page];
    struct region *region = space_region_of(pager_space_of(pager, fault->page), vpn);
    kernel->counts.swap_ra_hit += ahead;
    struct swap_readahead state = recall(region);
    if (by_address(kernel))
        swap_readahead_vma_hit(&state, vpn, ahead);
    else if (ahead)
        swap_readahead_cluster_hit(&kernel->swap_ahead);
    remember(region, &state);
    pager->counts.read_ahead_hits += frame->read_ahead;
    frame->read_ahead = frame->reclaim = false;
}
