/* slots_test.c -- the map of swap slots against hand-worked examples and a slow map that
 * looks at every slot. */
#include "base/bits.h"
#include "base/rng.h"
#include "swap/slots.h"

#include <check.h>
#include <stdlib.h>

enum { SPACES = 5, VPNS = 200, BINDINGS_MAX = 2 * SPACES * VPNS };

/* What the slow map knows of the runs that spaces fill. */
struct slow_binding {
    uint32_t space, run, place;
    uint64_t range;
};

static struct slow {
    struct slots_params params;
    uint32_t *owners;
    uint32_t used, next_slot, next_run;
    struct slow_binding bindings[BINDINGS_MAX];
    unsigned nbindings;
} slow;

static struct slots *slots;
static struct rng rng;

static uint32_t below(uint64_t n)
{
    return (uint32_t)rng_below(&rng, n);
}

static void start(uint64_t nslots, enum slot_allocation allocation, uint32_t cluster)
{
    const struct slots_params params = {nslots, allocation, cluster};
    ck_assert_int_eq(slots_create(&slots, &params, NULL), OK);
}

static void setup(void)
{
    rng_seed(&rng, 1);
}

static void teardown(void)
{
    slots_free(slots);
    slots = NULL;
}

static slot_t take(uint32_t space, vpn_t vpn)
{
    slot_t slot;
    ck_assert_int_eq(slots_take(slots, &slot, space, vpn, 7, NULL), OK);
    ck_assert_ptr_null(slots_check(slots));
    return slot;
}

START_TEST(page_by_page_goes_round_the_device)
{
    start(4, SLOTS_PAGE, 1);
    ck_assert_uint_eq(take(1, 0), 0);
    ck_assert_uint_eq(take(1, 0), 1);
    ck_assert_uint_eq(take(2, 9), 2);
    slots_give(slots, 0);
    ck_assert_uint_eq(take(1, 0), 3); /* not 0, which lies behind */
    ck_assert_uint_eq(take(1, 0), 0);
    ck_assert_uint_eq(take(1, 0), SLOT_NONE);
    slots_give(slots, 2);
    ck_assert_uint_eq(take(1, 0), 2);
    ck_assert_uint_eq(slots_total(slots), 4);
    ck_assert_uint_eq(slots_used(slots), 4);
}
END_TEST

START_TEST(a_space_fills_its_cluster_in_the_order_of_page_outs)
{
    start(12, SLOTS_CLUSTER, 4);
    ck_assert_uint_eq(take(1, 100), 0);
    ck_assert_uint_eq(take(2, 100), 4);
    ck_assert_uint_eq(take(1, 5), 1);
    ck_assert_uint_eq(take(2, 5), 5);
    ck_assert_uint_eq(take(1, 77), 2);
    ck_assert_uint_eq(take(1, 3), 3);
    ck_assert_uint_eq(take(1, 4), 8); /* its cluster is full, the next free run is 8-11 */
    ck_assert_uint_eq(take(2, 1), 6);
    ck_assert_uint_eq(take(2, 2), 7);
    ck_assert_uint_eq(take(2, 3), 9);  /* no run is free: the next free slot after 7 */
    ck_assert_uint_eq(take(1, 5), 10); /* 9 is taken by the other                    */
    slots_give(slots, 0);
    ck_assert_uint_eq(take(2, 4), 11);
    ck_assert_uint_eq(take(2, 5), 0);
    ck_assert_uint_eq(take(2, 6), SLOT_NONE);
}
END_TEST

START_TEST(a_cluster_that_is_empty_again_is_free)
{
    start(8, SLOTS_CLUSTER, 4);
    ck_assert_uint_eq(take(1, 0), 0);
    slots_give(slots, 0);
    ck_assert_uint_eq(take(2, 0), 4); /* the next free run after the one begun last */
    ck_assert_uint_eq(take(3, 0), 0);
}
END_TEST

