/* linux_swaparea_test.c -- the place of the next slot in a swap area, by hand, in areas of 20
 * slots with clusters of 4; and random takes and returns, of which none may be lost. */
#include "harness.h"

#include "base/rng.h"
#include "os/linux/swaparea.h"

#include <string.h>

static struct swaparea area;

static void begin_with(enum swaparea_rule rule, uint32_t nslots, uint32_t cluster)
{
    const struct swaparea_params params = {
        .rule = rule, .nslots = nslots, .cluster = cluster, .ncpus = 3};
    ck_assert_int_eq(swaparea_init(&area, &params, 99, NULL), OK);
}

static void begin(enum swaparea_rule rule)
{
    begin_with(rule, 20, 4);
}

static void teardown(void)
{
    swaparea_release(&area);
}

static void sound(void)
{
    const char *problem = swaparea_check(&area);
    ck_assert_msg(!problem, "%s", problem);
}

/* The CPU takes these, ended by UINT32_MAX. */
static void takes(uint32_t cpu, const uint32_t *expected)
{
    for (; *expected != UINT32_MAX; expected++) {
        ck_assert_uint_eq(swaparea_take(&area, cpu, 7), *expected);
        sound();
    }
}

#define TAKES(cpu, ...) takes((cpu), (const uint32_t[]){__VA_ARGS__, UINT32_MAX})

static void gives(const uint32_t *offsets)
{
    for (; *offsets != UINT32_MAX; offsets++) {
        swaparea_give(&area, *offsets);
        sound();
    }
}

#define GIVES(...) gives((const uint32_t[]){__VA_ARGS__, UINT32_MAX})

