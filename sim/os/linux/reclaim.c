/* reclaim.c -- direct reclaim, and what becomes of each page that the policy would have go.
 *
 * 6.12 mm/vmscan.c do_try_to_free_pages(), shrink_folio_list() from the reference check on;
 * mm/swap_state.c add_to_swap(). */
#include "os/linux/linux.h"

#include "pager/frame.h"

/* Unmap all frames of the folio; returns whether one is dirty. */
static bool unmap(struct pager *pager, pfn_t pfn)
{
    bool dirty = false;
    for (const pfn_t end = pfn + folio_frames(pager, pfn); pfn < end; pfn++) {
        while (pager->frames[pfn].page != PAGE_NONE)
            frame_unmap(pager, pager->frames[pfn].page);
        dirty |= pager->frames[pfn].dirty;
    }
    return dirty;
}

/* folio_set_reclaim() */
static void goes_when_written(struct pager *pager, pfn_t pfn)
{
    for (const pfn_t end = pfn + folio_frames(pager, pfn); pfn < end; pfn++)
        pager->frames[pfn].reclaim |= pager->frames[pfn].dirty | pager->frames[pfn].writing;
}

/* pageout() and what follows. */
static enum page_fate write_out(struct linux_reclaim *reclaim, pfn_t pfn)
{
    struct linux_kernel *kernel = reclaim->kernel;
    struct pager *pager = kernel->pager;
    struct frame *frame = &pager->frames[pfn];
    const struct content *content = &pager->contents.all[frame->content];
    struct error err;
    reclaim->r.written++;
    if (!linux_writes_at_once(pager, pfn))
        return linux_write_out(reclaim, pfn);
    kernel->counts.pswpout += content->file == FILE_NONE;
    if (pager_evict_frame(pager, pfn, &err) == OK)
        return PAGE_GONE;
    pager_fail(pager, &err);
    return PAGE_KEEP;
}

bool linux_is_awaited(const struct pager *pager, pfn_t pfn)
{
    const pfn_t first = folio_first(pager, pfn), end = first + folio_frames(pager, pfn);
    for (pfn = first; pfn < end && !pager->frames[pfn].waiters; pfn++)
        ;
    return pfn < end;
}

static enum page_fate try_page(struct linux_reclaim *reclaim, pfn_t pfn)
{
    const struct reclaim *r = &reclaim->r;
    struct pager *pager = reclaim->kernel->pager;
    struct frame *frame = &pager->frames[pfn];
    struct error err;
    if (page_writing(&pager_instance(pager, 0)->env, pfn)) {
        goes_when_written(pager, pfn);
        return PAGE_ACTIVATE;
    }
    if (frame->lazy)
        return linux_let_lazy_go(reclaim->kernel, pfn);
    const bool anon = pager->contents.all[frame->content].file == FILE_NONE;
    if (anon && pager->contents.all[frame->content].slot == SLOT_NONE) {
        if (!r->may_swap || !policy_can_swap(&pager_instance(pager, 0)->env))
            return PAGE_ACTIVATE;
        frame->dirty = true; /* add_to_swap() */
    }
    const bool dirty = unmap(pager, pfn);
    if (dirty && !anon && pager->storage.engine) { /* the flusher's */
        reclaim->met_dirty = true;
        goes_when_written(pager, pfn);
        return PAGE_ACTIVATE;
    }
    if (linux_is_awaited(pager, pfn) || pfn == reclaim->kernel->pinned ||
        (dirty && !r->may_write)) /* is_page_cache_freeable(), __remove_mapping() */
        return PAGE_KEEP;
    if (dirty)
        return write_out(reclaim, pfn);
    if (pager_evict_frame(pager, pfn, &err) == OK)
        return PAGE_GONE;
    pager_fail(pager, &err);
    return PAGE_KEEP;
}

static pfn_t mapped_frames(const struct pager *pager, pfn_t pfn)
{
    pfn_t n = 0;
    for (const pfn_t end = pfn + folio_frames(pager, pfn); pfn < end; pfn++)
        n += pager->frames[pfn].page != PAGE_NONE;
    return n;
}

static enum page_fate let_go(struct reclaim *r, pfn_t pfn)
{
    struct linux_reclaim *reclaim = CONTAINER_OF(r, struct linux_reclaim, r);
    const struct pager *pager = reclaim->kernel->pager;
    const struct frame *frame = &pager->frames[pfn];
    const bool lazy = frame->lazy;
    const bool file = pager->contents.all[frame->content].file != FILE_NONE;
    const pfn_t n = folio_frames(pager, pfn);
    const pfn_t mapped = file ? mapped_frames(pager, pfn) : 0;
    const enum page_fate fate = try_page(reclaim, pfn);
    if (fate == PAGE_GONE && file)
        linux_count_drop(reclaim->kernel, n, mapped);
    else if (fate == PAGE_GONE)
        linux_count_event(reclaim->kernel, lazy ? LINUX_LAZY_FREED : LINUX_SWAP_OUT);
    return fate;
}

