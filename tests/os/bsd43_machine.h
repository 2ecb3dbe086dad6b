/* bsd43_machine.h -- kernels for the tests of their parts. */
#ifndef FAULTLINE_TESTS_OS_BSD43_MACHINE_H
#define FAULTLINE_TESTS_OS_BSD43_MACHINE_H

#include "os/bsd43/defaults.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A VAX with so many hw pages of memory and one RP06, of whose swap partition 33,440
 * blocks. */
static inline struct bsd43_config vax_config(uint32_t physmem)
{
    return (struct bsd43_config){.variant = BSD43_43BSD,
                                 .clsize = 2,
                                 .physmem = physmem,
                                 .nswdev = 1,
                                 .swap_blocks = {33440}};
}

static inline struct bsd43_defaults booted(const struct bsd43_config *config)
{
    struct bsd43_defaults d;
    struct error err = {0};
    ck_assert_msg(bsd43_boot(&d, config, &err) == OK, "%s", err.text);
    return d;
}

/* The same with so many of them pageable: L. */
static inline struct bsd43_config loop_config(enum bsd43_variant variant,
                                              uint32_t loop_pages)
{
    struct bsd43_config config = vax_config(loop_pages + 1000);
    config.variant = variant;
    config.wired = 1000;
    return config;
}

static inline struct bsd43_defaults with_loop(enum bsd43_variant variant,
                                              uint32_t loop_pages)
{
    const struct bsd43_config config = loop_config(variant, loop_pages);
    return booted(&config);
}

/* The exit status of a test program. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
