/* bsd43_kluster_test.c -- klusters by hand, and against the rule read off all clusters. */
#include "bsd43_machine.h"

#include "base/rng.h"
#include "base/types.h"
#include "os/bsd43/kluster.h"

enum { CLUSTERS = 200 };

/* klmax 16, klin 4, klseql 8, kltxt 2, klout 16; the gate is at 32 pages. */
static struct bsd43_defaults d;
static bool good[CLUSTERS];
static uint32_t asked[CLUSTERS], nasked;

static bool is_good(void *context, uint32_t cluster)
{
    if (context != good || cluster >= CLUSTERS || nasked == CLUSTERS)
        ck_abort_msg("cluster %u", cluster);
    asked[nasked++] = cluster;
    return good[cluster];
}

static const struct bsd43_neighbours neighbours = {is_good, good};

static void setup(void)
{
    d = with_loop(BSD43_43BSD, 8192);
    for (uint32_t i = 0; i < CLUSTERS; i++)
        good[i] = true;
    nasked = 0;
}

static void is(struct bsd43_kluster kluster, uint32_t first, uint32_t n)
{
    ck_assert_uint_eq(kluster.first, first);
    ck_assert_uint_eq(kluster.n, n);
}

static struct bsd43_kluster reads(uint32_t cluster, uint32_t nclusters, uint32_t window)
{
    return bsd43_kluster(&d, BSD43_READ, cluster, nclusters, window, 1000, neighbours);
}

START_TEST(a_kluster_is_the_aligned_window_around_the_fault)
{
    for (uint32_t cluster = 4; cluster < 8; cluster++)
        is(reads(cluster, CLUSTERS, d.klin), 4, 4);
    is(reads(9, CLUSTERS, d.klseql), 8, 8);
    is(reads(9, CLUSTERS, d.kltxt), 8, 2);
    is(bsd43_kluster(&d, BSD43_WRITE, 37, CLUSTERS, d.klout, 0, neighbours), 32, 16);
    is(reads(0, CLUSTERS, d.klin), 0, 4);
}
END_TEST

START_TEST(a_kluster_ends_with_the_segment)
{
    is(reads(8, 11, d.klin), 8, 3);
    is(reads(10, 11, d.klin), 8, 3);
    is(reads(8, 9, d.klin), 8, 1);
    is(reads(8, 12, d.klin), 8, 4);
    is(reads(0, 1, d.klseql), 0, 1);
}
END_TEST

START_TEST(a_kluster_stops_at_the_first_unsuitable_neighbour_each_way)
{
    good[33] = good[40] = false;
    is(reads(36, CLUSTERS, 16), 34, 6);
    static const uint32_t expected[] = {35, 34, 33, 37, 38, 39, 40};
    ck_assert_uint_eq(nasked, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++)
        ck_assert_uint_eq(asked[i], expected[i]);
    good[35] = good[37] = false;
    is(reads(36, CLUSTERS, 16), 36, 1);
}
END_TEST

START_TEST(windows_other_than_powers_of_two_up_to_klmax_are_one_cluster)
{
    static const uint32_t windows[] = {0, 1, 3, 6, 12, 17, 32, 64};
    for (size_t i = 0; i < ARRAY_LEN(windows); i++)
        is(reads(5, CLUSTERS, windows[i]), 5, 1);
    is(reads(5, CLUSTERS, 16), 0, 16);
    ck_assert_uint_eq(nasked, 15);
}
END_TEST

START_TEST(reads_need_32_free_pages_and_writes_do_not)
{
    is(bsd43_kluster(&d, BSD43_READ, 5, CLUSTERS, 4, 32, neighbours), 4, 4);
    is(bsd43_kluster(&d, BSD43_READ, 5, CLUSTERS, 4, 31, neighbours), 5, 1);
    is(bsd43_kluster(&d, BSD43_WRITE, 5, CLUSTERS, 4, 0, neighbours), 4, 4);
}
END_TEST

START_TEST(fill_on_demand_takes_16_clusters_backward_first)
{
    is(bsd43_fodkluster(&d, 100, CLUSTERS, 1000, neighbours), 85, 16);
    ck_assert_uint_eq(nasked, 15);
    good[95] = false;
    is(bsd43_fodkluster(&d, 100, CLUSTERS, 1000, neighbours), 96, 16);
    good[105] = false;
    is(bsd43_fodkluster(&d, 100, CLUSTERS, 1000, neighbours), 96, 9);
}
END_TEST

START_TEST(fill_on_demand_stays_in_the_segment)
{
    is(bsd43_fodkluster(&d, 3, CLUSTERS, 1000, neighbours), 0, 16);
    is(bsd43_fodkluster(&d, 3, 5, 1000, neighbours), 0, 5);
    is(bsd43_fodkluster(&d, 0, 1, 1000, neighbours), 0, 1);
}
END_TEST

