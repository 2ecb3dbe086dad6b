/* swapslots.c -- see swapslots.h. */
#include "os/linux/swapslots.h"

#include "os/linux/swaparea.h"

#include <assert.h>
#include <stdlib.h>

/* In the map of an area: a count and these.  HELD: in a slot cache, for nobody. */
#define HEADER UINT32_C(0x80000000)
#define HELD UINT32_C(0x40000000)
#define CACHED UINT32_C(0x20000000)
#define COUNT UINT32_C(0x1fffffff)

enum { NO_AREA = UINT8_MAX };

struct slot_cache {
    uint32_t ntaken, next;         /* left of `taken`; the first of them                 */
    slot_t taken[SWAPSLOTS_CACHE]; /* to be handed out                                   */
    uint32_t nfreed;
    slot_t freed[SWAPSLOTS_CACHE]; /* to be given back                                   */
};

struct swapslots {
    struct swapslots_params params;
    struct swaparea areas[SWAPSLOTS_AREAS_MAX];
    uint32_t *owners[SWAPSLOTS_AREAS_MAX]; /* [slots of the area] + 1                     */
    uint8_t order[SWAPSLOTS_AREAS_MAX];    /* [nareas] by priority, equal ones in turn    */
    uint64_t total, nfree;
    bool caching;              /* the slot caches are in use                              */
    struct slot_cache *caches; /* [ncpus]                                                 */
    uint8_t *current; /* [ncpus] area of the CPU's cluster, from 6.15 on; or NO_AREA      */
};

static bool has_slot_cache(const struct swapslots *slots)
{
    return slots->params.version >= LINUX_VERSION(4, 11, 0) &&
           slots->params.version < LINUX_VERSION(6, 15, 0);
}

static bool keeps_cluster(const struct swapslots *slots, uint32_t area)
{
    return slots->params.version >= LINUX_VERSION(6, 15, 0) &&
           !slots->params.areas[area].rotational;
}

static int32_t priority_of(const struct swapslots *slots, uint32_t at)
{
    return slots->params.areas[slots->order[at]].priority;
}

static enum status add_area(struct swapslots *slots, uint32_t i, struct error *err)
{
    const struct swapslots_area *area = &slots->params.areas[i];
    const struct swaparea_params params = {
        .rule = swaparea_rule_of(slots->params.version, area->rotational),
        .nslots = area->nslots,
        .cluster = slots->params.cluster,
        .ncpus = slots->params.ncpus,
    };
    const enum status status = swaparea_init(&slots->areas[i], &params, HEADER, err);
    if (status != OK)
        return status;
    slots->owners[i] = calloc(area->nslots, sizeof *slots->owners[i]);
    if (!slots->owners[i])
        return error_nomem(err);
    slots->total += area->nslots - 1;
    uint32_t at = i;
    for (; at > 0 && priority_of(slots, at - 1) < area->priority; at--)
        slots->order[at] = slots->order[at - 1];
    slots->order[at] = (uint8_t)i;
    return OK;
}

enum status swapslots_create(struct swapslots **out, const struct swapslots_params *params,
                             struct error *err)
{
    assert(params->nareas > 0 && params->nareas <= SWAPSLOTS_AREAS_MAX);
    struct swapslots *slots = calloc(1, sizeof *slots);
    if (!slots)
        return error_nomem(err);
    slots->params = *params;
    slots->caches = calloc(params->ncpus, sizeof *slots->caches);
    slots->current = calloc(params->ncpus, sizeof *slots->current);
    enum status status = slots->caches && slots->current ? OK : error_nomem(err);
    for (uint32_t i = 0; status == OK && i < params->nareas; i++)
        status = add_area(slots, i, err);
    if (status != OK) {
        swapslots_free(slots);
        return status;
    }
    for (uint32_t cpu = 0; cpu < params->ncpus; cpu++)
        slots->current[cpu] = NO_AREA;
    slots->nfree = slots->total;
    *out = slots;
    return OK;
}

void swapslots_free(struct swapslots *slots)
{
    if (!slots)
        return;
    for (uint32_t i = 0; i < slots->params.nareas; i++) {
        swaparea_release(&slots->areas[i]);
        free(slots->owners[i]);
    }
    free(slots->caches);
    free(slots->current);
    free(slots);
}

/* --- areas ----------------------------------------------------------------------------- */

/* The area of a slot, or nareas. */
static uint32_t area_of(const struct swapslots *slots, slot_t slot)
{
    uint32_t i = 0;
    while (i < slots->params.nareas &&
           slot - slots->params.areas[i].first >= slots->params.areas[i].nslots)
        i++;
    return i;
}

