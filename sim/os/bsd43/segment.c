/* segment.c -- segments of processes, and the places of their pages on swap
 * (sys/vm_drum.c): reserved in full when a segment is made or grows, and the same ever
 * after.
 *
 * 4.3BSD has a text, a data and a stack segment, in this order of addresses.  Processes
 * here have regions, as many as they like: each is a segment, of text if it is a part of
 * a file that cannot be stored into, of stack if it is zero-filled and lies where stacks
 * do. */
#include "os/bsd43/bsd43.h"

#include "trace/vm_op.h"

#include <stdlib.h>

/* Where stacks are: P1 space of a VAX, and the upper end of what 64-bit programs have. */
static bool is_stack(const struct bsd43 *kernel, const struct region *region)
{
    const uint64_t address = region->first << kernel->pager->mmu.page_shift;
    return (address >= UINT64_C(1) << 30 && address < UINT64_C(1) << 31) ||
           address >= UINT64_C(1) << 46;
}

static enum bsd43_type type_of(const struct bsd43 *kernel, const struct region *region)
{
    if (region->backing == BACKING_FILE && !(region->protection & VM_WRITE))
        return BSD43_CTEXT;
    return region->backing == BACKING_ZERO && is_stack(kernel, region) ? BSD43_CSTACK
                                                                       : BSD43_CDATA;
}

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

/* --- segments come and go ------------------------------------------------------------ */

static enum status add(struct bsd43_process *process, const struct bsd43_segment *segment,
                       struct bsd43_segment **out, struct error *err)
{
    if (process->nsegments == process->capacity) {
        const uint32_t capacity = process->capacity ? 2 * process->capacity : 4;
        struct bsd43_segment *all =
            realloc(process->segments, capacity * sizeof *process->segments);
        if (!all)
            return error_nomem(err);
        process->segments = all;
        process->capacity = capacity;
    }
    *out = &process->segments[process->nsegments++];
    **out = *segment;
    return OK;
}

/* Reserve as much swap space as n clusters need; false: there is not as much, or the
 * segment would be larger than a disk map can be. */
static bool reserve(struct bsd43 *kernel, struct bsd43_segment *segment, uint64_t n)
{
    const uint64_t blocks = n * (uint64_t)kernel->d.clsize;
    return blocks * BSD43_NBPG <= kernel->d.maxdmap &&
           bsd43_vsexpand(&segment->dmap, &kernel->swapmap, &kernel->d, (uint32_t)blocks);
}

/* The region continues a data segment upwards, or a stack downwards. */
static struct bsd43_segment *grown(struct bsd43_process *process,
                                   const struct region *region, enum bsd43_type type)
{
    for (uint32_t i = process->nsegments; i > 0; i--) {
        struct bsd43_segment *segment = &process->segments[i - 1];
        if (segment->sparse || segment->type != type)
            continue;
        if (segment->first <= region->first && region->last <= segment->last)
            return segment; /* it had shrunk */
        if (type == BSD43_CDATA ? segment->last + 1 == region->first
                                : region->last + 1 == segment->first)
            return segment;
    }
    return NULL;
}

static void count_fill_on_demand(struct bsd43 *kernel, const struct region *region)
{
    const int32_t pages =
        (int32_t)((region->last - region->first + 1) * (uint64_t)kernel->d.clsize);
    bsd43_count(kernel, region->backing == BACKING_FILE ? BSD43_NEXFOD : BSD43_NZFOD,
                pages);
}

static enum status make_text(struct bsd43 *kernel, struct bsd43_process *process,
                             const struct region *region, struct bsd43_segment **out,
                             bool *killed, struct error *err)
{
    struct bsd43_segment text = {
        .type = BSD43_CTEXT, .first = region->first, .last = region->last};
    enum status status = bsd43_xalloc(kernel, process, region, &text.text, killed, err);
    if (status == OK && !*killed)
        status = add(process, &text, out, err);
    return status == OK && !*killed ? bsd43_xlink(kernel, process, text.text, err) : status;
}

static enum status make(struct bsd43 *kernel, struct bsd43_process *process,
                        const struct region *region, struct bsd43_segment **out,
                        bool *killed, struct error *err)
{
    const enum bsd43_type type = type_of(kernel, region);
    struct bsd43_segment fresh = {.type = type,
                                  .first = region->first,
                                  .last = region->last,
                                  .sparse = region->backing == BACKING_STORE};
    if (fresh.sparse)
        return add(process, &fresh, out, err);
    if (type == BSD43_CTEXT)
        return make_text(kernel, process, region, out, killed, err);
    *out = grown(process, region, type);
    struct bsd43_segment *segment = *out ? *out : &fresh;
    const vpn_t first = region->first < segment->first ? region->first : segment->first;
    const vpn_t last = region->last > segment->last ? region->last : segment->last;
    *killed = !reserve(kernel, segment, last - first + 1);
    if (*killed)
        return OK;
    if (!process->forked)
        count_fill_on_demand(kernel, region);
    segment->first = first;
    segment->last = last;
    return *out ? OK : add(process, &fresh, out, err);
}

enum status bsd43_segment_of(struct bsd43 *kernel, struct bsd43_process *process,
                             const struct region *region, struct bsd43_segment **out,
                             bool *killed, struct error *err)
{
    *killed = false;
    *out = NULL;
    if (region->backing == BACKING_FILE && region->shared && region->protection & VM_WRITE)
        return error_set(
            err, ERR_CELL, at_nowhere(),
            "the region at 0x%llx is a part of a file that others see "
            "changes of, which 4.3BSD does not have; map it private",
            (unsigned long long)(region->first << kernel->pager->mmu.page_shift));
    const enum status status = make(kernel, process, region, out, killed, err);
    if (status == OK && !*killed)
        bsd43_wire(kernel, process);
    return status;
}

void bsd43_segment_end(struct bsd43 *kernel, struct bsd43_process *process,
                       struct bsd43_segment *segment)
{
    if (segment->type == BSD43_CTEXT)
        bsd43_xfree(kernel, process, segment->text);
    else if (segment->dmap.size > 0)
        (void)!bsd43_vsexpand(&segment->dmap, &kernel->swapmap, &kernel->d, 0);
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
