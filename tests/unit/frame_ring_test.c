/* frame_ring_test.c -- a ring of frames against an array that is kept in the same order. */
#include "faultline/frame_ring.h"

#include "base/rng.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 12 };

static struct frame_link links[FRAMES];
static struct frame_ring ring;

/* The frames in the ring, newest first. */
static pfn_t order[FRAMES];
static size_t n;

static void order_remove(pfn_t pfn)
{
    size_t at = 0;
    while (order[at] != pfn)
        at++;
    memmove(order + at, order + at + 1, (--n - at) * sizeof *order);
}

static void order_add(pfn_t pfn)
{
    memmove(order + 1, order, n++ * sizeof *order);
    order[0] = pfn;
}

static bool in_order(pfn_t pfn)
{
    for (size_t i = 0; i < n; i++)
        if (order[i] == pfn)
            return true;
    return false;
}

static void compare(void)
{
    ck_assert_uint_eq(frame_ring_newest(&ring), n ? order[0] : PFN_NONE);
    ck_assert_uint_eq(frame_ring_oldest(&ring), n ? order[n - 1] : PFN_NONE);
    pfn_t pfn = ring.head;
    for (size_t i = 0; i < n; i++, pfn = links[pfn].older) {
        ck_assert_uint_eq(pfn, order[i]);
        ck_assert_uint_eq(links[links[pfn].older].newer, pfn);
    }
    ck_assert_uint_eq(pfn, ring.head); /* all the way round */
}

START_TEST(ring_keeps_the_order_of_an_array)
{
    struct rng rng;
    rng_seed(&rng, 1);
    n = 0;
    frame_ring_init(&ring, links);
    compare();
    for (int i = 0; i < 500; i++) {
        const pfn_t pfn = (pfn_t)rng_below(&rng, (uint64_t)_i); /* of so many frames */
        const bool there = in_order(pfn);
        if (there)
            order_remove(pfn);
        if (there && rng_below(&rng, 2)) {
            frame_ring_remove(&ring, pfn);
        } else {
            if (there)
                frame_ring_renew(&ring, pfn);
            else
                frame_ring_add(&ring, pfn);
            order_add(pfn);
        }
        compare();
    }
}
END_TEST

static Suite *frame_ring_suite(void)
{
    Suite *suite = suite_create("frame_ring");
    TCase *tests = tcase_create("frame_ring");
    tcase_add_loop_test(tests, ring_keeps_the_order_of_an_array, 1, FRAMES + 1);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(frame_ring_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
