/* freelist.c -- the core map's free list: memall(), memfree(), munlink() of
 * sys/vm_mem.c, and resident sets. */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"

#include <assert.h>
#include <sys/mman.h>

/* --- the list ------------------------------------------------------------------------ */

enum status bsd43_cmap_init(struct bsd43 *kernel, struct error *err)
{
    const size_t entries = BSD43_FIRST + (size_t)kernel->pager->nframes;
    void *memory = mmap(NULL, entries * sizeof *kernel->cmap, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return error_nomem(err);
    kernel->cmap = memory;
    kernel->cmap_bytes = entries * sizeof *kernel->cmap;
    /* meminit(): all frames in ascending order. */
    kernel->cmap[BSD43_CMHEAD].next = kernel->cmap[BSD43_CMHEAD].prev = BSD43_UNUSED;
    return OK;
}

void bsd43_cmap_release(struct bsd43 *kernel)
{
    if (kernel->cmap)
        munmap(kernel->cmap, kernel->cmap_bytes);
}

static void link_after(struct bsd43 *kernel, uint32_t prev, uint32_t entry)
{
    struct bsd43_cmap *cmap = kernel->cmap;
    const uint32_t next = cmap[prev].next;
    cmap[entry].prev = prev;
    cmap[entry].next = next;
    cmap[prev].next = cmap[next].prev = entry;
}

static void unlink_entry(struct bsd43 *kernel, uint32_t entry)
{
    struct bsd43_cmap *cmap = kernel->cmap;
    cmap[cmap[entry].prev].next = cmap[entry].next;
    cmap[cmap[entry].next].prev = cmap[entry].prev;
}

/* --- resident sets ------------------------------------------------------------------- */

static int32_t *resident_set(struct bsd43 *kernel, const struct bsd43_cmap *c)
{
    return c->type == BSD43_CTEXT ? &kernel->texts[c->ndx].x.rssize
                                  : &kernel->processes[c->ndx]->p.rssize;
}

void bsd43_enter(struct bsd43 *kernel, pfn_t pfn, enum bsd43_type type, uint32_t ndx)
{
    struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    assert(!c->counted && !c->free);
    c->type = (uint8_t)type;
    c->ndx = ndx;
    c->gone = false;
    c->counted = true;
    *resident_set(kernel, c) += kernel->d.clsize;
}

void bsd43_leave(struct bsd43 *kernel, pfn_t pfn)
{
    struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    if (c->counted)
        *resident_set(kernel, c) -= kernel->d.clsize;
    c->counted = false;
}

/* --- memory comes and goes ----------------------------------------------------------- */

/* What a frame held is lost to whoever might have reclaimed it. */
static void evict(struct bsd43 *kernel, struct bsd43_cmap *c)
{
    struct pager_counts *counts = &kernel->pager->counts;
    counts->page_outs++;
    c->hash = BSD43_UNHASHED;
}

pfn_t bsd43_take_frame(void *state, struct pager *pager)
{
    struct bsd43 *kernel = state;
    const uint32_t entry = kernel->cmap[BSD43_CMHEAD].next;
    if (entry == BSD43_CMHEAD)
        return PFN_NONE;
    if (entry == BSD43_UNUSED) {
        const pfn_t fresh = pager_unused_frame(pager);
        if (pager->nused == pager->nframes)
            unlink_entry(kernel, entry);
        return fresh;
    }
    const pfn_t pfn = entry - BSD43_FIRST;
    struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    unlink_entry(kernel, entry);
    kernel->nlisted--;
    c->free = false;
    c->gone = false;
    if (pager->frames[pfn].state == FRAME_CACHED)
        evict(kernel, c);
    return pfn;
}

void bsd43_frame_freed(void *state, struct pager *pager, pfn_t pfn)
{
    struct bsd43 *kernel = state;
    struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const enum frame_state frame_state = pager->frames[pfn].state;
    const bool pushed = c->push != 0;
    bsd43_leave(kernel, pfn);
    c->push = 0;
    kernel->last_free++;
    if (frame_state == FRAME_POOL)
        return;
    /* What holds nothing is detached: "head iff (detach and c_blkno == 0)", but for what
     * the pagedaemon frees after its owner has gone. */
    const bool detached = frame_state == FRAME_FREE && !pushed;
    if (frame_state == FRAME_FREE)
        c->hash = BSD43_UNHASHED;
    if (frame_state == FRAME_FREE && pushed)
        bsd43_count(kernel, BSD43_DFREE, kernel->d.clsize);
    if (bsd43_freemem(kernel) - kernel->d.clsize <
        (int32_t)kernel->d.klmax * kernel->d.clsize)
        pager_wakeup(pager, &kernel->memory_waiters);
    link_after(kernel, detached ? BSD43_CMHEAD : kernel->cmap[BSD43_CMHEAD].prev,
               BSD43_FIRST + pfn);
    kernel->nlisted++;
    c->free = true;
}

void bsd43_munlink(struct bsd43 *kernel, pfn_t pfn)
{
    struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    assert(c->free);
    if (bsd43_freemem(kernel) < kernel->d.minfree)
        bsd43_wake_daemon(kernel);
    unlink_entry(kernel, BSD43_FIRST + pfn);
    kernel->nlisted--;
    c->free = false;
    c->gone = false;
    frame_reclaim(kernel->pager, pfn);
}

/* The pagedaemon frees in the order of the hands, and that is how frames are used again. */
void bsd43_turn_list(struct bsd43 *kernel)
{
    struct pager *pager = kernel->pager;
    const pfn_t first = pager->nused, n = pager->nframes - first;
    const pfn_t begin = n ? (pfn_t)rng_below(&pager->rng, n) : 0;
    for (pfn_t i = 0; i < n; i++)
        (void)frame_take(pager);
    /* What is freed last is used first. */
    for (pfn_t i = n; i > 0; i--)
        frame_free(pager, first + (begin + i - 1) % n);
}
