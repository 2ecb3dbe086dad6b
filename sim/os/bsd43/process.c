/* process.c -- processes as the kernel knows them: they begin, sleep, end, and their
 * address spaces change. */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"
#include "trace/vm_op.h"

#include <stdlib.h>

static enum status grow(struct bsd43 *kernel, uint32_t number, struct error *err)
{
    if (number < kernel->nprocesses)
        return OK;
    const uint32_t n = 2 * number + 1;
    struct bsd43_process **all = realloc(kernel->processes, n * sizeof *all);
    if (!all)
        return error_nomem(err);
    for (uint32_t i = kernel->nprocesses; i < n; i++)
        all[i] = NULL;
    kernel->processes = all;
    kernel->nprocesses = n;
    return OK;
}

enum status bsd43_process_of(struct bsd43 *kernel, struct space *space,
                             struct bsd43_process **out, struct error *err)
{
    const enum status status = grow(kernel, space->number, err);
    if (status != OK)
        return status;
    struct bsd43_process **process = &kernel->processes[space->number];
    if (!*process) {
        *process = calloc(1, sizeof **process);
        if (!*process)
            return error_nomem(err);
        (*process)->space = space;
        (*process)->p = (struct bsd43_proc){.stat = BSD43_SRUN, .flags = BSD43_SLOAD};
        (*process)->maxrss = kernel->d.maxrss;
        (*process)->system = (*process)->copy_frame = PFN_NONE;
        (*process)->created = kernel->nprocesses_made++;
    }
    *out = *process;
    return OK;
}

static struct bsd43_process *known(struct bsd43 *kernel, const struct space *space)
{
    return space->number < kernel->nprocesses ? kernel->processes[space->number] : NULL;
}

enum status bsd43_process_begin(void *state, struct pager *pager, struct space *space,
                                struct space *parent, struct error *err)
{
    struct bsd43_process *process = NULL;
    (void)pager;
    const enum status status = bsd43_process_of(state, space, &process, err);
    if (status == OK && parent) {
        process->forked = true;
        process->parent = parent->number;
    }
    return status;
}

/* The arguments are in the argument area while the old image goes and the new one comes,
 * which takes no time here: so it is whole again when the next exec begins.  Its buffers are
 * not written. */
enum status bsd43_process_exec(void *state, struct pager *pager, struct space *space,
                               struct space *old, bool *killed, struct error *err)
{
    struct bsd43 *kernel = state;
    const uint32_t clsize = (uint32_t)kernel->d.clsize;
    const uint32_t blocks = (BSD43_NCARGS / BSD43_NBPG + clsize - 1) / clsize * clsize;
    const uint32_t block = bsd43_rmalloc(&kernel->argmap, blocks);
    (void)old;
    *killed = block == 0;
    if (block)
        bsd43_rmfree(&kernel->argmap, blocks, block);
    return bsd43_process_begin(state, pager, space, NULL, err);
}

/* hw pages of page table, and of the u-area. */
static int32_t system_pages(const struct bsd43 *kernel, const struct bsd43_process *process)
{
    const struct bsd43_defaults *d = &kernel->d;
    uint64_t pages[BSD43_CSTACK + 1];
    bsd43_segment_pages(kernel, process, pages);
    /* A child after a vfork has its own, but its table is empty. */
    return BSD43_UPAGES +
           (int32_t)bsd43_szpt(d, (uint32_t)pages[BSD43_CTEXT],
                               (uint32_t)pages[BSD43_CDATA],
                               (uint32_t)pages[BSD43_CSTACK]) +
           (int32_t)(process->vforks * (BSD43_UPAGES + bsd43_szpt(d, 0, 0, 0)));
}

static uint32_t system_frames(const struct bsd43 *kernel,
                              const struct bsd43_process *process)
{
    const int32_t clsize = kernel->d.clsize;
    return kernel->params->u_areas
               ? (uint32_t)((system_pages(kernel, process) + clsize - 1) / clsize)
               : 0;
}

/* Wire free frames until there are as many as wanted, or none are free. */
static bool wire(struct bsd43 *kernel, pfn_t *chain, uint32_t *n, uint32_t wanted)
{
    struct pager *pager = kernel->pager;
    while (*n < wanted && bsd43_freemem(kernel) > 0) {
        const pfn_t pfn = frame_take(pager);
        frame_set_state(pager, pfn, FRAME_WIRED);
        bsd43_cmap(kernel, pfn)->type = BSD43_CSYS;
        pager->frames[pfn].link = *chain;
        *chain = pfn;
        ++*n;
    }
    return *n >= wanted;
}