static uint32_t *map_of(const struct swapslots *slots, slot_t slot)
{
    const uint32_t i = area_of(slots, slot);
    assert(i < slots->params.nareas);
    return &slots->areas[i].map[slot - slots->params.areas[i].first];
}

/* Put the area at `at` behind those of its priority; returns it. */
static uint32_t requeue(struct swapslots *slots, uint32_t at)
{
    const uint8_t area = slots->order[at];
    for (; at + 1 < slots->params.nareas &&
           priority_of(slots, at + 1) == slots->params.areas[area].priority;
         at++)
        slots->order[at] = slots->order[at + 1];
    slots->order[at] = area;
    return area;
}

/* Of an area with a free slot.  All CPUs go on at one place of a disk that rotates. */
static slot_t take_of(struct swapslots *slots, uint32_t area, uint32_t cpu, uint32_t mark)
{
    const uint32_t place = slots->params.areas[area].rotational ? 0 : cpu;
    const uint32_t offset = swaparea_take(&slots->areas[area], place, mark);
    assert(offset > 0);
    slots->nfree--;
    slots->owners[area][offset] = 0;
    return slots->params.areas[area].first + offset;
}

/* The position of the first area that has a free slot, or nareas. */
static uint32_t first_with_room(const struct swapslots *slots)
{
    uint32_t at = 0;
    while (at < slots->params.nareas && slots->areas[slots->order[at]].highest == 0)
        at++;
    return at;
}

/* The CPU's one cluster is in this area now. */
static void make_current(struct swapslots *slots, uint32_t cpu, uint32_t area)
{
    const uint8_t old = slots->current[cpu];
    if (old != NO_AREA && old != area)
        swapcluster_drop_cursor(&slots->areas[old], cpu);
    slots->current[cpu] = (uint8_t)area;
}

/* Up to n slots of one area; returns how many. */
static uint32_t take(struct swapslots *slots, uint32_t cpu, uint32_t n, uint32_t mark,
                     slot_t *out)
{
    const uint8_t current = slots->current[cpu];
    if (current != NO_AREA && slots->areas[current].highest > 0 &&
        swapcluster_has_cursor(&slots->areas[current], cpu)) {
        *out = take_of(slots, current, cpu, mark);
        return 1;
    }
    const uint32_t at = first_with_room(slots);
    if (at == slots->params.nareas)
        return 0;
    const uint32_t area = requeue(slots, at);
    uint32_t taken = 0;
    while (taken < n && slots->areas[area].highest > 0)
        out[taken++] = take_of(slots, area, cpu, mark);
    if (keeps_cluster(slots, area))
        make_current(slots, cpu, area);
    return taken;
}

static void give(struct swapslots *slots, slot_t slot)
{
    const uint32_t area = area_of(slots, slot);
    swaparea_give(&slots->areas[area], slot - slots->params.areas[area].first);
    slots->nfree++;
}

/* --- slot caches ----------------------------------------------------------------------- */

static void give_freed(struct swapslots *slots, struct slot_cache *cache)
{
    for (uint32_t i = 0; i < cache->nfreed; i++)
        give(slots, cache->freed[i]);
    cache->nfreed = 0;
}

static void drain(struct swapslots *slots)
{
    for (uint32_t cpu = 0; cpu < slots->params.ncpus; cpu++) {
        struct slot_cache *cache = &slots->caches[cpu];
        for (; cache->ntaken > 0; cache->ntaken--)
            give(slots, cache->taken[cache->next++]);
        give_freed(slots, cache);
    }
}

/* check_cache_active() */
static bool uses_cache(struct swapslots *slots)
{
    const uint64_t batch = (uint64_t)SWAPSLOTS_CACHE * slots->params.ncpus;
    if (!slots->caching) {
        slots->caching = has_slot_cache(slots) && slots->nfree > 5 * batch;
    } else if (slots->nfree < 2 * batch) {
        slots->caching = false;
        drain(slots);
    }
    return slots->caching;
}

static slot_t alloc_cached(struct swapslots *slots, struct slot_cache *cache, uint32_t cpu)
{
    if (cache->ntaken == 0) {
        cache->next = 0;
        cache->ntaken = take(slots, cpu, SWAPSLOTS_CACHE, HELD, cache->taken);
    }
    if (cache->ntaken == 0)
        return SLOT_NONE;
    cache->ntaken--;
    const slot_t slot = cache->taken[cache->next++];
    *map_of(slots, slot) = CACHED;
    return slot;
}