START_TEST(neighbours_in_memory_are_neighbours_on_the_device)
{
    start(16, SLOTS_ADDRESS, 4);
    ck_assert_uint_eq(take(1, 6), 2); /* 6 = 1 * 4 + 2: place 2 of run 0     */
    ck_assert_uint_eq(take(1, 9), 5); /* 9 = 2 * 4 + 1: place 1 of run 1     */
    ck_assert_uint_eq(take(1, 4), 0);
    ck_assert_uint_eq(take(2, 6), 10); /* the same page of another space     */
    ck_assert_uint_eq(take(1, 7), 3);
    ck_assert_uint_eq(take(2, 0), 12);
    ck_assert_uint_eq(take(1, 12), 13); /* no run is free: as page by page    */
    slots_give(slots, 2);
    slots_give(slots, 0);
    slots_give(slots, 3);
    ck_assert_uint_eq(take(1, 14), 2); /* run 0 is free, and serves 12-15 now */
    ck_assert_uint_eq(take(2, 1), 3);  /* its place, 13, is taken: the next   */
    ck_assert_uint_eq(take(2, 2), 14);
}
END_TEST

START_TEST(the_runs_of_a_space_that_ended_are_not_continued)
{
    start(12, SLOTS_ADDRESS, 4);
    ck_assert_uint_eq(take(1, 0), 0);
    ck_assert_uint_eq(take(2, 5), 5);
    slots_end_space(slots, 1);
    slots_end_space(slots, 9);        /* never seen */
    ck_assert_uint_eq(take(1, 1), 9); /* a new space of the same number */
    ck_assert_uint_eq(take(2, 6), 6);
    slots_end_space(slots, 1);
    ck_assert_uint_eq(take(3, 3), 7); /* no run is free, so all that is left is open */
}
END_TEST

START_TEST(owners_are_found_and_forgotten)
{
    start(UINT64_MAX, SLOTS_PAGE, 1);
    slot_t slot;
    ck_assert_int_eq(slots_take(slots, &slot, 1, 0, 42, NULL), OK);
    ck_assert_uint_eq(slot, 0);
    ck_assert_uint_eq(slots_owner(slots, 0), 42);
    ck_assert_uint_eq(slots_owner(slots, 1), SLOT_FREE);
    ck_assert_uint_eq(slots_owner(slots, SLOT_NONE - 1), SLOT_FREE);
    slots_give(slots, 0);
    ck_assert_uint_eq(slots_owner(slots, 0), SLOT_FREE);
    ck_assert_uint_eq(slots_total(slots), SLOT_NONE);
    ck_assert_uint_eq(slots_used(slots), 0);
    ck_assert_uint_eq(slots_used_max(slots), 1);
}
END_TEST

START_TEST(a_device_without_room_has_no_slot)
{
    start(0, SLOTS_ADDRESS, 8);
    ck_assert_uint_eq(take(1, 3), SLOT_NONE);
    teardown();
    start(5, SLOTS_ADDRESS, 8); /* too small for a run */
    ck_assert_uint_eq(take(1, 3), 0);
}
END_TEST

static uint32_t slow_next(uint32_t from, uint32_t length)
{
    const uint32_t n = (uint32_t)slow.params.nslots / length;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = (from + i) % n;
        uint32_t free = 0;
        while (free < length && slow.owners[at * length + free] == SLOT_FREE)
            free++;
        if (free == length)
            return at;
    }
    return SLOT_NONE;
}

static struct slow_binding *slow_find(uint32_t space, uint64_t range)
{
    for (unsigned i = 0; i < slow.nbindings; i++)
        if (slow.bindings[i].space == space && slow.bindings[i].range == range)
            return &slow.bindings[i];
    return NULL;
}

static void slow_unbind(struct slow_binding *binding)
{
    *binding = slow.bindings[--slow.nbindings];
}

