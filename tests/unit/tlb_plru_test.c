/* tlb_plru_test.c -- victims of the replacements that only come near LRU, by hand.
 *
 * Pages 0, 1, 2, ... in one set; a page that is entered into an empty set lies in the way of
 * its number. */
#include "machine/tlb.h"

#include <check.h>
#include <stdlib.h>

enum { PAGES = 100 };

static struct tlb tlb;
static vpn_t vpns[PAGES];

/* One set with pages 0, 1, ... entered in that order until it is full. */
static void start_with(struct tlb_params params, uint64_t seed)
{
    ck_assert_int_eq(tlb_init(&tlb, &params, seed, NULL), OK);
    ck_assert_int_eq(tlb_add_pages(&tlb, vpns, 0, PAGES, PAGES, NULL), OK);
    for (page_t page = 0; page < params.ways - params.wired; page++)
        ck_assert_uint_eq(tlb_fill(&tlb, page), PAGE_NONE);
}

static void start(uint32_t ways, enum tlb_replacement replacement)
{
    start_with((struct tlb_params){ways, ways, replacement, 0}, 1);
}

static void teardown(void)
{
    tlb_release(&tlb);
}

static void hit(page_t page)
{
    ck_assert(tlb_lookup(&tlb, page));
}

static void fill(page_t page, page_t displaced)
{
    ck_assert(!tlb_lookup(&tlb, page));
    ck_assert_uint_eq(tlb_fill(&tlb, page), displaced);
}

/* Root, left, right: where the victim is after each line.  0 1 2 3 entered: left, 0, 2. */
START_TEST(tree_of_four_ways_points_away_from_what_was_used)
{
    start(4, TLB_TREE_PLRU);
    hit(0);      /* right, 1, 2; LRU would take 1 next */
    fill(10, 2); /* left, 1, 3 */
    fill(11, 1); /* right, 0, 3 */
    fill(12, 3); /* left, 0, 2 */
    hit(11);     /* right, 0, 2 */
    hit(12);     /* left, 0, 2 */
    fill(13, 0); /* right, 1, 2 */
    fill(14, 10);
}
END_TEST

/* Misses alone go through the ways in the order of their numbers with the bits reversed. */
START_TEST(tree_of_eight_ways_takes_halves_in_turn)
{
    static const page_t order[] = {0, 4, 2, 6, 1, 5, 3, 7};
    start(8, TLB_TREE_PLRU);
    for (page_t i = 0; i < 8; i++)
        fill(20 + i, order[i]);
    /* Now 20 24 22 26 21 25 23 27, and all bits point to 20 again. */
    hit(20);      /* the root to the right, its left child to 22 23 */
    hit(25);      /* the root to the left, its right child to 23 27 (ways 6 7) */
    fill(30, 22); /* way 2 */
    fill(31, 23); /* way 6 */
}
END_TEST

START_TEST(way_emptied_in_a_tree_is_filled_before_it_is_asked)
{
    start(4, TLB_TREE_PLRU); /* left, 0, 2 */
    tlb_invalidate(&tlb, 2);
    tlb_invalidate(&tlb, 1);
    fill(10, PAGE_NONE); /* way 1: right, 0, 2 */
    fill(11, PAGE_NONE); /* way 2: left, 0, 3 */
    fill(12, 0);
    fill(13, 3);
}
END_TEST

/* Three ways: the root's children are way 0 on the right and the node of 1 and 2. */
START_TEST(wired_way_is_not_in_the_tree)
{
    start_with((struct tlb_params){4, 4, TLB_TREE_PLRU, 1}, 1);
    fill(10, 0);
    fill(11, 1);
    fill(12, 10);
    fill(13, 2);
}
END_TEST

/* The bits after each line; 0 1 2 3 entered: the fourth sets all, so only 3's remains. */
START_TEST(bit_plru_takes_the_first_way_not_used_lately)
{
    start(4, TLB_BIT_PLRU); /* 0001 */
    fill(10, 0);            /* 1001 */
    hit(1);                 /* 1101 */
    hit(10);                /* 1101 */
    fill(11, 2);            /* 0010: all were set */
    fill(12, 10);           /* 1010 */
    hit(3);                 /* 1011 */
    fill(13, 1);            /* 0100 */
    fill(14, 12);
}
END_TEST

