/* linux_file_readahead_test.c -- what is read of a file, by hand, with windows of 32 pages. */
#include "harness.h"

#include "base/types.h"
#include "os/linux/file_readahead.h"

#define NO_MARK FILE_READAHEAD_NO_MARK

/* These pages are in the cache, and no others. */
static uint64_t cached_first, cached_last;

static bool in_range(const void *context, uint64_t page)
{
    (void)context;
    return page >= cached_first && page <= cached_last;
}

/* Pages of the folio that the page is in. */
static uint64_t folio;

static uint64_t within(const void *context, uint64_t page)
{
    (void)context;
    return page % folio;
}

static const struct page_cache_view cache = {.cached = in_range, .within = within};

static struct file_readahead file;

static void setup(void)
{
    file = (struct file_readahead){.npages = 1000, .max_pages = 32};
    cached_first = UINT64_MAX;
    cached_last = 0;
}

static void cached(uint64_t first, uint64_t last)
{
    cached_first = first;
    cached_last = last;
}

static void is(struct file_readahead_request request, uint64_t first, uint32_t n,
               uint64_t mark)
{
    ck_assert_uint_eq(request.n, n);
    ck_assert_uint_eq(request.first, n ? first : 0);
    ck_assert_uint_eq(request.mark, mark);
}

#define FAULT(page) file_readahead_fault(&file, (page), FILE_NORMAL, cache)
#define MISS(page, wanted) file_readahead_read(&file, (page), (wanted), false, cache)
#define MARKED(page, wanted) file_readahead_read(&file, (page), (wanted), true, cache)

START_TEST(a_fault_reads_32_pages_round_its_own)
{
    is(FAULT(100), 84, 32, 108);
    is(FAULT(17), 1, 32, 25);
    is(FAULT(16), 0, 32, 24);
    is(FAULT(3), 0, 32, 24);
}
END_TEST

START_TEST(a_request_ends_with_the_file_and_so_does_its_mark)
{
    file.npages = 90;
    is(FAULT(80), 64, 26, 82);
    file.npages = 71;
    is(FAULT(70), 54, 17, 63);
    file.npages = 8;
    is(FAULT(3), 0, 8, 0);
    file.npages = 7;
    is(FAULT(3), 0, 7, NO_MARK); /* fewer than are behind the mark */
    file.npages = 1;
    is(FAULT(0), 0, 1, NO_MARK);
    is(MISS(1, 1), 0, 0, NO_MARK);
}
END_TEST

START_TEST(after_100_misses_more_than_hits_only_the_page_is_read)
{
    for (int i = 0; i < 100; i++)
        is(FAULT(100), 84, 32, 108);
    is(FAULT(100), 0, 0, NO_MARK);
    file_readahead_mapped(&file, 1);
    is(FAULT(100), 0, 0, NO_MARK);
    is(file_readahead_found(&file, 7, FILE_NORMAL, 0, cache), 0, 0, NO_MARK);
    file_readahead_mapped(&file, 1);
    is(FAULT(100), 84, 32, 108);
}
END_TEST

START_TEST(misses_count_to_1000_and_hits_to_none)
{
    file_readahead_mapped(&file, 16);
    ck_assert_uint_eq(file.misses, 0);
    for (int i = 0; i < 1200; i++)
        FAULT(100);
    ck_assert_uint_eq(file.misses, 1000);
    file_readahead_mapped(&file, 900);
    is(FAULT(100), 0, 0, NO_MARK);
    file_readahead_mapped(&file, 2);
    is(FAULT(100), 84, 32, 108);
}
END_TEST

START_TEST(the_mark_of_a_fault_makes_the_next_window)
{
    is(FAULT(100), 84, 32, 108);
    is(file_readahead_found(&file, 107, FILE_NORMAL, 0, cache), 0, 0, NO_MARK);
    is(file_readahead_found(&file, 108, FILE_NORMAL, 1, cache), 116, 32, 116);
    is(file_readahead_found(&file, 116, FILE_NORMAL, 1, cache), 148, 32, 148);
    ck_assert_uint_eq(file.misses, 0);
}
END_TEST

START_TEST(advice_decides_on_faults)
{
    is(file_readahead_fault(&file, 100, FILE_RANDOM, cache), 0, 0, NO_MARK);
    is(file_readahead_found(&file, 100, FILE_RANDOM, 1, cache), 0, 0, NO_MARK);
    is(file_readahead_fault(&file, 100, FILE_SEQUENTIAL, cache), 100, 32, NO_MARK);
    file.prev = 99;
    is(file_readahead_fault(&file, 100, FILE_SEQUENTIAL, cache), 100, 32, 116);
    ck_assert_uint_eq(file.misses, 0);
    file.max_pages = 0;
    is(FAULT(100), 0, 0, NO_MARK);
    is(file_readahead_found(&file, 100, FILE_NORMAL, 1, cache), 0, 0, NO_MARK);
    is(MISS(100, 5), 100, 1, NO_MARK);
    is(MARKED(100, 5), 0, 0, NO_MARK);
}
END_TEST

