/* segment.c -- segments of processes, and the places of their pages on swap
 * (sys/vm_drum.c), the same from their reservation on. */
#include "os/bsd43/bsd43.h"

struct bsd43_segment *bsd43_segment_find(const struct bsd43_process *process, vpn_t vpn)
{
    for (uint32_t i = process->nsegments; i > 0; i--) {
        struct bsd43_segment *segment = &process->segments[i - 1];
        if (segment->first <= vpn && vpn <= segment->last)
            return segment; /* what was mapped later hides what was before */
    }
    return NULL;
}

/* --- clusters ------------------------------------------------------------------------ */

static uint32_t window_clusters(const struct bsd43 *kernel)
{
    const uint32_t n = kernel->d.dmmin / (uint32_t)kernel->d.clsize;
    return n ? n : 1;
}

enum { SPARSE_SHIFT = 4, SPARSE = 1 << SPARSE_SHIFT }; /* clusters of a kluster at most */

uint32_t bsd43_cluster(const struct bsd43_segment *segment, vpn_t vpn)
{
    if (segment->sparse)
        return (uint32_t)(vpn & (SPARSE - 1));
    return (uint32_t)(segment->type == BSD43_CSTACK ? segment->last - vpn
                                                    : vpn - segment->first);
}

vpn_t bsd43_vpn(const struct bsd43_segment *segment, uint32_t cluster, vpn_t near)
{
    if (segment->sparse)
        return (near & ~(vpn_t)(SPARSE - 1)) | cluster;
    return segment->type == BSD43_CSTACK ? segment->last - cluster
                                         : segment->first + cluster;
}

uint32_t bsd43_clusters(const struct bsd43_segment *segment)
{
    return segment->sparse ? SPARSE : (uint32_t)(segment->last - segment->first + 1);
}

void bsd43_segment_pages(const struct bsd43 *kernel, const struct bsd43_process *process,
                         uint64_t pages[BSD43_CSTACK + 1])
{
    for (int type = 0; type <= BSD43_CSTACK; type++)
        pages[type] = 0;
    for (uint32_t i = 0; i < process->nsegments; i++) {
        const struct bsd43_segment *segment = &process->segments[i];
        if (!segment->sparse) /* 4.3BSD has none of these, nor tables of such a size */
            pages[segment->type] +=
                (segment->last - segment->first + 1) * (uint64_t)kernel->d.clsize;
    }
}

/* --- its end ----------------------------------------------------------------------------- */

void bsd43_segment_end(struct bsd43 *kernel, struct bsd43_process *process,
                       struct bsd43_segment *segment)
{
    if (segment->type == BSD43_CTEXT)
        bsd43_xfree(kernel, process, segment->text);
    else if (segment->dmap.size > 0)
        (void)!bsd43_vsexpand(&segment->dmap, &kernel->swapmap, &kernel->d, 0);
    bsd43_dmap_release(&segment->dmap);
    const uint32_t at = (uint32_t)(segment - process->segments);
    for (uint32_t i = at + 1; i < process->nsegments; i++)
        process->segments[i - 1] = process->segments[i];
    process->nsegments--;
}

/* --- places -------------------------------------------------------------------------- */

enum status bsd43_no_room(const struct bsd43 *kernel, struct error *err)
{
    return error_set(err, ERR_CELL, at_nowhere(),
                     "swap space is full: of %llu blocks none are left that a page could "
                     "have; raise swap.size",
                     (unsigned long long)kernel->d.nswap);
}

/* A window of a sparse segment gets its blocks when it is first used. */
static enum status sparse_slot(struct bsd43 *kernel, struct bsd43_process *process,
                               vpn_t vpn, slot_t *out, struct error *err)
{
    const uint32_t clusters = window_clusters(kernel), clsize = (uint32_t)kernel->d.clsize;
    const vpn_t window = vpn / clusters;
    uint32_t block = map_get(&process->windows, window);
    if (block == MAP_ABSENT) {
        block = bsd43_rmalloc(&kernel->swapmap, clusters * clsize);
        if (block == 0)
            return bsd43_no_room(kernel, err);
        if (map_get_or_add(&process->windows, window, block, err) == MAP_ABSENT)
            return ERR_NOMEM;
    }
    *out = block / clsize + (slot_t)(vpn % clusters);
    return OK;
}

enum status bsd43_slot(struct bsd43 *kernel, struct bsd43_process *process,
                       const struct bsd43_segment *segment, vpn_t vpn, slot_t *out,
                       struct error *err)
{
    const struct bsd43_defaults *d = &kernel->d;
    if (segment->sparse)
        return sparse_slot(kernel, process, vpn, out, err);
    const uint32_t clsize = (uint32_t)d->clsize,
                   page = bsd43_cluster(segment, vpn) * clsize;
    uint32_t block;
    if (segment->type == BSD43_CTEXT)
        block = bsd43_text_block(&kernel->texts[segment->text].map, d, page);
    else if (segment->type == BSD43_CSTACK)
        block = bsd43_stack_block(&segment->dmap, d, page);
    else
        block = bsd43_data_block(&segment->dmap, d, page);
    *out = block / clsize;
    return OK;
}

enum status bsd43_place(void *state, struct pager *pager, content_t content, slot_t *slot,
                        struct error *err)
{
    struct bsd43 *kernel = state;
    const page_t page = pager->contents.all[content].page;
    struct bsd43_process *process;
    enum status status =
        bsd43_process_of(kernel, pager_space_of(pager, page), &process, err);
    return status == OK
               ? sparse_slot(kernel, process, pager->mmu.index->vpns[page], slot, err)
               : status;
}
