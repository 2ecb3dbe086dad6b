/* linux_swap_readahead_test.c -- windows of read-ahead from swap, by hand. */
#include "harness.h"

#include "os/linux/swap_readahead.h"

static struct swap_readahead state;
static struct readahead_range vma;

static void setup(void)
{
    swap_readahead_init(&state);
    vma = (struct readahead_range){0, 99999};
}

static void is(struct readahead_range range, uint64_t first, uint64_t last)
{
    ck_assert_uint_eq(range.first, first);
    ck_assert_uint_eq(range.last, last);
}

static void fault(vpn_t vpn, uint64_t first, uint64_t last)
{
    is(swap_readahead_vma(&state, 3, vpn, vma, 512), first, last);
}

static void slot(uint64_t at, uint32_t hits, uint64_t first, uint64_t last)
{
    for (uint32_t i = 0; i < hits; i++)
        swap_readahead_cluster_hit(&state);
    is(swap_readahead_cluster(&state, 3, at, 100000), first, last);
}

START_TEST(a_block_is_aligned_within_its_area)
{
    is(swap_readahead_block(3, 20, 100), 16, 23);
    is(swap_readahead_block(3, 16, 100), 16, 23);
    is(swap_readahead_block(3, 23, 100), 16, 23);
    is(swap_readahead_block(2, 21, 100), 20, 23);
    is(swap_readahead_block(3, 5, 100), 1, 7); /* without the header */
    is(swap_readahead_block(3, 98, 100), 96, 99);
    is(swap_readahead_block(3, 98, 103), 96, 102);
    is(swap_readahead_block(3, 98, 104), 96, 103);
    is(swap_readahead_block(0, 98, 100), 98, 98);
}
END_TEST

START_TEST(a_block_is_four_slots_below_16_mib)
{
    ck_assert_uint_eq(swap_readahead_page_cluster((16u << 20) - 1), 2);
    ck_assert_uint_eq(swap_readahead_page_cluster(16u << 20), 3);
    ck_assert_uint_eq(swap_readahead_page_cluster(UINT64_C(1) << 40), 3);
}
END_TEST

/* As in the facts that it was worked out from: a VMA, all of it in swap. */
START_TEST(the_window_of_a_vma_grows_with_hits_and_halves_without)
{
    fault(100, 97, 104);
    for (vpn_t vpn = 101; vpn <= 104; vpn++)
        swap_readahead_vma_hit(&state, vpn, true);
    fault(105, 105, 112);
    fault(300, 299, 302);
    fault(500, 500, 501);
    fault(700, 700, 700);
}
END_TEST

START_TEST(adjacent_faults_read_two_pages_in_their_direction)
{
    fault(100, 97, 104);
    fault(300, 299, 302);
    fault(500, 500, 501);
    fault(700, 700, 700);
    fault(701, 701, 702);
    fault(700, 699, 700);
    fault(702, 702, 702); /* neither: one page, and half of two is one */
    fault(702, 702, 702);
}
END_TEST

START_TEST(a_full_window_goes_backwards_too)
{
    fault(100, 97, 104);
    for (vpn_t vpn = 99; vpn >= 97; vpn--)
        swap_readahead_vma_hit(&state, vpn, true);
    fault(96, 89, 96); /* 3 + 2 make 8 */
}
END_TEST

static const struct {
    uint32_t hits;
    uint64_t first, last; /* of a fault at 2000, far from the last one */
} windows[] = {
    {0, 2000, 2000}, {1, 1999, 2002}, {2, 1999, 2002},
    {3, 1997, 2004}, {6, 1997, 2004}, {40, 1997, 2004},
};

START_TEST(hits_make_windows_of_powers_of_two_up_to_8)
{
    state = (struct swap_readahead){.window = 1};
    for (uint32_t i = 0; i < windows[_i].hits; i++)
        swap_readahead_vma_hit(&state, 100 + i, true);
    fault(2000, windows[_i].first, windows[_i].last);
}
END_TEST

