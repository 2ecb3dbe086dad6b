/* disk_arm.c -- see disk_arm.h. */
#include "swap/disk_arm.h"

const char *const disk_orders[] = {"fcfs", "sstf",   "scan", "c-scan",
                                   "look", "c-look", NULL};

enum { INWARDS = 1, OUTWARDS = 2 }; /* may be or-ed */

/* Where the requests are. */
struct waiting {
    const struct request_queue *queue;
    const struct platter *platter;
    uint64_t sector_size;
};

/* The request nearest to a cylinder in one direction or both, of equally near ones the
 * first that came; NULL if there is none there. */
static struct request *nearest(const struct waiting *waiting, uint64_t from,
                               unsigned directions)
{
    struct request *best = NULL;
    uint64_t least = UINT64_MAX;
    for (struct request *r = waiting->queue->first; r; r = r->next) {
        const uint64_t sector = r->offset / waiting->sector_size;
        const uint64_t to = platter_locate(waiting->platter, sector).cylinder;
        const bool there = to == from || (directions & (to > from ? INWARDS : OUTWARDS));
        const uint64_t distance = to > from ? to - from : from - to;
        if (there && distance < least) {
            best = r;
            least = distance;
        }
    }
    return best;
}

/* SCAN and LOOK: on in the direction of the arm, else back. */
static struct request *sweep(struct disk_arm *arm, bool to_last,
                             const struct waiting *waiting)
{
    struct request *r = nearest(waiting, arm->cylinder, arm->outwards ? OUTWARDS : INWARDS);
    if (r)
        return r;
    if (to_last)
        arm->via[arm->nvia++] = arm->outwards ? 0 : waiting->platter->cylinders - 1;
    arm->outwards = !arm->outwards;
    return nearest(waiting, arm->cylinder, arm->outwards ? OUTWARDS : INWARDS);
}

/* C-SCAN and C-LOOK: on inwards, else again from the outermost cylinder. */
static struct request *sweep_one_way(struct disk_arm *arm, bool to_last,
                                     const struct waiting *waiting)
{
    struct request *r = nearest(waiting, arm->cylinder, INWARDS);
    if (r)
        return r;
    if (to_last) {
        arm->via[arm->nvia++] = waiting->platter->cylinders - 1;
        arm->via[arm->nvia++] = 0;
    }
    return nearest(waiting, 0, INWARDS);
}

struct request *disk_arm_choose(struct disk_arm *arm, enum disk_order order,
                                const struct request_queue *queue,
                                const struct platter *platter, uint64_t sector_size)
{
    const struct waiting waiting = {queue, platter, sector_size};
    switch (order) {
    case DISK_SSTF:
        return nearest(&waiting, arm->cylinder, INWARDS | OUTWARDS);
    case DISK_SCAN:
    case DISK_LOOK:
        return sweep(arm, order == DISK_SCAN, &waiting);
    case DISK_C_SCAN:
    case DISK_C_LOOK:
        return sweep_one_way(arm, order == DISK_C_SCAN, &waiting);
    default: /* DISK_FCFS */
        return queue->first;
    }
}
