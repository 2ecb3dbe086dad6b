/* version.h -- kernel versions as numbers that can be compared.
 *
 * Rules are tied to the first version in which they were seen; between the trees that were
 * looked at (README.md) the change may have come earlier. */
#ifndef FAULTLINE_OS_LINUX_VERSION_H
#define FAULTLINE_OS_LINUX_VERSION_H

#include <stdint.h>

/* 6.1 is LINUX_VERSION(6, 1, 0). */
#define LINUX_VERSION(major, minor, patch)                                                 \
    (((uint32_t)(major) << 16) + ((uint32_t)(minor) << 8) + (uint32_t)(patch))

#endif
