/* filein.c -- pages of files are read into the page cache by faults, round the page that is
 * missing or ahead of it: 6.12 mm/filemap.c filemap_fault(), filemap_map_pages(). */
#include "os/linux/linux.h"
#include "os/linux/reading.h"

#include "pager/frame.h"
#include "trace/vm_op.h"

#include <stdlib.h>

/* --- files -------------------------------------------------------------------------------- */

void linux_files_release(struct linux_kernel *kernel)
{
    for (uint32_t i = 0; i < kernel->nfiles; i++)
        linux_dirty_release(&kernel->files[i].dirty);
    free(kernel->files);
}

static enum status grow(struct linux_kernel *kernel, uint32_t number, struct error *err)
{
    const uint64_t bytes = kernel->params->read_ahead_kb << 10;
    const uint32_t n = 2 * number + 1;
    struct linux_file *files = realloc(kernel->files, n * sizeof *files);
    if (!files)
        return error_nomem(err);
    for (uint32_t i = kernel->nfiles; i < n; i++)
        files[i] = (struct linux_file){
            .ahead.max_pages = (uint32_t)(bytes >> kernel->pager->mmu.page_shift)};
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
    const struct contents *contents;
    uint32_t file;
};

static bool is_cached(const void *context, uint64_t page)
{
    const struct cache *cache = context;
    const content_t content = contents_find_file(cache->contents, cache->file, page);
    return content != CONTENT_NONE && cache->contents->all[content].frame != PFN_NONE;
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
        status = linux_charge_nodes(reading->kernel, wanted->file, page, err);
    if (status == OK)
        status = linux_read_ahead(reading, content, &pfn, err);
    if (status != OK)
        return status;
    *added = pfn != PFN_NONE;
    contents->all[content].marked = mark;
    return OK;
}

static enum status read_request(struct linux_kernel *kernel, struct wanted *wanted,
                                const struct file_readahead_request *request,
                                struct error *err)
{
    struct linux_reading reading = {.kernel = kernel};
    enum status status = OK;
    bool added = true;
    for (uint64_t i = 0; i < request->n && status == OK && added; i++)
        status = add(&reading, wanted, request->first + i,
                     request->first + i == request->mark, &added, err);
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
    const struct cache cache = {&pager->contents, c.file};
    const struct file_readahead_request request =
        file_readahead_fault(&file->ahead, c.file_page, advice_of(region),
                             (struct page_cache_view){is_cached, &cache});
    struct wanted wanted = {c.file, c.file_page, fault->frame, false};
    fault->frame = PFN_NONE;
    frame_put(pager, wanted.pfn, content, FRAME_FILLING);
    pager->contents.all[content].marked = false;
    pager_wait(pager, fault, wanted.pfn);
    return read_request(kernel, &wanted, &request, err);
}

/* The page is in the cache, and was not mapped as a neighbour: do_async_mmap_readahead(). */
static enum status go_on(struct linux_kernel *kernel, const struct region *region,
                         struct linux_file *file, content_t content, struct error *err)
{
    struct content *c = &kernel->pager->contents.all[content];
    const bool marked = c->marked;
    struct wanted nothing = {c->file, 0, PFN_NONE, false};
    const struct cache cache = {&kernel->pager->contents, c->file};
    c->marked = false;
    const struct file_readahead_request request =
        file_readahead_found(&file->ahead, c->file_page, advice_of(region), marked,
                             (struct page_cache_view){is_cached, &cache});
    return read_request(kernel, &nothing, &request, err);
}

enum status linux_file_found(struct linux_kernel *kernel, const struct region *region,
                             struct fault *fault, content_t content, struct error *err)
{
    struct pager *pager = kernel->pager;
    struct linux_file *file;
    uint32_t mapped = 0;
    enum status status = file_of(kernel, region, &file, err);
    if (status == OK && !fault->store)
        status = linux_fault_around(kernel, region, fault->page, &mapped, err);
    if (status != OK)
        return status;
    const struct content *c = &pager->contents.all[content];
    const bool here = c->frame != PFN_NONE;
    const bool busy = here && pager->frames[c->frame].state == FRAME_FILLING;
    if (here && (fault->store || busy || c->marked)) {
        file_readahead_mapped(&file->ahead, mapped);
        return go_on(kernel, region, file, content, err);
    }
    file_readahead_mapped(&file->ahead, mapped + here);
    return OK;
}
