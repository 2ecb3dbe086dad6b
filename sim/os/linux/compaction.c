/* compaction.c -- see compaction.h. */
#include "os/linux/linux.h"

#include "pager/frame.h"

enum { DEFER_SHIFT_MAX = 6, FRAGMENTED = 500 /* sysctl_extfrag_threshold */ };

/* One run in one zone.  Frames are those of the zone. */
struct compact {
    struct linux_kernel *kernel;
    int zone;
    uint32_t order;
    pfn_t block;         /* frames of a block                                             */
    pfn_t migrate, free; /* first frames of the blocks at which the scanners are          */
    pfn_t free_at;       /* frame of its block at which the upper one is                  */
    enum status status;
    struct error *err;
};

static struct buddy *buddy_of(const struct compact *c)
{
    return &c->kernel->memory.zones.buddies[c->zone];
}

/* --- whether ------------------------------------------------------------------------------ */

/* fragmentation_index(): towards 0 if memory is what is missing, towards 1000 if it is there
 * in pieces; -1000 if there is a block. */
static int64_t fragmentation(const struct buddy *buddy, uint32_t order)
{
    uint64_t blocks = 0;
    for (uint32_t i = 0; i < buddy->orders; i++) {
        blocks += buddy->nblocks[i];
        if (i >= order && buddy->nblocks[i] > 0)
            return -1000;
    }
    if (blocks == 0)
        return 0;
    return 1000 - (int64_t)((1000 + ((uint64_t)buddy->nfree * 1000 >> order)) / blocks);
}

/* compaction_suitable(), with so much free beside the mark */
static bool is_suitable(const struct linux_kernel *kernel, int zone, enum zone_mark mark,
                        uint32_t order)
{
    const struct zones *zones = &kernel->memory.zones;
    const int64_t index = fragmentation(&zones->buddies[zone], order);
    return zone_ok(zones, zone, mark, linux_compact_gap(order), 0) &&
           (index < 0 || index > FRAGMENTED);
}

bool linux_compaction_ready(const struct linux_kernel *kernel, uint32_t order)
{
    const struct zones *zones = &kernel->memory.zones;
    for (int i = zones->top; i >= 0; i--)
        if (zones->zones[i].managed > 0 && (zone_ok(zones, i, ZONE_MIN, 0, order) ||
                                            is_suitable(kernel, i, ZONE_HIGH, order)))
            return true;
    return false;
}

static bool is_deferred(struct linux_compaction *state, uint32_t order)
{
    const uint64_t limit = UINT64_C(1) << state->defer_shift;
    if (order < state->order_failed)
        return false;
    if (++state->considered < limit)
        return true;
    state->considered = limit;
    return false;
}

static void defer(struct linux_compaction *state, uint32_t order)
{
    state->considered = 0;
    state->defer_shift += state->defer_shift < DEFER_SHIFT_MAX;
    if (order < state->order_failed)
        state->order_failed = order;
}

/* had: the block was, too. */
static void reset(struct linux_compaction *state, uint32_t order, bool had)
{
    if (had) {
        state->considered = 0;
        state->defer_shift = 0;
    }
    if (order >= state->order_failed)
        state->order_failed = order + 1;
}

/* --- the scanners ------------------------------------------------------------------------- */

static bool have_met(const struct compact *c)
{
    return c->free <= c->migrate;
}

/* A frame for a page that is moved, or PFN_NONE: the scanners have met. */
static pfn_t find_target(struct compact *c)
{
    struct buddy *buddy = buddy_of(c);
    while (!have_met(c)) {
        const pfn_t end =
            buddy->nframes - c->free < c->block ? buddy->nframes : c->free + c->block;
        const pfn_t pfn = buddy_take_within(buddy, c->free_at, end, c->order);
        const pfn_t seen = pfn == PFN_NONE ? end : pfn + 1;
        c->kernel->counts.compact_free_scanned += seen - c->free_at;
        c->free_at = seen;
        if (pfn != PFN_NONE)
            return c->kernel->memory.zones.first[c->zone] + pfn;
        c->free = c->free_at = c->free - c->block;
    }
    return PFN_NONE;
}