static void uncharge(struct reclaim *r, enum reclaim_type type, uint64_t n)
{
    linux_count_uncharged(CONTAINER_OF(r, struct linux_reclaim, r)->kernel, type, n);
}

/* Since 4.11: "mm: vmscan: kick flushers when we encounter dirty pages on the LRU". */
static void all_dirty(struct reclaim *r)
{
    struct linux_kernel *kernel = CONTAINER_OF(r, struct linux_reclaim, r)->kernel;
    if (kernel->version >= LINUX_VERSION(4, 11, 0))
        linux_flush_all(kernel);
}

/* What is in the frame can go: it has a place, or can get one. */
static bool has_place(struct pager *pager, pfn_t pfn)
{
    const struct content *content = &pager->contents.all[pager->frames[pfn].content];
    return content->file != FILE_NONE || content->slot != SLOT_NONE ||
           policy_can_swap(&pager_instance(pager, 0)->env);
}

/* A policy without lists: it names one victim after the other, until enough are free or on
 * their way, or one cannot go. */
static void take_victims(struct linux_reclaim *reclaim)
{
    struct linux_kernel *kernel = reclaim->kernel;
    struct pager *pager = kernel->pager;
    struct error err;
    pfn_t victim;
    while (reclaim->r.reclaimed + pager->count[FRAME_LEAVING] < reclaim->r.wanted &&
           pager->count[FRAME_ACTIVE] > 0 && pager->failed.code == OK && !reclaim->r.stop &&
           !(reclaim->r.daemon && zones_balanced(&kernel->memory.zones))) {
        const uint64_t before = pager_free_frames(pager);
        reclaim->r.scanned++;
        enum status status = instance_victim(pager, PROCESS_ANY, &victim, &err);
        if (status == OK && !has_place(pager, victim))
            break;
        if (status == OK)
            status = linux_evict(reclaim, victim, &err);
        if (status != OK)
            pager_fail(pager, &err);
        if (pager_free_frames(pager) > before)
            reclaim->r.reclaimed++;
    }
}

/* Such a policy would have a page written before it names it. */
enum status linux_clean(void *state, struct pager *pager, pfn_t pfn, struct error *err)
{
    struct linux_kernel *kernel = state;
    struct linux_write *write;
    const bool at_once = linux_writes_at_once(pager, pfn);
    const enum status status =
        at_once ? frame_write(pager, pfn, err) : linux_add_write(kernel, pfn, &write, err);
    linux_unplug(kernel);
    if (status != OK)
        return status;
    pager->counts.write_backs += at_once;
    kernel->counts.pswpout +=
        pager->contents.all[pager->frames[pfn].content].file == FILE_NONE;
    return OK;
}

void linux_priorities(const struct linux_kernel *kernel, unsigned *first, unsigned *last)
{
    const struct reclaim_ops *lists = linux_lists(kernel);
    *first = RECLAIM_PRIORITY;
    *last = 0;
    if (lists && lists->priorities)
        lists->priorities(linux_lists_state(kernel), first, last);
}

/* Pages that have been looked at and that have gone, so far.  r->scanned is how hard the driver
 * has tried, in which 2.6 has a page twice that is mapped. */
static void so_far(const struct linux_reclaim *reclaim, uint64_t *scanned,
                   uint64_t *reclaimed)
{
    const struct linux_kernel *kernel = reclaim->kernel;
    const struct reclaim_ops *lists = linux_lists(kernel);
    *scanned = reclaim->r.scanned;
    *reclaimed = kernel->pager->counts.page_outs; /* some are still to be written */
    if (!lists)
        return;
    const struct reclaim_counts *counts = lists->counts(linux_lists_state(kernel));
    *scanned = counts->pgscan[RECLAIM_ANON] + counts->pgscan[RECLAIM_FILE];
    *reclaimed = counts->pgsteal[RECLAIM_ANON] + counts->pgsteal[RECLAIM_FILE];
}

/* What all of memory has counted of the reclaim since so much had been done. */
static void account(const struct linux_reclaim *reclaim, uint64_t scanned,
                    uint64_t reclaimed)
{
    struct linux_kernel *kernel = reclaim->kernel;
    struct vmstat *counts = &kernel->counts;
    uint64_t looked_at, gone;
    so_far(reclaim, &looked_at, &gone);
    looked_at -= scanned;
    gone -= reclaimed;
    *(reclaim->r.daemon ? &counts->pgscan_kswapd : &counts->pgscan_direct) += looked_at;
    *(reclaim->r.daemon ? &counts->pgsteal_kswapd : &counts->pgsteal_direct) += gone;
    linux_spend(kernel, looked_at * kernel->params->cost_scan);
    if (gone > 0)
        kernel->memory.kswapd.failures = 0;
    else
        kernel->memory.kswapd.scanned += looked_at;
}

