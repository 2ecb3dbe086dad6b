/* check.c -- what must hold of the kernel's own between any two events: that nothing is lost
 * and nothing is in two places. */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"

#include <stdlib.h>

/* --- the core map ---------------------------------------------------------------------- */

static const char *check_list(const struct bsd43 *kernel)
{
    const struct bsd43_cmap *cmap = kernel->cmap;
    const struct pager *pager = kernel->pager;
    uint32_t listed = 0, free_frames = 0;
    bool unused = false;
    for (uint32_t at = cmap[BSD43_CMHEAD].next; at != BSD43_CMHEAD; at = cmap[at].next) {
        if (cmap[cmap[at].next].prev != at)
            return "the free list's links do not agree";
        if (at == BSD43_UNUSED) {
            unused = true;
            continue;
        }
        const uint8_t state = pager->frames[at - BSD43_FIRST].state;
        if (!cmap[at].free || (state != FRAME_FREE && state != FRAME_CACHED))
            return "a frame on the free list is not free";
        if (++listed > kernel->nlisted)
            return "the free list is longer than was counted";
    }
    for (pfn_t pfn = 0; pfn < pager->nused; pfn++)
        free_frames += bsd43_cmap(kernel, pfn)->free;
    if (unused != (pager->nused < pager->nframes))
        return "frames that were never used are on the free list, or are not";
    if (listed != kernel->nlisted || listed != free_frames ||
        listed != pager->count[FRAME_FREE] + pager->count[FRAME_CACHED])
        return "the free list has not all free frames";
    return NULL;
}

/* A frame of text has a page of the text that it names, whose content has it; so it can be
 * found by its block, and by no other. */
static const char *check_text_frame(const struct bsd43 *kernel, pfn_t pfn)
{
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const struct pager *pager = kernel->pager;
    const content_t number = pager->frames[pfn].content;
    const struct content *content = &pager->contents.all[number];
    const struct bsd43_xtext *text = &kernel->texts[c->ndx];
    if (content->file == FILE_NONE ||
        contents_find_file(&pager->contents, content->file, content->file_page) != number)
        return "a frame of text holds what its block does not find";
    if (!c->counted)
        return NULL; /* the text may be another one by now */
    if (!text->used || text->file != content->file ||
        content->file_page - text->file_page >= text->npages)
        return "a frame is in the resident set of a text that has not its page";
    return NULL;
}

/* Frames that processes have: their pages stand for what is in them, and are in a segment of
 * the frame's type. */
static const char *check_own_frame(const struct bsd43 *kernel, pfn_t pfn)
{
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const struct pager *pager = kernel->pager;
    const content_t number = pager->frames[pfn].content;
    const struct content *content = &pager->contents.all[number];
    if (content->refs == 0) /* it is free when its transfer is complete */
        return pager->frames[pfn].writing || pager->frames[pfn].state == FRAME_FILLING
                   ? NULL
                   : "a frame holds what no page stands for";
    const struct bsd43_process *process =
        c->ndx < kernel->nprocesses ? kernel->processes[c->ndx] : NULL;
    if (!process || content->refs != 1 ||
        pager->mmu.index->space_of[content->page] != c->ndx ||
        pager->content_of[content->page] != number)
        return "a frame is not its owner's, or its owner's page not in it";
    const struct bsd43_segment *segment =
        bsd43_segment_find(process, pager->mmu.index->vpns[content->page]);
    if (!segment || segment->type != c->type)
        return "a frame is of another type than its page's segment";
    if (!segment->sparse && content->slot == SLOT_NONE)
        return "a page in memory has no place on swap";
    return NULL;
}

static const char *check_frame(const struct bsd43 *kernel, pfn_t pfn)
{
    const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const struct frame *frame = &kernel->pager->frames[pfn];
    const uint8_t state = frame->state;
    if (c->counted && (c->free || state == FRAME_FREE || state == FRAME_CACHED))
        return "a free frame is in a resident set";
    if (c->counted && c->gone)
        return "a frame that is gone is in a resident set";
    if (!c->counted && state == FRAME_ACTIVE)
        return "a frame in use is in no resident set";
    if (c->hash != BSD43_UNHASHED && c->type != BSD43_CTEXT)
        return "a frame that is not text is hashed";
    if (c->hash != BSD43_UNHASHED && frame->content == CONTENT_NONE)
        return "a frame is hashed and holds nothing";
    if (c->push != 0 && state != FRAME_ACTIVE && state != FRAME_LEAVING &&
        state != FRAME_HELD)
        return "a frame is locked by a push and not in use";
    if (frame->content == CONTENT_NONE)
        return NULL;
    return c->type == BSD43_CTEXT ? check_text_frame(kernel, pfn)
                                  : check_own_frame(kernel, pfn);
}

static const char *check_frames(const struct bsd43 *kernel)
{
    const char *wrong = NULL;
    for (pfn_t pfn = 0; pfn < kernel->pager->nused && !wrong; pfn++)
        wrong = check_frame(kernel, pfn);
    return wrong;
}

/* --- resident sets --------------------------------------------------------------------- */

