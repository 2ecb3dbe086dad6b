/* expand.c -- segments are made and grow: what they may have is looked up, and swap space
 * reserved for all of it first (chksize(), swpexpand(): sys/vm_proc.c, sys/vm_drum.c;
 * getxfile(): sys/kern_exec.c; grow(), obreak(): sys/kern_mman.c).
 *
 * 4.3BSD has a text, a data and a stack segment, in this order of addresses.  Processes
 * here have regions, as many as they like: each is a segment, of text if it is a part of
 * a file that cannot be stored into, of stack if it is zero-filled, lies where stacks do,
 * and no memory that is zero-filled lies above it. */
#include "os/bsd43/bsd43.h"

#include "trace/vm_op.h"

#include <stdlib.h>

/* --- what a region is -------------------------------------------------------------------- */

static uint64_t address_of(const struct bsd43 *kernel, const struct region *region)
{
    return region->first << kernel->pager->mmu.page_shift;
}

/* P1 space of a VAX, and the upper end of what 64-bit programs have. */
static bool is_high(const struct bsd43 *kernel, const struct region *region)
{
    const uint64_t address = address_of(kernel, region);
    return (address >= UINT64_C(1) << 30 && address < UINT64_C(1) << 31) ||
           address >= UINT64_C(1) << 46;
}

static bool is_highest(const struct bsd43_process *process, const struct region *region)
{
    const struct space *space = process->space;
    for (size_t i = 0; i < space->nregions; i++)
        if (space->regions[i].backing == BACKING_ZERO &&
            space->regions[i].first > region->last)
            return false;
    return true;
}

/* The stack of the parent of a process that is being forked, if the region is its. */
static const struct bsd43_segment *parents_stack(const struct bsd43 *kernel,
                                                 const struct bsd43_process *process,
                                                 const struct region *region)
{
    const struct bsd43_process *parent =
        process->forked ? kernel->processes[process->parent] : NULL;
    const struct bsd43_segment *segment =
        parent ? bsd43_segment_find(parent, region->last) : NULL;
    return segment && segment->type == BSD43_CSTACK ? segment : NULL;
}

static enum bsd43_type type_of(const struct bsd43 *kernel,
                               const struct bsd43_process *process,
                               const struct region *region)
{
    if (region->backing == BACKING_FILE && !(region->protection & VM_WRITE))
        return BSD43_CTEXT;
    if (region->backing != BACKING_ZERO || !is_high(kernel, region))
        return BSD43_CDATA;
    const bool stack = process->forked ? parents_stack(kernel, process, region) != NULL
                                       : is_highest(process, region);
    return stack ? BSD43_CSTACK : BSD43_CDATA;
}

/* --- what it may have -------------------------------------------------------------------- */

static const char *const type_names[] = {"system", "text", "data", "stack"};

static void refuse_size(const struct bsd43 *kernel, struct space *space,
                        const struct region *region, enum bsd43_type type, uint64_t pages,
                        uint64_t limit)
{
    space_killed(space,
                 "with the %llu pages at 0x%llx its %s would have %llu KiB, of at most "
                 "%llu KiB that 4.3BSD allows; set 'kernel.limits: none'",
                 (unsigned long long)(region->last - region->first + 1),
                 (unsigned long long)address_of(kernel, region), type_names[type],
                 (unsigned long long)(pages * BSD43_NBPG >> 10),
                 (unsigned long long)(limit >> 10));
}

/* chksize(): may the process have so many more hw pages of the type, for the region? */
static bool may_have(const struct bsd43 *kernel, const struct bsd43_process *process,
                     const struct region *region, enum bsd43_type type, uint64_t more)
{
    const struct bsd43_defaults *d = &kernel->d;
    const uint64_t limit = type == BSD43_CTEXT   ? d->maxtsize
                           : type == BSD43_CDATA ? d->maxdsize
                                                 : d->maxssize;
    uint64_t pages[BSD43_CSTACK + 1];
    bsd43_segment_pages(kernel, process, pages);
    if (kernel->params->limits == BSD43_LIMITS_NONE ||
        (pages[type] + more) * BSD43_NBPG <= limit)
        return true;
    refuse_size(kernel, process->space, region, type, pages[type] + more, limit);
    return false;
}

void bsd43_refuse_room(const struct bsd43 *kernel, struct space *space,
                       const struct region *region, uint64_t blocks)
{
    space_killed(
        space,
        "there is no swap space of %llu KiB, in whole chunks, for the %llu pages "
        "at 0x%llx, with %llu KiB free; raise swap.size",
        (unsigned long long)(blocks * BSD43_NBPG >> 10),
        (unsigned long long)(region->last - region->first + 1),
        (unsigned long long)address_of(kernel, region),
        (unsigned long long)(bsd43_rmap_free_blocks(&kernel->swapmap) * BSD43_NBPG >> 10));
}

