/* kluster.c -- see kluster.h. */
#include "os/bsd43/kluster.h"

#include "base/bits.h"

#include <assert.h>

static bool may_go(const struct bsd43_neighbours *neighbours, uint32_t cluster)
{
    return neighbours->suitable(neighbours->context, cluster);
}

/* Extend one cluster to what is suitable in low .. high - 1, at most `most` in all;
 * backward first. */
static struct bsd43_kluster extend(uint32_t cluster, uint32_t low, uint32_t high,
                                   uint32_t most, const struct bsd43_neighbours *neighbours)
{
    struct bsd43_kluster kluster = {cluster, 1};
    while (kluster.n < most && kluster.first > low &&
           may_go(neighbours, kluster.first - 1)) {
        kluster.first--;
        kluster.n++;
    }
    while (kluster.n < most && kluster.first + kluster.n < high &&
           may_go(neighbours, kluster.first + kluster.n))
        kluster.n++;
    return kluster;
}

struct bsd43_kluster bsd43_kluster(const struct bsd43_defaults *d, enum bsd43_transfer rw,
                                   uint32_t cluster, uint32_t nclusters, uint32_t window,
                                   int32_t freemem, struct bsd43_neighbours neighbours)
{
    assert(cluster < nclusters);
    if (window <= 1 || window > d->klmax || !is_power_of_two(window) ||
        (rw == BSD43_READ && freemem < d->memory_gate))
        return (struct bsd43_kluster){cluster, 1};
    const uint32_t low = cluster & ~(window - 1);
    const uint32_t high = nclusters - low < window ? nclusters : low + window;
    return extend(cluster, low, high, window, &neighbours);
}

struct bsd43_kluster bsd43_fodkluster(const struct bsd43_defaults *d, uint32_t cluster,
                                      uint32_t nclusters, int32_t freemem,
                                      struct bsd43_neighbours neighbours)
{
    assert(cluster < nclusters);
    if (!d->rules->fodklusters || freemem < (int32_t)d->klmax)
        return (struct bsd43_kluster){cluster, 1};
    return extend(cluster, 0, nclusters, d->klmax, &neighbours);
}

/* klout clusters from a kluster of klseql on. */
static struct bsd43_kluster around(const struct bsd43_defaults *d, int64_t kluster,
                                   uint32_t nclusters)
{
    int64_t first = kluster * d->klseql, end = first + d->klout;
    if (first < 0)
        first = 0;
    if (end > nclusters)
        end = nclusters;
    if (first >= end)
        return (struct bsd43_kluster){0, 0};
    return (struct bsd43_kluster){(uint32_t)first, (uint32_t)(end - first)};
}

struct bsd43_kluster bsd43_freed_behind(const struct bsd43_defaults *d, uint32_t cluster,
                                        uint32_t nclusters)
{
    return around(d, (int64_t)(cluster / d->klseql) - d->klsdist, nclusters);
}

struct bsd43_kluster bsd43_freed_ahead(const struct bsd43_defaults *d, uint32_t cluster,
                                       uint32_t nclusters)
{
    return around(d, (int64_t)(cluster / d->klseql) + d->klsdist, nclusters);
}
