/* linux_io_random.h -- what tests with random programs on the machine of linux_io_rig.h draw from,
 * and how they run them. */
#ifndef FAULTLINE_TESTS_OS_LINUX_IO_RANDOM_H
#define FAULTLINE_TESTS_OS_LINUX_IO_RANDOM_H

#include "os/linux_io_rig.h"

static struct rng rng;

static inline uint64_t below(uint64_t n)
{
    return rng_below(&rng, n);
}

#define PICK(array) ((array)[below(ARRAY_LEN(array))])

/* Run what has been made of the seed; false: memory was too small for it. */
static inline bool rig_linux_survives(uint64_t seed)
{
    struct error err = {0};
    const enum status status = rig_linux_try(&err);
    ck_assert_msg(status == OK || strstr(err.text, "out of memory"), "seed %llu: %s",
                  (unsigned long long)seed, err.text);
    return status == OK;
}

#endif
