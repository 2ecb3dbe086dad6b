/* walk_cache.c -- see walk_cache.h. */
#include "machine/walk_cache.h"

#include <assert.h>
#include <stdlib.h>

struct entry {
    uint64_t prefix;
    paddr_t table;
    uint32_t space;
    bool valid;
};

/* A set's valid entries are its first ones, newest first. */
struct level {
    struct entry *entries; /* [set * ways + way]                                         */
    uint32_t ways, nsets;  /* nsets 0: this level is not cached                           */
    uint64_t hits;
};

struct walk_cache {
    struct level levels[WALK_LEVELS_MAX + 1];
    psec_t hit;
};

static enum status level_init(struct level *level,
                              const struct walk_cache_level_params *params,
                              struct error *err)
{
    if (params->entries == 0)
        return OK;
    assert(params->ways > 0 && params->entries % params->ways == 0);
    level->entries = calloc(params->entries, sizeof *level->entries);
    if (!level->entries)
        return error_nomem(err);
    level->ways = params->ways;
    level->nsets = params->entries / params->ways;
    return OK;
}

enum status walk_cache_create(struct walk_cache **out,
                              const struct walk_cache_params *params, struct error *err)
{
    assert(params->level[0].entries == 0 && params->level[1].entries == 0);
    struct walk_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return error_nomem(err);
    cache->hit = params->hit;
    enum status status = OK;
    for (unsigned i = 2; i <= WALK_LEVELS_MAX && status == OK; i++)
        status = level_init(&cache->levels[i], &params->level[i], err);
    if (status == OK)
        *out = cache;
    else
        walk_cache_free(cache);
    return status;
}

void walk_cache_free(struct walk_cache *cache)
{
    for (unsigned i = 0; cache && i <= WALK_LEVELS_MAX; i++)
        free(cache->levels[i].entries);
    free(cache);
}

static struct entry *set_of(const struct level *level, uint64_t prefix)
{
    return level->entries + prefix % level->nsets * level->ways;
}

/* The way of the set that holds the entry, or the number of ways. */
static uint32_t way_of(const struct level *level, const struct entry *set, uint32_t space,
                       uint64_t prefix)
{
    for (uint32_t way = 0; way < level->ways && set[way].valid; way++)
        if (set[way].prefix == prefix && set[way].space == space)
            return way;
    return level->ways;
}

/* Make the entry the newest of those up to and including `way`, whose own is lost. */
static void put_first(struct entry *set, uint32_t way, struct entry entry)
{
    for (; way > 0; way--)
        set[way] = set[way - 1];
    set[0] = entry;
}

bool walk_cache_find(struct walk_cache *cache, unsigned level, uint32_t space,
                     uint64_t prefix, paddr_t *table)
{
    assert(level <= WALK_LEVELS_MAX);
    struct level *of = &cache->levels[level];
    if (of->nsets == 0)
        return false;
    struct entry *set = set_of(of, prefix);
    const uint32_t way = way_of(of, set, space, prefix);
    if (way == of->ways)
        return false;
    put_first(set, way, set[way]);
    of->hits++;
    *table = set[0].table;
    return true;
}

void walk_cache_add(struct walk_cache *cache, unsigned level, uint32_t space,
                    uint64_t prefix, paddr_t table)
{
    assert(level <= WALK_LEVELS_MAX);
    const struct level *of = &cache->levels[level];
    if (of->nsets == 0)
        return;
    struct entry *set = set_of(of, prefix);
    const struct entry entry = {
        .prefix = prefix, .table = table, .space = space, .valid = true};
    assert(way_of(of, set, space, prefix) == of->ways);
    put_first(set, of->ways - 1, entry);
}

/* Drop the space's entries of a set; the others keep their order. */
static void drop_in_set(struct entry *set, uint32_t ways, uint32_t space)
{
    uint32_t kept = 0;
    for (uint32_t way = 0; way < ways && set[way].valid; way++)
        if (set[way].space != space)
            set[kept++] = set[way];
    for (; kept < ways && set[kept].valid; kept++)
        set[kept].valid = false;
}

void walk_cache_drop_space(struct walk_cache *cache, uint32_t space)
{
    for (unsigned i = 2; i <= WALK_LEVELS_MAX; i++) {
        const struct level *level = &cache->levels[i];
        for (uint32_t set = 0; set < level->nsets; set++)
            drop_in_set(level->entries + (size_t)set * level->ways, level->ways, space);
    }
}

void walk_cache_flush(struct walk_cache *cache)
{
    for (unsigned i = 2; i <= WALK_LEVELS_MAX; i++) {
        const struct level *level = &cache->levels[i];
        for (size_t n = 0; n < (size_t)level->nsets * level->ways; n++)
            level->entries[n].valid = false;
    }
}

bool walk_cache_has(const struct walk_cache *cache, unsigned level)
{
    assert(level <= WALK_LEVELS_MAX);
    return cache->levels[level].nsets > 0;
}

psec_t walk_cache_hit_time(const struct walk_cache *cache)
{
    return cache->hit;
}

uint64_t walk_cache_hits(const struct walk_cache *cache, unsigned level)
{
    assert(level <= WALK_LEVELS_MAX);
    return cache->levels[level].hits;
}
