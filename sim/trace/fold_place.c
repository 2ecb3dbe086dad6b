/* fold_place.c -- see fold.h: where the segments of a trace go. */
#include "trace/fold_inside.h"

#include <stdlib.h>
#include <string.h>

/* Units that follow on each other without a gap. */
struct extent {
    struct fold_unit *units;
    size_t n;
    uint64_t length; /* segments                                                         */
    uint64_t use;
};

struct places {
    bool *taken; /* [n]                                                                  */
    uint64_t n;
};

static uint64_t length_of(const struct fold_unit *unit)
{
    return unit->last - unit->first + 1;
}

static void take(const struct places *places, uint64_t first, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++)
        places->taken[first + i] = true;
}

/* Find so many free places side by side, the highest there are, with another free one on
 * either side if they are to stand apart. */
static bool find_room(const struct places *places, uint64_t length, bool apart,
                      uint64_t *first)
{
    uint64_t room = apart; /* free places from i on; what is above the last one is free   */
    for (uint64_t i = places->n; i-- > 0;) {
        room = places->taken[i] ? 0 : room + 1;
        if (room < length + apart)
            continue;
        if (apart && i > 0 && places->taken[i - 1])
            continue;
        *first = i;
        return true;
    }
    return false;
}

/* Move units to so many places; they follow on each other. */
static bool place_units(const struct places *places, struct fold_unit *units, size_t n,
                        uint64_t length, bool apart)
{
    uint64_t to;
    if (!find_room(places, length, apart, &to))
        return false;
    take(places, to, length);
    for (size_t i = 0; i < n; i++)
        units[i].to = to + (units[i].first - units[0].first);
    return true;
}

/* As a whole, or else (and not apart from others) unit by unit, the highest first. */
static bool place_extent(const struct places *places, const struct extent *extent,
                         bool apart)
{
    if (place_units(places, extent->units, extent->n, extent->length, apart))
        return true;
    if (apart)
        return false;
    for (size_t i = extent->n; i-- > 0;) {
        struct fold_unit *unit = &extent->units[i];
        if (!place_units(places, unit, 1, length_of(unit), false))
            return false;
    }
    return true;
}

/* What lies below the limit stays there. */
static void keep_low(const struct fold *fold, const struct places *places)
{
    memset(places->taken, 0, places->n * sizeof *places->taken);
    for (size_t i = 0; i < fold->nunits && fold->units[i].last < places->n; i++) {
        fold->units[i].to = fold->units[i].first;
        take(places, fold->units[i].first, length_of(&fold->units[i]));
    }
}

static bool place_all(const struct fold *fold, const struct places *places,
                      const struct extent *extents, size_t n, bool apart)
{
    keep_low(fold, places);
    for (size_t i = 0; i < n; i++)
        if (!place_extent(places, &extents[i], apart))
            return false;
    return true;
}

static int by_use(const void *a, const void *b)
{
    const uint64_t x = ((const struct extent *)a)->use;
    const uint64_t y = ((const struct extent *)b)->use;
    return (x > y) - (x < y);
}

/* The extents that must move, in the order of their first use; their number. */
static size_t gather(const struct fold *fold, struct extent *extents)
{
    size_t n = 0;
    for (size_t i = 0; i < fold->nunits; i++) {
        struct fold_unit *unit = &fold->units[i];
        if (unit->last < fold->nplaces)
            continue;
        if (n == 0 || unit[-1].last + 1 != unit->first)
            extents[n++] = (struct extent){.units = unit, .use = unit->use};
        struct extent *extent = &extents[n - 1];
        extent->n++;
        extent->length += length_of(unit);
        extent->use = unit->use < extent->use ? unit->use : extent->use;
    }
    qsort(extents, n, sizeof *extents, by_use);
    return n;
}

enum status fold_place(struct fold *fold, struct error *err)
{
    const struct places places = {.taken = calloc(fold->nplaces + 1, sizeof *places.taken),
                                  .n = fold->nplaces};
    struct extent *extents = calloc(fold->nunits + 1, sizeof *extents);
    enum status status = places.taken && extents ? OK : error_nomem(err);
    if (status == OK) {
        const size_t n = gather(fold, extents);
        if (!place_all(fold, &places, extents, n, true) &&
            !place_all(fold, &places, extents, n, false))
            status = error_set(err, ERR_CELL, at_nowhere(),
                               "what the trace and its operations touch does not fit into "
                               "the %u bits of %s without tearing a range apart",
                               fold->params.bits, fold->params.machine);
    }
    free(places.taken);
    free(extents);
    return status;
}
