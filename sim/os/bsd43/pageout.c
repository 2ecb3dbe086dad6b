/* pageout.c -- what the pagedaemon does about a page: checkpage(), cleanup() and
 * dpageout() of sys/vm_page.c. */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"

#include <assert.h>

/* --- pushes -------------------------------------------------------------------------- */

/* swdone(): the header goes to the cleaned list, and the daemon is woken only if somebody
 * waits for one. */
static void pushed(struct pager_io *io)
{
    struct bsd43_header *header = CONTAINER_OF(io, struct bsd43_header, io);
    struct bsd43 *kernel = header->kernel;
    bsd43_spend(kernel, kernel->params->cost_interrupt);
    bsd43_count(kernel, BSD43_PGOUT, 1);
    bsd43_count(kernel, BSD43_PGPGOUT, (int32_t)io->n * kernel->d.clsize);
    header->next = kernel->cleaned;
    kernel->cleaned = header;
    if (kernel->header_wanted)
        bsd43_wake_daemon(kernel);
}

static bool pushable(void *context, uint32_t cluster)
{
    const struct bsd43_pushing *pushing = context;
    struct bsd43 *kernel = pushing->kernel;
    const struct pager *pager = kernel->pager;
    struct bsd43_page neighbour;
    if (!bsd43_neighbour(kernel, &pushing->page, cluster, &neighbour) ||
        neighbour.content == CONTENT_NONE)
        return false;
    const pfn_t pfn = pager->contents.all[neighbour.content].frame;
    return pfn != PFN_NONE && pager->frames[pfn].state == FRAME_ACTIVE &&
           !bsd43_locked(kernel, pager, pfn) && frame_dirty(pager, pfn);
}

/* The frame, of the kluster, is locked and passes for clean. */
static void lock_frame(struct bsd43_header *header, pfn_t pfn, pfn_t *last)
{
    struct pager *pager = header->io.pager;
    bsd43_cmap(header->kernel, pfn)->push = header->number;
    if (pfn == header->center) {
        frame_withdraw(pager, pfn, FRAME_LEAVING, true);
        while (pager->frames[pfn].page != PAGE_NONE)
            frame_unmap(pager, pager->frames[pfn].page);
    }
    header->frames[header->n++] = pfn;
    io_add(&header->io, last, pfn, false);
}

static uint32_t *poip(struct bsd43 *kernel, enum bsd43_type type, uint32_t ndx)
{
    if (type == BSD43_CTEXT)
        return &kernel->texts[ndx].x.poip;
    struct bsd43_process *process =
        ndx < kernel->nprocesses ? kernel->processes[ndx] : NULL;
    return process ? &process->p.poip : NULL;
}

/* The frames of the kluster, in the order of their places. */
static void gather(struct bsd43_header *header, struct bsd43_pushing *pushing)
{
    struct bsd43 *kernel = pushing->kernel;
    const struct pager *pager = kernel->pager;
    const struct bsd43_segment *segment = pushing->page.segment;
    const struct bsd43_kluster found =
        bsd43_kluster(&kernel->d, BSD43_WRITE, pushing->page.cluster,
                      bsd43_clusters(segment), kernel->d.klout, bsd43_freemem(kernel),
                      (struct bsd43_neighbours){pushable, pushing});
    const bool down = segment->type == BSD43_CSTACK && !segment->sparse;
    pfn_t last = PFN_NONE;
    for (uint32_t i = 0; i < found.n; i++) {
        const uint32_t cluster = found.first + (down ? found.n - 1 - i : i);
        struct bsd43_page each = pushing->page;
        if (cluster != pushing->page.cluster)
            (void)bsd43_neighbour(kernel, &pushing->page, cluster, &each);
        lock_frame(header, pager->contents.all[each.content].frame, &last);
    }
}