/* Compared with klmax, 16, though it counts hw pages. */
START_TEST(fill_on_demand_needs_16_free_pages)
{
    is(bsd43_fodkluster(&d, 3, CLUSTERS, 16, neighbours), 0, 16);
    is(bsd43_fodkluster(&d, 3, CLUSTERS, 15, neighbours), 3, 1);
}
END_TEST

START_TEST(before_43bsd_files_are_filled_from_one_cluster_at_a_time)
{
    d = with_loop(BSD43_42BSD, 8192);
    is(bsd43_fodkluster(&d, 3, CLUSTERS, 1000, neighbours), 3, 1);
    is(reads(9, CLUSTERS, d.klseql), 8, 8);
    d = with_loop(BSD43_3BSD, 8192);
    is(reads(9, CLUSTERS, d.klin), 9, 1);
}
END_TEST

/* klsdist 3 klusters of 8 either way, 16 clusters each. */
START_TEST(a_sequential_process_is_freed_of_what_is_behind_and_ahead)
{
    static const struct {
        uint32_t cluster, nclusters;
        struct bsd43_kluster behind, ahead;
    } rows[] = {
        {80, 200, {56, 16}, {104, 16}}, {87, 200, {56, 16}, {104, 16}},
        {88, 200, {64, 16}, {112, 16}}, {10, 200, {0, 0}, {32, 16}},
        {16, 200, {0, 8}, {40, 16}}, /* -8 .. 7 */
        {24, 200, {0, 16}, {48, 16}},   {160, 190, {136, 16}, {184, 6}},
        {170, 190, {144, 16}, {0, 0}}, /* 192 .. 207 */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct bsd43_kluster behind =
            bsd43_freed_behind(&d, rows[i].cluster, rows[i].nclusters);
        const struct bsd43_kluster ahead =
            bsd43_freed_ahead(&d, rows[i].cluster, rows[i].nclusters);
        is(behind, rows[i].behind.first, rows[i].behind.n);
        is(ahead, rows[i].ahead.first, rows[i].ahead.n);
    }
}
END_TEST

/* All between is good, in the same window, and one more each way is not or is outside. */
static bool reaches(uint32_t from, uint32_t to, uint32_t cluster)
{
    for (uint32_t i = from; i <= to; i++)
        if (i != cluster && !good[i])
            return false;
    return true;
}

START_TEST(random_klusters_are_the_largest_runs_in_their_windows)
{
    struct rng rng;
    rng_seed(&rng, 43);
    for (int trial = 0; trial < 20000; trial++) {
        const uint32_t window = 2u << rng_below(&rng, 4),
                       likely = 1 + (uint32_t)rng_below(&rng, 30);
        const uint32_t nclusters = 1 + (uint32_t)rng_below(&rng, CLUSTERS);
        const uint32_t cluster = (uint32_t)rng_below(&rng, nclusters);
        for (uint32_t i = 0; i < CLUSTERS; i++)
            good[i] = rng_below(&rng, likely) > 0;
        nasked = 0;
        const struct bsd43_kluster kluster = reads(cluster, nclusters, window);
        uint32_t first = cluster, last = cluster;
        for (uint32_t i = 0; i < nclusters; i++) {
            if (i / window != cluster / window)
                continue;
            if (i < first && reaches(i, cluster, cluster))
                first = i;
            if (i > last && reaches(cluster, i, cluster))
                last = i;
        }
        if (kluster.first != first || kluster.n != last - first + 1)
            ck_abort_msg("trial %d: %u of %u, not %u of %u", trial, kluster.n,
                         kluster.first, last - first + 1, first);
    }
}
END_TEST

static Suite *kluster_suite(void)
{
    Suite *suite = suite_create("bsd43_kluster");
    TCase *tests = tcase_create("kluster");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_kluster_is_the_aligned_window_around_the_fault);
    tcase_add_test(tests, a_kluster_ends_with_the_segment);
    tcase_add_test(tests, a_kluster_stops_at_the_first_unsuitable_neighbour_each_way);
    tcase_add_test(tests, windows_other_than_powers_of_two_up_to_klmax_are_one_cluster);
    tcase_add_test(tests, reads_need_32_free_pages_and_writes_do_not);
    tcase_add_test(tests, fill_on_demand_takes_16_clusters_backward_first);
    tcase_add_test(tests, fill_on_demand_stays_in_the_segment);
    tcase_add_test(tests, fill_on_demand_needs_16_free_pages);
    tcase_add_test(tests, before_43bsd_files_are_filled_from_one_cluster_at_a_time);
    tcase_add_test(tests, a_sequential_process_is_freed_of_what_is_behind_and_ahead);
    tcase_add_test(tests, random_klusters_are_the_largest_runs_in_their_windows);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(kluster_suite());
}
