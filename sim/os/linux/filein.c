/* filein.c -- pages of files are read into the page cache by faults, round the page that is
 * missing or ahead of it: 6.12 mm/filemap.c filemap_fault(), filemap_map_pages(). */
#include "os/linux/linux.h"
#include "os/linux/reading.h"

#include "pager/frame.h"
#include "trace/vm_op.h"

#include <stdlib.h>

enum { MAX_FOLIO_ORDER = 9 }; /* MAX_PAGECACHE_ORDER: a huge page's */

/* --- files -------------------------------------------------------------------------------- */

void linux_files_release(struct linux_kernel *kernel)
{
    for (uint32_t i = 0; i < kernel->nfiles; i++)
        linux_dirty_release(&kernel->files[i].dirty);
    free(kernel->files);
}

/* Policies that know no folios have files in single pages. */
static struct file_readahead new_file(const struct linux_kernel *kernel)
{
    const struct pager *pager = kernel->pager;
    const bool by_order = kernel->version >= LINUX_VERSION(6, 17, 0);
    const bool folios = by_order && pager->policy->folios && pager->policy->reclaim &&
                        kernel->params->file_large_folios;
    unsigned order = 0;
    while (folios && order < MAX_FOLIO_ORDER && content_extent(pager) >> (order + 1) > 0)
        order++;
    const uint64_t bytes = kernel->params->read_ahead_kb << 10;
    return (struct file_readahead){.max_pages = (uint32_t)(bytes >> pager->mmu.page_shift),
                                   .by_order = by_order,
                                   .max_order = (uint8_t)order};
}

static enum status grow(struct linux_kernel *kernel, uint32_t number, struct error *err)
{
    const uint32_t n = 2 * number + 1;
    struct linux_file *files = realloc(kernel->files, n * sizeof *files);
    if (!files)
        return error_nomem(err);
    for (uint32_t i = kernel->nfiles; i < n; i++)
        files[i] = (struct linux_file){.ahead = new_file(kernel)};
    kernel->files = files;
    kernel->nfiles = n;
    return OK;
}

/* The file of a region, which is at least as long as what is mapped of it. */
static enum status file_of(struct linux_kernel *kernel, const struct region *region,
                           struct linux_file **out, struct error *err)
{
    const uint64_t end = region->file_page + (region->last - region->first) + 1;
    if (region->file >= kernel->nfiles && grow(kernel, region->file, err) != OK)
        return ERR_NOMEM;
    *out = &kernel->files[region->file];
    if ((*out)->ahead.npages < end)
        (*out)->ahead.npages = end;
    return OK;
}

/* --- the page cache ----------------------------------------------------------------------- */

struct cache {
    const struct pager *pager;
    uint32_t file;
};

static pfn_t frame_of(const struct cache *cache, uint64_t page)
{
    const content_t content =
        contents_find_file(&cache->pager->contents, cache->file, page);
    return content == CONTENT_NONE ? PFN_NONE : cache->pager->contents.all[content].frame;
}

static bool is_cached(const void *context, uint64_t page)
{
    return frame_of(context, page) != PFN_NONE;
}

static uint64_t within_folio(const void *context, uint64_t page)
{
    const struct cache *cache = context;
    const pfn_t pfn = frame_of(cache, page);
    return pfn - folio_first(cache->pager, pfn);
}

static struct page_cache_view view_of(const struct cache *cache)
{
    return (struct page_cache_view){is_cached, within_folio, cache};
}

static enum file_advice advice_of(const struct region *region)
{
    return region->advice == VM_RANDOM       ? FILE_RANDOM
           : region->advice == VM_SEQUENTIAL ? FILE_SEQUENTIAL
                                             : FILE_NORMAL;
}

/* --- reading ------------------------------------------------------------------------------ */

/* A page that is read for a fault, with others. */
struct wanted {
    uint32_t file;
    uint64_t page; /* of the file                                                         */
    pfn_t pfn;     /* its frame, FILLING; PFN_NONE: no page is                           */
    bool added;
};

static enum status add(struct linux_reading *reading, struct wanted *wanted, uint64_t page,
                       bool mark, bool *added, struct error *err)
{
    struct contents *contents = &reading->kernel->pager->contents;
    content_t content;
    pfn_t pfn;
    *added = true;
    if (wanted->pfn != PFN_NONE && page == wanted->page) {
        wanted->added = true;
        return linux_read_frame(reading, wanted->pfn, err);
    }
    enum status status = contents_of_file(contents, &content, wanted->file, page, err);
    if (status != OK || contents->all[content].frame != PFN_NONE)
        return status;
    if (reading->kernel->params->cgroup_frames)
        status = linux_charge_nodes(reading->kernel, wanted->file, page, 0, err);
    if (status == OK)
        status = linux_read_ahead(reading, content, &pfn, err);
    if (status != OK)
        return status;
    *added = pfn != PFN_NONE;
    contents->all[content].marked = mark;
    return OK;
}

/* A page of the folio is in the cache, and is not the one that is being read. */
static bool is_there(const struct linux_reading *reading, const struct wanted *wanted,
                     uint64_t page, uint64_t n)
{
    const struct pager *pager = reading->kernel->pager;
    const struct cache cache = {pager, wanted->file};
    const bool own = wanted->pfn != PFN_NONE;
    while (n > 0 && ((own && page == wanted->page) || !is_cached(&cache, page))) {
        page++;
        n--;
    }
    return n > 0;
}

