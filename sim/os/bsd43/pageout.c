/* pageout.c -- the pagedaemon, process 2: pageout(), checkpage(), cleanup() and
 * dpageout() of sys/vm_page.c.  Which pages are looked at, in which order, is the
 * policy's: pagedaemon-43 has the two hands. */
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

enum taken { REFUSED, TAKEN, BLOCKED };

/* The rest of checkpage() for a page that may go. */
static enum taken take(struct bsd43 *kernel, pfn_t pfn, enum status *status,
                       struct error *err)
{
    struct pager *pager = kernel->pager;
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const struct bsd43_defaults *d = &kernel->d;
    if (!frame_pageable(pager, pfn) || bsd43_locked(kernel, pager, pfn))
        return REFUSED;
    const struct bsd43_process *process = bsd43_owner(kernel, pfn);
    /* Policies without hands come up with the same page again, which must go then. */
    if (c->type != BSD43_CTEXT && process && pager->policy->scan &&
        process->p.rssize < d->saferss - process->p.slptime)
        return REFUSED;
    if (!frame_dirty(pager, pfn)) {
        bsd43_leave(kernel, pfn);
        frame_cache(pager, pfn);
        bsd43_count(kernel, BSD43_DFREE, d->clsize);
        return TAKEN;
    }
    const bool busy = process && process->p.flags & (BSD43_SLOCK | BSD43_SWEXIT);
    if (busy && !d->rules->busy_counts_as_push)
        return REFUSED;
    if (kernel->daemon.pushes > d->maxpgio / d->rules->push_divisor)
        return REFUSED;
    kernel->daemon.pushes++;
    if (busy)
        return REFUSED;
    bsd43_cleanup(kernel);
    if (!kernel->free_headers) {
        kernel->header_wanted = true;
        return BLOCKED;
    }
    *status = bsd43_push(kernel, pfn, err);
    return TAKEN;
}

/* --- the daemon ---------------------------------------------------------------------- */

/* The next page that the policy would have go.  PFN_NONE: a pair of hands has moved on. */
static pfn_t next_candidate(struct bsd43 *kernel, enum status *status, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct bsd43_daemon *daemon = &kernel->daemon;
    pfn_t pfn = PFN_NONE;
    if (pager->policy->scan) {
        *status = instance_scan(pager, &daemon->budget, &pfn, err);
        return pfn;
    }
    /* One page a unit. */
    if (daemon->in_pair || pager->count[FRAME_ACTIVE] == 0) {
        daemon->budget--;
        return PFN_NONE;
    }
    *status = instance_victim(pager, PROCESS_ANY, &pfn, err);
    return pfn;
}

/* The hands are past a pair of pages: how many of the budget are left, and has the policy
 * given up? */
static void end_pair(struct bsd43 *kernel, uint32_t before)
{
    struct bsd43_daemon *daemon = &kernel->daemon;
    const uint64_t turns = kernel->pager->counts.turns;
    daemon->in_pair = false;
    daemon->nscan++;
    bsd43_count(kernel, BSD43_SCAN, 1);
    bsd43_count(kernel, BSD43_REV, (int32_t)(turns - daemon->turns));
    daemon->turns = turns;
    if (daemon->budget + 1 < before)
        daemon->desscan = daemon->nscan; /* till the next tick */
}

static bool goes_on(const struct bsd43 *kernel)
{
    return kernel->daemon.nscan < kernel->daemon.desscan &&
           bsd43_freemem(kernel) < kernel->d.lotsfree;
}

/* Look at pages until enough are free, as many have been looked at as should be, or a page
 * waits for a swap header. */
static enum status scan(struct bsd43 *kernel, struct error *err)
{
    struct bsd43_daemon *daemon = &kernel->daemon;
    enum status status = OK;
    while (status == OK) {
        if (daemon->pending == PFN_NONE) {
            if (!daemon->in_pair && !goes_on(kernel))
                return OK;
            if (!daemon->in_pair)
                daemon->budget = (uint32_t)(daemon->desscan - daemon->nscan);
            const uint32_t before = daemon->budget;
            daemon->pending = next_candidate(kernel, &status, err);
            daemon->in_pair = true;
            if (status == OK && daemon->pending == PFN_NONE) {
                end_pair(kernel, before);
                continue;
            }
        } else if (frame_referenced(kernel->pager, daemon->pending)) {
            daemon->pending = PFN_NONE; /* used while it waited for a header */
            continue;
        }
        if (status == OK && take(kernel, daemon->pending, &status, err) == BLOCKED)
            return OK;
        daemon->pending = PFN_NONE;
    }
    return status;
}

static void run(struct event *event)
{
    struct bsd43_daemon *daemon = CONTAINER_OF(event, struct bsd43_daemon, event);
    struct bsd43 *kernel = CONTAINER_OF(daemon, struct bsd43, daemon);
    struct error err;
    if (daemon->pending == PFN_NONE)
        daemon->pushes = 0;
    else
        bsd43_cleanup(kernel);
    const enum status status = scan(kernel, &err);
    if (status != OK)
        pager_fail(kernel->pager, &err);
    if (daemon->pending == PFN_NONE)
        bsd43_cleanup(kernel);
}

void bsd43_daemon_init(struct bsd43 *kernel)
{
    kernel->daemon = (struct bsd43_daemon){.pending = PFN_NONE};
    event_init(&kernel->daemon.event, run);
}

void bsd43_wake_daemon(struct bsd43 *kernel)
{
    struct engine *engine = kernel->pager->storage.engine;
    if (kernel->params->pagedaemon && !event_pending(&kernel->daemon.event))
        engine_schedule(engine, &kernel->daemon.event, engine_now(engine));
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
