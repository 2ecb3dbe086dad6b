/* pagein.c -- the transfers of pagein() in sys/vm_page.c: a page and its kluster are
 * read, and what becomes of each; swap headers (sys/vm_swp.c). */
#include "os/bsd43/bsd43.h"

#include "pager/frame.h"

#include <assert.h>

/* --- swap headers -------------------------------------------------------------------- */

struct bsd43_header *bsd43_header_get(struct bsd43 *kernel)
{
    struct bsd43_header *header = kernel->free_headers;
    if (!header)
        return NULL;
    kernel->free_headers = header->next;
    const uint16_t number = header->number;
    *header = (struct bsd43_header){
        .kernel = kernel,
        .number = number,
        .busy = true,
        .io = {.pager = kernel->pager, .first = PFN_NONE},
        .center = PFN_NONE,
    };
    return header;
}

void bsd43_header_put(struct bsd43_header *header)
{
    struct bsd43 *kernel = header->kernel;
    header->busy = false;
    header->next = kernel->free_headers;
    kernel->free_headers = header;
    if (!kernel->header_wanted)
        return;
    kernel->header_wanted = false;
    pager_wakeup(kernel->pager, &kernel->header_waiters);
    if (kernel->daemon.pending != PFN_NONE)
        bsd43_wake_daemon(kernel);
}

/* --- completion ---------------------------------------------------------------------- */

static void read_done(struct pager_io *io, pfn_t pfn, bool wanted)
{
    struct bsd43_header *header = CONTAINER_OF(io, struct bsd43_header, io);
    struct bsd43 *kernel = header->kernel;
    struct bsd43_cmap *c = bsd43_cmap(kernel, pfn);
    const bool text = header->type == BSD43_CTEXT;
    if (text)
        c->hash = header->fod ? BSD43_BY_FILE : BSD43_BY_SWAP;
    if (wanted)
        return;
    if (!text && !header->fod && kernel->params->preptofree && pfn != header->center) {
        bsd43_leave(kernel, pfn);
        frame_cache(io->pager, pfn);
    } else {
        frame_activate(io->pager, pfn);
    }
}

static void all_read(struct pager_io *io)
{
    struct bsd43_header *header = CONTAINER_OF(io, struct bsd43_header, io);
    struct bsd43 *kernel = header->kernel;
    bsd43_spend(kernel, kernel->params->cost_interrupt);
    bsd43_count(kernel, BSD43_PGIN, 1);
    bsd43_count(kernel, BSD43_PGPGIN, (int32_t)io->n * kernel->d.clsize);
    const page_t page = header->page;
    const bool data = header->type == BSD43_CDATA;
    bsd43_header_put(header);
    if (data)
        bsd43_dpageout(kernel, page);
}

/* --- the kluster --------------------------------------------------------------------- */

struct reading {
    struct bsd43 *kernel;
    const struct bsd43_page *page; /* that is wanted                                      */
    const struct region *region;
    uint64_t
        offset; /* of a read from a file: where the page lies on its device           */
    struct error *err;
    enum status status;
};

/* Where on the files' device a page of the region lies. */
static enum status file_offset(struct reading *reading, vpn_t vpn, uint64_t *offset)
{
    struct pager *pager = reading->kernel->pager;
    const struct region *region = reading->region;
    content_t number;
    const enum status status =
        contents_of_file(&pager->contents, &number, region->file,
                         region->file_page + (vpn - region->first), reading->err);
    if (status != OK)
        return status;
    struct content content = pager->contents.all[number];
    content.slot = SLOT_NONE;
    return content_place(pager, &content, offset, reading->err);
}

static vpn_t vpn_of(const struct reading *reading, uint32_t cluster)
{
    const struct mmu *mmu = &reading->kernel->pager->mmu;
    return bsd43_vpn(reading->page->segment, cluster,
                     mmu->index->vpns[reading->page->page]);
}