/* page_cache_ra_order(): *page is where it has come to. */
static enum status read_folios(struct linux_reading *reading, struct wanted *wanted,
                               const struct file_readahead *file,
                               const struct file_readahead_request *request, uint64_t *page,
                               struct error *err)
{
    struct linux_kernel *kernel = reading->kernel;
    enum status status = OK;
    for (bool added = true; status == OK && added && *page < request->first + request->n;) {
        const unsigned order = file_readahead_order(file, request, *page);
        const uint64_t n = UINT64_C(1) << order;
        const bool mark = *page == request->mark - request->mark % n;
        if (is_there(reading, wanted, *page, n)) {
            linux_read_in_vain(kernel, order);
            return OK;
        }
        if (order > 0 && kernel->params->cgroup_frames)
            status = linux_charge_nodes(kernel, wanted->file, *page, order, err);
        if (status == OK && order > 0)
            status =
                linux_read_folio(reading, wanted->file, *page, order, mark, &added, err);
        else if (status == OK)
            status = add(reading, wanted, *page, mark, &added, err);
        *page += added ? n : 0;
    }
    return status;
}

static enum status read_request(struct linux_kernel *kernel, struct wanted *wanted,
                                const struct file_readahead *file,
                                const struct file_readahead_request *request,
                                struct error *err)
{
    struct linux_reading reading = {.kernel = kernel};
    struct file_readahead_request rest = *request;
    uint64_t page = request->first;
    enum status status = OK;
    if (request->in_folios) {
        status = read_folios(&reading, wanted, file, request, &page, err);
        rest = file_readahead_rest(file, page);
    }
    bool added = true;
    for (; page < rest.first + rest.n && status == OK && added; page++)
        status = add(&reading, wanted, page, page == rest.mark, &added, err);
    if (status == OK && wanted->pfn != PFN_NONE && !wanted->added)
        status = linux_read_frame(&reading, wanted->pfn, err);
    if (status == OK)
        linux_read_start(&reading);
    return status;
}

enum status linux_file_in(struct linux_kernel *kernel, struct fault *fault,
                          content_t content, struct error *err)
{
    struct pager *pager = kernel->pager;
    const struct content c = pager->contents.all[content];
    const struct region *region = space_region(pager_space_of(pager, fault->page),
                                               pager->mmu.index->vpns[fault->page]);
    struct linux_file *file;
    const enum status status = file_of(kernel, region, &file, err);
    if (status != OK)
        return status;
    const struct cache cache = {pager, c.file};
    const struct file_readahead_request request =
        file_readahead_fault(&file->ahead, c.file_page, advice_of(region), view_of(&cache));
    struct wanted wanted = {c.file, c.file_page, fault->frame, false};
    fault->frame = PFN_NONE;
    frame_put(pager, wanted.pfn, content, FRAME_FILLING);
    pager->contents.all[content].marked = false;
    pager_wait(pager, fault, wanted.pfn);
    return read_request(kernel, &wanted, &file->ahead, &request, err);
}

/* The page is in the cache, and was not mapped as a neighbour: do_async_mmap_readahead(). */
static enum status go_on(struct linux_kernel *kernel, const struct region *region,
                         struct linux_file *file, content_t content, struct error *err)
{
    struct pager *pager = kernel->pager;
    const struct content *c = &pager->contents.all[content];
    const pfn_t n = folio_frames(pager, c->frame), first = folio_first(pager, c->frame);
    const uint64_t marked = c->marked ? n : 0;
    struct wanted nothing = {c->file, 0, PFN_NONE, false};
    const struct cache cache = {pager, c->file};
    for (pfn_t i = 0; i < n; i++)
        pager->contents.all[pager->frames[first + i].content].marked = false;
    const struct file_readahead_request request = file_readahead_found(
        &file->ahead, c->file_page, advice_of(region), marked, view_of(&cache));
    kernel->pinned = first;
    const enum status status = read_request(kernel, &nothing, &file->ahead, &request, err);
    kernel->pinned = PFN_NONE;
    return status;
}

enum status linux_file_found(struct linux_kernel *kernel, const struct region *region,
                             struct fault *fault, content_t content, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct linux_file *file;
    uint32_t met = 0;
    enum status status = file_of(kernel, region, &file, err);
    if (status == OK && !fault->store)
        status = linux_fault_around(kernel, region, fault->page, &met, err);
    if (status != OK)
        return status;
    const struct content *c = &pager->contents.all[content];
    const bool here = c->frame != PFN_NONE;
    const bool busy = here && pager->frames[c->frame].state == FRAME_FILLING;
    if (here && (fault->store || busy || c->marked)) {
        file_readahead_mapped(&file->ahead, met);
        return go_on(kernel, region, file, content, err);
    }
    file_readahead_mapped(&file->ahead, met + here);
    return OK;
}

enum status linux_file_waited(struct linux_kernel *kernel, const struct fault *fault,
                              struct error *err)
{
    struct pager *pager = kernel->pager;
    const struct region *region = space_region(pager_space_of(pager, fault->page),
                                               pager->mmu.index->vpns[fault->page]);
    struct linux_file *file;
    uint32_t met = 0;
    enum status status = file_of(kernel, region, &file, err);
    if (status == OK)
        status = linux_fault_around(kernel, region, fault->page, &met, err);
    if (status == OK)
        file_readahead_mapped(&file->ahead, met + 1);
    return status;
}
