/* table_cache.h -- the data cache as page-table accesses see it: a small set-associative
 * cache of lines of physical memory that holds nothing but entries of tables. */
#ifndef FAULTLINE_MACHINE_TABLE_CACHE_H
#define FAULTLINE_MACHINE_TABLE_CACHE_H

#include "base/error.h"
#include "base/types.h"
#include "machine/table_memory.h"

struct table_cache_params {
    uint64_t size; /* bytes, a multiple of line * ways; 0: none, every access misses     */
    uint64_t line; /* bytes, a power of two                                              */
    uint64_t ways; /* lines of a set                                                     */
    psec_t hit, miss; /* time of an access                                               */
};

/* A set's valid lines are its first ones, newest first. */
struct table_cache {
    uint64_t nsets; /* 0: there is no cache                                              */
    uint64_t ways;
    unsigned line_shift;
    psec_t hit, miss;
    uint64_t hits, misses;
    uint64_t *lines; /* [set * ways + way]: address >> line_shift, or LINE_NONE           */
};

MUST_CHECK enum status table_cache_create(struct table_cache **out,
                                          const struct table_cache_params *params,
                                          struct error *err);
void table_cache_free(struct table_cache *cache);

/* table_cache_access() of a cache that exists. */
psec_t table_cache_look(struct table_cache *cache, paddr_t paddr);

/* Access the line at paddr: LRU, filled on a miss.  Returns the time it takes. */
static inline psec_t table_cache_access(struct table_cache *cache, paddr_t paddr)
{
    if (cache->nsets)
        return table_cache_look(cache, paddr);
    cache->misses++;
    return cache->miss;
}

uint64_t table_cache_hits(const struct table_cache *cache);
uint64_t table_cache_misses(const struct table_cache *cache);

#endif