static bool outswapped(void *context, uint32_t cluster)
{
    struct reading *reading = context;
    struct bsd43_page neighbour;
    return bsd43_neighbour(reading->kernel, reading->page, cluster, &neighbour) &&
           neighbour.pte == BSD43_PTE_SWAP;
}

/* Fill on demand, and the file's block lies as far away as the page does; files lie in
 * blocks of the file system, whose neighbours are elsewhere. */
static bool adjacent(void *context, uint32_t cluster)
{
    struct reading *reading = context;
    struct bsd43_page neighbour;
    const struct bsd43_page *page = reading->page;
    const unsigned shift = reading->kernel->pager->mmu.page_shift;
    const struct region *region = reading->region;
    const vpn_t vpn = vpn_of(reading, cluster);
    if (vpn < region->first || vpn > region->last ||
        !bsd43_neighbour(reading->kernel, page, cluster, &neighbour) ||
        neighbour.pte != BSD43_PTE_FILE)
        return false;
    const uint64_t block = reading->kernel->params->file_block >> shift;
    const uint64_t own =
        region->file_page + (vpn_of(reading, page->cluster) - region->first);
    const uint64_t other = region->file_page + (vpn - region->first);
    uint64_t offset;
    if (block > 1 && own / block != other / block)
        return false;
    if (reading->status == OK)
        reading->status = file_offset(reading, vpn, &offset);
    return reading->status == OK && offset - reading->offset == (other - own) << shift;
}

static struct bsd43_kluster kluster(struct reading *reading, bool fod)
{
    struct bsd43 *kernel = reading->kernel;
    const struct bsd43_segment *segment = reading->page->segment;
    const struct bsd43_neighbours neighbours = {fod ? adjacent : outswapped, reading};
    const uint32_t n = bsd43_clusters(segment), cluster = reading->page->cluster;
    const int32_t freemem = bsd43_freemem(kernel);
    if (fod)
        return bsd43_fodkluster(&kernel->d, cluster, n, freemem, neighbours);
    const bool sequential = reading->page->process->p.flags & BSD43_SSEQL;
    const uint32_t window = segment->type == BSD43_CTEXT ? kernel->d.kltxt
                            : sequential                 ? kernel->d.klseql
                                                         : kernel->d.klin;
    return bsd43_kluster(&kernel->d, BSD43_READ, cluster, n, window, freemem, neighbours);
}

/* --- reading ------------------------------------------------------------------------- */

/* The content of a page of the kluster, which gets one of its own if it is data of a
 * file. */
static enum status begin_content(struct reading *reading, vpn_t vpn, page_t *page,
                                 content_t *out)
{
    struct bsd43 *kernel = reading->kernel;
    struct pager *pager = kernel->pager;
    struct bsd43_process *process = reading->page->process;
    const struct bsd43_segment *segment = reading->page->segment;
    slot_t slot;
    enum status status = pager_page(pager, process->space, page, vpn, reading->err);
    if (status == OK)
        status = bsd43_slot(kernel, process, segment, vpn, &slot, reading->err);
    if (status != OK)
        return status;
    if (segment->type == BSD43_CTEXT || segment->sparse) {
        status = pager_content(pager, *page, out, reading->err);
        if (segment->type == BSD43_CTEXT)
            kernel->texts[segment->text].written |= reading->page->pte == BSD43_PTE_FILE;
    } else if (pager->content_of[*page] == CONTENT_NONE) {
        status = contents_add(&pager->contents, out, *page, reading->err);
        if (status == OK)
            pager->content_of[*page] = *out;
    } else {
        *out = pager->content_of[*page];
    }
    if (status != OK)
        return status;
    struct content *content = &pager->contents.all[*out];
    content->page = *page;
    content->slot = slot;
    return OK;
}