static struct slow_binding *slow_begin(uint32_t space, uint64_t range)
{
    const uint32_t run = slow_next(slow.next_run, slow.params.cluster);
    if (run == SLOT_NONE)
        return NULL;
    slow.next_run = run + 1;
    slow.bindings[slow.nbindings] = (struct slow_binding){space, run, 0, range};
    return &slow.bindings[slow.nbindings++];
}

static slot_t slow_in_cluster(uint32_t space)
{
    for (;;) {
        struct slow_binding *b = slow_find(space, 0);
        if (!b)
            b = slow_begin(space, 0);
        if (!b)
            return SLOT_NONE;
        for (; b->place < slow.params.cluster; b->place++)
            if (slow.owners[b->run * slow.params.cluster + b->place] == SLOT_FREE)
                return b->run * slow.params.cluster + b->place++;
        slow_unbind(b);
    }
}

static slot_t slow_by_address(uint32_t space, vpn_t vpn)
{
    const uint32_t cluster = slow.params.cluster;
    const struct slow_binding *b = slow_find(space, vpn / cluster);
    if (!b)
        b = slow_begin(space, vpn / cluster);
    const slot_t slot = b ? b->run * cluster + (uint32_t)(vpn % cluster) : 0;
    return b && slow.owners[slot] == SLOT_FREE ? slot : SLOT_NONE;
}

static slot_t slow_take(uint32_t space, vpn_t vpn, uint32_t owner)
{
    if (slow.used == slow.params.nslots)
        return SLOT_NONE;
    slot_t slot = slow.params.allocation == SLOTS_CLUSTER   ? slow_in_cluster(space)
                  : slow.params.allocation == SLOTS_ADDRESS ? slow_by_address(space, vpn)
                                                            : SLOT_NONE;
    if (slot == SLOT_NONE)
        slot = slow_next(slow.next_slot, 1);
    slow.owners[slot] = owner;
    slow.used++;
    slow.next_slot = slot + 1;
    return slot;
}

static void slow_give(slot_t slot)
{
    const uint32_t cluster = slow.params.cluster, run = slot / cluster;
    slow.owners[slot] = SLOT_FREE;
    slow.used--;
    for (uint32_t i = 0; i < cluster; i++)
        if (run * cluster + i < slow.params.nslots &&
            slow.owners[run * cluster + i] != SLOT_FREE)
            return;
    for (unsigned i = slow.nbindings; i-- > 0;)
        if (slow.bindings[i].run == run)
            slow_unbind(&slow.bindings[i]);
}

static void slow_end_space(uint32_t space)
{
    for (unsigned i = slow.nbindings; i-- > 0;)
        if (slow.bindings[i].space == space)
            slow_unbind(&slow.bindings[i]);
}

static void start_both(uint32_t nslots, enum slot_allocation allocation, uint32_t cluster)
{
    start(nslots, allocation, cluster);
    slow = (struct slow){.params = {nslots, allocation, cluster}};
    slow.owners = malloc(nslots * sizeof *slow.owners);
    ck_assert_ptr_nonnull(slow.owners);
    for (uint32_t i = 0; i < nslots; i++)
        slow.owners[i] = SLOT_FREE;
}

static void stop_both(void)
{
    free(slow.owners);
    teardown();
}

static void take_both(unsigned step)
{
    const uint32_t space = below(SPACES), owner = below(SLOT_FREE);
    const vpn_t vpn = below(VPNS) + ((vpn_t)below(2) << 50);
    const slot_t expected = slow_take(space, vpn, owner);
    slot_t slot;
    /* Check's assertions write to a file, which is too slow for each of many steps. */
    if (slots_take(slots, &slot, space, vpn, owner, NULL) != OK || slot != expected)
        ck_abort_msg("step %u took slot %u, not %u", step, slot, expected);
}

static void give_both(void)
{
    const slot_t slot = below(slow.params.nslots);
    if (slow.owners[slot] == SLOT_FREE)
        return;
    slow_give(slot);
    slots_give(slots, slot);
}

