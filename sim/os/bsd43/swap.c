/* swap.c -- whole processes go to swap and come back: swapout() and swapin() of
 * sys/vm_swap.c, vsswap() of sys/vm_drum.c.  One is moved at a time, a transfer after the
 * other; what happens when that is done is sched.c's. */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"

static void go_on(struct bsd43 *kernel);

static struct bsd43_swap_job *job_of(struct bsd43 *kernel)
{
    return &kernel->swapper.job;
}

static void job_done(struct pager_io *io)
{
    struct bsd43_header *header = CONTAINER_OF(io, struct bsd43_header, io);
    bsd43_spend(header->kernel, header->kernel->params->cost_interrupt);
    go_on(header->kernel);
}

/* A header of the swapper's own: it never waits for one. */
static struct bsd43_header *begin_transfer(struct bsd43 *kernel, bool write)
{
    struct bsd43_header *header = &job_of(kernel)->header;
    *header = (struct bsd43_header){
        .kernel = kernel,
        .number = (uint16_t)(kernel->d.nswbuf + 1),
        .io = {.pager = kernel->pager,
               .first = PFN_NONE,
               .write = write,
               .on_swap = true,
               .done = job_done},
    };
    return header;
}

/* --- out ----------------------------------------------------------------------------- */

/* The frame goes to the head of the free list, and what it held is on swap only. */
static void frame_swapped(struct pager_io *io, pfn_t pfn, bool wanted)
{
    struct bsd43_header *header = CONTAINER_OF(io, struct bsd43_header, io);
    (void)wanted;
    bsd43_cmap(header->kernel, pfn)->push = 0;
    frame_drop(io->pager, pfn);
}

static void take_out(struct bsd43 *kernel, pfn_t pfn)
{
    struct pager *pager = kernel->pager;
    frame_withdraw(pager, pfn, FRAME_LEAVING, true);
    while (pager->frames[pfn].page != PAGE_NONE)
        frame_unmap(pager, pager->frames[pfn].page);
    pager->counts.page_outs++;
}

/* The frame of a page, if it is not locked: what is, is freed when it has been pushed. */
static pfn_t resident(struct bsd43 *kernel, const struct bsd43_process *process, vpn_t vpn)
{
    const struct pager *pager = kernel->pager;
    const page_t page = page_space_find(&process->space->pages, vpn);
    const content_t content = page == PAGE_NONE ? CONTENT_NONE : pager->content_of[page];
    const pfn_t pfn =
        content == CONTENT_NONE ? PFN_NONE : pager->contents.all[content].frame;
    if (pfn == PFN_NONE)
        return PFN_NONE;
    /* What has been pushed, and used since, is written anew if need be. */
    if (pager->frames[pfn].writing ||
        (bsd43_cmap(kernel, pfn)->push && !frame_pageable(pager, pfn))) {
        bsd43_mark_gone(kernel, pfn);
        return PFN_NONE;
    }
    const uint8_t state = pager->frames[pfn].state;
    return state == FRAME_ACTIVE || state == FRAME_CACHED ? pfn : PFN_NONE;
}

/* vmemfree() of a page that need not be written. */
static void free_clean(struct bsd43 *kernel, pfn_t pfn)
{
    struct pager *pager = kernel->pager;
    if (pager->frames[pfn].state == FRAME_CACHED) {
        pager->counts.page_outs++;
        frame_uncache(pager, pfn); /* where it is on the list */
    } else {
        take_out(kernel, pfn);
        frame_drop(pager, pfn);
    }
}

/* Does the place lie behind those of the transfer on one device, and can that be longer
 * still? */
static bool continues(const struct bsd43_header *header, slot_t slot, unsigned shift)
{
    return header->io.n < BSD43_KLMAX &&
           slot == (header->io.offset >> shift) + header->io.n &&
           swap_space_adjacent(&header->io.pager->storage.swap, slot - 1);
}

/* From the job's page on: free what is clean, up to dirty pages, and start to write those
 * that lie behind one another.  False: there are none. */