enum status bsd43_push(struct bsd43 *kernel, pfn_t pfn, struct error *err)
{
    struct pager *pager = kernel->pager;
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    struct bsd43_pushing pushing = {.kernel = kernel};
    page_t page;
    pfn_t last = PFN_NONE;
    enum status status = bsd43_page_of(kernel, pfn, &page, err);
    if (status == OK && page != PAGE_NONE)
        status = bsd43_look_up(kernel, page, &pushing.page, err);
    if (status != OK)
        return status;
    struct bsd43_header *header = bsd43_header_get(kernel);
    assert(header);
    header->type = c->type;
    header->ndx = c->ndx;
    header->center = pfn;
    header->io.write = header->io.on_swap = true;
    header->io.done = pushed;
    *poip(kernel, c->type, c->ndx) += 1;
    if (page == PAGE_NONE)
        lock_frame(header, pfn, &last); /* of a text that nobody executes */
    else
        gather(header, &pushing);
    const content_t lowest = pager->frames[header->io.first].content;
    header->io.offset = (uint64_t)pager->contents.all[lowest].slot << pager->mmu.page_shift;
    pager->counts.page_outs_dirty++;
    bsd43_transfer(kernel, header->io.n);
    io_start(&header->io);
    return OK;
}

void bsd43_mark_gone(struct bsd43 *kernel, pfn_t pfn)
{
    struct pager *pager = kernel->pager;
    if (frame_pageable(pager, pfn)) {
        frame_withdraw(pager, pfn, FRAME_LEAVING, true);
        while (pager->frames[pfn].page != PAGE_NONE)
            frame_unmap(pager, pager->frames[pfn].page);
    }
    bsd43_leave(kernel, pfn);
    bsd43_cmap(kernel, pfn)->gone = true;
}

void bsd43_disown_pushes(struct bsd43 *kernel, uint32_t number)
{
    for (uint32_t i = 0; i < kernel->d.nswbuf; i++) {
        struct bsd43_header *header = &kernel->headers[i];
        if (header->busy && header->io.write && header->type != BSD43_CTEXT &&
            header->ndx == number)
            header->ndx = BSD43_NOBODY;
    }
}

/* Free a frame of a kluster that has been written. */
static void free_pushed(struct bsd43 *kernel, pfn_t pfn)
{
    struct pager *pager = kernel->pager;
    struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    if (c->gone && c->type != BSD43_CTEXT) {
        pager->counts.page_outs++;
        frame_drop(pager, pfn); /* and dfree counts it */
        return;
    }
    c->push = 0;
    bsd43_leave(kernel, pfn);
    frame_cache(pager, pfn);
    bsd43_count(kernel, BSD43_DFREE, kernel->d.clsize);
    if (c->gone)
        pager_wakeup(pager, &kernel->texts[c->ndx].waiters);
}

/* Of a header on the cleaned list: unlock its frames, and free the one that was asked for
 * unless it has been reclaimed. */
static void clean(struct bsd43_header *header)
{
    struct bsd43 *kernel = header->kernel;
    struct pager *pager = kernel->pager;
    uint32_t *pushes = poip(kernel, header->type, header->ndx);
    for (uint32_t i = 0; i < header->n; i++) {
        const pfn_t pfn = header->frames[i];
        struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
        if (c->push != header->number)
            continue; /* its process has ended */
        if (pager->frames[pfn].state == FRAME_LEAVING)
            free_pushed(kernel, pfn);
        c->push = 0;
    }
    if (pushes && *pushes)
        --*pushes;
    bsd43_header_put(header);
}

void bsd43_cleanup(struct bsd43 *kernel)
{
    while (kernel->cleaned) {
        struct bsd43_header *header = kernel->cleaned;
        kernel->cleaned = header->next;
        clean(header);
    }
}

/* --- a page -------------------------------------------------------------------------- */