static void compare_owners(void)
{
    ck_assert_ptr_null(slots_check(slots));
    ck_assert_uint_eq(slots_used(slots), slow.used);
    for (uint32_t i = 0; i < slow.params.nslots; i++)
        if (slots_owner(slots, i) != slow.owners[i])
            ck_abort_msg("slot %u has the wrong owner", i);
}

static const enum slot_allocation allocations[] = {SLOTS_PAGE, SLOTS_CLUSTER,
                                                   SLOTS_ADDRESS};

/* Phases in which takes or gives prevail, so that the map gets full and empty. */
static void random_course(unsigned nsteps)
{
    unsigned takes = 60;
    for (unsigned step = 0; step < nsteps; step++) {
        if (below(200) == 0)
            takes = 20 + below(75);
        if (below(100) < takes)
            take_both(step);
        else
            give_both();
        if (below(500) == 0) {
            const uint32_t space = below(SPACES);
            slow_end_space(space);
            slots_end_space(slots, space);
        }
        if (step % 1000 == 0)
            compare_owners();
    }
    compare_owners();
}

START_TEST(random_takes_and_gives_equal_those_of_the_slow_map)
{
    for (unsigned trial = 0; trial < 24; trial++) {
        const uint32_t cluster = 1u << below(6);
        start_both(1 + below(300), allocations[_i], cluster);
        random_course(4000);
        stop_both();
    }
}
END_TEST

/* More slots than one chunk of the map holds; runs as long as a chunk among them. */
START_TEST(a_large_map_equals_the_slow_map_when_almost_full)
{
    static const uint32_t clusters[] = {1, 64, 65536};
    for (unsigned i = 0; i < ARRAY_LEN(clusters); i++) {
        start_both(150000, allocations[_i], clusters[i]);
        for (unsigned step = 0; step < 150000 - 200; step++)
            take_both(step);
        random_course(600);
        stop_both();
    }
}
END_TEST

START_TEST(what_is_kept_of_an_endless_stream_of_pages_stays_found)
{
    enum { PAGES = 400000, KEPT = 1000 };
    start(UINT64_MAX, allocations[_i], 16);
    static slot_t kept[PAGES / KEPT];
    for (uint32_t page = 0; page < PAGES; page++) {
        slot_t slot;
        if (slots_take(slots, &slot, 1, page, page, NULL) != OK)
            ck_abort_msg("page %u got no slot", page);
        if (page % KEPT == 0)
            kept[page / KEPT] = slot;
        else
            slots_give(slots, slot);
    }
    ck_assert_uint_eq(slots_used(slots), ARRAY_LEN(kept));
    ck_assert_ptr_null(slots_check(slots));
    for (uint32_t i = 0; i < ARRAY_LEN(kept); i++)
        ck_assert_uint_eq(slots_owner(slots, kept[i]), i * KEPT);
}
END_TEST

static Suite *slots_suite(void)
{
    Suite *suite = suite_create("slots");
    TCase *tests = tcase_create("slots");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, page_by_page_goes_round_the_device);
    tcase_add_test(tests, a_space_fills_its_cluster_in_the_order_of_page_outs);
    tcase_add_test(tests, a_cluster_that_is_empty_again_is_free);
    tcase_add_test(tests, neighbours_in_memory_are_neighbours_on_the_device);
    tcase_add_test(tests, the_runs_of_a_space_that_ended_are_not_continued);
    tcase_add_test(tests, owners_are_found_and_forgotten);
    tcase_add_test(tests, a_device_without_room_has_no_slot);
    const int n = ARRAY_LEN(allocations);
    tcase_add_loop_test(tests, random_takes_and_gives_equal_those_of_the_slow_map, 0, n);
    tcase_add_loop_test(tests, a_large_map_equals_the_slow_map_when_almost_full, 0, n);
    tcase_add_loop_test(tests, what_is_kept_of_an_endless_stream_of_pages_stays_found, 0,
                        n);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(slots_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