START_TEST(pages_that_were_not_read_ahead_move_the_address_but_are_no_hits)
{
    fault(100, 97, 104);
    swap_readahead_vma_hit(&state, 299, false);
    fault(300, 300, 303); /* adjacent, 2, but at least half of 8, forwards */
    state = (struct swap_readahead){.window = 1};
    swap_readahead_vma_hit(&state, 299, false);
    fault(2000, 2000, 2000);
}
END_TEST

START_TEST(a_window_stays_in_its_vma_and_its_page_table)
{
    vma = (struct readahead_range){99, 101};
    fault(100, 99, 101);
    setup();
    fault(513, 512, 517); /* 510 .. 517 */
    setup();
    fault(510, 507, 511); /* 507 .. 514 */
    setup();
    fault(2, 0, 6); /* -1 .. 6 */
    setup();
    state.prev = 2;
    fault(1, 0, 1); /* -6 .. 1 */
}
END_TEST

START_TEST(a_vma_window_is_at_most_32)
{
    is(swap_readahead_vma(&state, 5, 100, vma, 512), 97, 104);
    for (int i = 0; i < 100; i++)
        swap_readahead_vma_hit(&state, 104, true);
    is(swap_readahead_vma(&state, 6, 105, vma, 512), 105, 136);
}
END_TEST

START_TEST(page_cluster_0_reads_no_page_ahead)
{
    is(swap_readahead_vma(&state, 0, 100, vma, 512), 100, 100);
    is(swap_readahead_cluster(&state, 0, 100, 1000), 100, 100);
    ck_assert_uint_eq(state.hits, 4);
}
END_TEST

START_TEST(the_cluster_window_follows_hits_and_neighbours)
{
    slot(100, 0, 96, 103);  /* as if there had been 4 */
    slot(505, 0, 504, 507); /* half of 8 */
    slot(506, 0, 506, 507); /* next to it, and half of 4 */
    slot(900, 0, 900, 900);
    slot(899, 0, 898, 899);
    slot(901, 0, 901, 901);
    slot(700, 1, 700, 703);
    slot(700, 3, 696, 703);
    slot(700, 2, 700, 703);
    slot(700, 50, 696, 703);
}
END_TEST

START_TEST(a_fault_after_hits_is_not_remembered_by_the_cluster_window)
{
    slot(100, 0, 96, 103);
    slot(10, 0, 8, 11);
    slot(50, 1, 48, 51);
    slot(11, 0, 10, 11); /* next to 10, where there were no hits */
    slot(50, 0, 50, 50);
}
END_TEST

START_TEST(the_cluster_window_stays_in_its_area)
{
    is(swap_readahead_cluster(&state, 3, 3, 1000), 1, 7);
    setup();
    is(swap_readahead_cluster(&state, 3, 98, 100), 96, 99);
}
END_TEST

static Suite *swap_readahead_suite(void)
{
    Suite *suite = suite_create("linux_swap_readahead");
    TCase *tests = tcase_create("swap_readahead");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_block_is_aligned_within_its_area);
    tcase_add_test(tests, a_block_is_four_slots_below_16_mib);
    tcase_add_test(tests, the_window_of_a_vma_grows_with_hits_and_halves_without);
    tcase_add_test(tests, adjacent_faults_read_two_pages_in_their_direction);
    tcase_add_test(tests, a_full_window_goes_backwards_too);
    tcase_add_loop_test(tests, hits_make_windows_of_powers_of_two_up_to_8, 0,
                        ARRAY_LEN(windows));
    tcase_add_test(tests, pages_that_were_not_read_ahead_move_the_address_but_are_no_hits);
    tcase_add_test(tests, a_window_stays_in_its_vma_and_its_page_table);
    tcase_add_test(tests, a_vma_window_is_at_most_32);
    tcase_add_test(tests, page_cluster_0_reads_no_page_ahead);
    tcase_add_test(tests, the_cluster_window_follows_hits_and_neighbours);
    tcase_add_test(tests, a_fault_after_hits_is_not_remembered_by_the_cluster_window);
    tcase_add_test(tests, the_cluster_window_stays_in_its_area);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(swap_readahead_suite());
}
