/* table_cache.c -- see table_cache.h. */
#include "machine/table_cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* No line has this number: it would end beyond the last physical address. */
#define LINE_NONE UINT64_MAX

static unsigned shift_of(uint64_t line)
{
    unsigned shift = 0;
    while (line >> shift > 1)
        shift++;
    return shift;
}

enum status table_cache_create(struct table_cache **out,
                               const struct table_cache_params *params, struct error *err)
{
    struct table_cache *cache = malloc(sizeof *cache);
    if (!cache)
        return error_nomem(err);
    *cache = (struct table_cache){.hit = params->hit, .miss = params->miss};
    *out = cache;
    if (params->size == 0)
        return OK;
    assert(params->line > 1 && (params->line & (params->line - 1)) == 0);
    assert(params->ways > 0 && params->size % (params->line * params->ways) == 0);
    cache->ways = params->ways;
    cache->line_shift = shift_of(params->line);
    cache->nsets = params->size / (params->line * params->ways);
    const size_t nlines = cache->nsets * cache->ways;
    cache->lines = malloc(nlines * sizeof *cache->lines);
    if (!cache->lines) {
        table_cache_free(cache);
        *out = NULL; /* the MMU frees what it has */
        return error_nomem(err);
    }
    for (size_t i = 0; i < nlines; i++)
        cache->lines[i] = LINE_NONE;
    return OK;
}

void table_cache_free(struct table_cache *cache)
{
    if (cache)
        free(cache->lines);
    free(cache);
}

psec_t table_cache_look(struct table_cache *cache, paddr_t paddr)
{
    const uint64_t line = paddr >> cache->line_shift;
    uint64_t *set = cache->lines + line % cache->nsets * cache->ways;
    uint64_t way = 0;
    while (way < cache->ways - 1 && set[way] != line)
        way++;
    const bool hit = set[way] == line;
    memmove(set + 1, set, way * sizeof *set); /* on a miss the last way's line leaves */
    set[0] = line;
    cache->hits += hit;
    cache->misses += !hit;
    return hit ? cache->hit : cache->miss;
}

uint64_t table_cache_hits(const struct table_cache *cache)
{
    return cache->hits;
}

uint64_t table_cache_misses(const struct table_cache *cache)
{
    return cache->misses;
}
