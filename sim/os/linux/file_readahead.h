/* file_readahead.h -- which pages of a file are read with one that is missing, and ahead of
 * one that is not.
 *
 * Sources: 6.1 mm/filemap.c do_sync_mmap_readahead(), do_async_mmap_readahead(),
 * filemap_map_pages(); 6.1 mm/readahead.c ondemand_readahead(); 6.19 mm/readahead.c
 * page_cache_async_ra(), page_cache_ra_order(), which 6.18's trace points show at work.
 * Of the pages asked for those that are not in the page cache are read.  Units: pages of the
 * file, from 0. */
#ifndef FAULTLINE_OS_LINUX_FILE_READAHEAD_H
#define FAULTLINE_OS_LINUX_FILE_READAHEAD_H

#include <stdbool.h>
#include <stdint.h>

#define FILE_READAHEAD_NO_MARK UINT64_MAX

/* Of an open file (struct file_ra_state).  Zeroed but for max_pages and npages. */
struct file_readahead {
    uint64_t npages;    /* of the file                                                    */
    uint32_t max_pages; /* read at a time, usually 128 KiB; 0: no read-ahead              */
    uint64_t start;     /* of the window                                                  */
    uint32_t size;      /* of the window                                                  */
    uint32_t async;  /* pages at its end; touching the first of them reads the next one */
    uint32_t misses; /* of mappings, less the hits                                     */
    uint64_t prev;   /* page that read() read last; set by the caller                  */
    bool by_order;   /* each window that a mark begins is of larger folios, since 6.17    */
    uint8_t max_order; /* log2 of the largest of the file system; 0: single pages         */
    uint8_t order;     /* of the window's folios, which may be smaller at its ends        */
};

/* What of the file is in the page cache. */
struct page_cache_view {
    bool (*cached)(const void *context, uint64_t page);
    /* Pages of its folio that lie before a page, which is cached. */
    uint64_t (*within)(const void *context, uint64_t page);
    const void *context;
};

struct file_readahead_request {
    uint64_t first;
    uint32_t n;    /* pages, all within the file; 0: none                                 */
    uint64_t mark; /* page that gets the read-ahead mark if it is read, or NO_MARK        */
    bool in_folios; /* file_readahead_order() says which, up to the first page that is in
                     * the cache or for which there is no frame; from there on
                     * file_readahead_rest() holds                                        */
};

enum file_advice { FILE_NORMAL, FILE_RANDOM, FILE_SEQUENTIAL };

/* A page fault on a page that is not in the cache.  The page is in the request or is read
 * alone. */
struct file_readahead_request file_readahead_fault(struct file_readahead *file,
                                                   uint64_t page, enum file_advice advice,
                                                   struct page_cache_view cache);
/* A page fault on a page that is.  marked: pages of the folio that it is in, which had the
 * mark, and has it no longer; 0: it had none. */
struct file_readahead_request file_readahead_found(struct file_readahead *file,
                                                   uint64_t page, enum file_advice advice,
                                                   uint64_t marked,
                                                   struct page_cache_view cache);
/* log2 of the pages of the folio that begins with this page of the request. */
unsigned file_readahead_order(const struct file_readahead *file,
                              const struct file_readahead_request *request, uint64_t page);
/* What is left of the window from this page on, in single pages. */
struct file_readahead_request file_readahead_rest(const struct file_readahead *file,
                                                  uint64_t page);
/* So many pages in the cache were mapped by a fault on another one. */
void file_readahead_mapped(struct file_readahead *file, uint32_t n);

/* read() of `wanted` pages from this one on, which is missing, or has the mark (marked). */
struct file_readahead_request file_readahead_read(struct file_readahead *file,
                                                  uint64_t page, uint32_t wanted,
                                                  bool marked,
                                                  struct page_cache_view cache);

#endif
