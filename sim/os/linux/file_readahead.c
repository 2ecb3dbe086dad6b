/* file_readahead.c -- see file_readahead.h. */
#include "os/linux/file_readahead.h"

enum { LOTS_OF_MISSES = 100 };

static const struct file_readahead_request nothing = {.mark = FILE_READAHEAD_NO_MARK};

/* do_page_cache_ra(): no further than the file goes; the mark counts from its end then. */
static struct file_readahead_request request(const struct file_readahead *file,
                                             uint64_t first, uint32_t n, uint32_t async)
{
    if (first >= file->npages)
        return nothing;
    const uint64_t left = file->npages - first;
    const uint32_t pages = n < left ? n : (uint32_t)left;
    return (struct file_readahead_request){.first = first,
                                           .n = pages,
                                           .mark = async > 0 && async <= pages
                                                       ? first + (pages - async)
                                                       : FILE_READAHEAD_NO_MARK};
}

/* page_cache_ra_order(): where there are folios the mark counts from where the window would
 * end. */
static struct file_readahead_request window(struct file_readahead *file, unsigned order)
{
    struct file_readahead_request all = request(file, file->start, file->size, file->async);
    while (order > file->max_order || UINT64_C(1) << order > file->size)
        order--;
    file->order = (uint8_t)order;
    if (file->max_order == 0 || all.n == 0)
        return all;
    all.mark = file->start + (file->size - file->async);
    all.in_folios = true;
    return all;
}

unsigned file_readahead_order(const struct file_readahead *file,
                              const struct file_readahead_request *request, uint64_t page)
{
    const uint64_t left = request->first + request->n - page;
    unsigned order = file->order;
    while (order > 0 && (page % (UINT64_C(1) << order) || UINT64_C(1) << order > left))
        order--;
    return order;
}

struct file_readahead_request file_readahead_rest(const struct file_readahead *file,
                                                  uint64_t page)
{
    return request(file, page, (uint32_t)(file->start + file->size - page), file->async);
}

static uint32_t first_size(const struct file_readahead *file, uint32_t wanted)
{
    uint32_t size = 1;
    while (size < wanted)
        size <<= 1;
    if (size <= file->max_pages / 32)
        return size * 4;
    return size <= file->max_pages / 4 ? size * 2 : file->max_pages;
}

static uint32_t next_size(const struct file_readahead *file)
{
    if (file->size < file->max_pages / 16)
        return 4 * file->size;
    return file->size <= file->max_pages / 2 ? 2 * file->size : file->max_pages;
}

/* How many pages in the cache follow one another from `page` on, forwards or backwards: fewer
 * than a whole window, since that is as far as is looked. */
static uint32_t cached_pages(const struct file_readahead *file, uint64_t page,
                             bool forwards, struct page_cache_view cache)
{
    uint32_t n = 0;
    while (n + 1 < file->max_pages && page < file->npages &&
           cache.cached(cache.context, page)) {
        page = forwards ? page + 1 : page - 1; /* -1 is beyond the end */
        n++;
    }
    return n;
}

/* The window of a sequential reader goes on where it ends. */
static void advance(struct file_readahead *file, uint64_t start, uint32_t size)
{
    file->start = start;
    file->size = size;
    file->size = file->async = next_size(file);
}

static void begin(struct file_readahead *file, uint64_t page, uint32_t wanted)
{
    file->start = page;
    file->size = first_size(file, wanted);
    file->async = file->size > wanted ? file->size - wanted : file->size;
}

/* try_context_readahead(): pages in the cache before this one tell of a sequential reader. */
static bool continues(struct file_readahead *file, uint64_t page, uint32_t wanted,
                      struct page_cache_view cache)
{
    uint32_t history = cached_pages(file, page - 1, false, cache);
    if (history <= wanted)
        return false;
    if (history >= page)
        history *= 2; /* the file was read from its beginning */
    file->start = page;
    file->size = history + wanted < file->max_pages ? history + wanted : file->max_pages;
    file->async = 1;
    return true;
}

/* The mark would be on the very page: read the next window as well. */
static void merge(struct file_readahead *file, uint64_t page)
{
    if (page != file->start || file->size != file->async)
        return;
    const uint32_t more = next_size(file);
    if (file->size + more <= file->max_pages) {
        file->async = more;
        file->size += more;
    } else {
        file->size = file->max_pages;
        file->async = file->max_pages / 2;
    }
}