bool bsd43_wire(struct bsd43 *kernel, struct bsd43_process *process)
{
    const uint32_t wanted = system_frames(kernel, process);
    if (process->nsystem < wanted && bsd43_freemem(kernel) < kernel->d.desfree)
        bsd43_wake_daemon(kernel); /* outofmem() */
    return wire(kernel, &process->system, &process->nsystem, wanted);
}

bool bsd43_wire_all(struct bsd43 *kernel, struct bsd43_process *process)
{
    const uint32_t wanted = system_frames(kernel, process);
    return process->nsystem + pager_free_frames(kernel->pager) >= wanted &&
           bsd43_wire(kernel, process);
}

/* Free frames of its u-area and page tables until so many are left. */
static void unwire(struct bsd43 *kernel, struct bsd43_process *process, uint32_t left)
{
    struct pager *pager = kernel->pager;
    while (process->nsystem > left) {
        const pfn_t pfn = process->system;
        process->system = pager->frames[pfn].link;
        pager->frames[pfn].link = PFN_NONE;
        process->nsystem--;
        frame_free(pager, pfn);
    }
}

/* The u-area of process 0 is in the kernel's data. */
void bsd43_wire_own(struct bsd43 *kernel)
{
    enum { NETWORK_PAGES = 16 }; /* mbinit(): 4096 bytes each of mbufs and of clusters */
    const struct bsd43_defaults *d = &kernel->d;
    /* main(): the pagedaemon maps what all swap headers push. */
    const uint32_t pages = BSD43_UPAGES +
                           bsd43_szpt(d, 0, d->nswbuf * d->klmax * (uint32_t)d->clsize, 0) +
                           NETWORK_PAGES;
    const uint32_t clsize = (uint32_t)d->clsize;
    kernel->own_system = PFN_NONE;
    (void)wire(kernel, &kernel->own_system, &kernel->nown, (pages + clsize - 1) / clsize);
}

void bsd43_unwire(struct bsd43 *kernel, struct bsd43_process *process)
{
    unwire(kernel, process, 0);
}

/* Frames that are still on their way somewhere are nobody's any more. */
static void leave_frames(struct bsd43 *kernel, uint32_t number)
{
    for (pfn_t pfn = 0; pfn < kernel->pager->nused; pfn++) {
        const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
        if (c->counted && c->type != BSD43_CTEXT && c->ndx == number)
            bsd43_leave(kernel, pfn);
    }
}

static void free_process(struct bsd43_process *process)
{
    for (uint32_t i = 0; i < process->nsegments; i++)
        bsd43_dmap_release(&process->segments[i].dmap);
    map_release(&process->windows);
    bsd43_used_release(&process->to_copy);
    free(process->segments);
    free(process);
}

void bsd43_process_end(void *state, struct pager *pager, struct space *space)
{
    struct bsd43 *kernel = state;
    (void)pager;
    const uint32_t number = space->number;
    struct bsd43_process *process =
        number < kernel->nprocesses ? kernel->processes[number] : NULL;
    if (!process)
        return;
    while (process->nsegments > 0)
        bsd43_segment_end(kernel, process, &process->segments[process->nsegments - 1]);
    const uint32_t window = kernel->d.dmmin > (uint32_t)kernel->d.clsize
                                ? kernel->d.dmmin
                                : (uint32_t)kernel->d.clsize;
    for (size_t i = 0; i < process->windows.nslots; i++)
        if (process->windows.slots[i].value != MAP_ABSENT)
            bsd43_rmfree(&kernel->swapmap, window, process->windows.slots[i].value);
    if (process->p.rssize)
        leave_frames(kernel, number);
    bsd43_disown_pushes(kernel, number);
    bsd43_swap_forget(kernel, process);
    bsd43_unwire(kernel, process);
    bsd43_drop_copy_frame(kernel, process);
    bsd43_swapper_forget(kernel, process);
    kernel->processes[number] = NULL;
    free_process(process);
}

void bsd43_process_sleeps(void *state, struct pager *pager, struct space *space)
{
    struct bsd43_process *process = known(state, space);
    (void)pager;
    if (!process)
        return;
    process->asleep = true;
    process->p.stat = BSD43_SSLEEP;
    process->p.pri = BSD43_PZERO + 5; /* PWAIT, PSLEEP are above PZERO */
}

void bsd43_process_wakes(void *state, struct pager *pager, struct space *space)
{
    struct bsd43_process *process = known(state, space);
    (void)pager;
    if (!process)
        return;
    process->asleep = false;
    bsd43_wants_in(state, process);
}

/* The child has its parent's address space, but a u-area of its own. */
enum status bsd43_vfork(void *state, struct pager *pager, struct space *space,
                        struct error *err)
{
    struct bsd43_process *process = NULL;
    (void)pager;
    const enum status status = bsd43_process_of(state, space, &process, err);
    if (status != OK)
        return status;
    process->vforks++;
    (void)!bsd43_wire(state, process); /* it waits, if need be, at its first fault */
    return OK;
}