void linux_shrink(struct linux_reclaim *reclaim)
{
    struct linux_kernel *kernel = reclaim->kernel;
    const struct reclaim_ops *lists = linux_lists(kernel);
    uint64_t scanned, reclaimed;
    so_far(reclaim, &scanned, &reclaimed);
    reclaim->r.free = reclaim->r.in_group ? 0 : zones_free(&kernel->memory.zones);
    reclaim->r.high = reclaim->r.in_group ? 0 : kernel->memory.zones.high;
    if (reclaim->r.in_group)
        linux_flush_before_pass(kernel);
    reclaim->r.pause = reclaim->pauses && linux_writes_under_way(kernel);
    if (lists)
        lists->shrink(linux_lists_state(kernel), &reclaim->r);
    else
        take_victims(reclaim);
    linux_unplug(kernel);
    account(reclaim, scanned, reclaimed);
}

/* The batch, or what there was to do at the priority, is done, and more is to be: if anything is
 * being written, the CPU first has that to spend, so that it may have come to its end. */
static bool pause_at(struct linux_reclaim *reclaim, unsigned last)
{
    struct reclaim *r = &reclaim->r;
    if (!r->pause || (!r->rest.valid && r->priority == last))
        return false;
    r->priority -= !r->rest.valid;
    reclaim->paused = true;
    return true;
}

static void shrink(struct linux_reclaim *reclaim)
{
    struct linux_kernel *kernel = reclaim->kernel;
    const struct reclaim_ops *lists = linux_lists(kernel);
    unsigned first, last;
    linux_priorities(kernel, &first, &last);
    for (unsigned priority = reclaim->r.priority + 1; priority-- > last;) {
        reclaim->r.priority = priority;
        linux_shrink(reclaim);
        if (reclaim->r.reclaimed >= reclaim->r.wanted || reclaim->r.stop || !lists)
            break;
        if (pause_at(reclaim, last))
            return;
    }
    if (lists && lists->finish && !reclaim->r.stop)
        lists->finish(linux_lists_state(kernel), &reclaim->r);
}

void linux_reclaim_begin(struct linux_reclaim *reclaim, struct linux_kernel *kernel,
                         bool in_group, bool daemon)
{
    unsigned first, last;
    linux_priorities(kernel, &first, &last);
    *reclaim = (struct linux_reclaim){
        .kernel = kernel,
        .r =
            {
                .priority = first,
                .wanted = RECLAIM_BATCH,
                .batch = RECLAIM_BATCH,
                .swappiness = (uint32_t)kernel->params->swappiness,
                .may_swap = policy_can_swap(&pager_instance(kernel->pager, 0)->env),
                .may_write = true,
                .daemon = daemon,
                .in_group = in_group,
                .page = let_go,
                .chosen = PFN_NONE,
                .uncharge = uncharge,
                .all_dirty = all_dirty,
            },
    };
}

/* 6.11 and later, memcg_full_walk: the first walk may have left groups out, so there is a
 * second one, with the lists as the first has left them, before anything else is tried. */
static bool walks_again(const struct linux_kernel *kernel)
{
    return kernel->version >= LINUX_VERSION(6, 11, 0);
}

/* The priorities are at their end: are they gone through once more? */
static bool next_walk(struct linux_reclaim *reclaim)
{
    struct reclaim *r = &reclaim->r;
    if (r->reclaimed > 0 || r->stop || reclaim->paused)
        return false;
    if (reclaim->walks++ == 0 && walks_again(reclaim->kernel))
        return true;
    if (!r->passed_over || r->force)
        return false;
    r->force = true;
    r->passed_over = false;
    return true;
}

/* do_try_to_free_pages() */
uint64_t linux_direct_reclaim(struct linux_kernel *kernel, bool in_group, uint64_t n,
                              bool pauses)
{
    struct linux_reclaim reclaim;
    linux_reclaim_begin(&reclaim, kernel, in_group, false);
    if (reclaim.r.wanted < n)
        reclaim.r.wanted = n;
    const unsigned first = reclaim.r.priority;
    if (!linux_resume_reclaim(&reclaim))
        kernel->counts.allocstall += !in_group;
    reclaim.pauses = pauses;
    shrink(&reclaim);
    while (next_walk(&reclaim)) {
        reclaim.r.priority = first;
        reclaim.paused = reclaim.r.pause;
        if (!reclaim.paused)
            shrink(&reclaim);
    }
    if (reclaim.met_dirty && reclaim.r.reclaimed == 0) /* and nobody has said all_dirty */
        linux_flush_all(kernel);
    if (reclaim.r.stop || reclaim.paused)
        linux_stop_reclaim(&reclaim);
    return reclaim.r.reclaimed;
}
