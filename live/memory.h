/* memory.h -- the memory that a pattern touches: anonymous pages, then pages of a file. */
#ifndef LIVE_MEMORY_H
#define LIVE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory_params {
    uint32_t anon_pages; /* pages below it are private anonymous memory */
    uint32_t file_pages; /* those from there on are of the file         */
    const char *file;    /* at least so long; NULL if there is none     */
    bool file_written;   /* map it for writing too                      */
    bool read_ahead;     /* of the file; else its advice is `random`    */
};

struct memory {
    volatile char *anon; /* page 0                                     */
    volatile char *file; /* page anon_pages                            */
    uint32_t anon_pages;
    size_t page_size; /* bytes                                         */
};

/* Map all pages, without huge ones, and read each of them once, so that the page tables are
 * there.  Anonymous pages then map the zero page; those of the file are dropped again, from
 * the mapping and from the page cache.  Fails with fail(). */
void memory_map(struct memory *memory, const struct memory_params *params);

static inline volatile char *memory_at(const struct memory *memory, uint32_t page)
{
    return page < memory->anon_pages
               ? memory->anon + memory->page_size * page
               : memory->file + memory->page_size * (page - memory->anon_pages);
}

/* Give the pages back. */
void memory_drop(const struct memory *memory, uint32_t file_pages);

#endif