void bsd43_vfork_end(void *state, struct pager *pager, struct space *space)
{
    struct bsd43_process *process = known(state, space);
    (void)pager;
    process->vforks--;
    unwire(state, process, system_frames(state, process));
}

/* vadvise(): of the whole process, whatever part of its memory was meant. */
void bsd43_advised(void *state, struct pager *pager, struct space *space, uint8_t advice)
{
    struct bsd43 *kernel = state;
    struct bsd43_process *process = known(kernel, space);
    const bool was_anomalous = process && process->p.flags & BSD43_SUANOM;
    if (!process || advice == VM_WILLNEED)
        return; /* nobody can say that */
    process->p.flags &= ~(uint32_t)(BSD43_SSEQL | BSD43_SUANOM);
    process->p.flags |= advice == VM_SEQUENTIAL ? BSD43_SSEQL
                        : advice == VM_RANDOM   ? BSD43_SUANOM
                                                : 0;
    for (pfn_t pfn = 0; was_anomalous && advice != VM_RANDOM && pfn < pager->nused; pfn++) {
        const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
        if (c->counted && c->type == BSD43_CDATA && c->ndx == space->number && !c->push &&
            pager->frames[pfn].state == FRAME_ACTIVE)
            frame_clear_referenced(pager, pfn);
    }
}

enum status bsd43_region_added(void *state, struct pager *pager, struct space *space,
                               const struct region *region, bool *killed, struct error *err)
{
    struct bsd43 *kernel = state;
    struct bsd43_process *process = NULL;
    struct bsd43_segment *segment;
    (void)pager;
    /* What nobody may use needs no swap space before it may be used. */
    if (!region->protection)
        return OK;
    const enum status status = bsd43_process_of(kernel, space, &process, err);
    return status == OK ? bsd43_segment_of(kernel, process, region, &segment, killed, err)
                        : status;
}

/* A part of the segment outside first..last is in a region still. */
static bool is_left(const struct space *space, const struct bsd43_segment *segment,
                    vpn_t first, vpn_t last)
{
    for (size_t i = 0; i < space->nregions; i++) {
        const struct region *region = &space->regions[i];
        const vpn_t from = region->first > segment->first ? region->first : segment->first;
        const vpn_t to = region->last < segment->last ? region->last : segment->last;
        if (from <= to && (from < first || to > last))
            return true;
    }
    return false;
}

/* Swap space is given back only when all of a segment has gone. */
void bsd43_region_removed(void *state, struct pager *pager, struct space *space,
                          vpn_t first, vpn_t last)
{
    struct bsd43_process *process = known(state, space);
    (void)pager;
    for (uint32_t i = process ? process->nsegments : 0; i > 0; i--) {
        struct bsd43_segment *segment = &process->segments[i - 1];
        if (!segment->sparse && segment->first <= last && segment->last >= first &&
            !is_left(space, segment, first, last))
            bsd43_segment_end(state, process, segment);
    }
}

struct bsd43_process *bsd43_owner(const struct bsd43 *kernel, pfn_t pfn)
{
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    uint32_t number = c->ndx;
    if (!c->counted)
        return NULL;
    if (c->type == BSD43_CTEXT) {
        const struct bsd43_xtext *text = &kernel->texts[number];
        if (text->nusers == 0)
            return NULL;
        number = text->users[text->nusers - 1]; /* x_caddr */
    }
    return kernel->processes[number];
}

enum status bsd43_page_of(struct bsd43 *kernel, pfn_t pfn, page_t *out, struct error *err)
{
    struct pager *pager = kernel->pager;
    const struct frame *frame = &pager->frames[pfn];
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const struct content *content = &pager->contents.all[frame->content];
    *out = frame->page;
    if (*out != PAGE_NONE)
        return OK;
    if (c->type != BSD43_CTEXT) {
        *out = content->page;
        return OK;
    }
    const struct bsd43_process *process = bsd43_owner(kernel, pfn);
    if (!process)
        return OK;
    const struct bsd43_segment *segment = process->segments;
    while (segment->type != BSD43_CTEXT || segment->text != c->ndx)
        segment++;
    const uint64_t page = content->file_page - kernel->texts[c->ndx].file_page;
    return pager_page(pager, process->space, out, segment->first + page, err);
}

void bsd43_processes_release(struct bsd43 *kernel)
{
    for (uint32_t i = 0; i < kernel->nprocesses; i++)
        if (kernel->processes[i])
            free_process(kernel->processes[i]);
    free(kernel->processes);
}