/* Make the segment, a part of the region or all of it, as large as n clusters. */
static enum status reserve(struct bsd43 *kernel, struct bsd43_process *process,
                           struct bsd43_segment *segment, const struct region *region,
                           uint64_t n, bool *killed, struct error *err)
{
    const uint64_t blocks = n * (uint64_t)kernel->d.clsize;
    const uint64_t more = blocks - segment->dmap.size;
    if (blocks > segment->dmap.size &&
        !may_have(kernel, process, region, segment->type, more)) {
        *killed = true;
        return OK;
    }
    /* A swap device has no more blocks than that. */
    *killed = blocks > INT32_MAX;
    enum status status = OK;
    if (!*killed)
        status = bsd43_dmap_hold(&segment->dmap, &kernel->d, (uint32_t)blocks, err);
    if (status != OK)
        return status;
    *killed = *killed || !bsd43_vsexpand(&segment->dmap, &kernel->swapmap, &kernel->d,
                                         (uint32_t)blocks);
    if (*killed)
        bsd43_refuse_room(kernel, process->space, region, more);
    return OK;
}

static void count_fill_on_demand(struct bsd43 *kernel, const struct region *region,
                                 uint64_t clusters)
{
    bsd43_count(kernel, region->backing == BACKING_FILE ? BSD43_NEXFOD : BSD43_NZFOD,
                (int32_t)(clusters * (uint64_t)kernel->d.clsize));
}

/* --- segments are made --------------------------------------------------------------- */

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

static enum status make_text(struct bsd43 *kernel, struct bsd43_process *process,
                             const struct region *region, struct bsd43_segment **out,
                             bool *killed, struct error *err)
{
    const uint64_t pages = (region->last - region->first + 1) * (uint64_t)kernel->d.clsize;
    struct bsd43_segment text = {
        .type = BSD43_CTEXT, .first = region->first, .last = region->last};
    *killed = !may_have(kernel, process, region, BSD43_CTEXT, pages);
    if (*killed)
        return OK;
    enum status status = bsd43_xalloc(kernel, process, region, &text.text, killed, err);
    if (status == OK && !*killed)
        status = add(process, &text, out, err);
    return status == OK && !*killed ? bsd43_xlink(kernel, process, text.text, err) : status;
}

/* The data segment that the region continues upwards, or is a part of: the break moves. */
static struct bsd43_segment *data_before(const struct bsd43_process *process,
                                         const struct region *region)
{
    for (uint32_t i = process->nsegments; i > 0; i--) {
        struct bsd43_segment *segment = &process->segments[i - 1];
        if (segment->sparse || segment->type != BSD43_CDATA)
            continue;
        if (segment->first <= region->first && region->last <= segment->last)
            return segment; /* it had shrunk */
        if (segment->last + 1 == region->first)
            return segment;
    }
    return NULL;
}

static enum status make_data(struct bsd43 *kernel, struct bsd43_process *process,
                             const struct region *region, struct bsd43_segment **out,
                             bool *killed, struct error *err)
{
    struct bsd43_segment fresh = {
        .type = BSD43_CDATA, .first = region->first, .last = region->last};
    struct bsd43_segment *old = data_before(process, region);
    struct bsd43_segment *segment = old ? old : &fresh;
    const vpn_t last = region->last > segment->last ? region->last : segment->last;
    enum status status =
        reserve(kernel, process, segment, region, last - segment->first + 1, killed, err);
    if (status == OK && !*killed && !old)
        status = add(process, &fresh, out, err);
    if (status != OK || *killed) {
        bsd43_dmap_release(&fresh.dmap);
        return status;
    }
    if (old) {
        old->last = last;
        *out = old;
    }
    if (!process->forked)
        count_fill_on_demand(kernel, region, region->last - region->first + 1);
    return OK;
}

/* --- the stack ----------------------------------------------------------------------- */

/* Let the stack begin at `first`, which is not above where it does. */
static enum status grow_to(struct bsd43 *kernel, struct bsd43_process *process,
                           struct bsd43_segment *stack, const struct region *region,
                           vpn_t first, bool *killed, struct error *err)
{
    const enum status status =
        reserve(kernel, process, stack, region, stack->last - first + 1, killed, err);
    if (status != OK || *killed)
        return status;
    if (!process->forked)
        count_fill_on_demand(kernel, region, stack->first - first);
    stack->first = first;
    return OK;
}