/* Give a page of the kluster its frame. */
static enum status begin_frame(struct reading *reading, struct bsd43_header *header,
                               pfn_t pfn, vpn_t vpn)
{
    struct bsd43 *kernel = reading->kernel;
    struct pager *pager = kernel->pager;
    const struct bsd43_segment *segment = reading->page->segment;
    page_t page;
    content_t number;
    const enum status status = begin_content(reading, vpn, &page, &number);
    if (status != OK)
        return status;
    const pfn_t old = pager->contents.all[number].frame;
    if (old != PFN_NONE) { /* in memory still, but nothing finds it there */
        bsd43_cmap(kernel, old)->hash = BSD43_UNHASHED;
        frame_uncache(pager, old);
    }
    frame_put(pager, pfn, number, FRAME_FILLING);
    bsd43_enter(kernel, pfn, segment->type,
                segment->type == BSD43_CTEXT ? segment->text
                                             : reading->page->process->space->number);
    pager->frames[pfn].dirty = header->fod;
    pager->frames[pfn].read_ahead = pfn != header->center;
    pager->counts.pages_read_ahead += pfn != header->center;
    header->frames[header->n++] = pfn;
    return OK;
}

/* All pages of the kluster in the order of their addresses, which is that of their
 * places. */
static enum status begin_kluster(struct reading *reading, struct bsd43_header *header,
                                 struct bsd43_kluster found)
{
    const struct bsd43_segment *segment = reading->page->segment;
    pfn_t last = PFN_NONE;
    enum status status = OK;
    for (uint32_t i = 0; i < found.n && status == OK; i++) {
        const bool down = segment->type == BSD43_CSTACK && !segment->sparse;
        const uint32_t cluster = found.first + (down ? found.n - 1 - i : i);
        const bool center = cluster == reading->page->cluster;
        const pfn_t pfn = center ? header->center : frame_take(reading->kernel->pager);
        status = begin_frame(reading, header, pfn, vpn_of(reading, cluster));
        if (status == OK)
            io_add(&header->io, &last, pfn, false);
    }
    return status;
}

static enum status find_offset(struct reading *reading, struct bsd43_header *header)
{
    const struct pager *pager = reading->kernel->pager;
    const content_t lowest = pager->frames[header->io.first].content;
    const struct content *content = &pager->contents.all[lowest];
    header->io.on_swap = !header->fod;
    if (header->fod)
        return file_offset(reading, pager->mmu.index->vpns[content->page],
                           &header->io.offset);
    header->io.offset = (uint64_t)content->slot << pager->mmu.page_shift;
    return OK;
}

enum status bsd43_read(struct bsd43 *kernel, struct fault *fault,
                       const struct bsd43_page *page, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct reading reading = {.kernel = kernel, .page = page, .err = err};
    struct bsd43_header *header = bsd43_header_get(kernel);
    if (!header) {
        kernel->header_wanted = true;
        pager_sleep(pager, fault, &kernel->header_waiters);
        return OK;
    }
    reading.region = space_region(page->process->space, pager->mmu.index->vpns[page->page]);
    header->type = page->segment->type;
    header->page = page->page;
    header->fod = page->pte == BSD43_PTE_FILE;
    header->io.frame_done = read_done;
    header->io.done = all_read;
    header->center = frame_take(pager);
    assert(header->center != PFN_NONE);
    if (header->fod)
        reading.status =
            file_offset(&reading, vpn_of(&reading, page->cluster), &reading.offset);
    const struct bsd43_kluster found = kluster(&reading, header->fod);
    enum status status = reading.status;
    if (status == OK)
        status = begin_kluster(&reading, header, found);
    if (status == OK)
        status = find_offset(&reading, header);
    if (status != OK)
        return status;
    if (header->fod)
        bsd43_count(kernel, BSD43_EXFOD, kernel->d.clsize);
    bsd43_fault_over(fault);
    pager_wait(pager, fault, header->center);
    bsd43_transfer(kernel, header->io.n);
    io_start(&header->io);
    return OK;
}
