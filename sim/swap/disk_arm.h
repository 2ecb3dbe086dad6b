/* disk_arm.h -- the arm of a disk, and in which order it comes to the requests of a queue.
 *
 * Source: Silberschatz, Galvin and Gagne, Operating System Concepts, chapter "Mass-storage
 * structure". */
#ifndef FAULTLINE_SWAP_DISK_ARM_H
#define FAULTLINE_SWAP_DISK_ARM_H

#include "swap/device.h"
#include "swap/platter.h"

/* Their names, ended by NULL, in the order of enum disk_order. */
extern const char *const disk_orders[];

enum disk_order { DISK_FCFS, DISK_SSTF, DISK_SCAN, DISK_C_SCAN, DISK_LOOK, DISK_C_LOOK };

struct disk_arm {
    uint64_t cylinder; /* where it is                                                     */
    bool outwards;     /* direction of SCAN and LOOK: to lower cylinders                  */
    unsigned nvia;
    uint64_t via[2]; /* [nvia] cylinders that it visits on its way to the chosen          */
};

/* The request that is next of a queue that is not empty.  Offsets are in bytes, sector_size
 * too. */
struct request *disk_arm_choose(struct disk_arm *arm, enum disk_order order,
                                const struct request_queue *queue,
                                const struct platter *platter, uint64_t sector_size);

#endif