START_TEST(in_2_4_a_run_is_one_slot_longer_than_a_cluster)
{
    begin(SWAPAREA_RUNS_24);
    TAKES(0, 1, 2, 3, 4, 5, 6);
    GIVES(2, 3); /* too short for a run */
    TAKES(0, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    TAKES(0, 17, 18, 19, 2, 3, 0); /* at the end the first free one */
    GIVES(11, 10, 12, 6, 13);
    TAKES(0, 6, 10, 11, 12, 13, 0); /* it goes on with four behind 3 before it looks anew */
    GIVES(13, 10, 11, 12, 6);
    TAKES(0, 10, 11, 12, 13, 6, 0); /* a run that begins at no multiple */
}
END_TEST

START_TEST(a_run_has_as_many_slots_as_a_cluster)
{
    begin(SWAPAREA_RUNS);
    TAKES(0, 1, 2, 3, 4, 5, 6, 7, 8);
    GIVES(2, 3);
    TAKES(0, 9, 10, 11, 12, 13, 14, 15, 16);
    TAKES(0, 2, 3, 17, 18); /* 5 are free without a run: from the lowest one on */
    TAKES(0, 19, 0);        /* the last one */
    GIVES(2, 18);
    TAKES(0, 2, 18, 0);
}
END_TEST

/* 3 are free, fewer than a cluster: on behind 8, though 2 is free. */
START_TEST(with_few_free_slots_a_run_goes_on_where_it_is)
{
    begin_with(SWAPAREA_RUNS, 11, 4);
    TAKES(0, 1, 2, 3, 4, 5, 6, 7, 8);
    GIVES(2);
    TAKES(0, 9, 10, 2, 0);
    GIVES(3, 5, 7, 9);
    TAKES(0, 3, 5, 7, 9, 0);
    teardown();
    begin_with(SWAPAREA_RUNS, 16, 4);
    TAKES(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    GIVES(2);
    TAKES(0, 2, 13, 14, 15, 0); /* 4 are enough to look */
}
END_TEST

/* The header is in the first cluster.  A cluster of which a slot is given back comes before free
 * ones, but not before the CPU's own; of two the one that had it first. */
START_TEST(in_6_18_partly_used_clusters_come_before_free_ones)
{
    begin(SWAPAREA_NONFULL);
    TAKES(0, 1, 2, 3, 4, 5, 6, 7, 8);
    GIVES(6, 2, 5);
    TAKES(0, 9, 10, 11, 5, 6, 2, 12);
}
END_TEST

/* Taking a slot puts the cluster behind: CPU 1 takes a free one beside the unfinished one of
 * CPU 0, and when there is none, the unfinished ones in turn. */
START_TEST(in_6_18_a_cluster_is_fragmented_when_a_cpu_has_come_to_it)
{
    begin(SWAPAREA_NONFULL);
    TAKES(0, 1, 2, 3, 4);
    TAKES(1, 8, 9);
    TAKES(0, 5);
    TAKES(1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 6);
    TAKES(0, 7, 0);
}
END_TEST

START_TEST(each_cpu_fills_a_cluster_of_its_own)
{
    begin(SWAPAREA_CLUSTERS);
    TAKES(0, 4, 5);
    TAKES(1, 8);
    TAKES(0, 6, 7, 12);
    TAKES(1, 9, 10, 11, 16);
    TAKES(0, 13, 14, 15);
    TAKES(0, 17); /* no cluster is free: behind its last slot, in that of the other */
    TAKES(1, 18);
    TAKES(0, 19);
    TAKES(1, 1); /* the cluster of the header is never free */
    TAKES(0, 2, 3, 0);
    GIVES(8, 9, 11, 10, 2);
    TAKES(1, 8, 9, 10, 11, 2, 0);
}
END_TEST

START_TEST(a_cluster_that_became_free_is_used_again_after_those_before_it)
{
    begin(SWAPAREA_CLUSTERS);
    TAKES(0, 4);
    GIVES(4); /* free are 2, 3, 4, 1 */
    TAKES(0, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 4);
    teardown();
    begin_with(SWAPAREA_CLUSTERS, 8, 4);
    TAKES(0, 4);
    GIVES(4); /* the only one: it is still the CPU's */
    TAKES(0, 5, 6, 7, 1, 2, 3, 4, 0);
}
END_TEST

START_TEST(slots_given_back_to_a_cluster_in_use_are_passed_by)
{
    begin(SWAPAREA_CLUSTERS);
    TAKES(0, 4, 5, 6);
    GIVES(4);
    TAKES(0, 7, 8);
    teardown();
    begin(SWAPAREA_LISTS);
    TAKES(0, 4, 5, 6);
    TAKES(1, 8);
    GIVES(4);
    TAKES(0, 7, 12);
}
END_TEST

START_TEST(without_a_free_cluster_the_partly_used_ones_are_next)
{
    begin(SWAPAREA_LISTS);
    TAKES(0, 4, 5);
    TAKES(1, 8);
    TAKES(0, 6, 7, 12);
    TAKES(1, 9, 10, 11, 16, 17);
    TAKES(0, 13, 14, 15);
    TAKES(0, 1); /* partly used are 0 and 4 */
    TAKES(1, 18);
    TAKES(0, 2, 3);
    TAKES(0, 19); /* of CPU 1's cluster */
    TAKES(1, 0);
    GIVES(5, 9);
    TAKES(1, 5, 9, 0);
    GIVES(9, 5);
    TAKES(1, 9, 5, 0);
}
END_TEST

static void fill(void)
{
    while (swaparea_take(&area, 0, 7) > 0) {
    }
}

/* Clusters 1 and 2 each have two slots; each is fragmented once a CPU has come to it. */
START_TEST(fragmented_clusters_take_turns)
{
    begin(SWAPAREA_LISTS);
    fill();
    GIVES(4, 5, 6, 8, 9, 10);
    TAKES(0, 4);
    TAKES(1, 8);
    TAKES(2, 5); /* 1, 2 are fragmented: 1 first, which goes behind 2 */
    TAKES(1, 9);
    swapcluster_drop_cursor(&area, 0);
    swapcluster_drop_cursor(&area, 1);
    ck_assert(!swapcluster_has_cursor(&area, 1));
    TAKES(1, 10); /* 2 */
    TAKES(0, 6, 0);
}
END_TEST

START_TEST(a_slot_that_comes_back_makes_its_cluster_partly_used_again)
{
    begin(SWAPAREA_LISTS);
    fill();
    GIVES(4, 5, 8, 9);
    TAKES(0, 4); /* 1 is fragmented, 2 partly used */
    GIVES(6);    /* 2, 1 are partly used */
    TAKES(1, 8); /* 2 is fragmented */
    TAKES(2, 5); /* 1 is partly used, and comes before it */
}
END_TEST

/* 18 slots: the last cluster has 2 and is partly used from the start. */
START_TEST(a_last_cluster_that_is_not_whole_is_never_free)
{
    begin_with(SWAPAREA_LISTS, 18, 4);
    TAKES(0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1, 2, 3, 16, 17, 0);
    teardown();
    begin_with(SWAPAREA_CLUSTERS, 18, 4);
    TAKES(0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1, 2, 3, 0);
    teardown();
    begin_with(SWAPAREA_LISTS, 3, 4);
    TAKES(0, 1, 2, 0);
    teardown();
    begin_with(SWAPAREA_CLUSTERS, 3, 4);
    TAKES(0, 1, 2, 0);
}
END_TEST

/* One slot of a map that is free is taken, all of them in the end, and none twice. */
START_TEST(random_takes_and_returns_lose_no_slot)
{
    enum { SLOTS = 700 };
    static bool taken[SLOTS + 8];
    struct rng rng;
    rng_seed(&rng, (uint64_t)_i);
    const uint32_t nslots = 2 + (uint32_t)rng_below(&rng, SLOTS);
    begin_with((enum swaparea_rule)(_i % 5), nslots, _i % 3 ? 8 : 64);
    memset(taken, 0, sizeof taken);
    uint32_t takes_of_100 = 60, ntaken = 0;
    for (int step = 0; step < 8000; step++) {
        if (rng_below(&rng, 300) == 0)
            takes_of_100 = 30 + (uint32_t)rng_below(&rng, 60);
        const uint32_t slot = (uint32_t)rng_below(&rng, nslots);
        if (rng_below(&rng, 100) < takes_of_100) {
            const uint32_t offset = swaparea_take(&area, slot % 3, 7);
            ck_assert(offset > 0 || ntaken == nslots - 1);
            ck_assert_uint_lt(offset, nslots);
            ck_assert(offset == 0 || !taken[offset]);
            taken[offset] = offset > 0;
            ntaken += offset > 0;
        } else if (taken[slot]) {
            swaparea_give(&area, slot);
            taken[slot] = false;
            ntaken--;
        }
        if (step % 50 == 0)
            sound();
    }
    sound();
}
END_TEST

START_TEST(the_check_sees_damage)
{
    begin(SWAPAREA_LISTS);
    TAKES(0, 4, 5);
    area.nused++;
    ck_assert_ptr_nonnull(swaparea_check(&area));
    area.nused--;
    area.lowest = 2;
    ck_assert_ptr_nonnull(swaparea_check(&area));
    area.lowest = 1;
    area.clusters[1].count++;
    ck_assert_ptr_nonnull(swaparea_check(&area));
    area.clusters[1].count--;
    area.clusters[1].list = SWAPCLUSTER_FULL;
    ck_assert_ptr_nonnull(swaparea_check(&area));
    area.clusters[1].list = SWAPCLUSTER_PARTLY;
    area.lengths[SWAPCLUSTER_FREE]--;
    ck_assert_ptr_nonnull(swaparea_check(&area));
    area.lengths[SWAPCLUSTER_FREE]++;
    sound();
}
END_TEST

static Suite *swaparea_suite(void)
{
    Suite *suite = suite_create("linux_swaparea");
    TCase *tests = tcase_create("swaparea");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, in_2_4_a_run_is_one_slot_longer_than_a_cluster);
    tcase_add_test(tests, a_run_has_as_many_slots_as_a_cluster);
    tcase_add_test(tests, with_few_free_slots_a_run_goes_on_where_it_is);
    tcase_add_test(tests, in_6_18_partly_used_clusters_come_before_free_ones);
    tcase_add_test(tests, in_6_18_a_cluster_is_fragmented_when_a_cpu_has_come_to_it);
    tcase_add_test(tests, each_cpu_fills_a_cluster_of_its_own);
    tcase_add_test(tests, a_cluster_that_became_free_is_used_again_after_those_before_it);
    tcase_add_test(tests, slots_given_back_to_a_cluster_in_use_are_passed_by);
    tcase_add_test(tests, without_a_free_cluster_the_partly_used_ones_are_next);
    tcase_add_test(tests, fragmented_clusters_take_turns);
    tcase_add_test(tests, a_slot_that_comes_back_makes_its_cluster_partly_used_again);
    tcase_add_test(tests, a_last_cluster_that_is_not_whole_is_never_free);
    tcase_add_loop_test(tests, random_takes_and_returns_lose_no_slot, 0, 24);
    tcase_add_test(tests, the_check_sees_damage);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(swaparea_suite());
}