slot_t swapslots_alloc(struct swapslots *slots, uint32_t cpu)
{
    assert(cpu < slots->params.ncpus);
    slot_t slot = SLOT_NONE;
    if (uses_cache(slots))
        slot = alloc_cached(slots, &slots->caches[cpu], cpu);
    if (slot == SLOT_NONE)
        (void)take(slots, cpu, 1, CACHED, &slot);
    return slot;
}

/* --- slots ----------------------------------------------------------------------------- */

/* True if nothing refers to the slot any more. */
static bool released(struct swapslots *slots, uint32_t cpu, slot_t slot, uint32_t *map)
{
    if (*map != 0)
        return false;
    *map = HELD;
    if (slots->caching && slots->params.version < LINUX_VERSION(6, 14, 0)) {
        struct slot_cache *cache = &slots->caches[cpu];
        if (cache->nfreed == SWAPSLOTS_CACHE)
            give_freed(slots, cache);
        cache->freed[cache->nfreed++] = slot;
    } else {
        give(slots, slot);
    }
    return true;
}

void swapslots_dup(struct swapslots *slots, slot_t slot)
{
    uint32_t *map = map_of(slots, slot);
    assert((*map & (CACHED | COUNT)) != 0 && (*map & COUNT) < COUNT);
    ++*map;
}

bool swapslots_put(struct swapslots *slots, uint32_t cpu, slot_t slot)
{
    uint32_t *map = map_of(slots, slot);
    assert((*map & COUNT) > 0);
    --*map;
    return released(slots, cpu, slot, map);
}

void swapslots_cache_set(struct swapslots *slots, slot_t slot)
{
    uint32_t *map = map_of(slots, slot);
    assert((*map & COUNT) > 0 && !(*map & CACHED));
    *map |= CACHED;
}

bool swapslots_cache_clear(struct swapslots *slots, uint32_t cpu, slot_t slot)
{
    uint32_t *map = map_of(slots, slot);
    assert(*map & CACHED);
    *map &= ~CACHED;
    return released(slots, cpu, slot, map);
}

uint32_t swapslots_count(const struct swapslots *slots, slot_t slot)
{
    return *map_of(slots, slot) & COUNT;
}

bool swapslots_cached(const struct swapslots *slots, slot_t slot)
{
    return *map_of(slots, slot) & CACHED;
}

void swapslots_set_owner(struct swapslots *slots, slot_t slot, uint32_t owner)
{
    const uint32_t area = area_of(slots, slot);
    assert(area < slots->params.nareas && owner != SWAPSLOTS_NO_OWNER);
    slots->owners[area][slot - slots->params.areas[area].first] = owner + 1;
}

uint32_t swapslots_owner(const struct swapslots *slots, slot_t slot)
{
    const uint32_t area = area_of(slots, slot);
    if (area == slots->params.nareas || !(*map_of(slots, slot) & (CACHED | COUNT)))
        return SWAPSLOTS_NO_OWNER;
    /* 0, for none, wraps to it. */
    return slots->owners[area][slot - slots->params.areas[area].first] - 1;
}

uint64_t swapslots_total(const struct swapslots *slots)
{
    return slots->total;
}

uint64_t swapslots_nfree(const struct swapslots *slots)
{
    return slots->nfree;
}

uint64_t swapslots_nused(const struct swapslots *slots)
{
    uint64_t n = slots->total - slots->nfree;
    for (uint32_t cpu = 0; cpu < slots->params.ncpus; cpu++)
        n -= slots->caches[cpu].ntaken + slots->caches[cpu].nfreed;
    return n;
}

bool swapslots_full(const struct swapslots *slots)
{
    return 2 * slots->nfree < slots->total;
}

const char *swapslots_check(const struct swapslots *slots)
{
    uint64_t nused = 0, nheld = 0;
    for (uint32_t i = 0; i < slots->params.nareas; i++) {
        const char *problem = swaparea_check(&slots->areas[i]);
        if (problem)
            return problem;
        nused += slots->areas[i].nused;
        for (uint32_t k = 0; k < slots->params.areas[i].nslots; k++)
            nheld += slots->areas[i].map[k] == HELD;
    }
    for (uint32_t cpu = 0; cpu < slots->params.ncpus; cpu++) {
        const struct slot_cache *cache = &slots->caches[cpu];
        nheld -= cache->ntaken + cache->nfreed;
    }
    if (nheld != 0)
        return "a swap slot is kept for a slot cache that does not have it";
    return nused + slots->nfree == slots->total
               ? NULL
               : "the free swap slots are not those that the areas have left";
}