/* Page by page: 4, 8, 16, 32, 32, ... each when the first page of the last is touched. */
START_TEST(a_file_read_from_its_beginning_is_read_in_growing_windows)
{
    is(MISS(0, 1), 0, 4, 1);
    is(MARKED(1, 1), 4, 8, 4);
    is(MARKED(4, 1), 12, 16, 12);
    is(MARKED(12, 1), 28, 32, 28);
    is(MARKED(28, 1), 60, 32, 60);
}
END_TEST

static const struct {
    uint32_t wanted, n;
    uint64_t mark;
} firsts[] = {
    {1, 4, 1},  {2, 4, 2},  {3, 8, 3},    {4, 8, 4},    {5, 16, 5},
    {8, 16, 8}, {9, 32, 9}, {31, 32, 31}, {32, 32, 16}, {33, 32, 16},
};

START_TEST(the_first_window_depends_on_what_is_wanted)
{
    is(MISS(0, firsts[_i].wanted), 0, firsts[_i].n, firsts[_i].mark);
}
END_TEST

/* The pages of a window have gone before they were used: the next one comes with it. */
START_TEST(a_miss_at_the_end_of_a_window_reads_the_next_two)
{
    is(MISS(0, 1), 0, 4, 1);
    is(MISS(4, 1), 4, 24, 12);   /* 8 and 16 */
    is(MISS(28, 1), 28, 32, 44); /* 32 and 32, no more than 32 */
}
END_TEST

/* --- folios ------------------------------------------------------------------------------- */

#define FOUND(page, pages) file_readahead_found(&file, (page), FILE_NORMAL, (pages), cache)

static void setup_folios(void)
{
    setup();
    file.npages = 12000;
    file.by_order = true;
    file.max_order = 9;
    folio = 1;
}

/* As a live 6.18 reads a file in order: single pages, then folios of 4, of 16 and, as many as are
 * in a window, 32. */
START_TEST(each_mark_makes_folios_four_times_as_large)
{
    static const struct {
        uint64_t page, pages, first;
        unsigned order;
    } marks[] = {{24, 1, 32, 2}, {32, 4, 64, 4}, {64, 16, 96, 5}, {96, 32, 128, 5}};
    struct file_readahead_request request = FAULT(0);
    is(request, 0, 32, 24);
    ck_assert_uint_eq(file_readahead_order(&file, &request, 0), 0);
    for (unsigned i = 0; i < 4; i++) {
        request = FOUND(marks[i].page, marks[i].pages);
        is(request, marks[i].first, 32, marks[i].first);
        ck_assert(request.in_folios);
        ck_assert_uint_eq(file_readahead_order(&file, &request, marks[i].first),
                          marks[i].order);
    }
}
END_TEST

/* The same from page 9000 on: 9016 is no multiple of 16, and so 24 pages come next, eight in one
 * folio and 16 in another. */
START_TEST(a_window_ends_where_its_folios_do)
{
    is(FAULT(9000), 8984, 32, 9008);
    is(FOUND(9008, 1), 9016, 32, 9016);
    const struct file_readahead_request request = FOUND(9016, 4);
    is(request, 9048, 24, 9048);
    ck_assert_uint_eq(file_readahead_order(&file, &request, 9048), 3);
    ck_assert_uint_eq(file_readahead_order(&file, &request, 9056), 4);
}
END_TEST

/* Window and mark are those of the whole window; single pages count from the end of the file. */
START_TEST(folios_end_with_the_file)
{
    file.npages = 75;
    is(FAULT(0), 0, 32, 24);
    is(FOUND(24, 1), 32, 32, 32);
    const struct file_readahead_request request = FOUND(32, 4);
    is(request, 64, 11, 64);
    ck_assert_uint_eq(file_readahead_order(&file, &request, 64), 3);
    ck_assert_uint_eq(file_readahead_order(&file, &request, 72), 1);
    ck_assert_uint_eq(file_readahead_order(&file, &request, 74), 0);
    is(file_readahead_rest(&file, 72), 72, 3, NO_MARK);
    is(FOUND(64, 8), 0, 0, NO_MARK);
}
END_TEST

/* Another reader's window is known: this one goes on behind what is in the cache, which is
 * looked for from the second page of a folio of eight on, and so found a page too late. */
START_TEST(who_has_lost_his_window_goes_on_a_page_too_late)
{
    is(FAULT(0), 0, 32, 24);
    is(FOUND(24, 1), 32, 32, 32);
    is(FOUND(32, 4), 64, 32, 64);
    is(FOUND(64, 16), 96, 32, 96);
    cached(9048, 9071);
    folio = 8;
    is(FOUND(9048, 8), 9073, 15, 9073);
}
END_TEST

/* ... but not beyond a node of the tree, of 64 pages. */
START_TEST(in_the_next_node_it_is_right_again)
{
    is(FAULT(0), 0, 32, 24);
    cached(128, 193);
    folio = 16;
    is(FOUND(176, 16), 194, 30, 194);
}
END_TEST

START_TEST(nothing_is_read_behind_a_whole_window_in_the_cache)
{
    cached(0, 199);
    is(FOUND(100, 1), 0, 0, NO_MARK);
    cached(0, 131);
    is(FOUND(100, 1), 132, 32, 132);
}
END_TEST