static bool write_run(struct bsd43 *kernel)
{
    struct bsd43_swap_job *job = job_of(kernel);
    struct pager *pager = kernel->pager;
    const unsigned shift = pager->mmu.page_shift;
    struct bsd43_header *header = begin_transfer(kernel, true);
    pfn_t last = PFN_NONE;
    header->io.frame_done = frame_swapped;
    for (; job->pages.at < job->pages.n; job->pages.at++) {
        const pfn_t pfn = resident(kernel, job->process, job->pages.vpns[job->pages.at]);
        if (pfn == PFN_NONE)
            continue;
        if (pager->frames[pfn].state != FRAME_ACTIVE || !frame_dirty(pager, pfn)) {
            free_clean(kernel, pfn);
            continue;
        }
        const slot_t slot = pager->contents.all[pager->frames[pfn].content].slot;
        if (header->io.n == 0)
            header->io.offset = (uint64_t)slot << shift;
        else if (!continues(header, slot, shift))
            break;
        bsd43_cmap(kernel, pfn)->push = header->number;
        take_out(kernel, pfn);
        pager->counts.page_outs_dirty++;
        header->frames[header->n++] = pfn;
        io_add(&header->io, &last, pfn, false);
    }
    if (header->io.n == 0)
        return false;
    kernel->meter.sum[BSD43_PSWPOUT] += header->io.n * (uint64_t)kernel->d.clsize;
    bsd43_transfer(kernel, header->io.n);
    io_start(&header->io);
    return true;
}

/* The u-area and page tables, which lie in one piece. */
static void transfer_system(struct bsd43 *kernel, bool write)
{
    struct bsd43_swap_job *job = job_of(kernel);
    struct bsd43_header *header = begin_transfer(kernel, write);
    const uint32_t clsize = (uint32_t)kernel->d.clsize;
    header->io.n = (job->process->swblocks + clsize - 1) / clsize;
    header->io.offset = (uint64_t)job->process->swaddr * BSD43_NBPG;
    kernel->meter.sum[write ? BSD43_PSWPOUT : BSD43_PSWPIN] += job->process->swblocks;
    bsd43_transfer(kernel, header->io.n);
    io_start(&header->io);
}

/* Data and stack of the process.  In the order of their addresses they are in that of their
 * places, too: the chunks of a stack are used from their ends. */
static enum status pages_to_go(const struct bsd43_process *process, struct bsd43_used *out,
                               struct error *err)
{
    const enum status status = bsd43_used_pages(process->space, out, err);
    size_t kept = 0;
    for (size_t i = 0; i < out->n; i++) {
        const struct bsd43_segment *segment = bsd43_segment_find(process, out->vpns[i]);
        if (segment && segment->type != BSD43_CTEXT)
            out->vpns[kept++] = out->vpns[i];
    }
    out->n = kept;
    return status;
}

/* Texts stay, if others in memory share them, but the page table goes. */
static void leave_texts(struct bsd43 *kernel, struct bsd43_process *process)
{
    for (uint32_t i = 0; i < process->nsegments; i++) {
        const struct bsd43_segment *segment = &process->segments[i];
        if (segment->type != BSD43_CTEXT)
            continue;
        for (vpn_t vpn = segment->first; vpn <= segment->last; vpn++) {
            const page_t page = page_space_find(&process->space->pages, vpn);
            if (page != PAGE_NONE && kernel->pager->mmu.bits[page] & PAGE_RESIDENT)
                frame_unmap(kernel->pager, page);
        }
        bsd43_xdetach(kernel, process, segment->text);
    }
}