/* With bits that go with the entries, 2 would go instead of 11, and 20 instead of 23. */
START_TEST(bit_of_a_way_stays_when_it_is_emptied)
{
    start(4, TLB_BIT_PLRU); /* 0001 */
    hit(0);                 /* 1001 */
    tlb_invalidate(&tlb, 3);
    hit(1);              /* 1101 */
    hit(2);              /* 0010 */
    fill(10, PAGE_NONE); /* 0011 */
    fill(11, 0);         /* 1011 */
    fill(12, 1);         /* 0100 */
    fill(13, 11);        /* 1100 */
    hit(10);             /* 1101 */
    hit(2);              /* 0010 */
    hit(10);             /* 0011 */
    tlb_flush(&tlb, false);
    fill(20, PAGE_NONE); /* 1011 */
    fill(21, PAGE_NONE); /* 0100 */
    fill(22, PAGE_NONE); /* 0110 */
    fill(23, PAGE_NONE); /* 0111 */
    fill(24, 20);        /* 1000 */
    fill(25, 21);        /* 1100 */
    fill(26, 22);        /* 1110 */
    fill(27, 23);
}
END_TEST

/* 0001 before; whichever of the three goes, the next one is one of the other two. */
START_TEST(dynamorio_takes_any_way_not_used_lately)
{
    unsigned went[3] = {0};
    for (unsigned seed = 0; seed < 1800; seed++) {
        start_with((struct tlb_params){4, 4, TLB_BIT_PLRU_DYNAMORIO, 0}, seed);
        const page_t first = tlb_fill(&tlb, 10), second = tlb_fill(&tlb, 11);
        ck_assert(first < 3 && second < 3 && first != second);
        went[first]++;
        fill(12, 3 - first - second);
        tlb_release(&tlb);
    }
    for (page_t page = 0; page < 3; page++) /* five deviations of 20 */
        ck_assert(went[page] > 600 - 100 && went[page] < 600 + 100);
}
END_TEST

START_TEST(only_the_most_recently_used_is_safe_from_nmru)
{
    unsigned went[4] = {0};
    start(4, TLB_NMRU);
    for (unsigned i = 0; i < 9000; i++) {
        const page_t safe = tlb.tags[i % 4];
        page_t old[4];
        for (unsigned way = 0; way < 4; way++)
            old[way] = tlb.tags[way];
        hit(safe);
        const page_t displaced = tlb_fill(&tlb, 10 + i % 80);
        ck_assert_uint_ne(displaced, safe);
        for (unsigned way = 0; way < 4; way++)
            went[(way + 4 - i % 4) % 4] += displaced == old[way];
    }
    ck_assert_uint_eq(went[0], 0);
    for (unsigned distance = 1; distance < 4; distance++) /* five deviations of 45 */
        ck_assert(went[distance] > 3000 - 225 && went[distance] < 3000 + 225);
}
END_TEST

START_TEST(nmru_of_two_ways_is_lru)
{
    start(2, TLB_NMRU);
    fill(10, 0);
    hit(1);
    fill(11, 10);
    fill(12, 1);
    hit(11);
    fill(13, 12);
}
END_TEST

START_TEST(single_way_always_goes)
{
    for (enum tlb_replacement r = TLB_LRU; r <= TLB_BIT_PLRU_DYNAMORIO; r++) {
        start(1, r);
        hit(0);
        fill(1, 0);
        fill(2, 1);
        hit(2);
        fill(3, 2);
        tlb_release(&tlb);
    }
}
END_TEST

static Suite *plru_suite(void)
{
    Suite *suite = suite_create("tlb_plru");
    TCase *tests = tcase_create("tlb_plru");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, tree_of_four_ways_points_away_from_what_was_used);
    tcase_add_test(tests, tree_of_eight_ways_takes_halves_in_turn);
    tcase_add_test(tests, way_emptied_in_a_tree_is_filled_before_it_is_asked);
    tcase_add_test(tests, wired_way_is_not_in_the_tree);
    tcase_add_test(tests, bit_plru_takes_the_first_way_not_used_lately);
    tcase_add_test(tests, bit_of_a_way_stays_when_it_is_emptied);
    tcase_add_test(tests, dynamorio_takes_any_way_not_used_lately);
    tcase_add_test(tests, only_the_most_recently_used_is_safe_from_nmru);
    tcase_add_test(tests, nmru_of_two_ways_is_lru);
    tcase_add_test(tests, single_way_always_goes);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(plru_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