/* Each is as large as the frames that are in it. */
static const char *compare_sets(const struct bsd43 *kernel, int32_t *sets)
{
    int32_t *texts = sets + kernel->nprocesses;
    for (pfn_t pfn = 0; pfn < kernel->pager->nused; pfn++) {
        const struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
        if (c->counted)
            (c->type == BSD43_CTEXT ? texts : sets)[c->ndx] += kernel->d.clsize;
    }
    for (uint32_t i = 0; i < kernel->nprocesses; i++)
        if (sets[i] != (kernel->processes[i] ? kernel->processes[i]->p.rssize : 0))
            return "the resident set of a process is not what was counted";
    for (uint32_t i = 0; i < kernel->texts_top; i++)
        if (texts[i] != kernel->texts[i].x.rssize)
            return "the resident set of a text is not what was counted";
    return NULL;
}

static const char *check_sets(const struct bsd43 *kernel)
{
    int32_t *sets = calloc(kernel->nprocesses + (size_t)kernel->texts_top, sizeof *sets);
    const char *wrong = sets ? compare_sets(kernel, sets) : NULL;
    free(sets);
    return wrong;
}

/* u-areas and page tables are in memory with their processes, and only then; so are their
 * pages. */
static const char *check_processes(const struct bsd43 *kernel)
{
    uint64_t wired = 0;
    for (uint32_t i = 0; i < kernel->nprocesses; i++) {
        const struct bsd43_process *process = kernel->processes[i];
        if (!process)
            continue;
        wired += process->nsystem;
        if (process->p.flags & (BSD43_SLOAD | BSD43_SLOCK))
            continue;
        if (process->nsystem > 0)
            return "a process that is swapped out has its u-area in memory";
        if (process->p.rssize != 0 || process->space->resident > 0)
            return "a process that is swapped out has pages in memory";
    }
    return wired + kernel->nown == kernel->pager->count[FRAME_WIRED]
               ? NULL
               : "frames of u-areas and page tables are not those of processes";
}

/* Who is linked to a text is in memory and has it in its address space. */
static const char *check_texts(const struct bsd43 *kernel)
{
    for (uint32_t i = 0; i < kernel->texts_top; i++) {
        const struct bsd43_xtext *text = &kernel->texts[i];
        if (!text->used)
            continue;
        if ((uint32_t)text->x.ccount != text->nusers || text->nusers > text->count)
            return "the users of a text are not as many as were counted";
        for (uint32_t k = 0; k < text->nusers; k++) {
            const struct bsd43_process *process = kernel->processes[text->users[k]];
            bool has = false;
            for (uint32_t s = 0; process && s < process->nsegments; s++)
                has |= process->segments[s].type == BSD43_CTEXT &&
                       process->segments[s].text == i;
            if (!has)
                return "a text is linked to a process that has it not";
        }
    }
    return NULL;
}

/* --- swap headers ---------------------------------------------------------------------- */

/* How many frames a header, which is busy or the swapper's, has locked. */
static uint32_t locked_by(const struct bsd43 *kernel, const struct bsd43_header *header)
{
    uint32_t locked = 0;
    for (uint32_t i = 0; i < header->n; i++)
        locked += bsd43_cmap(kernel, header->frames[i])->push == header->number;
    return locked;
}

static const char *check_headers(const struct bsd43 *kernel)
{
    uint32_t busy = 0, unused = 0, locked = 0, frames = 0;
    for (const struct bsd43_header *h = kernel->free_headers; h; h = h->next)
        if (h->busy || ++unused > kernel->d.nswbuf)
            return "a swap header is free and in use";
    for (const struct bsd43_header *h = kernel->cleaned; h; h = h->next)
        if (!h->busy || !h->io.write)
            return "a swap header is cleaned and was not written with";
    for (uint32_t i = 0; i < kernel->d.nswbuf; i++) {
        busy += kernel->headers[i].busy;
        if (kernel->headers[i].busy)
            locked += locked_by(kernel, &kernel->headers[i]);
    }
    locked += locked_by(kernel, &kernel->swapper.job.header);
    for (pfn_t pfn = 0; pfn < kernel->pager->nused; pfn++)
        frames += bsd43_cmap(kernel, pfn)->push != 0;
    if (busy + unused != kernel->d.nswbuf)
        return "a swap header is lost";
    if (locked != frames)
        return "frames are locked by no swap header";
    if (unused && kernel->header_waiters.first)
        return "a fault waits for a swap header while one is free";
    return NULL;
}

/* Pushes of each process and text are counted with it. */
static const char *check_pushes(const struct bsd43 *kernel)
{
    uint64_t pushes = 0, counted = 0;
    for (uint32_t i = 0; i < kernel->d.nswbuf; i++) {
        const struct bsd43_header *header = &kernel->headers[i];
        pushes += header->busy && header->io.write && header->center != PFN_NONE &&
                  header->ndx != BSD43_NOBODY;
    }
    for (uint32_t i = 0; i < kernel->nprocesses; i++)
        counted += kernel->processes[i] ? kernel->processes[i]->p.poip : 0;
    for (uint32_t i = 0; i < kernel->texts_top; i++)
        counted += kernel->texts[i].x.poip;
    return pushes == counted ? NULL : "page-outs in progress are not what was counted";
}