bool bsd43_swapout(struct bsd43 *kernel, struct bsd43_process *process)
{
    uint64_t pages[BSD43_CSTACK + 1];
    bsd43_segment_pages(kernel, process, pages);
    const uint32_t blocks =
        bsd43_vusize(&kernel->d, (uint32_t)pages[BSD43_CTEXT], (uint32_t)pages[BSD43_CDATA],
                     (uint32_t)pages[BSD43_CSTACK]) +
        process->vforks * bsd43_vusize(&kernel->d, 0, 0, 0);
    struct bsd43_used to_go = {0};
    struct error err;
    if (pages_to_go(process, &to_go, &err) != OK) {
        pager_fail(kernel->pager, &err);
        return false;
    }
    const uint32_t most = kernel->swapmap.interleave;
    const uint32_t swaddr =
        most && blocks > most ? 0 : bsd43_rmalloc(&kernel->swapmap, blocks);
    if (swaddr == 0) {
        bsd43_used_release(&to_go);
        return false;
    }
    process->swaddr = swaddr;
    process->swblocks = blocks;
    process->p.swrss = process->p.rssize;
    process->p.flags = (process->p.flags & ~(uint32_t)BSD43_SLOAD) | BSD43_SLOCK;
    kernel->pager->host->suspend(kernel->pager->host->context, process->space);
    leave_texts(kernel, process);
    *job_of(kernel) = (struct bsd43_swap_job){
        .process = process, .stage = BSD43_SWAP_PAGES, .pages = to_go, .out = true};
    go_on(kernel);
    return true;
}

/* All is on swap. */
static void end_out(struct bsd43 *kernel, struct bsd43_process *process)
{
    bsd43_used_release(&job_of(kernel)->pages);
    bsd43_unwire(kernel, process);
    process->p.flags &= ~(uint32_t)BSD43_SLOCK;
    process->p.time = 0;
    bsd43_count(kernel, BSD43_SWPOUT, 1);
    bsd43_swapped(kernel);
}

/* The next transfer of a process that goes. */
static void go_on_out(struct bsd43 *kernel)
{
    struct bsd43_swap_job *job = job_of(kernel);
    struct bsd43_process *process = job->process;
    if (job->stage == BSD43_SWAP_PAGES && write_run(kernel))
        return;
    if (job->stage == BSD43_SWAP_PAGES) {
        job->stage = BSD43_SWAP_SYSTEM;
        transfer_system(kernel, true);
        return;
    }
    end_out(kernel, process);
}

/* --- in ------------------------------------------------------------------------------ */

bool bsd43_swapin(struct bsd43 *kernel, struct bsd43_process *process)
{
    if (!bsd43_wire_all(kernel, process))
        return false;
    process->p.flags |= BSD43_SLOCK;
    *job_of(kernel) = (struct bsd43_swap_job){
        .process = process, .stage = BSD43_SWAP_SYSTEM, .out = false};
    transfer_system(kernel, false);
    return true;
}

static void end_in(struct bsd43 *kernel, struct bsd43_process *process)
{
    struct pager *pager = kernel->pager;
    struct error err;
    enum status status = OK;
    bsd43_rmfree(&kernel->swapmap, process->swblocks, process->swaddr);
    process->swblocks = 0;
    process->p.flags = (process->p.flags & ~(uint32_t)BSD43_SLOCK) | BSD43_SLOAD;
    process->p.time = 0;
    for (uint32_t i = 0; i < process->nsegments && status == OK; i++)
        if (process->segments[i].type == BSD43_CTEXT)
            status = bsd43_xattach(kernel, process, process->segments[i].text, &err);
    if (status != OK)
        pager_fail(pager, &err);
    bsd43_count(kernel, BSD43_SWPIN, 1);
    pager_wakeup(pager, &process->swapped_waiters);
    pager->host->resume(pager->host->context, process->space);
    bsd43_swapped(kernel);
}

static void go_on(struct bsd43 *kernel)
{
    struct bsd43_swap_job *job = job_of(kernel);
    if (!job->process) { /* it has ended */
        bsd43_used_release(&job->pages);
        bsd43_swapped(kernel);
    } else if (job->out) {
        go_on_out(kernel);
    } else {
        end_in(kernel, job->process);
    }
}

void bsd43_swap_forget(struct bsd43 *kernel, struct bsd43_process *process)
{
    if (process->swblocks)
        bsd43_rmfree(&kernel->swapmap, process->swblocks, process->swaddr);
    if (kernel->swapper.busy && job_of(kernel)->process == process)
        job_of(kernel)->process = NULL;
}