/* Without folios windows end at multiples of four all the same. */
START_TEST(a_file_system_without_folios_has_single_pages)
{
    file.max_order = 0;
    is(FAULT(17), 1, 32, 25);
    const struct file_readahead_request request = FOUND(25, 1);
    is(request, 33, 31, 33);
    ck_assert(!request.in_folios);
    ck_assert_uint_eq(file_readahead_order(&file, &request, 36), 0);
}
END_TEST

START_TEST(small_windows_grow_fourfold)
{
    file.max_pages = 64;
    file.size = 3;
    file.start = 97;
    is(MISS(100, 1), 100, 12 + 24, 112);
    file.size = 4;
    file.start = 96;
    is(MISS(100, 1), 100, 8 + 16, 108);
    file.max_pages = 48;
    file.size = 8;
    file.start = 92;
    is(MISS(100, 1), 100, 16 + 32, 116);
}
END_TEST

START_TEST(a_miss_behind_the_last_page_read_is_sequential)
{
    file.prev = 499;
    is(MISS(500, 1), 500, 4, 501);
    file.prev = 700;
    is(MISS(700, 2), 700, 4, 702);
    file.prev = 698;
    is(MISS(700, 2), 700, 2, NO_MARK);
    is(MISS(300, 40), 300, 32, 316); /* more than a window */
}
END_TEST

START_TEST(pages_in_the_cache_before_a_miss_tell_of_a_reader)
{
    cached(45, 49);
    is(MISS(50, 1), 50, 6, 55);
    setup();
    cached(45, 49);
    is(MISS(50, 4), 50, 9, 58);
    is(MISS(50, 5), 50, 5, NO_MARK); /* no more than is wanted */
    cached(0, 4);
    is(MISS(5, 1), 5, 11, 15); /* twice as many from the beginning */
    cached(1, 4);
    is(MISS(5, 1), 5, 5, 9);
    cached(20, 99);
    is(MISS(100, 1), 100, 32, 131); /* 31 and the page */
    is(MISS(100, 30), 100, 32, 131);
    is(MISS(100, 31), 100, 31, NO_MARK);
}
END_TEST

START_TEST(a_mark_of_another_reader_goes_on_behind_the_cached_pages)
{
    cached(200, 210);
    is(MARKED(200, 4), 211, 30, 211); /* 11 + 4, doubled */
    cached(200, 400);
    is(MARKED(200, 4), 232, 32, 232); /* as far as is looked */
    cached(500, 500);
    is(MARKED(500, 0), 501, 4, 501);
}
END_TEST

START_TEST(the_state_is_untouched_by_a_random_read)
{
    is(MISS(0, 1), 0, 4, 1);
    is(MISS(600, 3), 600, 3, NO_MARK);
    is(MARKED(1, 1), 4, 8, 4);
}
END_TEST

static Suite *file_readahead_suite(void)
{
    Suite *suite = suite_create("linux_file_readahead");
    TCase *tests = tcase_create("file_readahead");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_fault_reads_32_pages_round_its_own);
    tcase_add_test(tests, a_request_ends_with_the_file_and_so_does_its_mark);
    tcase_add_test(tests, after_100_misses_more_than_hits_only_the_page_is_read);
    tcase_add_test(tests, misses_count_to_1000_and_hits_to_none);
    tcase_add_test(tests, the_mark_of_a_fault_makes_the_next_window);
    tcase_add_test(tests, advice_decides_on_faults);
    tcase_add_test(tests, a_file_read_from_its_beginning_is_read_in_growing_windows);
    tcase_add_loop_test(tests, the_first_window_depends_on_what_is_wanted, 0,
                        ARRAY_LEN(firsts));
    tcase_add_test(tests, a_miss_at_the_end_of_a_window_reads_the_next_two);
    tcase_add_test(tests, small_windows_grow_fourfold);
    tcase_add_test(tests, a_miss_behind_the_last_page_read_is_sequential);
    tcase_add_test(tests, pages_in_the_cache_before_a_miss_tell_of_a_reader);
    tcase_add_test(tests, a_mark_of_another_reader_goes_on_behind_the_cached_pages);
    tcase_add_test(tests, the_state_is_untouched_by_a_random_read);
    suite_add_tcase(suite, tests);
    TCase *folios = tcase_create("folios");
    tcase_add_checked_fixture(folios, setup_folios, NULL);
    tcase_add_test(folios, each_mark_makes_folios_four_times_as_large);
    tcase_add_test(folios, a_window_ends_where_its_folios_do);
    tcase_add_test(folios, folios_end_with_the_file);
    tcase_add_test(folios, who_has_lost_his_window_goes_on_a_page_too_late);
    tcase_add_test(folios, in_the_next_node_it_is_right_again);
    tcase_add_test(folios, nothing_is_read_behind_a_whole_window_in_the_cache);
    tcase_add_test(folios, a_file_system_without_folios_has_single_pages);
    suite_add_tcase(suite, folios);
    return suite;
}

int main(void)
{
    return run_suite(file_readahead_suite());
}
