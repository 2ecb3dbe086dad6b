/* walk_cache.h -- page-walk caches (paging-structure caches): for each level of a radix
 * table above the last, which table an entry of that level points to.  A walk begins below
 * the deepest entry that is cached.  Source: Intel SDM vol. 3A, 4.10.3. */
#ifndef FAULTLINE_MACHINE_WALK_CACHE_H
#define FAULTLINE_MACHINE_WALK_CACHE_H

#include "base/error.h"
#include "base/types.h"
#include "machine/table_memory.h"

/* Levels count from the leaves: 1 is the table whose entries map base pages (never cached
 * here), 2 the one above it, and so on. */
enum { WALK_LEVELS_MAX = 6 };

struct walk_cache_level_params {
    uint32_t entries, ways; /* entries 0: this level is not cached; a multiple of ways   */
};

struct walk_cache_params {
    struct walk_cache_level_params level[WALK_LEVELS_MAX + 1]; /* [level], 2 and up       */
    psec_t hit; /* time of a walk's look into the caches, if it finds something           */
};

struct walk_cache;

/* LRU in each set; set = prefix mod sets. */
MUST_CHECK enum status walk_cache_create(struct walk_cache **out,
                                         const struct walk_cache_params *params,
                                         struct error *err);
void walk_cache_free(struct walk_cache *cache);

/* Is the entry of this level for this prefix (the address bits that lead to the entry, its
 * own index last) cached?  Then *table is the table it points to.  A hit makes it the most
 * recent of its set and is counted. */
bool walk_cache_find(struct walk_cache *cache, unsigned level, uint32_t space,
                     uint64_t prefix, paddr_t *table);

/* Remember an entry that a walk has read: it is not there, and points to a table. */
void walk_cache_add(struct walk_cache *cache, unsigned level, uint32_t space,
                    uint64_t prefix, paddr_t table);

void walk_cache_drop_space(struct walk_cache *cache, uint32_t space);
void walk_cache_flush(struct walk_cache *cache);

/* True if some level is cached; time of a hit; hits of a level so far. */
bool walk_cache_has(const struct walk_cache *cache, unsigned level);
psec_t walk_cache_hit_time(const struct walk_cache *cache);
uint64_t walk_cache_hits(const struct walk_cache *cache, unsigned level);

#endif