/* --- swap space ------------------------------------------------------------------------ */

struct extents {
    struct bsd43_piece *all; /* [n] */
    size_t n, capacity;
    uint64_t blocks;
};

static void add_extent(struct extents *extents, uint32_t addr, uint32_t size)
{
    if (addr == 0 || size == 0)
        return;
    if (extents->n == extents->capacity) {
        const size_t capacity = extents->capacity ? 2 * extents->capacity : 64;
        struct bsd43_piece *all = realloc(extents->all, capacity * sizeof *all);
        if (!all)
            return; /* then a sum is wrong, and memory short */
        extents->all = all;
        extents->capacity = capacity;
    }
    extents->all[extents->n++] = (struct bsd43_piece){addr, size};
    extents->blocks += size;
}

static void add_dmap(struct extents *extents, const struct bsd43 *kernel,
                     const struct bsd43_dmap *map)
{
    const uint32_t dmmax = kernel->d.dmmax;
    uint32_t size = kernel->d.dmmin;
    for (uint32_t at = 0, i = 0; at < map->alloc; i++) {
        add_extent(extents, bsd43_dmap_chunk(map, i), size);
        at += size;
        size = 2 * size < dmmax ? 2 * size : dmmax;
    }
}

static void add_process(struct extents *extents, const struct bsd43 *kernel,
                        const struct bsd43_process *process)
{
    const uint32_t clsize = (uint32_t)kernel->d.clsize;
    const uint32_t window = kernel->d.dmmin > clsize ? kernel->d.dmmin : clsize;
    for (uint32_t i = 0; i < process->nsegments; i++)
        if (process->segments[i].type != BSD43_CTEXT)
            add_dmap(extents, kernel, &process->segments[i].dmap);
    for (size_t i = 0; i < process->windows.nslots; i++)
        if (process->windows.slots[i].value != MAP_ABSENT)
            add_extent(extents, process->windows.slots[i].value, window);
    add_extent(extents, process->swaddr, process->swblocks);
}

static void add_text(struct extents *extents, const struct bsd43 *kernel,
                     const struct bsd43_xtext *text)
{
    const uint32_t dmtext = kernel->d.dmtext, size = text->map.size;
    for (uint32_t at = 0, i = 0; at < size; at += dmtext, i++)
        add_extent(extents, bsd43_xdmap_chunk(&text->map, i),
                   size - at < dmtext ? size - at : dmtext);
    add_extent(extents, text->map.ptdaddr, bsd43_text_table(&kernel->d, size));
}

static int by_address(const void *a, const void *b)
{
    const struct bsd43_piece *x = a, *y = b;
    return (x->addr > y->addr) - (x->addr < y->addr);
}

/* Every block is free, or has one owner: no two extents overlap, and together they have all
 * that there was at boot. */
static const char *check_swap_space(const struct bsd43 *kernel)
{
    struct extents extents = {0};
    const char *wrong = NULL;
    for (uint32_t i = 0; i < kernel->swapmap.npieces; i++)
        add_extent(&extents, kernel->swapmap.pieces[i].addr,
                   kernel->swapmap.pieces[i].size);
    for (uint32_t i = 0; i < kernel->nprocesses; i++)
        if (kernel->processes[i])
            add_process(&extents, kernel, kernel->processes[i]);
    for (uint32_t i = 0; i < kernel->texts_top; i++)
        if (kernel->texts[i].used)
            add_text(&extents, kernel, &kernel->texts[i]);
    if (extents.n > 1)
        qsort(extents.all, extents.n, sizeof *extents.all, by_address);
    for (size_t i = 1; i < extents.n && !wrong; i++)
        if (extents.all[i - 1].addr + extents.all[i - 1].size > extents.all[i].addr)
            wrong = "a block of swap space has two owners";
    if (!wrong && extents.blocks + kernel->swapmap.lost != kernel->swap_blocks)
        wrong = "blocks of swap space are lost";
    if (!wrong && bsd43_rmap_free_blocks(&kernel->argmap) != kernel->arg_blocks)
        wrong = "blocks of the argument map are lost";
    free(extents.all);
    return wrong;
}

/* --- all -------------------------------------------------------------------------------- */

static const char *check_waiters(const struct bsd43 *kernel)
{
    return kernel->memory_waiters.first && bsd43_freemem(kernel) >= kernel->d.memory_gate
               ? "a fault waits for memory while there is enough"
               : NULL;
}

const char *bsd43_check(const void *state, const struct pager *pager)
{
    static const char *(*const checks[])(const struct bsd43 *) = {
        check_list,    check_frames, check_sets,       check_processes, check_texts,
        check_headers, check_pushes, check_swap_space, check_waiters};
    const struct bsd43 *kernel = state;
    const char *wrong = bsd43_rmap_check(&kernel->swapmap);
    (void)pager;
    for (size_t i = 0; i < ARRAY_LEN(checks) && !wrong; i++)
        wrong = checks[i](kernel);
    return wrong;
}