/* The first page of hw pages `pages` that end before `end`, or the lowest that may be. */
static vpn_t below(const struct bsd43 *kernel, vpn_t end, uint32_t pages, vpn_t lowest)
{
    const uint32_t clsize = (uint32_t)kernel->d.clsize, n = (pages + clsize - 1) / clsize;
    return end - lowest > n ? end - n : lowest;
}

/* A stack begins with SSIZE pages, a child's with as many as that of its parent has. */
static enum status make_stack(struct bsd43 *kernel, struct bsd43_process *process,
                              const struct region *region, struct bsd43_segment **out,
                              bool *killed, struct error *err)
{
    const struct bsd43_segment *parents = parents_stack(kernel, process, region);
    struct bsd43_segment fresh = {.type = BSD43_CSTACK,
                                  .first = region->last + 1,
                                  .last = region->last,
                                  .limit = region->first};
    const vpn_t first = parents
                            ? parents->first
                            : below(kernel, region->last + 1, BSD43_SSIZE, region->first);
    enum status status = grow_to(kernel, process, &fresh, region, first, killed, err);
    if (status == OK && !*killed)
        status = add(process, &fresh, out, err);
    if (status != OK || *killed)
        bsd43_dmap_release(&fresh.dmap);
    return status;
}

/* The stack whose region the other one continues downwards, or is a part of. */
static struct bsd43_segment *stack_above(const struct bsd43_process *process,
                                         const struct region *region)
{
    for (uint32_t i = 0; i < process->nsegments; i++) {
        struct bsd43_segment *segment = &process->segments[i];
        if (segment->type == BSD43_CSTACK && !segment->sparse &&
            (region->last + 1 == segment->limit ||
             (segment->limit <= region->first && region->last <= segment->last)))
            return segment;
    }
    return NULL;
}

enum status bsd43_grow_stack(struct bsd43 *kernel, struct bsd43_process *process,
                             const struct region *region, vpn_t vpn,
                             struct bsd43_segment **out, bool *killed, struct error *err)
{
    struct bsd43_segment *stack = process->segments;
    const struct bsd43_segment *end = stack + process->nsegments;
    while (stack < end && (stack->type != BSD43_CSTACK || stack->sparse ||
                           vpn < stack->limit || vpn > stack->last))
        stack++;
    *out = stack < end ? stack : NULL;
    if (!*out)
        return OK;
    const enum status status =
        grow_to(kernel, process, stack, region,
                below(kernel, vpn, BSD43_SINCR, stack->limit), killed, err);
    if (status == OK && !*killed && process->p.flags & BSD43_SLOAD)
        (void)!bsd43_wire(kernel, process); /* it waits, if need be, at its next fault */
    return status;
}

/* --- regions ------------------------------------------------------------------------- */

static enum status make(struct bsd43 *kernel, struct bsd43_process *process,
                        const struct region *region, struct bsd43_segment **out,
                        bool *killed, struct error *err)
{
    if (region->backing == BACKING_STORE) {
        const struct bsd43_segment sparse = {.type = BSD43_CDATA,
                                             .first = region->first,
                                             .last = region->last,
                                             .sparse = true};
        return add(process, &sparse, out, err);
    }
    struct bsd43_segment *stack =
        region->backing == BACKING_ZERO ? stack_above(process, region) : NULL;
    if (stack) {
        stack->limit = region->first < stack->limit ? region->first : stack->limit;
        *out = stack;
        return OK;
    }
    switch (type_of(kernel, process, region)) {
    case BSD43_CTEXT:
        return make_text(kernel, process, region, out, killed, err);
    case BSD43_CSTACK:
        return make_stack(kernel, process, region, out, killed, err);
    default:
        return make_data(kernel, process, region, out, killed, err);
    }
}

enum status bsd43_segment_of(struct bsd43 *kernel, struct bsd43_process *process,
                             const struct region *region, struct bsd43_segment **out,
                             bool *killed, struct error *err)
{
    *killed = false;
    *out = NULL;
    if (region->backing == BACKING_FILE && region->shared && region->protection & VM_WRITE)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "the region at 0x%llx is a part of a file that others see "
                         "changes of, which 4.3BSD does not have; map it private",
                         (unsigned long long)address_of(kernel, region));
    const enum status status = make(kernel, process, region, out, killed, err);
    if (status == OK && !*killed && process->p.flags & BSD43_SLOAD)
        (void)!bsd43_wire(kernel, process); /* it waits, if need be, at its next fault */
    return status;
}