/* SSEQL, SUANOM, or over the limit: the front hand need not wait for the back hand. */
bool bsd43_expendable(const void *state, const struct pager *pager, pfn_t pfn)
{
    const struct bsd43 *kernel = state;
    const struct bsd43_process *process = bsd43_owner(kernel, pfn);
    (void)pager;
    return process && kernel->d.rules->takes_at_once &&
           (process->p.rssize > process->maxrss ||
            process->p.flags & (BSD43_SSEQL | BSD43_SUANOM));
}

bool bsd43_locked(const void *state, const struct pager *pager, pfn_t pfn)
{
    return bsd43_cmap(state, pfn)->push != 0 || pager->frames[pfn].writing;
}

enum bsd43_taken bsd43_take(struct bsd43 *kernel, pfn_t pfn, enum status *status,
                            struct error *err)
{
    struct pager *pager = kernel->pager;
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const struct bsd43_defaults *d = &kernel->d;
    if (!frame_pageable(pager, pfn) || bsd43_locked(kernel, pager, pfn))
        return BSD43_REFUSED;
    const struct bsd43_process *process = bsd43_owner(kernel, pfn);
    /* Policies without hands come up with the same page again, which must go then. */
    if (c->type != BSD43_CTEXT && process && pager->policy->scan &&
        process->p.rssize < d->saferss - process->p.slptime)
        return BSD43_REFUSED;
    if (!frame_dirty(pager, pfn)) {
        bsd43_leave(kernel, pfn);
        frame_cache(pager, pfn);
        bsd43_count(kernel, BSD43_DFREE, d->clsize);
        bsd43_spend(kernel, kernel->params->cost_free);
        return BSD43_TAKEN;
    }
    const bool busy = process && process->p.flags & (BSD43_SLOCK | BSD43_SWEXIT);
    if (busy && !d->rules->busy_counts_as_push)
        return BSD43_REFUSED;
    if (kernel->daemon.pushes > d->maxpgio / d->rules->push_divisor)
        return BSD43_REFUSED;
    kernel->daemon.pushes++;
    if (busy)
        return BSD43_REFUSED;
    bsd43_cleanup(kernel);
    if (!kernel->free_headers) {
        kernel->header_wanted = true;
        return BSD43_BLOCKED;
    }
    *status = bsd43_push(kernel, pfn, err);
    return BSD43_TAKEN;
}

/* --- sequential processes ------------------------------------------------------------ */

/* Take one page of the process that faulted, if nothing is in the way. */
static void take_away(struct bsd43 *kernel, const struct bsd43_page *page)
{
    struct pager *pager = kernel->pager;
    const pfn_t pfn =
        page->content == CONTENT_NONE ? PFN_NONE : pager->contents.all[page->content].frame;
    struct error err;
    if (pfn == PFN_NONE || !frame_pageable(pager, pfn) || bsd43_locked(kernel, pager, pfn))
        return;
    frame_clear_referenced(pager, pfn);
    if (!frame_dirty(pager, pfn)) {
        bsd43_leave(kernel, pfn);
        frame_cache(pager, pfn);
        bsd43_count(kernel, BSD43_SEQFREE, kernel->d.clsize);
    } else if (kernel->free_headers && bsd43_push(kernel, pfn, &err) != OK) {
        pager_fail(pager, &err);
    }
}

void bsd43_dpageout(struct bsd43 *kernel, page_t faulted)
{
    struct bsd43_page page, other;
    struct error err;
    if (bsd43_freemem(kernel) >= kernel->d.lotsfree ||
        bsd43_look_up(kernel, faulted, &page, &err) != OK ||
        !(page.process->p.flags & BSD43_SSEQL))
        return;
    const uint32_t n = bsd43_clusters(page.segment);
    const struct bsd43_kluster freed[] = {bsd43_freed_behind(&kernel->d, page.cluster, n),
                                          bsd43_freed_ahead(&kernel->d, page.cluster, n)};
    for (size_t k = 0; k < ARRAY_LEN(freed); k++)
        for (uint32_t i = 0; i < freed[k].n; i++)
            if (bsd43_neighbour(kernel, &page, freed[k].first + i, &other))
                take_away(kernel, &other);
}