static bool is_movable(const struct linux_kernel *kernel, pfn_t pfn)
{
    const struct pager *pager = kernel->pager;
    const struct frame *frame = &pager->frames[pfn];
    size_t n;
    return pfn != kernel->pinned && frame->state == FRAME_ACTIVE && !frame->writing &&
           !frame->waiters && frame->order == 0 &&
           !(frame->page != PAGE_NONE && mmu_large(&pager->mmu, frame->page, &n));
}

/* Move the page that is in the frame, if it can be. */
static void migrate(struct compact *c, pfn_t pfn)
{
    struct pager *pager = c->kernel->pager;
    c->kernel->counts.compact_migrate_scanned++;
    if (pfn >= pager->nused || !is_movable(c->kernel, pfn))
        return;
    const pfn_t target = find_target(c);
    if (target == PFN_NONE)
        return;
    while (pager->nused <= target)
        (void)pager_unused_frame(pager);
    frame_set_state(pager, target, FRAME_GRANTED);
    pager->owed += pager->params->cost_page_copy;
    c->kernel->counts.pgmigrate_success++;
    c->status = frame_move(pager, pfn, target, c->err);
}

static bool has_block(const struct buddy *buddy, uint32_t order)
{
    for (uint32_t i = order; i < buddy->orders; i++)
        if (buddy->nblocks[i] > 0)
            return true;
    return false;
}

/* compact_zone(), which is suitable. */
static enum linux_compact_result compact_zone(struct compact *c)
{
    struct linux_compaction *state = &c->kernel->compaction[c->zone];
    const pfn_t first = c->kernel->memory.zones.first[c->zone];
    const pfn_t top = (buddy_of(c)->nframes - 1) / c->block * c->block;
    c->migrate = state->migrate;
    c->free = c->free_at = state->free ? state->free : top;
    while (!have_met(c) && !has_block(buddy_of(c), c->order) && c->status == OK) {
        for (pfn_t i = 0; i < c->block && !have_met(c) && c->status == OK; i++)
            migrate(c, first + c->migrate + i);
        c->migrate += c->block;
    }
    const bool met = have_met(c);
    state->migrate = met ? 0 : c->migrate;
    state->free = met ? 0 : c->free;
    return has_block(buddy_of(c), c->order) ? COMPACT_SUCCESS : COMPACT_COMPLETE;
}

enum linux_compact_result linux_compact(struct linux_kernel *kernel, uint32_t order,
                                        bool defers)
{
    const struct zones *zones = &kernel->memory.zones;
    enum linux_compact_result result = COMPACT_SKIPPED;
    struct error err;
    for (int i = zones->top; i >= 0 && !zones->endless && result != COMPACT_SUCCESS; i--) {
        struct linux_compaction *state = &kernel->compaction[i];
        struct compact c = {.kernel = kernel, .zone = i, .order = order, .err = &err};
        enum linux_compact_result one = COMPACT_SKIPPED;
        c.block = (pfn_t)1 << order;
        if (zones->zones[i].managed == 0)
            continue;
        if (is_deferred(state, order))
            one = COMPACT_DEFERRED;
        else if (zone_ok(zones, i, ZONE_MIN, 0, order))
            one = COMPACT_SUCCESS;
        else if (is_suitable(kernel, i, ZONE_LOW, order))
            one = compact_zone(&c);
        if (one == COMPACT_SUCCESS)
            reset(state, order, false);
        else if (one == COMPACT_COMPLETE && defers)
            defer(state, order);
        if (c.status != OK)
            pager_fail(kernel->pager, &err);
        result = one > result ? one : result;
    }
    return result;
}

void linux_compaction_init(struct linux_kernel *kernel)
{
    for (int i = 0; i < ZONES; i++)
        kernel->compaction[i].order_failed = UINT32_MAX;
}

void linux_compact_done(struct linux_kernel *kernel, pfn_t pfn, uint32_t order)
{
    const struct zones *zones = &kernel->memory.zones;
    int i = zones->top;
    while (i > 0 && (zones->zones[i].managed == 0 || pfn < zones->first[i]))
        i--;
    reset(&kernel->compaction[i], order, true);
}
