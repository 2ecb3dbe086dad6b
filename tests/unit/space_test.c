/* space_test.c -- regions of an address space: added, cut, split and looked up, by hand and
 * against an array with one entry a page. */
#include "pager/space.h"
#include "trace/vm_op.h"

#include "harness.h"

enum { PAGES = 64 };

static struct page_index page_numbers;
static struct space space;
static struct rng rng;

static void setup(void)
{
    page_index_init(&page_numbers);
    space_init(&space, &page_numbers, 3, 12);
}

static void teardown(void)
{
    space_release(&space);
    page_index_release(&page_numbers);
}

static struct region region(vpn_t first, vpn_t last, uint32_t file, uint64_t file_page)
{
    return (struct region){.first = first,
                           .last = last,
                           .backing = BACKING_FILE,
                           .file = file,
                           .file_page = file_page,
                           .protection = VM_READ};
}

static void add(vpn_t first, vpn_t last, uint32_t file, uint64_t file_page)
{
    struct error err = {0};
    const struct region fresh = region(first, last, file, file_page);
    ASSERT_OK(space_add_region(&space, &fresh, &err), &err);
}

static void same_region(size_t i, vpn_t first, vpn_t last, uint32_t file,
                        uint64_t file_page)
{
    ck_assert_uint_lt(i, space.nregions);
    ck_assert_uint_eq(space.regions[i].first, first);
    ck_assert_uint_eq(space.regions[i].last, last);
    ck_assert_uint_eq(space.regions[i].file, file);
    ck_assert_uint_eq(space.regions[i].file_page, file_page);
}

START_TEST(a_region_over_the_middle_of_another_leaves_both_ends)
{
    add(10, 29, 1, 100);
    add(15, 19, 2, 0);
    ck_assert_uint_eq(space.nregions, 3);
    same_region(0, 10, 14, 1, 100);
    same_region(1, 15, 19, 2, 0);
    same_region(2, 20, 29, 1, 110);
}
END_TEST

START_TEST(a_region_over_several_takes_the_place_of_what_it_covers)
{
    add(0, 9, 1, 0);
    add(20, 29, 2, 0);
    add(40, 49, 3, 0);
    add(5, 44, 4, 7);
    ck_assert_uint_eq(space.nregions, 3);
    same_region(0, 0, 4, 1, 0);
    same_region(1, 5, 44, 4, 7);
    same_region(2, 45, 49, 3, 5);
}
END_TEST

START_TEST(the_last_page_of_all_can_be_cut)
{
    struct error err = {0};
    add(0, UINT64_MAX, 1, 0);
    ASSERT_OK(space_cut(&space, UINT64_MAX - 1, UINT64_MAX, &err), &err);
    ck_assert_uint_eq(space.nregions, 1);
    same_region(0, 0, UINT64_MAX - 2, 1, 0);
    ck_assert_ptr_null(space_region(&space, UINT64_MAX));
}
END_TEST

START_TEST(splitting_gives_the_regions_within_and_keeps_the_rest)
{
    struct error err = {0};
    struct region *within;
    size_t n;
    add(10, 19, 1, 0);
    add(30, 39, 2, 0);
    ASSERT_OK(space_split(&space, 15, 34, &within, &n, &err), &err);
    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(within[0].first, 15);
    ck_assert_uint_eq(within[1].last, 34);
    ck_assert_uint_eq(space.nregions, 4);
    same_region(3, 35, 39, 2, 5);
    ASSERT_OK(space_split(&space, 50, 60, &within, &n, &err), &err);
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(a_copy_has_the_same_regions)
{
    struct error err = {0};
    struct space copy;
    add(1, 2, 1, 0);
    add(7, 9, 2, 4);
    space_init(&copy, &page_numbers, 4, 12);
    ASSERT_OK(space_copy_regions(&copy, &space, &err), &err);
    ck_assert_uint_eq(copy.nregions, 2);
    ck_assert_mem_eq(copy.regions, space.regions, 2 * sizeof *copy.regions);
    space_release(&copy);
}
END_TEST

/* What an obvious array says of each page: its file and the page of it, or nothing. */
static struct slow_page {
    bool mapped;
    uint32_t file;
    uint64_t file_page;
} slow[PAGES];

static void change(uint32_t step)
{
    struct error err = {0};
    const vpn_t first = rng_below(&rng, PAGES);
    const vpn_t last = first + rng_below(&rng, PAGES - first);
    const bool map = rng_below(&rng, 3) > 0;
    for (vpn_t vpn = first; vpn <= last; vpn++)
        slow[vpn] = (struct slow_page){map, step, 1000 + vpn - first};
    if (map)
        add(first, last, step, 1000);
    else
        ASSERT_OK(space_cut(&space, first, last, &err), &err);
}

START_TEST(regions_are_what_an_array_of_pages_says)
{
    rng_seed(&rng, 11);
    for (uint32_t step = 0; step < 2000; step++) {
        change(step);
        for (vpn_t vpn = 0; vpn < PAGES; vpn++) {
            const struct region *found = space_region(&space, vpn);
            ck_assert_int_eq(found != NULL, slow[vpn].mapped);
            if (!found)
                continue;
            ck_assert_uint_eq(found->file, slow[vpn].file);
            ck_assert_uint_eq(found->file_page + (vpn - found->first), slow[vpn].file_page);
        }
        for (size_t i = 1; i < space.nregions; i++)
            ck_assert_uint_lt(space.regions[i - 1].last, space.regions[i].first);
    }
}
END_TEST

START_TEST(numbers_of_pages_are_given_again_when_their_space_has_ended)
{
    struct error err = {0};
    struct space other;
    page_t page;
    bool fresh;
    for (vpn_t vpn = 0; vpn < 5; vpn++)
        ASSERT_OK(page_space_page(&space.pages, &page, 100 + vpn, &fresh, &err), &err);
    ASSERT_OK(page_space_page(&space.pages, &page, 102, &fresh, &err), &err);
    ck_assert(!fresh);
    ck_assert_uint_eq(page, 2);
    ck_assert_uint_eq(page_space_find(&space.pages, 77), PAGE_NONE);
    space_release(&space);
    space_init(&other, &page_numbers, 9, 12);
    for (vpn_t vpn = 0; vpn < 6; vpn++) {
        ASSERT_OK(page_space_page(&other.pages, &page, 7 * vpn, &fresh, &err), &err);
        ck_assert(fresh);
        ck_assert_uint_lt(page, 6);
        ck_assert_uint_eq(page_numbers.vpns[page], 7 * vpn);
        ck_assert_uint_eq(page_numbers.space_of[page], 9);
    }
    ck_assert_uint_eq(page_numbers.npages, 6);
    space_release(&other);
    space_init(&space, &page_numbers, 3, 12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("space");
    TCase *tests = tcase_create("space");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_region_over_the_middle_of_another_leaves_both_ends);
    tcase_add_test(tests, a_region_over_several_takes_the_place_of_what_it_covers);
    tcase_add_test(tests, the_last_page_of_all_can_be_cut);
    tcase_add_test(tests, splitting_gives_the_regions_within_and_keeps_the_rest);
    tcase_add_test(tests, a_copy_has_the_same_regions);
    tcase_add_test(tests, regions_are_what_an_array_of_pages_says);
    tcase_add_test(tests, numbers_of_pages_are_given_again_when_their_space_has_ended);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
