/* kluster.h -- which neighbours of a cluster are read or written along with it: kluster()
 * and fodkluster() of sys/vm_page.c (4.3BSD, 7.1), and what is freed around a sequential
 * process (dpageout()).
 *
 * Units: clusters, by their numbers within the segment; those of a stack count from its top
 * downward.  freemem in hw pages (defaults.h). */
#ifndef FAULTLINE_OS_BSD43_KLUSTER_H
#define FAULTLINE_OS_BSD43_KLUSTER_H

#include "os/bsd43/defaults.h"

/* May this neighbour go along?  Asked of the nearest ones first, each way until one may
 * not, and of none twice.
 *
 * kluster, read: it is outswapped (fod=0, no frame); if text, its swap block is not in the
 * hash.  kluster, write: it is resident (fod=0), neither locked nor in transit, and dirty.
 * fodkluster: it is fill on demand, its block lies as far from the faulting cluster's as it
 * does itself; if text, that block is not in the hash. */
typedef bool bsd43_suitable(void *context, uint32_t cluster);

struct bsd43_neighbours {
    bsd43_suitable *suitable;
    void *context;
};

struct bsd43_kluster {
    uint32_t first, n; /* clusters first .. first + n - 1 */
};

enum bsd43_transfer { BSD43_READ, BSD43_WRITE };

/* The kluster around `cluster` in a segment of nclusters.  window: d->klin, klseql or kltxt
 * for reads, klout for writes; other than a power of two from 2 to klmax, one cluster only.
 * freemem: after the faulting cluster's frame has been taken; reads need the gate's. */
struct bsd43_kluster bsd43_kluster(const struct bsd43_defaults *d, enum bsd43_transfer rw,
                                   uint32_t cluster, uint32_t nclusters, uint32_t window,
                                   int32_t freemem, struct bsd43_neighbours neighbours);

/* Fill on demand from a file: up to klmax clusters that lie behind one another in the file.
 * One only if less than klmax, here taken for hw pages, are free, and before 4.3BSD. */
struct bsd43_kluster bsd43_fodkluster(const struct bsd43_defaults *d, uint32_t cluster,
                                      uint32_t nclusters, int32_t freemem,
                                      struct bsd43_neighbours neighbours);

/* After a page-in of data of a process that is said to be sequential, with less than
 * lotsfree free: the clusters to free or push, klsdist klusters of klseql behind (or ahead
 * of) the fault, klout of them, as far as they are in the segment; n is 0 if none is. */
struct bsd43_kluster bsd43_freed_behind(const struct bsd43_defaults *d, uint32_t cluster,
                                        uint32_t nclusters);
struct bsd43_kluster bsd43_freed_ahead(const struct bsd43_defaults *d, uint32_t cluster,
                                       uint32_t nclusters);

#endif
