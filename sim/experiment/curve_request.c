/* curve_request.c -- see curve_request.h. */
#include "experiment/curve_request.h"

#include "base/bits.h"
#include "base/units.h"

#include <stdio.h>
#include <string.h>

const char *const curve_names[CURVE_NAMES] = {
    [CURVE_NAME_LRU] = "lru",
    [CURVE_NAME_OPT] = "opt",
    [CURVE_NAME_WORKING_SET] = "working-set",
    [CURVE_NAME_VMIN] = "vmin",
    [CURVE_NAME_WINDOW_FOOTPRINT] = "window-footprint",
    [CURVE_NAME_FOOTPRINT] = "footprint",
    [CURVE_NAME_REUSE_DISTANCE] = "reuse-distance",
};

static const unsigned kinds[CURVE_NAMES] = {
    [CURVE_NAME_LRU] = CURVE_LRU,
    [CURVE_NAME_OPT] = CURVE_OPT,
    [CURVE_NAME_WORKING_SET] = CURVE_WINDOWS,
    [CURVE_NAME_VMIN] = CURVE_WINDOWS,
    [CURVE_NAME_WINDOW_FOOTPRINT] = CURVE_WINDOWS,
    [CURVE_NAME_FOOTPRINT] = 0, /* it comes with each */
    [CURVE_NAME_REUSE_DISTANCE] = CURVE_LRU,
};

bool curve_has_column(enum curve_name name, const char *column)
{
    static const char *const columns[CURVE_NAMES][6] = {
        [CURVE_NAME_LRU] = {"frames", "memory", "faults", "fault_rate"},
        [CURVE_NAME_OPT] = {"frames", "memory", "faults", "fault_rate"},
        [CURVE_NAME_WORKING_SET] = {"window", "faults", "fault_rate", "pages", "memory"},
        [CURVE_NAME_VMIN] = {"window", "faults", "fault_rate", "pages", "memory"},
        [CURVE_NAME_WINDOW_FOOTPRINT] = {"window", "pages", "memory"},
        [CURVE_NAME_FOOTPRINT] = {"reference", "pages", "memory"},
        [CURVE_NAME_REUSE_DISTANCE] = {"distance", "accesses"},
    };
    for (size_t i = 0; i < ARRAY_LEN(columns[name]) && columns[name][i]; i++)
        if (strcmp(columns[name][i], column) == 0)
            return true;
    return false;
}

const char *curve_column_like(const char *name)
{
    static const char *const same[][2] = {
        {"machine.frames", "frames"},
        {"machine.memory", "memory"},
        {"resident_mean", "pages"},
    };
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        if (strcmp(same[i][0], name) == 0)
            return same[i][1];
    return name;
}

enum status curve_set_add(curve_set *set, const char *name, const char *what,
                          struct location at, struct error *err)
{
    for (unsigned i = 0; i < CURVE_NAMES; i++) {
        if (strcmp(curve_names[i], name) != 0)
            continue;
        if (*set >> i & 1)
            return error_set(err, ERR_CONFIG, at, "curve '%s' is twice in the list of %s",
                             name, what);
        *set |= 1u << i;
        return OK;
    }
    char list[160];
    const char *nearest = nearest_name(name, curve_names, CURVE_NAMES);
    return error_set(err, ERR_CONFIG, at, "unknown curve '%s' for %s%s%s%s; there are %s",
                     name, what, nearest ? "; nearest is '" : "", nearest ? nearest : "",
                     nearest ? "'" : "",
                     join_names(list, sizeof list, curve_names, CURVE_NAMES));
}

struct curve_request curve_request_of(curve_set set, uint64_t page_sizes)
{
    struct curve_request request = {0};
    for (unsigned i = 0; i < CURVE_NAMES; i++)
        if (set >> i & 1)
            request.kinds |= kinds[i];
    if (!request.kinds)
        request.kinds = CURVE_LRU; /* the fastest */
    for (; page_sizes; page_sizes &= page_sizes - 1)
        request.page_shifts[request.npage_sizes++] = (unsigned)lowest_bit(page_sizes);
    return request;
}

static enum status check_granule(const struct curve_trace *trace, uint64_t page_size,
                                 struct error *err)
{
    char size[32], granule[32];
    if (page_size >= trace->granule)
        return OK;
    return error_set(err, ERR_CONFIG, at_file(trace->path),
                     "pages of %s: the trace knows addresses to %s only",
                     format_size(page_size, size, sizeof size),
                     format_size(trace->granule, granule, sizeof granule));
}

enum status curve_request_check(const struct curve_trace *trace, curve_set set,
                                uint64_t page_sizes, uint64_t frames, struct error *err)
{
    const uint64_t smallest = page_sizes & (~page_sizes + 1);
    if (trace->reduction->method == REDUCTION_NONE)
        return check_granule(trace, smallest, err);
    for (unsigned i = 0; i < CURVE_NAMES; i++) {
        if (!(set >> i & 1))
            continue;
        if (i != CURVE_NAME_LRU && i != CURVE_NAME_OPT)
            return error_set(err, ERR_CONFIG, at_file(trace->path),
                             "a reduced trace keeps faults only, and curve '%s' needs all "
                             "references: use the full trace",
                             curve_names[i]);
        const struct reduction_use use = {
            .policy = curve_names[i],
            .frames = frames ? frames : trace->reduction->frames,
            .page_size = smallest,
            .granule = trace->granule,
        };
        const enum status status =
            reduction_allows(trace->reduction, trace->path, &use, err);
        if (status != OK)
            return status;
    }
    return OK;
}
