/* table_cache_test.c -- the data cache of table accesses against a slow one, which is one
 * list of all lines with their times of use. */
#include "machine/table_cache.h"

#include "base/rng.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>

enum { LINES_MAX = 128, HIT = 4000, MISS = 30000 };

struct slow_line {
    uint64_t number, used;
};

static struct slow {
    struct slow_line lines[LINES_MAX];
    uint64_t n, nsets, ways, line;
    uint64_t now, hits, misses;
} slow;

static struct table_cache *cache;
static struct rng rng;

static uint64_t below(uint64_t n)
{
    return rng_below(&rng, n);
}

static void start(uint64_t size, uint64_t line, uint64_t ways)
{
    const struct table_cache_params params = {size, line, ways, .hit = HIT, .miss = MISS};
    slow =
        (struct slow){.nsets = ways ? size / line / ways : 0, .ways = ways, .line = line};
    ck_assert_int_eq(table_cache_create(&cache, &params, NULL), OK);
}

static void setup(void)
{
    rng_seed(&rng, 1);
}

static struct slow_line *slow_find(uint64_t number)
{
    for (uint64_t i = 0; i < slow.n; i++)
        if (slow.lines[i].number == number)
            return &slow.lines[i];
    return NULL;
}

static void slow_fill(uint64_t number)
{
    struct slow_line *oldest = NULL;
    uint64_t members = 0;
    for (uint64_t i = 0; i < slow.n; i++) {
        struct slow_line *line = &slow.lines[i];
        if (line->number % slow.nsets != number % slow.nsets)
            continue;
        members++;
        if (!oldest || line->used < oldest->used)
            oldest = line;
    }
    if (members < slow.ways)
        oldest = &slow.lines[slow.n++];
    *oldest = (struct slow_line){number, ++slow.now};
}

static psec_t slow_access(paddr_t paddr)
{
    const uint64_t number = paddr / slow.line;
    struct slow_line *line = slow_find(number);
    if (line) {
        line->used = ++slow.now;
        slow.hits++;
        return HIT;
    }
    slow_fill(number);
    slow.misses++;
    return MISS;
}

static void compare_random_accesses(uint64_t sets, uint64_t line, uint64_t ways,
                                    unsigned trial)
{
    start(sets * line * ways, line, ways);
    const uint64_t reach = 1 + below(2 * sets * ways);
    /* Tables lie in the upper quarter of what can be addressed. */
    const paddr_t base = UINT64_C(3) << 50;
    for (unsigned i = 0; i < 3000; i++) {
        const paddr_t paddr = base + below(reach * (below(4) ? 1 : 3)) * line + below(line);
        const psec_t wanted = slow_access(paddr);
        if (table_cache_access(cache, paddr) != wanted)
            ck_abort_msg("a wrong hit or miss at access %u of trial %u", i, trial);
    }
    ck_assert_uint_eq(table_cache_hits(cache), slow.hits);
    ck_assert_uint_eq(table_cache_misses(cache), slow.misses);
    table_cache_free(cache);
}

START_TEST(random_accesses_hit_as_in_a_list_with_times_of_use)
{
    for (unsigned trial = 0; trial < 300; trial++) /* 3, 5, 6, 7 sets and ways too */
        compare_random_accesses(1 + below(8), UINT64_C(2) << below(8), 1 + below(8), trial);
}
END_TEST

START_TEST(one_set_of_many_ways_is_fully_associative)
{
    for (unsigned ways = 1; ways <= LINES_MAX; ways += 7)
        compare_random_accesses(1, 64, ways, ways);
}
END_TEST

/* Lines of 64 bytes, by hand: one set of two. */
START_TEST(hit_renews_a_line)
{
    start(128, 64, 2);
    ck_assert_uint_eq(table_cache_access(cache, 0), MISS);
    ck_assert_uint_eq(table_cache_access(cache, 64), MISS);
    ck_assert_uint_eq(table_cache_access(cache, 63), HIT);
    ck_assert_uint_eq(table_cache_access(cache, 128), MISS); /* 64 was used longest ago */
    ck_assert_uint_eq(table_cache_access(cache, 0), HIT);
    ck_assert_uint_eq(table_cache_access(cache, 127), MISS);
    ck_assert_uint_eq(table_cache_hits(cache), 2);
    ck_assert_uint_eq(table_cache_misses(cache), 4);
    table_cache_free(cache);
}
END_TEST

START_TEST(last_line_of_memory_is_not_there_before_it_is_accessed)
{
    start(2, 2, 1);
    ck_assert_uint_eq(table_cache_access(cache, UINT64_MAX), MISS);
    ck_assert_uint_eq(table_cache_access(cache, UINT64_MAX - 1), HIT);
    table_cache_free(cache);
}
END_TEST

START_TEST(without_a_cache_every_access_misses)
{
    start(0, 0, 0);
    for (paddr_t paddr = 0; paddr < 10; paddr++)
        ck_assert_uint_eq(table_cache_access(cache, paddr / 2), MISS);
    ck_assert_uint_eq(table_cache_hits(cache), 0);
    ck_assert_uint_eq(table_cache_misses(cache), 10);
    table_cache_free(cache);
}
END_TEST

START_TEST(none_is_freed)
{
    table_cache_free(NULL);
}
END_TEST

#ifndef NDEBUG
START_TEST(size_must_be_sets_of_ways_of_lines)
{
    start(64 * 7, 64, 2);
}
END_TEST

START_TEST(line_must_be_a_power_of_two)
{
    start(48 * 2, 48, 2);
}
END_TEST

START_TEST(set_without_ways_is_refused)
{
    start(64, 64, 0);
}
END_TEST
#endif

static Suite *table_cache_suite(void)
{
    Suite *suite = suite_create("table_cache");
    TCase *tests = tcase_create("table_cache");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, random_accesses_hit_as_in_a_list_with_times_of_use);
    tcase_add_test(tests, one_set_of_many_ways_is_fully_associative);
    tcase_add_test(tests, hit_renews_a_line);
    tcase_add_test(tests, last_line_of_memory_is_not_there_before_it_is_accessed);
    tcase_add_test(tests, without_a_cache_every_access_misses);
    tcase_add_test(tests, none_is_freed);
#ifndef NDEBUG
    tcase_add_test_raise_signal(tests, size_must_be_sets_of_ways_of_lines, SIGABRT);
    tcase_add_test_raise_signal(tests, line_must_be_a_power_of_two, SIGABRT);
    tcase_add_test_raise_signal(tests, set_without_ways_is_refused, SIGABRT);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(table_cache_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