struct file_readahead_request file_readahead_read(struct file_readahead *file,
                                                  uint64_t page, uint32_t wanted,
                                                  bool marked, struct page_cache_view cache)
{
    const uint64_t end = file->start + file->size;
    if (file->max_pages == 0)
        return marked ? nothing : request(file, page, 1, 0);
    if (page > 0 && (page == end - file->async || page == end)) {
        advance(file, end, file->size);
    } else if (page > 0 && marked) {
        const uint32_t ahead = cached_pages(file, page + 1, true, cache) + 1;
        advance(file, page + ahead, ahead + wanted);
    } else if (page == 0 || wanted > file->max_pages || page - file->prev <= 1) {
        begin(file, page, wanted);
    } else if (!continues(file, page, wanted, cache)) {
        return request(file, page, wanted, 0);
    }
    merge(file, page);
    return window(file, 0);
}

/* page_cache_next_miss() of 6.18: the first page from this one on that is not in the cache, or
 * one a window further on.  Where it begins inside a folio it looks at pages as far behind those
 * that it counts, to the end of the tree's node (xas_next()). */
static uint64_t next_miss(const struct file_readahead *file, uint64_t page,
                          struct page_cache_view cache)
{
    enum { XA_CHUNK_SIZE = 64 };
    const uint64_t end = page + file->max_pages;
    if (page >= file->npages || !cache.cached(cache.context, page))
        return page;
    const uint64_t within = cache.within(cache.context, page);
    uint64_t at = within < XA_CHUNK_SIZE ? page - within : page;
    while (++page < end) {
        at = (at + 1) % XA_CHUNK_SIZE ? at + 1 : page;
        if (at >= file->npages || !cache.cached(cache.context, at))
            return page;
    }
    return end;
}

/* page_cache_async_ra() since 6.17: the window ends where its folios do. */
static struct file_readahead_request go_on(struct file_readahead *file, uint64_t page,
                                           uint64_t folio, struct page_cache_view cache)
{
    const unsigned order = file->order + 2u;
    const uint64_t mark = file->start + file->size - file->async;
    if (page == mark - mark % folio) {
        file->start += file->size;
    } else {
        const uint64_t start = next_miss(file, page + 1, cache);
        if (start - page > file->max_pages)
            return nothing;
        file->start = start;
        file->size = (uint32_t)(start - page) + file->max_pages;
    }
    file->size = next_size(file);
    uint64_t align = 1;
    while (align < UINT64_C(1) << order && file->max_pages % (2 * align) == 0)
        align *= 2;
    const uint64_t end = file->start + file->size, aligned = end - end % align;
    if (aligned > file->start)
        file->size = (uint32_t)(aligned - file->start);
    file->async = file->size;
    return window(file, order);
}

struct file_readahead_request file_readahead_fault(struct file_readahead *file,
                                                   uint64_t page, enum file_advice advice,
                                                   struct page_cache_view cache)
{
    if (advice == FILE_RANDOM || file->max_pages == 0)
        return nothing;
    if (advice == FILE_SEQUENTIAL)
        return file_readahead_read(file, page, file->max_pages, false, cache);
    if (file->misses < 10 * LOTS_OF_MISSES)
        file->misses++;
    if (file->misses > LOTS_OF_MISSES)
        return nothing;
    const uint32_t half = file->max_pages / 2;
    file->start = page > half ? page - half : 0;
    file->size = file->max_pages;
    file->async = file->max_pages / 4;
    return window(file, 0);
}

struct file_readahead_request file_readahead_found(struct file_readahead *file,
                                                   uint64_t page, enum file_advice advice,
                                                   uint64_t marked,
                                                   struct page_cache_view cache)
{
    if (advice == FILE_RANDOM || file->max_pages == 0)
        return nothing;
    file_readahead_mapped(file, 1);
    if (marked == 0)
        return nothing;
    return file->by_order ? go_on(file, page, marked, cache)
                          : file_readahead_read(file, page, file->max_pages, true, cache);
}

void file_readahead_mapped(struct file_readahead *file, uint32_t n)
{
    file->misses -= n < file->misses ? n : file->misses;
}
